// How an encoded beat lies in bits: the wire format between memory and the edge of the array (rtl/bcq_pkg.sv beat_w).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bcq/bcq_format.hpp"

namespace bcq {

/// Fields of one line's beat, LSB first: lanes × 4-bit index, selectors × selector_bits, 8-bit E4M3 scale.
struct BeatLayout {
  int lanes;
  int selectors;      ///< blocks that a beat touches: max(1, lanes/lb)
  int selector_bits;  ///< at least 1: with one codebook the field is there and ignored

  BeatLayout(const BcqFormat& format, int lanes_per_beat);

  [[nodiscard]] std::size_t bits() const {
    return static_cast<std::size_t>(lanes) * kIndexBits + static_cast<std::size_t>(selectors * selector_bits) + 8;
  }
};

/// A little-endian bit string in 32-bit words, the layout of a wide signal in a Verilated model.
class BitSpan {
 public:
  explicit BitSpan(std::span<std::uint32_t> words) : words_(words) {}

  /// Sets `width` ≤ 32 bits at `lsb`; the bits must be 0 before.
  void put(std::size_t lsb, int width, std::uint32_t value);

 private:
  std::span<std::uint32_t> words_;
};

/// Reads `width` ≤ 32 bits at `lsb`.
[[nodiscard]] std::uint32_t get_bits(std::span<const std::uint32_t> words, std::size_t lsb, int width);

}  // namespace bcq
