// Child processes without a shell.
#pragma once

#include <string>
#include <vector>

namespace bcq::testbench {

struct ProcessResult {
  int exit_code;       ///< 127 when the program cannot be started, 128 + n when killed by signal n
  std::string output;  ///< standard output and error together
};

/// Runs a program found on PATH and waits for it.
[[nodiscard]] ProcessResult run_process(const std::vector<std::string>& command);

}  // namespace bcq::testbench
