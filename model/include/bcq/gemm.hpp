// The GEMM and its parts, shared by the golden model and the SystemC array (docs/numerics.md sections 5 and 6).
#pragma once

#include <cmath>
#include <cstdint>

#include "bcq/matrix.hpp"
#include "bcq/tensor.hpp"

namespace bcq {

/// How the contributions of block arrays are summed: exactly, or in binary32 with a rounding after each.
enum class Accumulation { kExact, kFp32 };

/// 2^kAccumulatorLsb is the unit of every contribution.
inline constexpr int kAccumulatorLsb = -18;

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

/// The accumulator of one output: Accumulation::kExact.
class ExactSum {
 public:
  void add(std::int32_t p, int significand_product, int exponent_sum) {
    s_ += scaled_term(p, significand_product, exponent_sum);
  }
  [[nodiscard]] float value() const { return accumulator_to_float(s_); }

 private:
  Accumulator s_ = 0;
};

/// The accumulator of one output: Accumulation::kFp32. Both factors are exact in binary32: |p| < 2²⁴ and m_w·m_a < 2⁸.
class Fp32Sum {
 public:
  void add(std::int32_t p, int significand_product, int exponent_sum) {
    const float scale = std::ldexp(static_cast<float>(significand_product), exponent_sum + kAccumulatorLsb);
    s_ = std::fma(static_cast<float>(p), scale, s_);
  }
  [[nodiscard]] float value() const { return s_; }

 private:
  float s_ = 0;
};

/// RNE32(g_w·g_a), the factor of the output stage. Throws InputError when it overflows to infinity.
[[nodiscard]] float output_scale(const BcqTensor& weight, const BcqTensor& activation);

/// C[M,N] = A[M,K]·W[N,K]ᵀ by the contract. Both operands must have the same k and format (nc and codebooks may
/// differ), with decode scales; throws InputError otherwise.
[[nodiscard]] Matrix<float> gemm(const BcqTensor& activation, const BcqTensor& weight, Accumulation accumulation);

/// The contract's default.
[[nodiscard]] inline Matrix<float> exact_gemm(const BcqTensor& activation, const BcqTensor& weight) {
  return gemm(activation, weight, Accumulation::kExact);
}

/// Reference in FP64: C = A·Wᵀ of the unquantized operands, for NMSE.
[[nodiscard]] Matrix<float> reference_gemm(const Matrix<float>& activation, const Matrix<float>& weight);

}  // namespace bcq
