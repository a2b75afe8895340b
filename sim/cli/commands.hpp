// The commands of `bcq`, one file each.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

namespace bcq::cli {

/// What the commands and main tell each other.
struct Session {
  std::string command_line;      ///< for reports
  std::function<int()> command;  ///< set by the command that the arguments name; returns the exit code
};

// Each adds its command with its options; parsing them sets session.command.
void add_calibrate(CLI::App& app, Session& session);
void add_quantize(CLI::App& app, Session& session);
void add_dequantize(CLI::App& app, Session& session);
void add_simulate(CLI::App& app, Session& session);
void add_compare(CLI::App& app, Session& session);
void add_formats(CLI::App& app, Session& session);
void add_arch(CLI::App& app, Session& session);
void add_info(CLI::App& app, Session& session);

}  // namespace bcq::cli
