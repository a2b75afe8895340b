// The exact GEMM and its parts, shared by the golden model and the SystemC array (docs/numerics.md sections 5 and 6).
#pragma once

#include <cstdint>

#include "bcq/matrix.hpp"
#include "bcq/tensor.hpp"

namespace bcq {

/// Holds every S of the contract (at most 67 bits for K ≤ 65536 and B_c = 8), LSB 2⁻¹⁸.
__extension__ using Accumulator = __int128;

/// Bits of the two's complement accumulator that K ≤ k_max needs: 1 + ⌈log2 k_max⌉ + 2(bc−1) + 36.
[[nodiscard]] int accumulator_bits(std::size_t k_max, int bc);

/// Σ a·b of n codeword pairs, exact: n ≤ 1024 and |a·b| ≤ 127² fit 32 bits.
[[nodiscard]] std::int32_t dot(const std::int16_t* a, const std::int16_t* b, std::size_t n);

/// P · m_w·m_a · 2^(e_w+e_a): the exact contribution of one block array to S.
[[nodiscard]] constexpr Accumulator scaled_term(std::int64_t p, int significand_product, int exponent_sum) {
  return static_cast<Accumulator>(p) * significand_product * (Accumulator{1} << exponent_sum);
}

/// RNE32(S·2⁻¹⁸).
[[nodiscard]] float accumulator_to_float(Accumulator s);

/// RNE32(g_w·g_a), the factor of the output stage. Throws InputError when it overflows to infinity.
[[nodiscard]] float output_scale(const BcqTensor& weight, const BcqTensor& activation);

/// C[M,N] = A[M,K]·W[N,K]ᵀ by the contract. Both operands must have the same k and format (nc and codebooks may
/// differ), with decode scales; throws InputError otherwise.
[[nodiscard]] Matrix<float> exact_gemm(const BcqTensor& activation, const BcqTensor& weight);

/// Reference in FP64: C = A·Wᵀ of the unquantized operands, for NMSE.
[[nodiscard]] Matrix<float> reference_gemm(const Matrix<float>& activation, const Matrix<float>& weight);

}  // namespace bcq
