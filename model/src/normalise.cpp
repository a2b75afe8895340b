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

std::uint8_t array_scale(float max_abs, float tensor_scale, const BcqFormat& format) {
  if (max_abs == 0.0F) return 0;
  const auto q = static_cast<double>(format.max_codeword());
  const auto scale = static_cast<double>(tensor_scale);
  const std::uint8_t code = format.scale == ScaleConvention::kDecode ? e4m3_encode_ratio(max_abs, scale * q)
                                                                     : e4m3_encode_ratio(q, scale * max_abs);
  return code == 0 ? std::uint8_t{1} : code;
}

NormalisedScale normalise_scale(float tensor_scale) {
  const auto [significand, exponent] = split(tensor_scale);
  const int shift = kSignificandBits - static_cast<int>(std::bit_width(significand));
  return {significand << shift, exponent - shift};
}

std::uint64_t reciprocal(std::uint64_t product) {
  return ((std::uint64_t{1} << (kReciprocalBits + 1)) + product) / (2 * product);
}

Normaliser::Normaliser(float tensor_scale, const BcqFormat& format)
    : convention_(format.scale), limit_(normalised_limit(format)) {
  const NormalisedScale scale = normalise_scale(tensor_scale);
  tensor_exponent_ = scale.exponent;
  for (std::uint64_t m = 8; m < factors_.size(); ++m) {
    const std::uint64_t product = m * scale.significand;
    factors_[m] = convention_ == ScaleConvention::kDecode ? reciprocal(product) : product;
  }
}

void Normaliser::set_scale(std::uint8_t code) {
  const E4m3Parts parts = e4m3_split(code);
  if (parts.significand == 0) {
    factor_ = 0;
    return;
  }
  const int shift = 4 - static_cast<int>(std::bit_width(static_cast<unsigned>(parts.significand)));
  factor_ = factors_[static_cast<std::size_t>(parts.significand << shift)];
  const int scale_exponent = parts.exponent - 9 - shift;
  shift_base_ = convention_ == ScaleConvention::kDecode
                    ? kReciprocalBits - kFractionBits + tensor_exponent_ + scale_exponent
                    : -kFractionBits - tensor_exponent_ - scale_exponent;
}

std::int32_t Normaliser::normalise(float x) const {
  const BinaryParts parts = split(x);
  const std::uint64_t product = parts.significand * factor_;
  const int shift = shift_base_ - parts.exponent;
  std::int32_t magnitude = limit_;
  if (product == 0 || shift >= 64) {
    magnitude = 0;  // product ≤ 2^52, so such a shift leaves less than half an LSB
  } else if (shift >= 1) {
    const std::uint64_t rounded = (product + (std::uint64_t{1} << (shift - 1))) >> shift;
    if (rounded < static_cast<std::uint64_t>(limit_)) magnitude = static_cast<std::int32_t>(rounded);
  }
  return std::signbit(x) ? -magnitude : magnitude;
}

}  // namespace bcq
