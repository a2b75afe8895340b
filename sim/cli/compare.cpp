#include "bcq/sim/compare.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
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

struct Options {
  std::vector<std::string> layers;
  std::string formats = "all";
  sim::SortKey sort = sim::SortKey::kOutput;
  bool per_layer = false;
  std::string json, csv, svg, markdown;
};

/// What goes to files that have no "-" for stdout.
void require_file(const std::string& option, const std::string& path) {
  if (path == "-") throw InputError(fmt::format("{} -: only --json writes to stdout; name a file", option));
}

int run(const Options& options, const std::string& command_line) {
  require_file("--csv", options.csv);
  require_file("--svg", options.svg);
  require_file("--markdown", options.markdown);
  sim::require_outputs({options.json, options.csv, options.svg, options.markdown}, options.layers);
  const auto formats = sim::formats_of(options.formats, sim::data_dir() / "codebooks");
  sim::require_layers(options.layers);
  if (!options.svg.empty()) sim::require_plotting(kScript);

  sim::Comparison comparison;
  {
    sim::ProgressBar bar("compare");
    comparison = sim::compare_formats(
        options.layers, formats, options.sort,
        [&](std::size_t done, std::size_t total, const std::string& what) { bar.update(done, total, what); });
  }
  auto json = sim::origin_json(command_line);
  json["sort"] = sim::name_of(options.sort);
  json.update(sim::to_json(comparison));
  if (!options.svg.empty()) write_file_atomically(options.svg, sim::draw_svg(kScript, json));
  if (!options.csv.empty()) write_file_atomically(options.csv, sim::to_csv(comparison));
  if (!options.markdown.empty()) write_file_atomically(options.markdown, sim::to_markdown(comparison, options.sort));
  sim::write_report(sim::to_table(comparison, options.sort, options.per_layer), json, options.json);
  return sim::kSuccess;
}

/// The sort keys by their names.
std::vector<std::pair<std::string, sim::SortKey>> sort_names() {
  std::vector<std::pair<std::string, sim::SortKey>> names;
  for (const auto key :
       {sim::SortKey::kOutput, sim::SortKey::kWeight, sim::SortKey::kActivation, sim::SortKey::kBits}) {
    names.emplace_back(sim::name_of(key), key);
  }
  return names;
}

}  // namespace

void add_compare(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("compare", "Measure number formats on layers: bits, errors, Pareto front");
  const auto options = std::make_shared<Options>();
  command->add_option("LAYER", options->layers, "Layer files: safetensors with `weight` [N,K] and `activation` [M,K]")
      ->required()
      ->type_name("");
  command
      ->add_option("--formats", options->formats,
                   "Formats, separated by commas: NAME[:PARAMETER=VALUE]...[+MODIFIER]...; all: every format that `bcq "
                   "formats` lists")
      ->type_name("LIST")
      ->capture_default_str();
  command->add_option("--sort", options->sort, "Best first by the NMSE of output, weight or activation, or by bits")
      ->transform(CLI::Transformer(sort_names()).description(""))
      ->type_name("KEY")
      ->default_str("output");
  command->add_flag("--per-layer", options->per_layer, "Print a table for every layer as well as the sum");
  command->add_option("--csv", options->csv, "Also write all numbers as CSV")->type_name("FILE");
  command->add_option("--svg", options->svg, "Also draw bits against NMSE of the output, in sum (needs matplotlib)")
      ->type_name("FILE");
  command->add_option("--markdown", options->markdown, "Also write the sum as a Markdown table")->type_name("FILE");
  sim::add_json_option(*command, options->json);
  command->footer(
      "Bits are all stored bits by all scalars. NMSE in sum is the mean of the layers' linear NMSE in dB: every "
      "tensor\n"
      "counts alike. docs/compare.md defines every column.\n"
      "Example:\n"
      "  bcq compare layers/*.safetensors --formats nvfp4,mxfp4,nf4:block=32 --svg front.svg\n"
      "Next: bcq formats lists the formats and their parameters.");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
