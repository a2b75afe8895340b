// Commands that are programs of their own.
#pragma once

#include <CLI/App.hpp>
#include <string_view>

namespace bcq::cli {

/// Adds them to the list that --help shows.
void add_externals(CLI::App& app);

[[nodiscard]] bool is_external(std::string_view name);

/// Replaces this process by the program of the external command argv[1]; its arguments are its own business.
/// Throws InputError when the program cannot be started.
void run_external(int argc, char** argv);

}  // namespace bcq::cli
