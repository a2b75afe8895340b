#include "normalise.hpp"

#include <bit>
#include <cmath>
#include <cstddef>

#include "bcq/e4m3.hpp"

namespace bcq {
namespace {

constexpr int kSignificandBits = 24;
constexpr int kReciprocalBits = 50;  // R_m = round(2^50/(m·G))

/// |x| = significand · 2^exponent with the significand as IEEE stores it (hidden bit included, subnormals as they are).
struct BinaryParts {
  std::uint64_t significand;
  int exponent;
};

BinaryParts split(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const int field = static_cast<int>((bits >> 23) & 0xFF);
  const std::uint32_t fraction = bits & 0x7FFFFF;
  if (field == 0) return {fraction, -149};
  return {fraction | 0x800000, field - 150};
}

}  // namespace

std::uint8_t array_scale(float max_abs, float g, int max_codeword) {
  if (max_abs == 0.0F) return 0;
  const std::uint8_t code = e4m3_encode_ratio(max_abs, static_cast<double>(g) * max_codeword);
  return code == 0 ? std::uint8_t{1} : code;
}

Normaliser::Normaliser(float g, const BcqFormat& format) : limit_((1 << (format.bc + kFractionBits)) - 1) {
  auto [significand, exponent] = split(g);
  const int shift = kSignificandBits - static_cast<int>(std::bit_width(significand));
  significand <<= shift;
  g_exponent_ = exponent - shift;
  for (std::uint64_t m = 8; m < reciprocals_.size(); ++m) {
    const std::uint64_t divisor = m * significand;
    reciprocals_[m] = ((std::uint64_t{1} << (kReciprocalBits + 1)) + divisor) / (2 * divisor);
  }
}

void Normaliser::set_scale(std::uint8_t code) {
  const E4m3Parts parts = e4m3_split(code);
  if (parts.significand == 0) {
    reciprocal_ = 0;
    return;
  }
  const int shift = 4 - static_cast<int>(std::bit_width(static_cast<unsigned>(parts.significand)));
  reciprocal_ = reciprocals_[static_cast<std::size_t>(parts.significand << shift)];
  const int scale_exponent = parts.exponent - 9 - shift;
  shift_base_ = kReciprocalBits - kFractionBits + g_exponent_ + scale_exponent;
}

std::int32_t Normaliser::normalise(float x) const {
  const BinaryParts parts = split(x);
  const std::uint64_t product = parts.significand * reciprocal_;
  const int shift = shift_base_ - parts.exponent;
  std::int32_t magnitude = limit_;
  if (product == 0 || shift >= 64) {
    magnitude = 0;  // product < 2^49, so such a shift leaves less than half an LSB
  } else if (shift >= 1) {
    const std::uint64_t rounded = (product + (std::uint64_t{1} << (shift - 1))) >> shift;
    if (rounded < static_cast<std::uint64_t>(limit_)) magnitude = static_cast<std::int32_t>(rounded);
  }
  return std::signbit(x) ? -magnitude : magnitude;
}

}  // namespace bcq
