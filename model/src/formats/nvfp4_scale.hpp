// The scale of a whole NVFP4 tensor, in binary32 as TransformerEngine computes it.
#pragma once

#include <algorithm>
#include <cfloat>

namespace bcq {

inline constexpr float kNvfp4ElementMax = 6.0F;
inline constexpr float kNvfp4ScaleMax = 448.0F;

/// What takes a tensor with the largest magnitude `amax` to the range of group scale times element, and back.
struct Nvfp4TensorScale {
  float amax, range, encode, decode;
};

/// `scale_max`: the largest group scale that is used.
inline Nvfp4TensorScale nvfp4_tensor_scale(float amax, float scale_max) {
  const float range = kNvfp4ElementMax * scale_max;
  const float encode = std::min(range / amax, FLT_MAX);  // the quotient is infinite where amax is 0 or tiny
  return {amax, range, encode, 1.0F / encode};
}

}  // namespace bcq
