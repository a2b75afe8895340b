#include "small_float.hpp"

#include <algorithm>
#include <bit>

namespace bcq {
namespace {

// binary64
constexpr int kMantissaBits = 52;
constexpr int kBias = 1023;
constexpr std::uint64_t kHidden = std::uint64_t{1} << kMantissaBits;

/// 2^exponent within the normal range; several times faster than std::ldexp.
double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(kBias + exponent) << kMantissaBits);
}

}  // namespace

std::uint32_t SmallFloat::encode(double x) const {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint32_t sign = (bits >> 63) != 0 ? sign_bit() : 0;
  const int exponent = static_cast<int>((bits >> kMantissaBits) & 0x7FF) - kBias;
  const std::uint64_t significand = (bits & (kHidden - 1)) | kHidden;
  // Counted in quanta of its binade, a magnitude's code is linear in it, and a carry into the next binade is its code.
  const int binade = std::max(exponent, 1 - bias);
  const int dropped = kMantissaBits - mantissa_bits + (binade - exponent);
  if (dropped > kMantissaBits + 1) return sign;  // below half a quantum of the lowest binade
  const std::uint64_t below_half = (std::uint64_t{1} << (dropped - 1)) - 1;
  const std::uint64_t odd = (significand >> dropped) & 1;
  const auto quanta = static_cast<std::uint32_t>((significand + below_half + odd) >> dropped);
  const auto field = static_cast<std::uint32_t>(binade + bias - 1);
  return sign | std::min(max_code, (field << mantissa_bits) + quanta);
}

double SmallFloat::decode(std::uint32_t code) const {
  const std::uint32_t magnitude = code & (sign_bit() - 1);
  const auto field = static_cast<int>(magnitude >> mantissa_bits);
  const std::uint32_t mantissa = magnitude & ((1U << mantissa_bits) - 1);
  const std::uint32_t significand = field == 0 ? mantissa : mantissa + (1U << mantissa_bits);
  const double value = significand * power_of_two(std::max(field, 1) - bias - mantissa_bits);
  return (code & sign_bit()) != 0 ? -value : value;
}

}  // namespace bcq
