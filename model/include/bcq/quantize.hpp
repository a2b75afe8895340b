// FP32 → BCQ and back (docs/numerics.md sections 2, 3 and 4).
#pragma once

#include <optional>

#include "bcq/matrix.hpp"
#include "bcq/tensor.hpp"

namespace bcq {

/// The tensor scale of a matrix. Decode scales: g = RNE32(max|X|/(448·Q)), at least 2⁻¹⁴⁹. Encode scales:
/// h = RNE32(Q/max|X|), at most FLT_MAX. 1 for an all-zero matrix.
[[nodiscard]] float tensor_scale(const Matrix<float>& x, const BcqFormat& format);

/// What an encoder may do beyond the nearest scale code. Decoding is the same.
struct EncoderOptions {
  std::optional<float> tensor_scale;  ///< static: replaces that of the data; what exceeds it saturates
  int search_down = 0;                ///< scale codes tried below the nearest
  int search_up = 0;                  ///< and above it
  bool mirror = false;                ///< try negated codebooks for every block array: the sign of the scale code
};

/// The search of `--scale-search`: −1…+2 around the nearest scale code.
inline constexpr EncoderOptions kScaleSearch{.tensor_scale = {}, .search_down = 1, .search_up = 2};

/// Encodes x [rows, k], every element finite. Throws InputError for K > kMaxK and for a static scale that is not
/// positive and finite. Deterministic: the same bits on every machine and for every thread count.
[[nodiscard]] BcqTensor quantize(const Matrix<float>& x, const CodebookSet& codebooks,
                                 const EncoderOptions& options = {});

/// Decodes to FP32 [rows, k] (docs/numerics.md section 4).
[[nodiscard]] Matrix<float> dequantize(const BcqTensor& tensor);

}  // namespace bcq
