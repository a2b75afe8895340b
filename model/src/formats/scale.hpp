// FP32 scales of rows and tensors, and back to FP32 from a product with one.
#pragma once

#include <algorithm>
#include <cfloat>

namespace bcq {

/// RNE32(largest / divisor), but at least 2^−149; 1 when there is nothing to scale. The binary64 quotient rounds to the
/// same FP32 number as the exact one: divisors have at most 16 bits, so no quotient is that close to a tie.
inline float fp32_scale(float largest, double divisor) {
  if (largest == 0.0F) return 1.0F;
  return std::max(static_cast<float>(largest / divisor), FLT_TRUE_MIN);
}

/// RNE32, saturated: the largest element times a scale that was rounded up may lie beyond FLT_MAX.
inline float to_finite_fp32(double value) {
  return static_cast<float>(std::clamp<double>(value, -FLT_MAX, FLT_MAX));
}

}  // namespace bcq
