// E8M0: a power of two as its biased exponent. OCP Microscaling Formats (MX) v1.0.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bcq::e8m0 {

inline constexpr int kBits = 8;
inline constexpr int kBias = 127;
/// Code 0xFF is NaN and never written.
inline constexpr int kLowest = -kBias;
inline constexpr int kHighest = kBias;

/// The code of 2^exponent, exponent = kLowest…kHighest.
inline std::uint32_t encode(int exponent) {
  return static_cast<std::uint32_t>(exponent + kBias);
}

/// The exponent of a code.
inline int decode(std::uint32_t code) {
  return static_cast<int>(code) - kBias;
}

/// ⌊log2 largest⌋ − element_exponent as far as E8M0 has it: the exponent that takes the largest magnitude of a group to
/// the binade of an element's exponent. A group of zeros has the lowest.
inline int shared_exponent(float largest, int element_exponent) {
  return largest == 0.0F ? kLowest : std::clamp(std::ilogb(largest) - element_exponent, kLowest, kHighest);
}

}  // namespace bcq::e8m0
