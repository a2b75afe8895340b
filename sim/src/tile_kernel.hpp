// The inner loops of TileDatapath: block arrays of a tile's rows times those of its columns, with SIMD.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bcq/sim/operand_decoder.hpp"

namespace bcq::sim {

/// Block arrays first … first+count−1 of two chunks, and how many rows of the activation are to be multiplied.
struct TileWork {
  const DecodedChunk& activation;
  const DecodedChunk& weight;
  std::size_t rows;
  std::size_t first;
  std::size_t count;
};

/// Where the exact sum of a column lies in its row: even columns come before odd ones, as vectors of 64-bit products of
/// even and of odd 32-bit lanes do.
constexpr std::size_t exact_column(std::size_t column, std::size_t pitch) {
  return column % 2 * (pitch / 2) + column / 2;
}

/// sums[rows, exact_column] += Σ P·m_a·m_w·2^(e_a+e_w), LSB 2⁻¹⁸, modulo 2⁶⁴. `sums` starts on a cache line.
void add_exact(const TileWork& work, std::int64_t* sums);

/// sums[rows, pitch]: one binary32 fused multiply-add per block array, in order. `sums` starts on a cache line.
void add_fp32(const TileWork& work, float* sums);

}  // namespace bcq::sim
