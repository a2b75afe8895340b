// What the programs `bcq` and `bcq-verify` have in common: options, reports, errors and exit codes.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bcq/sim/workload.hpp"

namespace bcq::sim {

/// How a program ends.
enum ExitCode { kSuccess = 0, kFailure = 1, kBadInput = 2 };

/// Parses the arguments and runs the command. Bad arguments and InputError end with code 2, other exceptions with 1,
/// each with one line on stderr. `command` returns the code otherwise.
[[nodiscard]] int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& command);

/// The arguments as they would be typed in a shell, for reports. `program` stands for argv[0].
[[nodiscard]] std::string command_line_text(const std::string& program, int argc, char** argv);

/// LAYER, --codebooks, --arch, --activation-scale and those of the encoder.
void add_workload_options(CLI::App& app, WorkloadRequest& request);

/// --scale-search and --mirror.
void add_encoder_options(CLI::App& app, EncoderOptions& options);

/// --seed, a whole number of 64 bits. (CLI11 would take −1 for the largest.)
void add_seed_option(CLI::App& app, std::uint64_t& seed, const std::string& help);

/// --json.
void add_json_option(CLI::App& app, std::string& path);

/// Throws InputError when an output would replace one of the inputs or another output, or has no folder to lie in;
/// empty names and "-" are left alone. Called before long work.
void require_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs);

/// The JSON to the file `json_path` ("-": to stdout instead of the table; empty: not at all), the table to stdout.
void write_report(const std::string& table, const nlohmann::ordered_json& json, const std::string& json_path);

}  // namespace bcq::sim
