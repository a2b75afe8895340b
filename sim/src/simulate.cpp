#include "bcq/sim/simulate.hpp"

#include <fmt/format.h>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/beat_source.hpp"
#include "bcq/sim/result_sink.hpp"

namespace bcq::sim {
void require_k_fits(const Arch& arch, std::size_t k) {
  if (k <= arch.k_max) return;
  throw InputError(fmt::format("K = {} is too long for architecture \"{}\"; raise array.k_max (now {}) or split K", k,
                               arch.name, arch.k_max));
}

void require_bcq(const Arch& arch, const std::string& where, const std::string& remedy) {
  if (arch.baseline == nullptr) return;
  throw InputError(
      fmt::format("{}: architecture \"{}\" has format.number = \"{}\" (docs/baselines.md), which runs "
                  "without data; {}",
                  where, arch.name, arch.number(), remedy));
}

void require_operands_fit(const Arch& arch, const BcqTensor& activation, const BcqTensor& weight) {
  require_bcq(arch, "operands", "use an architecture of BCQ");
  for (const BcqTensor* operand : {&activation, &weight}) {
    if (!(operand->format() == arch.format)) {
      throw InputError(fmt::format(
          "operand is {} but the architecture \"{}\" is built for {}; quantize in that format or change [format]",
          operand->format().name(), arch.name, arch.format.name()));
    }
    require_k_fits(arch, operand->k);
  }
}

ArrayRun simulate(const Arch& arch, const BcqTensor& activation, const BcqTensor& weight,
                  const SimulationOptions& options) {
  require_operands_fit(arch, activation, weight);
  const Tiling tiling(arch, activation.rows(), weight.rows(), activation.k);
  const Clocking clock = clocking_of(arch);
  const EdgeStream act = pack_edge(activation, arch.rows, arch.lanes, options.fill);
  const EdgeStream wgt = pack_edge(weight, arch.cols, arch.lanes, options.fill);
  const std::size_t beats = tiling.tiles() * static_cast<std::size_t>(arch.rows);

  BeatSource act_source("act_source", clock, act, Stream::kActivation, options.stalls, tiling.tiles(),
                        [&](std::size_t step) { return step / tiling.n_tiles; });
  BeatSource wgt_source("wgt_source", clock, wgt, Stream::kWeight, options.stalls, tiling.tiles(),
                        [&](std::size_t step) { return step % tiling.n_tiles; });
  PeArray array("array", clock, arch, activation.k, activation.codebooks, weight.codebooks,
                output_scale(weight, activation));
  ResultSink sink("sink", clock, options.stalls, static_cast<std::size_t>(arch.cols), beats, [&](std::size_t done) {
    if (options.progress) options.progress(done, beats);
  });
  act_source.socket.bind(array.activations);
  wgt_source.socket.bind(array.weights);
  array.results.bind(sink.socket);
  // sc_stop() is how every run ends; the kernel need not say so.
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  sc_core::sc_start();
  ArrayRun run = sink.run();
  run.counters = array.counters();
  return run;
}

}  // namespace bcq::sim
