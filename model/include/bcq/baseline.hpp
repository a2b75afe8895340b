// What BCQ's array is compared with: the GEMM of other number formats as arrays for them compute it, to the bit
// (docs/baselines.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bcq/format.hpp"
#include "bcq/matrix.hpp"

namespace bcq {

/// How elements and scales multiply. In this order and with these numbers in rtl/baseline/baseline_pkg.sv.
enum class BaselineArithmetic { kInt8, kInt6, kInt4, kNvfp4, kMxfp4, kFp8Exact, kFp8Fp32 };

/// A format that there is an array for.
struct Baseline {
  BaselineArithmetic arithmetic;
  std::string_view name;           ///< "int6"
  std::string_view specification;  ///< of the same format for make_format: "vsq:weight=6:activation=6"
  int element_bits;
  std::size_t group;  ///< scalars that share a scale in the beat; 0: there is none
};

[[nodiscard]] std::span<const Baseline> baselines();

/// Throws InputError that lists the names there are.
[[nodiscard]] const Baseline& find_baseline(std::string_view name);

/// G, by column of C; one for all where operands have scales of the tensor only; none for MXFP4. Throws InputError
/// where one is infinite.
[[nodiscard]] std::vector<float> baseline_scales(const Baseline& baseline, const EncodedTensor& activation,
                                                 const EncodedTensor& weight);

/// C[M,N] = A[M,K]·W[N,K]ᵀ of operands that the format of `specification` encoded; both must have the same k. `lanes`:
/// scalars per beat, which FP8 with FP32 sums rounds after; nothing else depends on it.
[[nodiscard]] Matrix<float> baseline_gemm(const Baseline& baseline, const EncodedTensor& activation,
                                          const EncodedTensor& weight, std::size_t lanes);

/// The sum of MXFP4 in binary32: a rounding after each term, below 2⁻¹²⁶ +0, from 2¹²⁸ infinity, which stays.
class Mxfp4Sum {
 public:
  /// Adds p·2^exponent, |p| < 2²⁴.
  void add(std::int64_t p, int exponent);
  [[nodiscard]] float value() const { return s_; }

 private:
  float s_ = 0;
};

}  // namespace bcq
