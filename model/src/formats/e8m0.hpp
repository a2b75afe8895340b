// E8M0: a power of two as its biased exponent. OCP Microscaling Formats (MX) v1.0 section 5.4.1.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace bcq {

/// The value 2^(code − 127), codes 0…0xFE; 0xFF, the NaN, is never written.
struct E8m0 {
  static constexpr int kBits = 8;
  static constexpr int kBias = 127;

  /// The code of 2^exponent, saturated to 2^±127.
  [[nodiscard]] static std::uint32_t encode(int exponent) {
    return static_cast<std::uint32_t>(std::clamp(exponent, -kBias, kBias) + kBias);
  }
  [[nodiscard]] static int exponent(std::uint32_t code) { return static_cast<int>(code) - kBias; }
};

/// ⌊log2 x⌋, exact, subnormal numbers included; for 0 something below every exponent that differences do not overflow.
inline int floor_log2(float x) {
  constexpr int kBelowAll = std::numeric_limits<int>::min() / 2;
  return x == 0.0F ? kBelowAll : std::ilogb(x);
}

}  // namespace bcq
