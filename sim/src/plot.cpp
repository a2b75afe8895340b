#include "bcq/sim/plot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "bcq/error.hpp"

extern char** environ;

namespace bcq::sim {
namespace {

namespace fs = std::filesystem;

// Debian's Python, for which Debian's matplotlib is installed, wherever else on PATH another one may be.
constexpr const char* kPython = "/usr/bin/python3";

/// A file in memory for a child's standard stream: unlike a pipe it is never full, so nobody waits for anybody.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& content = {}) : descriptor_(::memfd_create("bcq", MFD_CLOEXEC)) {
    if (descriptor_ < 0) fail();
    for (std::size_t done = 0; done < content.size();) {
      const ssize_t written = ::write(descriptor_, content.data() + done, content.size() - done);
      if (written < 0 && errno != EINTR) fail();
      if (written > 0) done += static_cast<std::size_t>(written);
    }
    ::lseek(descriptor_, 0, SEEK_SET);
  }
  ~MemoryFile() { ::close(descriptor_); }

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::string content() const {
    std::string out;
    std::array<char, 4096> buffer{};
    ::lseek(descriptor_, 0, SEEK_SET);
    for (ssize_t n = 0; (n = ::read(descriptor_, buffer.data(), buffer.size())) > 0;)
      out.append(buffer.data(), static_cast<std::size_t>(n));
    return out;
  }

 private:
  [[noreturn]] static void fail() { throw std::system_error(errno, std::generic_category(), "memory file"); }

  int descriptor_;
};

struct ScriptResult {
  bool done = false;
  std::string output;
  std::string complaint;  ///< the last line on stderr
};

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

ScriptResult run_script(const fs::path& script, std::vector<std::string> arguments, const std::string& input) {
  // -B: the folder of the sources may not be ours to write to.
  arguments.insert(arguments.begin(), {kPython, "-B", script.string()});
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  const MemoryFile in(input), out, error;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error.descriptor(), STDERR_FILENO);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, kPython, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return {false, {}, fmt::format("{}: {}", kPython, std::generic_category().message(failure))};

  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, out.content(), last_line(error.content())};
}

fs::path script_path(const std::string& script) {
  const char* folder = std::getenv("BCQ_PLOT_DIR");
  return (folder != nullptr && *folder != '\0' ? fs::path(folder) : fs::path(BCQ_PLOT_DIR)) / script;
}

}  // namespace

void require_plotting(const std::string& script) {
  const fs::path path = script_path(script);
  if (!fs::is_regular_file(path)) {
    throw InputError(
        fmt::format("--svg: there is no script {}; set BCQ_PLOT_DIR to the folder sim/plot of bcq", path.string()));
  }
  const ScriptResult result = run_script(path, {"--check"}, "");
  if (!result.done) {
    throw InputError(
        fmt::format("--svg: cannot draw ({}); install matplotlib with `apt-get install python3-matplotlib` or leave "
                    "--svg out",
                    result.complaint));
  }
}

std::string draw_svg(const std::string& script, const nlohmann::ordered_json& report) {
  const std::string input = report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  ScriptResult result = run_script(script_path(script), {}, input);
  if (!result.done) throw std::runtime_error(fmt::format("{}: {}", script, result.complaint));
  return std::move(result.output);
}

}  // namespace bcq::sim
