// One GEMM on the SystemC platform: sources, array, sink.
#pragma once

#include <functional>
#include <string>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_run.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/pe_array.hpp"
#include "bcq/sim/stall_pattern.hpp"
#include "bcq/tensor.hpp"

namespace bcq::sim {

/// Throws InputError for a reduction that the architecture cannot accumulate.
void require_k_fits(const Arch& arch, std::size_t k);

/// Throws InputError, naming `where` and the remedy, for the array of another number format: it has no data.
void require_bcq(const Arch& arch, const std::string& where, const std::string& remedy);

/// Throws InputError unless both operands have the architecture's format and a K that it can accumulate.
void require_operands_fit(const Arch& arch, const BcqTensor& activation, const BcqTensor& weight);

struct SimulationOptions {
  StallPattern stalls;
  DontCare fill = DontCare::kZero;
  std::function<void(std::size_t done, std::size_t total)> progress;  ///< result beats
};

/// Runs C = A·Wᵀ on the array, tile by tile. SystemC elaborates once per process: call it once.
[[nodiscard]] ArrayRun simulate(const Arch& arch, const BcqTensor& activation, const BcqTensor& weight,
                                const SimulationOptions& options);

}  // namespace bcq::sim
