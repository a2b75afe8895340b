// What a GEMM makes the machine do, counted: the input of an energy model (docs/machine.md, "Actions").
#pragma once

#include <cstdint>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/machine/loop_plan.hpp"

namespace bcq::sim {

/// Bits that a buffer gave and took.
struct SramBits {
  std::uint64_t read = 0;
  std::uint64_t written = 0;

  friend bool operator==(const SramBits&, const SramBits&) = default;
};

/// Closed forms of the plan: no action depends on data or on when it happens. Bits of DRAM are the DRAM's to count.
struct ActionCounts {
  std::uint64_t macs = 0;               ///< of the GEMM
  std::uint64_t mac_slots = 0;          ///< of busy PEs, padding of rows, columns and lanes included
  std::uint64_t decodes = 0;            ///< scalars decoded at both edges, padding included
  std::uint64_t codebook_reads = 0;     ///< codewords looked up: one per decode; of BCQ alone
  std::uint64_t scale_multiplies = 0;   ///< sums of groups times scales, in all PEs
  std::uint64_t accumulations = 0;      ///< of scaled sums; of beats where there are no scales
  std::uint64_t output_multiplies = 0;  ///< results that leave, times the tensor scales
  std::uint64_t encodes = 0;            ///< results encoded on line
  std::uint64_t encoder_beats = 0;      ///< that the on-line encoder takes them in
  SramBits activation_buffer;           ///< read by the array, written by the DMA engine
  SramBits weight_buffer;               ///< likewise
  SramBits result_buffer;               ///< read by the DMA engine or the encoder, written by the array

  [[nodiscard]] std::uint64_t sram_read_bits() const {
    return activation_buffer.read + weight_buffer.read + result_buffer.read;
  }
  [[nodiscard]] std::uint64_t sram_write_bits() const {
    return activation_buffer.written + weight_buffer.written + result_buffer.written;
  }

  friend bool operator==(const ActionCounts&, const ActionCounts&) = default;
};

[[nodiscard]] ActionCounts count_actions(const Arch& arch, const LoopPlan& plan);

}  // namespace bcq::sim
