// Normalisation of scalars to fixed point (docs/numerics.md section 3): shared by the encoder and calibration.
#pragma once

#include <array>
#include <cstdint>

#include "bcq/bcq_format.hpp"

namespace bcq {

/// The E4M3 decode scale of one block array whose largest magnitude is `max_abs`, for tensor scale `g`.
[[nodiscard]] std::uint8_t array_scale(float max_abs, float g, int max_codeword);

/// Takes scalars of one tensor to signed fixed point with kFractionBits fraction bits.
class Normaliser {
 public:
  Normaliser(float g, const BcqFormat& format);

  /// Selects the block array's scale; call before normalise(). 0x00 makes every scalar 0.
  void set_scale(std::uint8_t code);

  /// V of the contract, within ±limit().
  [[nodiscard]] std::int32_t normalise(float x) const;

  /// 2^(bc+F) − 1, where V saturates.
  [[nodiscard]] std::int32_t limit() const { return limit_; }

 private:
  std::array<std::uint64_t, 16> reciprocals_{};  // R_m at index m = 8…15
  int g_exponent_;                               // γ
  std::int32_t limit_;
  std::uint64_t reciprocal_ = 0;
  int shift_base_ = 0;  // 50 − F + γ + ε: the right shift of X·R is this minus ξ
};

}  // namespace bcq
