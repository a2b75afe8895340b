// bcq-verify, which `bcq verify` starts: golden model = SystemC = RTL, value by value and cycle by cycle.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/machine/machine.hpp"
#include "bcq/sim/machine/replay.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/progress.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/simulate.hpp"
#include "random_operand.hpp"
#include "rtl_build.hpp"
#include "scoreboard.hpp"

namespace bcq::testbench {
namespace {

struct Options {
  sim::WorkloadRequest workload;
  std::vector<std::size_t> shape;  ///< M, N, K of random operands; empty: a layer
  std::uint32_t stalls = 0;
  std::uint64_t seed = 1;
  bool memory = false;
  std::string rtl = default_rtl_dir().string();
  std::string json;
};

/// The work and, for a layer, what it was made of.
struct Prepared {
  Work work;
  std::optional<sim::QuantizedLayer> layer;
};

sim::Arch chosen_arch(const Options& options) {
  sim::Arch arch = sim::arch_of(options.workload);
  sim::require_bcq(arch, "--arch", "`make baselines` checks the array of that format");
  return arch;
}

Prepared prepare(const Options& options) {
  Prepared out;
  out.work.arch = chosen_arch(options);
  if (options.shape.empty()) {
    out.layer = sim::quantize_layer(options.workload);
    out.work.activation = out.layer->activation;
    out.work.weight = out.layer->weight;
  } else {
    for (const std::size_t size : options.shape) {
      if (size < 1 || size > kMaxK)
        throw InputError(fmt::format("--shape: {}: out of range; use 1 to {}", size, kMaxK));
    }
    std::mt19937_64 random(options.seed);
    // Different codebooks for the two operands: a mix-up of the two would show.
    const CodebookSet activation_books = random_codebooks(random, out.work.arch.format);
    const CodebookSet weight_books = random_codebooks(random, out.work.arch.format);
    out.work.activation = random_operand(random, activation_books, options.shape[0], options.shape[2]);
    out.work.weight = random_operand(random, weight_books, options.shape[1], options.shape[2]);
  }
  out.work.stalls = {options.seed, {options.stalls, options.stalls, options.stalls}};
  sim::require_operands_fit(out.work.arch, out.work.activation, out.work.weight);
  return out;
}

/// SystemC's side: cycles of every beat, and the output.
struct SystemcSide {
  sim::ArrayRun run;
  Matrix<float> output;
  Mismatches mismatches;  ///< with itself: what leaps against what is stepped
};

/// The array alone, stepped beat by beat over TLM-2.0 sockets.
SystemcSide run_array(const Work& work, const sim::Tiling& tiling) {
  sim::ProgressBar bar("SystemC");
  SystemcSide out{.run = {}, .output = {}, .mismatches = {}};
  out.run =
      sim::simulate(work.arch, work.activation, work.weight,
                    {work.stalls, work.fill, [&](std::size_t done, std::size_t total) { bar.update(done, total); }});
  out.output = sim::assemble_output(out.run, work.arch, tiling, work.order);
  return out;
}

/// The array in the whole machine. Leaves in `work` what memory did to the array, for the RTL to go through as well.
SystemcSide run_machine(Work& work) {
  sim::ProgressBar bar("SystemC");
  SystemcSide out{.run = {}, .output = {}, .mismatches = {}};
  sim::Machine machine(work.arch);
  sim::ArrayRecord record;
  // Random results have no scale that suits them; saturated ones are as good for cycles.
  const sim::OutputEncoding encoding{work.activation.codebooks, 1.0F};
  sim::MachineResult result;
  const sim::MachineRun run = machine.run(
      {work.activation, work.weight, &encoding}, result,
      {.record = &record, .progress = [&](std::size_t done, std::size_t total) { bar.update(done, total); }});
  out.output = std::move(result.fp32);
  const sim::LoopPlan plan(work.arch, {work.activation.rows(), work.weight.rows(), work.activation.k});
  work.order.clear();
  for (std::size_t order = 0; order < plan.tiles(); ++order) work.order.push_back(plan.tile(order));
  work.around = sim::surroundings_of(work.arch, record);
  const sim::Replay replay = sim::replay(work.arch, work.activation.k, record);
  out.run = replay.run;
  out.mismatches = compare_record(work.arch, record, replay);
  if (!(run.counters == replay.run.counters)) out.mismatches.emplace_back("counters: machine and stepped array differ");
  return out;
}

std::string verdict_table(const Work& work, const sim::Tiling& tiling, const sim::ArrayRun& systemc,
                          const sim::ArrayRun& rtl, bool memory, const Mismatches& mismatches) {
  std::string text;
  for (const auto& mismatch : mismatches) text += fmt::format("MISMATCH {}\n", mismatch);
  const std::string around =
      memory ? "fed by DMA engines from DRAM" : fmt::format("stalls {} %", work.stalls.percent[0]);
  text += fmt::format("{} outputs, {} result beats, {} cycles SystemC, {} cycles RTL, {}\n", tiling.m * tiling.n,
                      rtl.beats(), systemc.cycles(), rtl.cycles(), around);
  text += mismatches.empty()
              ? "golden model = SystemC = RTL: every output bit, the cycle of every beat and all counters agree.\n"
              : "The models DISAGREE.\n";
  return text;
}

int run(const Options& options, const std::string& command_line) {
  sim::require_outputs({options.json}, {options.workload.layer, options.workload.codebooks, options.workload.arch});
  auto [work, layer] = prepare(options);
  const sim::Tiling tiling(work.arch, work.activation.rows(), work.weight.rows(), work.activation.k);
  const Matrix<float> golden = gemm(work.activation, work.weight, work.arch.accumulation);
  work.order = sim::tiles_in_order(tiling);
  const SystemcSide systemc = options.memory ? run_machine(work) : run_array(work, tiling);
  sim::ArrayRun rtl;
  {
    sim::ProgressBar bar("RTL");
    bar.update(0, 1, "building (once per configuration) and running");
    rtl = run_rtl(work, options.rtl);
  }

  Mismatches mismatches = compare_values("SystemC", golden, systemc.output);
  for (const Mismatches& more :
       {systemc.mismatches, compare_values("RTL", golden, sim::assemble_output(rtl, work.arch, tiling, work.order)),
        compare_runs("SystemC", systemc.run, "RTL", rtl)})
    mismatches.insert(mismatches.end(), more.begin(), more.end());

  auto json = sim::origin_json(command_line, options.seed);
  json["versions"]["verilator"] = verilator_version();
  std::string table;
  if (layer) {
    sim::GemmReport report = sim::gemm_report(*layer, systemc.output);
    report.timing = sim::timing_report(work.arch, tiling, systemc.run);
    json.update(sim::to_json(report));
    table = sim::to_table(report) + "\n";
  } else {
    json["configuration"] = sim::to_json(work.arch);
    json["shape"] = {{"m", tiling.m}, {"n", tiling.n}, {"k", tiling.k}};
  }
  json["verify"] = {{"agree", mismatches.empty()}, {"outputs", tiling.m * tiling.n},
                    {"result_beats", rtl.beats()}, {"systemc_cycles", systemc.run.cycles()},
                    {"rtl_cycles", rtl.cycles()},  {"stall_percent", options.stalls},
                    {"memory", options.memory},    {"mismatches", mismatches}};
  sim::write_report(table + verdict_table(work, tiling, systemc.run, rtl, options.memory, mismatches), json,
                    options.json);
  return mismatches.empty() ? sim::kSuccess : sim::kFailure;
}

}  // namespace
}  // namespace bcq::testbench

