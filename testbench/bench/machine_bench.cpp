// Speed of the machine's simulation: a GEMM with its data, and a model's shapes without.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <systemc>
#include <tuple>

#include "bcq/gemm.hpp"
#include "bcq/sim/gemm_list.hpp"
#include "bcq/sim/machine/machine.hpp"
#include "random_operand.hpp"

namespace {

using namespace bcq;

/// SystemC elaborates once per process: all machines are made before the first run.
struct Machines {
  sim::Arch wide, standard;
  std::unique_ptr<sim::Machine> for_values, for_timing;

  Machines() {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    // Modules of the second machine get other names than those of the first; that is all there is to say.
    sc_core::sc_report_handler::set_actions(sc_core::SC_ID_INSTANCE_EXISTS_, sc_core::SC_DO_NOTHING);
    wide.rows = wide.cols = 32;
    for_values = std::make_unique<sim::Machine>(wide);
    for_timing = std::make_unique<sim::Machine>(standard);
  }
};

Machines& machines() {
  static Machines all;
  return all;
}

struct Gemm {
  BcqTensor activation, weight;

  Gemm(std::size_t m, std::size_t n, std::size_t k) {
    std::mt19937_64 random(1);
    const BcqFormat format;
    activation = testbench::random_operand(random, testbench::random_codebooks(random, format), m, k);
    weight = testbench::random_operand(random, testbench::random_codebooks(random, format), n, k);
  }
  [[nodiscard]] double macs() const {
    return static_cast<double>(activation.rows()) * static_cast<double>(weight.rows()) * static_cast<double>(weight.k);
  }
};

const Gemm& gemm_512() {
  static const Gemm gemm(512, 4096, 4096);
  return gemm;
}

double resident_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void golden_gemm(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(exact_gemm(gemm_512().activation, gemm_512().weight));
  state.counters["MAC/s"] = benchmark::Counter(gemm_512().macs(), benchmark::Counter::kIsIterationInvariantRate);
}

void machine_with_values(benchmark::State& state) {
  sim::Machine& machine = *machines().for_values;
  const double before = resident_megabytes();
  sim::MachineResult result;
  for (auto _ : state) benchmark::DoNotOptimize(machine.run({gemm_512().activation, gemm_512().weight}, result));
  state.counters["MAC/s"] = benchmark::Counter(gemm_512().macs(), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["MB more"] = resident_megabytes() - before;
}

void machine_timing_only(benchmark::State& state, const char* model, std::size_t prefill) {
  sim::Machine& machine = *machines().for_timing;
  const sim::GemmList list = sim::model_gemms(model, {.prefill = prefill});
  double tiles = 0;
  for (auto _ : state) {
    std::map<std::tuple<std::size_t, std::size_t, std::size_t>, sim::MachineRun> runs;
    for (const sim::GemmShape& shape : list.gemms) {
      const auto [at, is_new] = runs.try_emplace({shape.m, shape.n, shape.k});
      if (is_new) at->second = machine.run(sim::GemmSize{shape.m, shape.n, shape.k});
    }
    tiles = 0;
    for (const auto& [shape, run] : runs)
      tiles += static_cast<double>(
          sim::LoopPlan(machines().standard, {std::get<0>(shape), std::get<1>(shape), std::get<2>(shape)}).tiles());
  }
  state.counters["tiles/s"] = benchmark::Counter(tiles, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["MAC/s"] = benchmark::Counter(sim::macs(list), benchmark::Counter::kIsIterationInvariantRate);
}

// First: it measures the peak of memory.
BENCHMARK(machine_with_values)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(machine_timing_only, llama2_70b_prefill_4096, "llama2-70b", 4096)->Unit(benchmark::kMillisecond);

BENCHMARK(golden_gemm)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int sc_main(int, char**) {
  return EXIT_FAILURE;
}

int main(int argc, char** argv) {
  (void)machines();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
}
