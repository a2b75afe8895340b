// What a run of the array yields, whoever ran it: SystemC and RTL fill the same record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bcq/matrix.hpp"
#include "bcq/sim/arch.hpp"

namespace bcq::sim {

/// Cycles by what the array did in them; registers of bcq_accel.
struct ArrayCounters {
  std::uint64_t busy = 0;          ///< a beat of both operands was issued
  std::uint64_t operand_wait = 0;  ///< the pipeline could move, but an operand was missing (fill and drain included)
  std::uint64_t drain_stall = 0;   ///< frozen: results of the tile before had not left

  friend bool operator==(const ArrayCounters&, const ArrayCounters&) = default;
};

/// The result stream, beat by beat: row after row of each tile, tiles in the order m-tile, then n-tile.
struct ArrayRun {
  std::size_t cols = 0;
  std::vector<std::uint64_t>
      beat_cycles;            ///< cycle in which each beat moved; cycle 0 is the first that can take operands
  std::vector<float> values;  ///< [beats, cols], columns and rows beyond N and M included
  ArrayCounters counters;     ///< of the cycles up to and including the last result beat

  [[nodiscard]] std::size_t beats() const { return beat_cycles.size(); }
  /// Cycles up to and including the last result beat.
  [[nodiscard]] std::uint64_t cycles() const { return beat_cycles.empty() ? 0 : beat_cycles.back() + 1; }
};

/// The shape of a GEMM on an array.
struct Tiling {
  std::size_t m, n, k;
  std::size_t m_tiles, n_tiles;
  std::size_t beats_per_tile;  ///< operand beats: ⌈k/lanes⌉

  Tiling(const Arch& arch, std::size_t m_rows, std::size_t n_rows, std::size_t k_scalars);

  [[nodiscard]] std::size_t tiles() const { return m_tiles * n_tiles; }
  [[nodiscard]] std::size_t macs() const { return m * n * k; }
};

/// A tile of the result.
struct TileAt {
  std::size_t m = 0, n = 0;
};

/// The order of the array's tests: m-tile after m-tile, its n-tiles in order.
[[nodiscard]] std::vector<TileAt> tiles_in_order(const Tiling& tiling);

/// C[M,N] from the result stream, padding dropped. `order` is that in which the tiles were computed.
[[nodiscard]] Matrix<float> assemble_output(const ArrayRun& run, const Arch& arch, const Tiling& tiling,
                                            const std::vector<TileAt>& order);

}  // namespace bcq::sim
