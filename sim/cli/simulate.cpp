#include "bcq/sim/simulate.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <bit>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/gemm.hpp"
#include "bcq/safetensors.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/progress.hpp"
#include "bcq/sim/report.hpp"
#include "commands.hpp"

namespace bcq::cli {
namespace {

struct Options {
  sim::WorkloadRequest workload;
  std::string output, json;
  std::uint32_t stalls = 0;
  std::uint64_t seed = 1;
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
  file.set_metadata("stall_percent", std::to_string(options.stalls));
  file.set_metadata("seed", std::to_string(options.seed));
  file.set_metadata("versions", sim::versions_json().dump());
  file.write(options.output);
}

int run(const Options& options, const std::string& command_line) {
  const auto& request = options.workload;
  sim::require_outputs({options.output, options.json}, {request.layer, request.codebooks, request.arch});
  const sim::QuantizedLayer work = sim::quantize_layer(request);
  const Matrix<float> golden = gemm(work.activation, work.weight, work.arch.accumulation);

  sim::SimulationOptions simulation_options;
  simulation_options.stalls = {options.seed, {options.stalls, options.stalls, options.stalls}};
  sim::ArrayRun array_run;
  {
    sim::ProgressBar bar("simulate");
    simulation_options.progress = [&](std::size_t done, std::size_t total) { bar.update(done, total); };
    array_run = sim::simulate(work.arch, work.activation, work.weight, simulation_options);
  }
  const sim::Tiling tiling(work.arch, work.activation.rows(), work.weight.rows(), work.weight.k);
  const Matrix<float> output = sim::assemble_output(array_run, work.arch, tiling);
  if (!agree(golden, output)) return sim::kFailure;

  sim::GemmReport report = sim::gemm_report(work, output);
  report.timing = sim::timing_report(work.arch, tiling, array_run);
  if (!options.output.empty()) write_result(options, work, output);
  auto json = sim::origin_json(command_line, options.seed);
  json["stall_percent"] = options.stalls;
  json.update(sim::to_json(report));
  json["bit_equal_to_golden_model"] = true;
  sim::write_report(sim::to_table(report) + "\nSystemC and golden model agree in every bit.\n", json, options.json);
  return sim::kSuccess;
}

}  // namespace

void add_simulate(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("simulate", "Run a layer on the SystemC array: cycles, utilization, error");
  const auto options = std::make_shared<Options>();
  sim::add_workload_options(*command, options->workload);
  command->add_option("-o,--output", options->output, "Result file to write: `output` F32 [M,N]")->type_name("RESULT");
  command->add_option("--stalls", options->stalls, "Share of cycles in which each stream stalls, 0 to 99")
      ->check(CLI::Range(0, 99).description(""))
      ->type_name("PERCENT")
      ->capture_default_str();
  sim::add_seed_option(*command, options->seed, "Seed of the stalls");
  sim::add_json_option(*command, options->json);
  command->footer(
      "The output is compared with the golden model; a difference in a single bit ends with code 1.\n"
      "Example:\n"
      "  bcq simulate layer.safetensors --arch default -o result.safetensors --json report.json\n"
      "Next: bcq verify LAYER runs the RTL as well; bcq arch lists the arrays.");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
