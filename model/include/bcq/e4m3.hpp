// E4M3 (float8_e4m3fn): the scale of a block array. OCP 8-bit Floating Point Specification; docs/numerics.md section 2.
#pragma once

#include <cstdint>

namespace bcq {

inline constexpr std::uint8_t kE4m3Max = 0x7E;  ///< 448, the largest finite value
inline constexpr std::uint8_t kE4m3Nan = 0x7F;  ///< NaN, with or without the sign bit
inline constexpr std::uint8_t kE4m3Sign = 0x80;

/// An E4M3 code as integers: value = (−1)^negative · significand · 2^(exponent − 9).
struct E4m3Parts {
  bool negative;
  int significand;  ///< 0…15
  int exponent;     ///< 0…14
};

constexpr bool e4m3_is_nan(std::uint8_t code) {
  return (code & 0x7F) == kE4m3Nan;
}

/// Splits any code; NaN codes split like numbers (significand 15, exponent 14), callers refuse them beforehand.
constexpr E4m3Parts e4m3_split(std::uint8_t code) {
  const int field = (code >> 3) & 0xF;
  const int mantissa = code & 0x7;
  const bool negative = (code & kE4m3Sign) != 0;
  if (field == 0) return {negative, mantissa, 0};
  return {negative, 8 + mantissa, field - 1};
}

/// The exact value of a code; a quiet NaN for the two NaN codes.
double e4m3_decode(std::uint8_t code);

/// The non-negative code of the exact quotient numerator/denominator, RNE, saturated to 448.
/// Both must be finite, numerator ≥ 0, denominator > 0 and within 2^±500, the denominator with at most 48 significant
/// bits: times a tie of five bits it is exact in binary64, so no quotient is ever rounded.
std::uint8_t e4m3_encode_ratio(double numerator, double denominator);

/// The code of a finite value, RNE, saturated to ±448.
std::uint8_t e4m3_encode(float value);

}  // namespace bcq
