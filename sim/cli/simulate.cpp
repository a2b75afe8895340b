#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <bit>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/metrics.hpp"
#include "bcq/quantize.hpp"
#include "bcq/safetensors.hpp"
#include "bcq/sim/energy/energy_report.hpp"
#include "bcq/sim/gemm_list.hpp"
#include "bcq/sim/machine_report.hpp"
#include "bcq/sim/panel.hpp"
#include "bcq/sim/plot.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/progress.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/simulate.hpp"
#include "bcq/sim/timeline_report.hpp"
#include "bcq/sim/waves.hpp"
#include "commands.hpp"

namespace bcq::cli {
namespace {

constexpr const char* kPlotScript = "roofline_plot.py";
/// A timeline of so many spans is some 100 MB of trace; what comes later is left out, and said.
constexpr std::size_t kMostSpans = 1'000'000;
/// A layer with more MACs than this runs without values unless --values asks for them: seconds of one core.
constexpr double kMostMacsWithValues = 1e11;

struct Options {
  sim::WorkloadRequest workload;  ///< its `layer` may be a list of shapes
  std::string model;
  sim::Sequence sequence;
  std::optional<float> output_scale;  ///< static, of an encoded result
  bool values = false, timing_only = false;
  std::string ppa;             ///< results of synthesis; empty: those of ppa/results
  std::optional<int> project;  ///< nm
  std::string output, json, svg, timeline, vcd, fst;