int main(int argc, char** argv) {
  using namespace bcq;
  testbench::Options options;
  CLI::App app(
      "Run a layer (or random operands) on the golden model, the SystemC array and the Verilated RTL, and compare "
      "every\n"
      "output bit and the cycle of every result beat.",
      "bcq verify");
  sim::add_workload_options(app, options.workload);
  auto* shape =
      app.add_option("--shape", options.shape, "Random operands M,N,K with every legal code, instead of a layer");
  shape->delimiter(',')->expected(3)->type_name("M,N,K");
  app.get_option("LAYER")->required(false)->excludes(shape);
  app.add_option("--stalls", options.stalls, "Share of cycles in which each stream stalls")
      ->check(CLI::Range(0, 99))
      ->type_name("PERCENT")
      ->capture_default_str();
  app.add_flag("--memory", options.memory,
               "Feed the array from the architecture's DRAM and buffers: the RTL goes through the arrivals of the "
               "SystemC machine")
      ->excludes("--stalls");
  sim::add_seed_option(app, options.seed, "Seed of stalls, random operands and the RTL's initial registers");
  app.add_option("--rtl", options.rtl, "Folder with the RTL to verify; default: the RTL of bcq")->type_name("DIR");
  sim::add_json_option(app, options.json);
  app.footer(
      "The Verilated array of a configuration is built on demand (seconds to a minute) and kept in $BCQ_CACHE_DIR,\n"
      "default ~/.cache/bcq. Exit code 0: all agree; 1: they do not; 2: bad input.\n"
      "Examples:\n"
      "  bcq verify traces/layers/kjv.blk0.ffn_down.safetensors\n"
      "  bcq verify --shape 13,7,100 --arch narrow --stalls 40 --seed 3\n"
      "  bcq verify --shape 64,48,500 --arch small --memory");
  const std::string command_line = sim::command_line_text("bcq verify", argc, argv);
  return sim::run_program(app, argc, argv, [&]() -> int {
    if (options.workload.layer.empty() && options.shape.empty())
      throw InputError("LAYER: missing; name a layer file or give --shape M,N,K");
    return testbench::run(options, command_line);
  });
}
