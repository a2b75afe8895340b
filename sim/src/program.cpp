#include "bcq/sim/program.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <systemc>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "bcq/text.hpp"

// libsystemc refers to it. We have a main of our own and elaborate when a command asks for it.
int sc_main(int, char**) {
  return EXIT_FAILURE;
}

namespace bcq::sim {
namespace {

namespace fs = std::filesystem;

int fail(ExitCode code, const std::string& message) {
  fmt::print(stderr, "bcq: {}\n", printable(message));
  return code;
}

/// The command that the arguments name, as far as they were understood: "bcq simulate".
std::string command_name(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app.get_name() : app.get_name() + " " + commands.front()->get_name();
}

std::string shell_quoted(const std::string& argument) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-=:,+%@";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void require_folder(const std::string& output) {
  std::error_code error;
  const fs::path path(output);
  if (fs::is_directory(path, error)) {
    throw InputError(fmt::format("{}: output: is a folder; name a file", output));
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    throw InputError(fmt::format("{}: output: there is no folder {}; create it", output, folder.string()));
  }
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const fs::path path = fs::weakly_canonical(fs::absolute(a), error);
  return !path.empty() && path == fs::weakly_canonical(fs::absolute(b), error);
}

void write_stdout(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) != 0) throw InputError("standard output: cannot be written; free space or redirect it");
}

}  // namespace

int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& command) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  try {
    app.parse(argc, argv);
    return command();
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return fail(kBadInput, fmt::format("{}; see `{} --help`", error.what(), command_name(app)));
  } catch (const InputError& error) {
    return fail(kBadInput, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kFailure, "out of memory; use a smaller layer or a larger machine");
  } catch (const std::exception& error) {
    return fail(kFailure, fmt::format("internal error: {}", error.what()));
  }
}

std::string command_line_text(const std::string& program, int argc, char** argv) {
  std::string out = program;
  for (int i = 1; i < argc; ++i) out += " " + shell_quoted(argv[i]);
  return out;
}

void add_workload_options(CLI::App& app, WorkloadRequest& request) {
  app.add_option("LAYER", request.layer, "Layer file: safetensors with `weight` [N,K] and `activation` [M,K]")
      ->required()
      ->type_name("");
  app.add_option("--codebooks", request.codebooks,
                 "Codebooks file with the architecture's nc and bc (its lb and la need not match: the architecture's "
                 "are used); default: the set that comes with bcq for the architecture's nc and lb")
      ->type_name("FILE");
  app.add_option("--arch", request.arch,
                 "Architecture: a name (bcq arch lists them) or a file NAME.toml; default: default")
      ->type_name("FILE.toml");
  app.add_option("--activation-scale", request.activation_scale,
                 "Static tensor scale of the activation; what exceeds it saturates; default: from its largest scalar")
      ->type_name("G");
  add_encoder_options(app, request.encoder);
}

void add_encoder_options(CLI::App& app, EncoderOptions& options) {
  app.add_flag_callback(
      "--scale-search",
      [&options] {
        options.search_down = kScaleSearch.search_down;
        options.search_up = kScaleSearch.search_up;
      },
      "Try the scale codes -1 to +2 around the nearest and keep the best; decoding is the same");
  app.add_flag("--mirror", options.mirror,
               "Try negated codebooks for every block array; the sign bit of its scale says so");
}

void add_seed_option(CLI::App& app, std::uint64_t& seed, const std::string& help) {
  const auto whole_number = [](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end) return {};
    return fmt::format("'{}' is not a whole number from 0 to {}", text, std::numeric_limits<std::uint64_t>::max());
  };
  app.add_option("--seed", seed, help)->check(CLI::Validator(whole_number, ""))->type_name("S")->capture_default_str();
}

void add_json_option(CLI::App& app, std::string& path) {
  app.add_option("--json", path, "Also write the report as JSON; - writes it to stdout instead of the table")
      ->type_name("FILE");
}

void require_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs) {
  std::vector<std::string> taken = inputs;
  for (const std::string& output : outputs) {
    if (output.empty() || output == "-") continue;
    require_folder(output);
    for (const std::string& other : taken) {
      if (other.empty() || !same_file(output, other)) continue;
      throw InputError(
          fmt::format("{}: output: would replace another file of this command; choose another name", output));
    }
    taken.push_back(output);
  }
}

void write_report(const std::string& table, const nlohmann::ordered_json& json, const std::string& json_path) {
  // File names need not be UTF-8.
  const std::string text =
      json_path.empty() ? "" : json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (json_path == "-") return write_stdout(text);
  if (!json_path.empty()) write_file_atomically(json_path, text);
  write_stdout(table);
}

}  // namespace bcq::sim
