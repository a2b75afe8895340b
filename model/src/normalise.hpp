// Normalisation of scalars to fixed point (docs/numerics.md section 3): shared by the encoder and calibration.
#pragma once

#include <array>
#include <cstdint>

#include "bcq/bcq_format.hpp"

namespace bcq {

/// The nearest E4M3 scale of one block array whose largest magnitude is `max_abs`, for the tensor scale of the format's
/// convention; 0x00 exactly when max_abs is 0.
[[nodiscard]] std::uint8_t array_scale(float max_abs, float tensor_scale, const BcqFormat& format);

/// Where V saturates: one fixed-point step below twice the smallest power of two above Q.
[[nodiscard]] inline std::int32_t normalised_limit(const BcqFormat& format) {
  return (format.codeword_range() << (kFractionBits + 1)) - 1;
}

/// g = significand · 2^exponent with 2²³ ≤ significand < 2²⁴, subnormal g included: G and γ.
struct NormalisedScale {
  std::uint64_t significand;
  int exponent;
};
[[nodiscard]] NormalisedScale normalise_scale(float tensor_scale);

/// ⌊2⁵⁰/product + ½⌋: R_m of the product m·G.
[[nodiscard]] std::uint64_t reciprocal(std::uint64_t product);

/// Takes scalars of one tensor to signed fixed point with kFractionBits fraction bits.
class Normaliser {
 public:
  Normaliser(float tensor_scale, const BcqFormat& format);

  /// Selects the block array's scale, whose sign does not matter; call before normalise(). 0x00 makes every scalar 0.
  void set_scale(std::uint8_t code);

  /// V of the contract, within ±limit().
  [[nodiscard]] std::int32_t normalise(float x) const;

 private:
  std::array<std::uint64_t, 16> factors_{};  // at index m = 8…15: R_m, or m·H for encode scales
  ScaleConvention convention_;
  int tensor_exponent_;  // γ, or η for encode scales
  std::int32_t limit_;
  std::uint64_t factor_ = 0;
  int shift_base_ = 0;  // the right shift of X·factor is this minus ξ
};

}  // namespace bcq
