// An operand as the edge of the array receives it: tiles of beats, bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bcq/sim/arch.hpp"
#include "bcq/tensor.hpp"

namespace bcq::sim {

/// What the bits that the contract does not look at are filled with: scales after the first beat of a block array,
/// lanes and blocks beyond K, everything but the scale of lines beyond the operand's rows.
enum class DontCare { kZero, kNoise };

/// Beats of one operand: [tiles, beats per tile], each beat holding all lines of the edge (line i at bit i·BEAT_W).
struct EdgeStream {
  std::size_t tiles = 0;
  std::size_t beats_per_tile = 0;
  std::size_t words_per_beat = 0;
  std::vector<std::uint32_t> words;

  [[nodiscard]] std::span<const std::uint32_t> beat(std::size_t tile, std::size_t index) const {
    return std::span(words).subspan((tile * beats_per_tile + index) * words_per_beat, words_per_beat);
  }
};

/// Packs a tensor for an edge of `lines` rows or columns. Lines beyond the tensor's rows carry scale 0x00.
[[nodiscard]] EdgeStream pack_edge(const BcqTensor& tensor, int lines, int lanes, DontCare fill = DontCare::kZero);

}  // namespace bcq::sim
