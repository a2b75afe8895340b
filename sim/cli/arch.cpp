#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/report.hpp"
#include "commands.hpp"
#include "tables.hpp"

namespace bcq::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::string name;
  std::string json;
  bool toml = false;
};

std::string row_text(const sim::Arch& arch) {
  const BcqFormat& f = arch.format;
  const auto size = fmt::format("{} x {} x {}", arch.rows, arch.cols, arch.lanes);
  return fmt::format("{:<18}{:>13}{:>8}{:>8}  {:<13}{}\n", arch.name, size, sim::name_of(arch.accumulation),
                     arch.frozen ? "frozen" : "loaded", fmt::format("{}/{}/{}/{}", f.lb, f.la, f.nc, f.bc), arch.about);
}

/// The architecture as a file of its own.
std::string toml_text(const sim::Arch& arch) {
  const ordered_json configuration = sim::to_json(arch);
  std::string out =
      fmt::format("name = {}\nabout = {}\n", ordered_json(arch.name).dump(), ordered_json(arch.about).dump());
  for (const auto& [section, keys] : configuration.items()) {
    if (!keys.is_object()) continue;
    out += fmt::format("\n[{}]\n", section);
    for (const auto& [key, value] : keys.items()) out += fmt::format("{} = {}\n", key, value.dump());
  }
  return out;
}

int list(const Options& options, const std::string& command_line) {
  auto json = sim::origin_json(command_line);
  json["architectures"] = ordered_json::array();
  std::string table = fmt::format("{:<18}{:>13}{:>8}{:>8}  {:<13}{}\n", "name", "rows x cols x", "accu-", "code-",
                                  "format", "what for");
  table += fmt::format("{:<18}{:>13}{:>8}{:>8}  {:<13}\n", "", "lanes", "mulator", "books", "lb/la/nc/bc");
  for (const sim::Arch& arch : sim::named_archs()) {
    table += row_text(arch);
    json["architectures"].push_back(
        {{"name", arch.name}, {"about", arch.about}, {"configuration", sim::to_json(arch)}});
  }
  sim::write_report(table, json, options.json);
  return sim::kSuccess;
}

int show(const Options& options, const std::string& command_line) {
  const sim::Arch arch = sim::find_arch(options.name);
  auto json = sim::origin_json(command_line);
  json["about"] = arch.about;
  json["configuration"] = sim::to_json(arch);
  sim::write_report(options.toml ? toml_text(arch) : arch_table(arch), json, options.json);
  return sim::kSuccess;
}

}  // namespace

void add_arch(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("arch", "List the named architectures, or explain one");
  const auto options = std::make_shared<Options>();
  auto* name =
      command->add_option("NAME", options->name, "Architecture: a name or a file NAME.toml; default: list all");
  command->add_flag("--toml", options->toml, "Print it as an architecture file, to be changed and given to --arch")
      ->needs(name);
  sim::add_json_option(*command, options->json);
  command->footer(
      "Examples:\n"
      "  bcq arch\n"
      "  bcq arch default --toml > mine.toml\n"
      "Next: bcq simulate LAYER --arch mine.toml; the keys are explained in architectures.toml.");
  command->callback([options, &session] {
    session.command = [options, &session] {
      return options->name.empty() ? list(*options, session.command_line) : show(*options, session.command_line);
    };
  });
}

}  // namespace bcq::cli
