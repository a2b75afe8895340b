#include "compare.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "bcq/sim/compare_report.hpp"
#include "bcq/sim/plot.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/progress.hpp"
#include "bcq/sim/report.hpp"
#include "commands.hpp"

namespace bcq::cli {
namespace {

constexpr const char* kScript = "compare_plot.py";
constexpr std::array kSortKeys{sim::SortKey::kOutput, sim::SortKey::kWeight, sim::SortKey::kActivation,
                               sim::SortKey::kBits};

std::vector<std::string> sort_names() {
  std::vector<std::string> names(kSortKeys.size());
  std::ranges::transform(kSortKeys, names.begin(), [](sim::SortKey key) { return std::string(sim::name_of(key)); });
  return names;
}

int run(const CompareOptions& options, const std::string& command_line) {
  if (options.sweep) return run_sweep(options, command_line);
  const auto formats = sim::formats_of(options.formats, sim::data_dir() / "codebooks");
  const auto name = [](sim::SortKey key) { return sim::name_of(key); };
  const sim::SortKey sort = *std::ranges::find(kSortKeys, options.sort, name);
  sim::require_layers(options.layers);
  require_compare_outputs(options, kScript);

  sim::Comparison comparison;
  {
    sim::ProgressBar bar("compare");
    comparison = sim::compare_formats(
        options.layers, formats, sort,
        [&](std::size_t done, std::size_t total, const std::string& what) { bar.update(done, total, what); });
  }
  auto json = sim::origin_json(command_line);
  json["sort"] = options.sort;
  json.update(sim::to_json(comparison));
  write_compare_outputs(
      options, kScript,
      {sim::to_table(comparison, sort, options.per_layer), sim::to_csv(comparison), sim::to_markdown(comparison, sort)},
      json);
  return sim::kSuccess;
}

void add_comparison_options(CLI::App& command, CompareOptions& options, CLI::Option* sweep) {
  command
      .add_option("--formats", options.formats,
                  "Formats, separated by commas: NAME[:PARAMETER=VALUE]...[+MODIFIER]...; all: every format that `bcq "
                  "formats` lists")
      ->type_name("LIST")
      ->capture_default_str()
      ->excludes(sweep);
  command.add_option("--sort", options.sort, "Best first by the NMSE of output, weight or activation, or by bits")
      ->check(CLI::IsMember(sort_names()).description(""))
      ->type_name("KEY")
      ->capture_default_str()
      ->excludes(sweep);
  command.add_flag("--per-layer", options.per_layer, "Print a table for every layer as well as the sum")
      ->excludes(sweep);
}

void add_sweep_options(CLI::App& command, sim::SweepOptions& options, CLI::Option* sweep) {
  command.add_flag("--local", options.local, "With --sweep: codebooks for every tensor by itself")->needs(sweep);
  command.add_option("--max-blocks", options.max_blocks, "With --sweep: blocks drawn for a calibration, at least 1")
      ->check(CLI::Range(1, 1'000'000'000).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->needs(sweep);
  command
      .add_option("--restarts", options.restarts, "With --sweep: initialisations tried for a calibration, at least 1")
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->type_name("N")
      ->capture_default_str()
      ->needs(sweep);
  sim::add_seed_option(command, options.seed, "With --sweep: seed of the calibrations");
  command.get_option("--seed")->needs(sweep);
}

void add_outputs(CLI::App& command, CompareOptions& options) {
  command.add_option("--csv", options.csv, "Also write all numbers as CSV")->type_name("FILE");
  command.add_option("--svg", options.svg, "Also draw the picture: bits against NMSE (needs matplotlib)")
      ->type_name("FILE");
  command.add_option("--markdown", options.markdown, "Also write the tables in Markdown")->type_name("FILE");
  sim::add_json_option(command, options.json);
}

}  // namespace

void require_compare_outputs(const CompareOptions& options, const char* script) {
  for (const auto& [name, path] : {std::pair("--csv", &options.csv), std::pair("--svg", &options.svg),
                                   std::pair("--markdown", &options.markdown)}) {
    if (*path == "-") throw InputError(fmt::format("{} -: only --json writes to stdout; name a file", name));
  }
  sim::require_outputs({options.json, options.csv, options.svg, options.markdown}, options.layers);
  if (!options.svg.empty()) sim::require_plotting(script);
}

void write_compare_outputs(const CompareOptions& options, const char* script, const CompareReport& report,
                           const nlohmann::ordered_json& json) {
  if (!options.svg.empty()) write_file_atomically(options.svg, sim::draw_svg(script, json));
  if (!options.csv.empty()) write_file_atomically(options.csv, report.csv);
  if (!options.markdown.empty()) write_file_atomically(options.markdown, report.markdown);
  sim::write_report(report.table, json, options.json);
}

void add_compare(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("compare", "Measure number formats on layers: bits, errors, Pareto front");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("LAYER", options->layers, "Layer files: safetensors with `weight` [N,K] and `activation` [M,K]")
      ->required()
      ->type_name("");
  CLI::Option* sweep = command->add_flag(
      "--sweep", options->sweep, "Instead of formats: LO-BCQ over codebooks, block, block array and codeword bits");
  add_comparison_options(*command, *options, sweep);
  add_sweep_options(*command, options->sweep_options, sweep);
  add_outputs(*command, *options);
  command->footer(
      "Bits are all stored bits by all scalars. NMSE in sum is the mean of the layers' linear NMSE in dB: every "
      "tensor\n"
      "counts alike. docs/compare.md defines every column.\n"
      "Example:\n"
      "  bcq compare layers/*.safetensors --formats bcq,nvfp4,bof4s+opq --svg front.svg\n"
      "  bcq compare layers/*.safetensors --sweep --markdown sweep.md\n"
      "Next: bcq formats lists the formats and their parameters.");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
