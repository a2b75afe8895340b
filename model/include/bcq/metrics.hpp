// Measures of a tensor, and of a quantized tensor against its original.
#pragma once

#include <span>

#include "bcq/matrix.hpp"

namespace bcq {

/// max |x|, 0 for an empty span.
[[nodiscard]] float max_magnitude(std::span<const float> x);

/// Σ(x−x̂)²/Σx² in dB; −inf when they are equal, +inf when x is all zero and x̂ is not. Summed in FP64, row by row.
[[nodiscard]] double nmse_db(const Matrix<float>& x, const Matrix<float>& approximation);

/// max |x−x̂|.
[[nodiscard]] double max_abs_error(const Matrix<float>& x, const Matrix<float>& approximation);

}  // namespace bcq
