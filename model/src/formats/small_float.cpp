#include "small_float.hpp"

#include <algorithm>
#include <cmath>

namespace bcq {

std::uint32_t SmallFloat::encode(double x) const {
  const std::uint32_t sign = std::signbit(x) ? sign_bit() : 0;
  const double magnitude = std::fabs(x);
  if (magnitude >= max_value()) return sign | max_code;
  if (magnitude == 0.0) return sign;
  // Counted in quanta of its binade, a magnitude's code is linear in it, and a carry into the next binade is its code.
  const int exponent = std::max(std::ilogb(magnitude), 1 - bias);
  const double quanta = std::nearbyint(std::ldexp(magnitude, mantissa_bits - exponent));
  const auto field = static_cast<std::uint32_t>(exponent + bias - 1);
  return sign | std::min(max_code, (field << mantissa_bits) + static_cast<std::uint32_t>(quanta));
}

double SmallFloat::decode(std::uint32_t code) const {
  const std::uint32_t magnitude = code & (sign_bit() - 1);
  const auto field = static_cast<int>(magnitude >> mantissa_bits);
  const std::uint32_t mantissa = magnitude & ((1U << mantissa_bits) - 1);
  const std::uint32_t significand = field == 0 ? mantissa : mantissa + (1U << mantissa_bits);
  const double value = std::ldexp(significand, std::max(field, 1) - bias - mantissa_bits);
  return (code & sign_bit()) != 0 ? -value : value;
}

}  // namespace bcq
