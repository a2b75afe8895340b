#include "bcq/gemm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "bcq/decoder.hpp"
#include "bcq/error.hpp"
#include "bcq/parallel.hpp"

namespace bcq {
namespace {

constexpr int kSignificandBits = 24;

void require_compatible(const BcqTensor& activation, const BcqTensor& weight) {
  const BcqFormat& a = activation.format();
  const BcqFormat& w = weight.format();
  if (activation.k != weight.k) {
    throw InputError(fmt::format(
        "GEMM operands: K = {} of the activation differs from K = {} of the weight; quantize operands of one layer",
        activation.k, weight.k));
  }
  BcqFormat same = w;
  same.nc = a.nc;
  if (a != same) {
    throw InputError(fmt::format("GEMM operands: activation is {} but weight is {}; quantize both in one format",
                                 a.name(), w.name()));
  }
  if (a.scale != ScaleConvention::kDecode) {
    throw InputError("GEMM operands: encode scales cannot be multiplied out exactly; quantize with decode scales");
  }
}

Matrix<double> widened(const Matrix<float>& x) {
  Matrix<double> out(x.rows(), x.cols());
  std::copy(x.flat().begin(), x.flat().end(), out.flat().begin());
  return out;
}

template <class Sum>
Sum accumulate_row_pair(const DecodedTensor& a, std::size_t m, const DecodedTensor& w, std::size_t n, std::size_t la) {
  const auto a_row = a.codewords.row(m);
  const auto w_row = w.codewords.row(n);
  Sum sum;
  for (std::size_t j = 0; j < a.significands.cols(); ++j) {
    const std::size_t begin = j * la;
    const std::int32_t p = dot(&a_row[begin], &w_row[begin], std::min(la, a_row.size() - begin));
    sum.add(p, a.significands(m, j) * w.significands(n, j), a.exponents(m, j) + w.exponents(n, j));
  }
  return sum;
}

template <class Sum>
Matrix<float> multiply(const DecodedTensor& a, const DecodedTensor& w, std::size_t la, float scale) {
  Matrix<float> out(a.codewords.rows(), w.codewords.rows());
  parallel_ranges(out.rows(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) {
      for (std::size_t n = 0; n < out.cols(); ++n) out(m, n) = accumulate_row_pair<Sum>(a, m, w, n, la).value() * scale;
    }
  });
  return out;
}

}  // namespace

// One clone per instruction set, chosen at run time: integer sums do not depend on the order, so all give the same
// bits.
#if defined(__x86_64__)
#define BCQ_SIMD_CLONES __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define BCQ_SIMD_CLONES
#endif

/// Σ a·b in binary64 as sixteen interleaved sums, added at the end: the order is fixed, so all clones give the same
/// bits.
BCQ_SIMD_CLONES static double dot_binary64(const double* a, const double* b, std::size_t n) {
  constexpr std::size_t kSums = 16;
  std::array<double, kSums> sums{};
  std::size_t i = 0;
  for (; i + kSums <= n; i += kSums) {
    for (std::size_t j = 0; j < kSums; ++j) sums[j] += a[i + j] * b[i + j];
  }
  for (; i < n; ++i) sums[i % kSums] += a[i] * b[i];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

BCQ_SIMD_CLONES std::int32_t dot(const std::int16_t* a, const std::int16_t* b, std::size_t n) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

int accumulator_bits(std::size_t k_max, int bc) {
  const int k_bits = static_cast<int>(std::bit_width(k_max - 1));  // ⌈log2 k_max⌉
  return 1 + k_bits + 2 * (bc - 1) + 36;
}

float accumulator_to_float(Accumulator s) {
  const bool negative = s < 0;
  __extension__ using Magnitude = unsigned __int128;
  Magnitude magnitude = negative ? -static_cast<Magnitude>(s) : static_cast<Magnitude>(s);
  const auto high = static_cast<std::uint64_t>(magnitude >> 64);
  const auto low = static_cast<std::uint64_t>(magnitude);
  const int width = static_cast<int>(high != 0 ? 64 + std::bit_width(high) : std::bit_width(low));
  const int shift = width - kSignificandBits;
  if (shift > 0) {
    const Magnitude half = Magnitude{1} << (shift - 1);
    const Magnitude remainder = magnitude & ((Magnitude{1} << shift) - 1);
    magnitude >>= shift;
    if (remainder > half || (remainder == half && (magnitude & 1) != 0)) ++magnitude;
  }
  // magnitude ≤ 2^24 is exact in binary32, and the exponent is far from both ends of its range.
  const float value =
      std::ldexp(static_cast<float>(static_cast<std::uint32_t>(magnitude)), std::max(shift, 0) + kAccumulatorLsb);
  return negative ? -value : value;
}

float output_scale(const BcqTensor& weight, const BcqTensor& activation) {
  const float scale = weight.tensor_scale * activation.tensor_scale;
  if (!std::isfinite(scale)) {
    throw InputError(
        fmt::format("GEMM operands: tensor scales {} and {} multiply to infinity in binary32; scale the operands down",
                    weight.tensor_scale, activation.tensor_scale));
  }
  return scale;
}

Matrix<float> gemm(const BcqTensor& activation, const BcqTensor& weight, Accumulation accumulation) {
  require_compatible(activation, weight);
  const DecodedTensor a = decode(activation);
  const DecodedTensor w = decode(weight);
  const float scale = output_scale(weight, activation);
  const auto la = static_cast<std::size_t>(activation.format().la);
  return accumulation == Accumulation::kExact ? multiply<ExactSum>(a, w, la, scale)
                                              : multiply<Fp32Sum>(a, w, la, scale);
}

Matrix<float> reference_gemm(const Matrix<float>& activation, const Matrix<float>& weight) {
  const Matrix<double> a = widened(activation);
  const Matrix<double> w = widened(weight);
  Matrix<float> out(a.rows(), w.rows());
  parallel_ranges(out.cols(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) {
      for (std::size_t m = 0; m < out.rows(); ++m) {
        out(m, n) = static_cast<float>(dot_binary64(a.row(m).data(), w.row(n).data(), a.cols()));
      }
    }
  });
  return out;
}

}  // namespace bcq
