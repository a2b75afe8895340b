#include "external.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "bcq/error.hpp"

namespace bcq::cli {
namespace {

namespace fs = std::filesystem;

/// A command that is a program of its own: what checks hardware, makes gates of it or explores it lives apart from bcq.
struct External {
  std::string_view name;
  std::string_view what;
  std::string_view script;  ///< in BCQ_SOURCE_DIR; empty: the program bcq-NAME beside bcq
};

constexpr std::array kExternals{
    External{"verify", "Check golden model, SystemC and RTL against each other, bit by bit, cycle by cycle", ""},
    External{"synth", "Map an array to a cell library: area, clock, energy on the data of a layer", "ppa/synth.py"},
    External{"ppa", "Compare number formats on the same array: area, clock, energy, error", "ppa/ppa.py"},
    External{"explore", "Search a space of architectures and formats: Pareto front, report", "explore/explore.py"},
};

// Debian's Python; the flow needs nothing but its standard library, its pictures Debian's matplotlib.
constexpr const char* kPython = "/usr/bin/python3";

const External* find(std::string_view name) {
  for (const External& external : kExternals)
    if (external.name == name) return &external;
  return nullptr;
}

}  // namespace

void add_externals(CLI::App& app) {
  for (const External& external : kExternals)
    app.add_subcommand(std::string(external.name), std::string(external.what));
}

bool is_external(std::string_view name) {
  return find(name) != nullptr;
}

void run_external(int argc, char** argv) {
  const External& external = *find(argv[1]);
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  std::vector<std::string> words;
  if (external.script.empty()) {
    words = {(folder / fmt::format("bcq-{}", external.name)).string()};
  } else {
    words = {kPython, (fs::path(BCQ_SOURCE_DIR) / external.script).string(), "--programs", folder.string()};
  }
  words.insert(words.end(), argv + 2, argv + argc);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  throw InputError(fmt::format("{}: cannot start {} ({}); {}", external.name, words.front(),
                               std::system_category().message(errno),
                               external.script.empty() ? "build the target bcq-verify" : "apt-get install python3"));
}

}  // namespace bcq::cli
