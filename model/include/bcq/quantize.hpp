// FP32 → BCQ and back (docs/numerics.md sections 2, 3 and 4).
#pragma once

#include <optional>

#include "bcq/matrix.hpp"
#include "bcq/tensor.hpp"

namespace bcq {

/// The tensor scale g of a matrix: RNE32(max|X|/(448·Q)), at least 2⁻¹⁴⁹; 1 for an all-zero matrix.
[[nodiscard]] float tensor_scale(const Matrix<float>& x, const BcqFormat& format);

/// Encodes x [rows, k], every element finite. `static_scale` replaces g (positive, finite); what exceeds it saturates.
/// Throws InputError for K > kMaxK and for a static scale that is not positive and finite. Deterministic: the same bits
/// on every machine and for every thread count.
[[nodiscard]] BcqTensor quantize(const Matrix<float>& x, const CodebookSet& codebooks,
                                 std::optional<float> static_scale = std::nullopt);

/// Decodes to FP32 [rows, k], one rounding per scalar.
[[nodiscard]] Matrix<float> dequantize(const BcqTensor& tensor);

}  // namespace bcq
