#include "bcq/e4m3.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace bcq {
namespace {

constexpr int kLsbExponent = -9;  // the smallest subnormal is 2^-9

/// Value of a non-negative finite code in units of 2^-9.
constexpr int magnitude_in_lsb(int code) {
  const E4m3Parts parts = e4m3_split(static_cast<std::uint8_t>(code));
  return parts.significand << parts.exponent;
}

/// kTies[c] is the midpoint between codes c and c+1 in units of 2^-10, an integer.
constexpr auto kTies = [] {
  std::array<int, kE4m3Max> ties{};
  for (int code = 0; code < kE4m3Max; ++code)
    ties[static_cast<std::size_t>(code)] = magnitude_in_lsb(code) + magnitude_in_lsb(code + 1);
  return ties;
}();

}  // namespace

double e4m3_decode(std::uint8_t code) {
  if (e4m3_is_nan(code)) return std::numeric_limits<double>::quiet_NaN();
  const E4m3Parts parts = e4m3_split(code);
  const double magnitude = std::ldexp(parts.significand, parts.exponent + kLsbExponent);
  return parts.negative ? -magnitude : magnitude;
}

std::uint8_t e4m3_encode_ratio(double numerator, double denominator) {
  // The code is the number of ties below the quotient; on a tie the even code of the two wins.
  const double scaled = std::ldexp(numerator, 1 - kLsbExponent);
  int low = 0;
  int high = kE4m3Max;
  while (low < high) {
    const int middle = (low + high) / 2;
    const double tie = kTies[static_cast<std::size_t>(middle)] * denominator;
    const bool round_up = scaled > tie || (scaled == tie && middle % 2 == 1);
    if (round_up) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<std::uint8_t>(low);
}

std::uint8_t e4m3_encode(float value) {
  const std::uint8_t sign = std::signbit(value) ? kE4m3Sign : std::uint8_t{0};
  return sign | e4m3_encode_ratio(std::fabs(static_cast<double>(value)), 1.0);
}

}  // namespace bcq
