// Stalls of the streams around the array: a pure function of seed, stream and cycle, so that the SystemC platform and
// the RTL bench see the very same ones.
#pragma once

#include <cstdint>

namespace bcq::sim {

enum class Stream : std::uint8_t { kActivation = 0, kWeight = 1, kResult = 2 };

/// In a stalled cycle a source offers no new beat (one already offered stays) and the sink is not ready.
struct StallPattern {
  std::uint64_t seed = 0;
  std::uint32_t percent[3] = {0, 0, 0};  ///< share of stalled cycles per Stream, 0…99

  [[nodiscard]] bool stalled(Stream stream, std::uint64_t cycle) const {
    const auto index = static_cast<unsigned>(stream);
    if (percent[index] == 0) return false;
    // splitmix64 (Steele, Lea and Flood, 2014): every cycle's bits are independent of its neighbours'.
    std::uint64_t z = seed + (cycle * 4 + index + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return z % 100 < percent[index];
  }

  /// The first cycle ≥ `cycle` that is not stalled.
  [[nodiscard]] std::uint64_t next_free(Stream stream, std::uint64_t cycle) const {
    while (stalled(stream, cycle)) ++cycle;
    return cycle;
  }
};

}  // namespace bcq::sim
