// What a GEMM makes the machine do, counted: the input of an energy model (docs/machine.md, "Actions").
#pragma once

#include <cstdint>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/machine/loop_plan.hpp"

namespace bcq::sim {

/// Closed forms of the plan: no action depends on data or on when it happens. Bits of DRAM are the DRAM's to count.
struct ActionCounts {
  std::uint64_t macs = 0;               ///< of the GEMM
  std::uint64_t mac_slots = 0;          ///< of busy PEs, padding of rows, columns and lanes included
  std::uint64_t decodes = 0;            ///< scalars decoded at both edges, padding included
  std::uint64_t codebook_reads = 0;     ///< codewords looked up: one per decode
  std::uint64_t scale_multiplies = 0;   ///< block array sums times scales, in all PEs
  std::uint64_t accumulations = 0;      ///< of scaled sums
  std::uint64_t output_multiplies = 0;  ///< results times the tensor scales
  std::uint64_t encodes = 0;            ///< results encoded on line
  std::uint64_t sram_read_bits = 0;     ///< by array, and result DMA or encoder
  std::uint64_t sram_write_bits = 0;    ///< by operand DMAs and array

  friend bool operator==(const ActionCounts&, const ActionCounts&) = default;
};

[[nodiscard]] ActionCounts count_actions(const Arch& arch, const LoopPlan& plan);

}  // namespace bcq::sim
