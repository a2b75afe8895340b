// Floating-point elements of a few bits.
#pragma once

#include <cstdint>

namespace bcq {

/// Sign, exponent field E and mantissa field M: value = (−1)^sign · 2^(max(E,1) − bias) · ([E>0] + M/2^mantissa_bits).
/// Codes beyond `max_code` (infinities and NaN of some types) are never written.
struct SmallFloat {
  int exponent_bits;
  int mantissa_bits;
  int bias;
  std::uint32_t max_code;  ///< the largest finite magnitude

  [[nodiscard]] constexpr int bits() const { return 1 + exponent_bits + mantissa_bits; }
  [[nodiscard]] constexpr std::uint32_t sign_bit() const { return 1U << (exponent_bits + mantissa_bits); }

  /// The nearest code, ties to even, saturated to ±max_code; the sign of zero is kept. x must not be NaN.
  [[nodiscard]] std::uint32_t encode(double x) const;
  [[nodiscard]] double decode(std::uint32_t code) const;
  /// The largest finite value.
  [[nodiscard]] double max_value() const { return decode(max_code); }
};

// OCP Microscaling Formats (MX) v1.0 section 5.3 and OCP 8-bit Floating Point (OFP8) v1.0.
inline constexpr SmallFloat kE2m1{2, 1, 1, 0x7};
inline constexpr SmallFloat kE2m3{2, 3, 1, 0x1F};
inline constexpr SmallFloat kE3m2{3, 2, 3, 0x1F};
inline constexpr SmallFloat kE4m3{4, 3, 7, 0x7E};
inline constexpr SmallFloat kE5m2{5, 2, 15, 0x7B};

}  // namespace bcq