  [[nodiscard]] std::vector<std::string> outputs() const { return {output, json, svg, timeline, vcd, fst}; }
  [[nodiscard]] bool wants_timeline() const { return !timeline.empty() || !vcd.empty() || !fst.empty(); }
};

/// What the machine did, and the operands' side of a layer that ran with values.
struct Outcome {
  sim::MachineReport machine;
  std::optional<sim::GemmReport> layer;
  std::optional<double> encoded_nmse_db;  ///< of the encoded result, where there is an encoder
  std::optional<sim::Timeline> timeline;
};

/// Whether the two outputs have the same bits; says on stderr where they do not.
bool agree(const Matrix<float>& golden, const Matrix<float>& output) {
  std::size_t differing = 0, first = 0;
  for (std::size_t i = 0; i < golden.flat().size(); ++i) {
    if (std::bit_cast<std::uint32_t>(golden.flat()[i]) == std::bit_cast<std::uint32_t>(output.flat()[i])) continue;
    if (differing++ == 0) first = i;
  }
  if (differing == 0) return true;
  fmt::print(stderr, "bcq: model disagreement: {} of {} outputs differ, first [{}, {}]: golden {}, SystemC {}\n",
             differing, golden.flat().size(), first / golden.cols(), first % golden.cols(), golden.flat()[first],
             output.flat()[first]);
  return false;
}

void write_result(const Options& options, const sim::QuantizedLayer& work, const Matrix<float>& output) {
  SafetensorsFile file;
  file.set<float>("output", {output.rows(), output.cols()}, output.flat());
  file.set_metadata("format", "bcq-result");
  file.set_metadata("layer", work.layer.name);
  file.set_metadata("configuration",
                    sim::to_json(work.arch).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  file.set_metadata("versions", sim::versions_json().dump());
  file.write(options.output);
}

std::optional<sim::Timeline> timeline_for(const Options& options) {
  return options.wants_timeline() ? std::optional<sim::Timeline>(kMostSpans) : std::nullopt;
}

/// As the next layer would want it: the codebooks of the activation, and a static scale.
sim::OutputEncoding encoding_for(const Options& options, const sim::QuantizedLayer& work, const Matrix<float>& golden) {
  if (options.output_scale) sim::require_scale("--output-scale", *options.output_scale);
  return {work.codebooks, options.output_scale.value_or(tensor_scale(golden, work.arch.format))};
}

/// Runs a layer with its data; nothing when the output is not the golden one.
std::optional<Outcome> run_layer(const Options& options) {
  const sim::QuantizedLayer work = sim::quantize_layer(options.workload);
  Outcome outcome{.machine = {.workload = options.workload.layer, .remark = {}, .arch = work.arch, .gemms = {}},
                  .layer = {},
                  .encoded_nmse_db = {},
                  .timeline = timeline_for(options)};
  const sim::GemmShape shape{work.layer.name, work.activation.rows(), work.weight.rows(), work.weight.k};
  const Matrix<float> golden = gemm(work.activation, work.weight, work.arch.accumulation);
  const sim::OutputEncoding encoding = encoding_for(options, work, golden);
  sim::MachineResult result;
  {
    sim::ProgressBar bar("simulate");
    sim::Machine machine(work.arch);
    const sim::MachineRun run =
        machine.run({work.activation, work.weight, &encoding}, result,
                    {.timeline = outcome.timeline ? &*outcome.timeline : nullptr,
                     .progress = [&](std::size_t done, std::size_t total) { bar.update(done, total); }});
    outcome.machine.gemms.push_back(sim::cost_of(work.arch, shape, run));
  }
  if (!agree(golden, result.fp32)) return std::nullopt;
  if (work.arch.memory.encoder_lanes > 0) {
    const BcqTensor encoded = quantize(golden, encoding.codebooks, {.tensor_scale = encoding.tensor_scale});
    if (sim::pack_panels(encoded, work.arch.rows) != result.encoded) {
      fmt::print(stderr, "bcq: model disagreement: the encoded result is not the golden encoder's\n");
      return std::nullopt;
    }
    result.fp32 = dequantize(encoded);
    outcome.encoded_nmse_db = nmse_db(golden, result.fp32);
  }
  outcome.layer = sim::gemm_report(work, golden);
  if (!options.output.empty()) write_result(options, work, result.fp32);
  return outcome;
}

/// Runs shapes; equal ones once.
Outcome run_shapes(const Options& options, const sim::Arch& arch, const sim::GemmList& list) {
  for (const sim::GemmShape& shape : list.gemms) {
    try {
      sim::require_k_fits(arch, shape.k);
      (void)sim::LoopPlan(arch, {shape.m, shape.n, shape.k});
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}: {}", list.name, shape.name, error.what()));
    }
  }
  Outcome outcome{.machine = {.workload = list.name, .remark = list.remark, .arch = arch, .gemms = {}},
                  .layer = {},
                  .encoded_nmse_db = {},
                  .timeline = timeline_for(options)};
  sim::Machine machine(arch);
  sim::ProgressBar bar("simulate");
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, sim::MachineRun> runs;
  double done = 0;
  const double total = sim::macs(list);
  for (const sim::GemmShape& shape : list.gemms) {
    const auto key = std::tuple(shape.m, shape.n, shape.k);
    const auto progress = [&](std::size_t tiles, std::size_t all) {
      const double part = done + sim::macs(shape) * static_cast<double>(tiles) / static_cast<double>(all);
      bar.update(static_cast<std::size_t>(1000 * part / total), 1000, shape.name);
    };
    if (!runs.contains(key)) {
      runs[key] = machine.run(sim::GemmSize{shape.m, shape.n, shape.k},
                              {.timeline = outcome.timeline ? &*outcome.timeline : nullptr, .progress = progress});
    }
    done += sim::macs(shape);
    outcome.machine.gemms.push_back(sim::cost_of(arch, shape, runs.at(key)));
  }
  return outcome;
}

bool is_list(const std::string& workload) {
  return std::filesystem::path(workload).extension() == ".csv";
}

/// Refuses what needs data where the array is that of another number format.
void require_no_data(const Options& options, const sim::Arch& arch) {
  if (arch.baseline == nullptr) return;
  const EncoderOptions& encoder = options.workload.encoder;
  const std::pair<bool, const char*> choices[] = {{options.values, "--values"},
                                                  {!options.workload.codebooks.empty(), "--codebooks"},
                                                  {options.workload.activation_scale.has_value(), "--activation-scale"},
                                                  {encoder.search_down + encoder.search_up > 0, "--scale-search"},
                                                  {encoder.mirror, "--mirror"},
                                                  {options.output_scale.has_value(), "--output-scale"},
                                                  {!options.output.empty(), "-o"}};
  const std::string remedy =
      fmt::format("leave it out (`bcq compare LAYER --formats {}` gives the errors)", arch.baseline->specification);
  for (const auto& [chosen, name] : choices)
    if (chosen) sim::require_bcq(arch, name, remedy);
}

std::optional<Outcome> run_workload(const Options& options, const sim::Arch& arch) {
  const std::string& workload = options.workload.layer;
  if (workload.empty() == options.model.empty())
    throw InputError("simulate: name one workload: a layer file, a list of shapes LIST.csv, or --model NAME");
  require_no_data(options, arch);
  const bool shapes_only = !options.model.empty() || is_list(workload);
  if (shapes_only && options.values) {
    throw InputError("--values: shapes alone have no data; name a layer file LAYER.safetensors");
  }
  if (!options.output.empty() && (shapes_only || options.timing_only))
    throw InputError("-o: a run without data has no result; leave it out or simulate a layer file with --values");
  if (!options.model.empty()) return run_shapes(options, arch, sim::model_gemms(options.model, options.sequence));
  if (is_list(workload)) return run_shapes(options, arch, sim::read_gemm_list(workload));
  if (options.values) return run_layer(options);

  const Layer layer = read_layer(workload);
  const sim::GemmShape shape{layer.name, layer.activation.rows(), layer.weight.rows(), layer.weight.cols()};
  const bool timing_only = options.timing_only || arch.baseline != nullptr;
  if (!timing_only && sim::macs(shape) <= kMostMacsWithValues) return run_layer(options);
  if (!options.output.empty()) throw InputError("-o: this layer is simulated without data by default; add --values");
  return run_shapes(options, arch, {workload, {shape}, timing_only ? "" : "without data; --values computes them"});
}

void write_pictures(const Options& options, const Outcome& outcome, const nlohmann::ordered_json& json) {
  if (!options.svg.empty()) write_file_atomically(options.svg, sim::draw_svg(kPlotScript, json));
  if (!outcome.timeline) return;
  const sim::Timeline& timeline = *outcome.timeline;
  if (timeline.dropped() > 0) {
    fmt::print(stderr, "bcq: the timeline ends after {} spans; {} more are left out\n", timeline.spans().size(),
               timeline.dropped());
  }
  if (!options.timeline.empty())
    write_file_atomically(options.timeline, sim::to_trace(timeline, "bcq " + outcome.machine.arch.name).dump() + "\n");
  if (!options.vcd.empty()) write_file_atomically(options.vcd, sim::to_vcd(timeline));
  if (!options.fst.empty()) sim::write_fst(timeline, options.fst);
  for (const std::string& waves : {options.vcd, options.fst}) {
    if (waves.empty()) continue;
    const std::string file = std::filesystem::absolute(waves).string();
    write_file_atomically(waves + ".gtkw", sim::gtkwave_view(file));
  }
}

int run(const Options& options, const std::string& command_line) {
  const auto& request = options.workload;
  sim::require_outputs(options.outputs(), {request.layer, request.codebooks, request.arch, options.ppa});
  if (!options.svg.empty()) sim::require_plotting(kPlotScript);
  const sim::Arch arch = sim::arch_of(options.workload);
  sim::Hardware hardware = sim::find_hardware(arch, request.arch, options.ppa, options.project);
  const std::optional<Outcome> outcome = run_workload(options, arch);
  if (!outcome) return sim::kFailure;
  const sim::EnergyReport energy = sim::energy_report(outcome->machine, std::move(hardware));

  auto json = sim::origin_json(command_line);
  std::string table = sim::to_table(outcome->machine) + "\n" + sim::to_table(energy);
  if (outcome->layer) {
    json.update(sim::to_json(*outcome->layer));
    json["bit_equal_to_golden_model"] = true;
    table = sim::to_table(*outcome->layer) + "\n" + table + "\nSystemC and golden model agree in every bit.\n";
    if (outcome->encoded_nmse_db) {
      json["encoded_result"] = sim::nmse_json(*outcome->encoded_nmse_db);
      table += fmt::format("The result leaves encoded: NMSE {} dB against the result in FP32.\n",
                           sim::nmse_text(*outcome->encoded_nmse_db));
    }
  }
  json.update(sim::to_json(outcome->machine));
  json["physical"] = sim::to_json(energy);
  write_pictures(options, *outcome, json);
  sim::write_report(table, json, options.json);
  return sim::kSuccess;
}

void add_model_options(CLI::App& command, Options& options) {
  command.add_option("--model", options.model, "The linear layers of a published model instead of a file")
      ->check(CLI::IsMember(sim::model_names()).description(""))
      ->type_name("NAME");
  const auto tokens = [&](const char* name, std::size_t& value, const char* help) {
    command.add_option(name, value, help)->needs("--model")->type_name("N")->capture_default_str();
  };
  tokens("--batch", options.sequence.batch, "Sequences at a time");
  tokens("--prefill", options.sequence.prefill, "Tokens of each sequence that are read at once");
  tokens("--decode", options.sequence.decode, "Tokens of each sequence that are then made one at a time");
  command.add_flag("--attention", options.sequence.attention, "Count the GEMMs of attention as well")->needs("--model");
  command.add_flag("--lm-head", options.sequence.lm_head, "Count the logits as well")->needs("--model");
}

}  // namespace

void add_simulate(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("simulate",
                                     "Run a layer, a list of GEMM shapes or a model on the machine: cycles, stalls, "
                                     "bytes, roofline, area, energy, error");
  const auto options = std::make_shared<Options>();
  sim::add_workload_options(*command, options->workload);
  command->get_option("LAYER")->required(false)->description(
      "Layer file: safetensors with `weight` [N,K] and `activation` [M,K]; or a list of shapes LIST.csv in SCALE-Sim's "
      "GEMM format (Layer,M,N,K,)");
  add_model_options(*command, *options);
  auto* timing =
      command->add_flag("--timing-only", options->timing_only, "Cycles alone, without data; the cycles are the same");
  command->add_flag("--values", options->values, "Carry the data of a layer of any size, bit for bit")
      ->excludes(timing);
  command
      ->add_option(
          "--output-scale", options->output_scale,
          "Static tensor scale of the result, where the architecture encodes it; default: from its largest scalar")
      ->type_name("G");
  const auto file = [&](const char* name, std::string& path, const char* help, const char* type) {
    command->add_option(name, path, help)->type_name(type);
  };
  file("-o,--output", options->output, "Result file to write: `output` F32 [M,N]; of an encoded result, decoded",
       "RESULT");
  file("--ppa", options->ppa, "Results of synthesis of this array; default: those in ppa/results", "FILE.json");
  command->add_option("--project", options->project, "Also project area, energy and clock to this process node")
      ->type_name("NM");
  file("--svg", options->svg, "Draw the roofline", "FILE.svg");
  file("--timeline", options->timeline, "Write what happened when, for ui.perfetto.dev or chrome://tracing",
       "FILE.json");
  file("--vcd", options->vcd, "Write it as waves, with a view FILE.vcd.gtkw for GTKWave", "FILE.vcd");
  file("--fst", options->fst, "Likewise, compressed", "FILE.fst");
  sim::add_json_option(*command, options->json);
  std::string models;
  for (const std::string& name : sim::model_names()) models += (models.empty() ? "" : ", ") + name;
  command->footer(
      "Models: " + models +
      ".\n"
      "The output of a layer is compared with the golden model; a difference in a single bit ends with code 1.\n"
      "Example:\n"
      "  bcq simulate layer.safetensors --arch small -o result.safetensors --json report.json\n"
      "  bcq simulate shapes.csv --arch tpu --svg roofline.svg\n"
      "  bcq simulate --model llama2-70b --prefill 4096 --project 7\n"
      "Next: bcq verify LAYER --memory runs the RTL as well; bcq arch lists the machines; docs/machine.md says what a\n"
      "cycle is.");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
