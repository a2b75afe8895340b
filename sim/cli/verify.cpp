#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "bcq/error.hpp"
#include "commands.hpp"

namespace bcq::cli {

void add_verify(CLI::App& app) {
  app.add_subcommand("verify", "Check golden model, SystemC and RTL against each other, bit by bit, cycle by cycle");
}

void run_verify(char** argv) {
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::filesystem::path program = folder / "bcq-verify";
  // argv[1] is "verify" and takes the place of the program's name.
  ::execv(program.c_str(), argv + 1);
  throw InputError(fmt::format("verify: cannot start {} ({}); build the target bcq-verify", program.string(),
                               std::system_category().message(errno)));
}

}  // namespace bcq::cli
