// The values of a whole tile at once: what the PE array computes beat by beat, as one small GEMM over decoded chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bcq/gemm.hpp"
#include "bcq/sim/aligned_vector.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/operand_decoder.hpp"

namespace bcq::sim {

/// The accumulators of the array, [rows, cols], and its output stage: bit for bit gemm() of the golden model.
class TileDatapath {
 public:
  /// `output_scale` is RNE32(g_W·g_A).
  TileDatapath(const Arch& arch, float output_scale);

  /// Adds the block arrays of two chunks over the same range of K, of the tile's rows and of its columns. The chunks of
  /// a tile come in the order of K.
  void accumulate(const DecodedChunk& activation, const DecodedChunk& weight);

  /// Writes the tile, [rows, cols], and clears the sums for the next one.
  void finish(std::span<float> out);

 private:
  void accumulate_exact(const DecodedChunk& activation, const DecodedChunk& weight);
  void spill();
  [[nodiscard]] float value(std::size_t row, std::size_t column) const;

  Accumulation accumulation_;
  float output_scale_;
  std::size_t rows_, cols_;
  std::size_t pitch_;               ///< of a row of sums: cols, rounded up to whole vectors
  AlignedVector<float> fp32_sums_;  ///< [rows, pitch]; empty for exact sums

  /// Exact sums are kept in 64 bits, and moved to as many as they need before those could overflow.
  AlignedVector<std::int64_t> exact_sums_;  ///< [rows, exact_column]; empty for binary32 sums
  std::vector<Accumulator> spilled_;        ///< like exact_sums_; empty as long as a tile has fitted into 64 bits
  std::size_t arrays_per_spill_;            ///< block arrays that 64 bits hold whatever their values
  std::size_t arrays_since_spill_ = 0;
};

}  // namespace bcq::sim
