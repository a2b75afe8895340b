// Integer elements.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bcq {

/// Two's complement integers −max()…max(); the code of −max() − 1 is never written.
struct SymmetricInteger {
  int bits;

  [[nodiscard]] constexpr int max() const { return (1 << (bits - 1)) - 1; }

  /// The nearest integer, ties to even, saturated. A quotient of FP32 numbers may come rounded to binary64: with at
  /// most 32 significant bits in the divisor it is then on the same side of every tie as the exact one.
  [[nodiscard]] std::uint32_t encode(double x) const {
    const auto nearest = static_cast<std::int32_t>(std::nearbyint(std::clamp<double>(x, -max(), max())));
    return static_cast<std::uint32_t>(nearest) & ((1U << bits) - 1);
  }

  [[nodiscard]] std::int32_t decode(std::uint32_t code) const {
    const std::uint32_t sign_bit = 1U << (bits - 1);
    return static_cast<std::int32_t>(code ^ sign_bit) - static_cast<std::int32_t>(sign_bit);
  }
};

}  // namespace bcq
