#include "bcq/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <cmath>
#include <string>

#include "bcq/e4m3.hpp"
#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/parallel.hpp"
#include "formats/nvfp4_scale.hpp"
#include "formats/small_float.hpp"
#include "formats/symmetric_integer.hpp"

namespace bcq {
namespace {

constexpr std::array<Baseline, 7> kBaselines{{
    {BaselineArithmetic::kInt8, "int8", "vsq:weight=8:activation=8", 8, 16},
    {BaselineArithmetic::kInt6, "int6", "vsq:weight=6:activation=6", 6, 16},
    {BaselineArithmetic::kInt4, "int4", "vsq", 4, 16},
    {BaselineArithmetic::kNvfp4, "nvfp4", "nvfp4", 4, 16},
    {BaselineArithmetic::kMxfp4, "mxfp4", "mxfp4", 4, 32},
    {BaselineArithmetic::kFp8Exact, "fp8_exact", "fp8", 8, 0},
    {BaselineArithmetic::kFp8Fp32, "fp8_fp32", "fp8", 8, 0},
}};

/// Products of two E2M1 numbers in halves count quarters, and each E8M0 code has a bias of 127.
constexpr int kMxfp4Lsb = -2 - 2 * 127;

enum FieldIndex { kElement, kScale, kCoarse };

bool is_integer(const Baseline& baseline) {
  return baseline.arithmetic <= BaselineArithmetic::kInt4;
}

bool is_fp8(const Baseline& baseline) {
  return baseline.group == 0;
}

/// Elements as integers: E2M1 in halves, E4M3 in units of 2⁻⁹.
Matrix<std::int32_t> integers(const Baseline& baseline, const EncodedTensor& tensor) {
  const auto integer = [&](std::uint32_t code) -> std::int32_t {
    if (is_integer(baseline)) return SymmetricInteger{baseline.element_bits}.decode(code);
    if (!is_fp8(baseline)) return static_cast<std::int32_t>(2 * kE2m1.decode(code));
    const E4m3Parts parts = e4m3_split(static_cast<std::uint8_t>(code));
    return (parts.negative ? -parts.significand : parts.significand) * (1 << parts.exponent);
  };
  Matrix<std::int32_t> out(tensor.rows, tensor.k);
  const auto codes = tensor.fields[kElement].entries.flat();
  std::transform(codes.begin(), codes.end(), out.flat().begin(), integer);
  return out;
}

/// The exact sums.
class FixedSum {
 public:
  void add(Accumulator term) { s_ += term; }
  [[nodiscard]] float value() const { return accumulator_to_float(s_); }

 private:
  Accumulator s_ = 0;
};

/// FP8 in binary32. Every sum is a multiple of 2⁻¹⁸ and below 2⁵²·2⁻¹⁸.
class Fp8Sum {
 public:
  void add(std::int64_t p) {
    s_ = accumulator_to_float(static_cast<Accumulator>(std::ldexp(s_, -kAccumulatorLsb)) + p);
  }
  [[nodiscard]] float value() const { return s_; }

 private:
  float s_ = 0;
};

/// Both operands, ready to multiply.
struct Operands {
  Matrix<std::int32_t> a, w;
  const Field* a_scales;
  const Field* w_scales;
  std::size_t group;  ///< scalars that are summed before anything else happens to them
};

/// C before the output stage. `add(sum, p, scale code of a, scale code of w)` adds a group.
template <class Sum, class Add>
Matrix<float> multiply(const Operands& operands, Add add) {
  Matrix<float> out(operands.a.rows(), operands.w.rows());
  const std::size_t k = operands.a.cols();
  parallel_ranges(out.rows(), [&](std::size_t first, std::size_t last) {
    for (std::size_t m = first; m < last; ++m) {
      const auto a = operands.a.row(m);
      for (std::size_t n = 0; n < out.cols(); ++n) {
        const auto w = operands.w.row(n);
        Sum sum;
        for (std::size_t begin = 0, j = 0; begin < k; begin += operands.group, ++j) {
          const std::size_t end = std::min(k, begin + operands.group);
          std::int64_t p = 0;
          for (std::size_t i = begin; i < end; ++i) p += std::int64_t{a[i]} * w[i];
          const std::uint32_t a_scale = operands.a_scales == nullptr ? 0 : operands.a_scales->entries(m, j);
          const std::uint32_t w_scale = operands.w_scales == nullptr ? 0 : operands.w_scales->entries(n, j);
          add(sum, p, a_scale, w_scale);
        }
        out(m, n) = sum.value();
      }
    }
  });
  return out;
}

Matrix<float> sums(const Baseline& baseline, const Operands& operands) {
  switch (baseline.arithmetic) {
    case BaselineArithmetic::kInt8:
    case BaselineArithmetic::kInt6:
    case BaselineArithmetic::kInt4:
      return multiply<FixedSum>(operands, [](FixedSum& sum, std::int64_t p, std::uint32_t a, std::uint32_t w) {
        sum.add(p * std::int64_t{a} * std::int64_t{w});
      });
    case BaselineArithmetic::kNvfp4:
      return multiply<FixedSum>(operands, [](FixedSum& sum, std::int64_t p, std::uint32_t a, std::uint32_t w) {
        const E4m3Parts s_a = e4m3_split(static_cast<std::uint8_t>(a)), s_w = e4m3_split(static_cast<std::uint8_t>(w));
        sum.add(scaled_term(p, s_a.significand * s_w.significand, s_a.exponent + s_w.exponent));
      });
    case BaselineArithmetic::kMxfp4:
      return multiply<Mxfp4Sum>(operands, [](Mxfp4Sum& sum, std::int64_t p, std::uint32_t a, std::uint32_t w) {
        sum.add(p, static_cast<int>(a + w) + kMxfp4Lsb);
      });
    case BaselineArithmetic::kFp8Exact:
      return multiply<FixedSum>(operands,
                                [](FixedSum& sum, std::int64_t p, std::uint32_t, std::uint32_t) { sum.add(p); });
    case BaselineArithmetic::kFp8Fp32:
      return multiply<Fp8Sum>(operands, [](Fp8Sum& sum, std::int64_t p, std::uint32_t, std::uint32_t) { sum.add(p); });
  }
  throw InputError("no such arithmetic");
}

/// The scale of a tensor or of one of its rows.
float coarse_scale(const Baseline& baseline, const EncodedTensor& tensor, std::size_t row) {
  const std::size_t field = is_fp8(baseline) ? kScale : kCoarse;
  const Matrix<std::uint32_t>& entries = tensor.fields[field].entries;
  const float stored = std::bit_cast<float>(entries(entries.rows() == 1 ? 0 : row, 0));
  return baseline.arithmetic == BaselineArithmetic::kNvfp4 ? nvfp4_tensor_scale(stored, kNvfp4ScaleMax).decode : stored;
}

}  // namespace

void Mxfp4Sum::add(std::int64_t p, int exponent) {
  if (p == 0 || std::isinf(s_)) return;
  constexpr int kFar = 64;  // so far apart, the smaller addend only says on which side of the larger one the sum lies
  const int s_exponent = s_ == 0.0F ? exponent : std::ilogb(s_) - 23;
  const auto s = static_cast<std::int64_t>(std::ldexp(static_cast<double>(s_), -s_exponent));
  const auto aligned = [&](std::int64_t value, int own, int unit) -> Accumulator {
    if (own >= unit) return static_cast<Accumulator>(value) * (Accumulator{1} << (own - unit));
    return value > 0 ? 1 : value < 0 ? -1 : 0;
  };
  const int unit = std::max(std::min(s_exponent, exponent), std::max(s_exponent, exponent) - kFar);
  const Accumulator sum = aligned(s, s_exponent, unit) + aligned(p, exponent, unit);
  const double rounded = std::ldexp(static_cast<double>(accumulator_to_float(sum)), unit - kAccumulatorLsb);
  if (std::fabs(rounded) > FLT_MAX) {
    s_ = sum < 0 ? -HUGE_VALF : HUGE_VALF;
  } else {
    s_ = std::fabs(rounded) < FLT_MIN ? 0.0F : static_cast<float>(rounded);
  }
}

std::span<const Baseline> baselines() {
  return kBaselines;
}

const Baseline& find_baseline(std::string_view name) {
  std::string known;
  for (const Baseline& baseline : kBaselines) {
    if (baseline.name == name) return baseline;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", baseline.name);
  }
  throw InputError(fmt::format("no array for format '{}'; there are: {}", name, known));
}

std::vector<float> baseline_scales(const Baseline& baseline, const EncodedTensor& activation,
                                   const EncodedTensor& weight) {
  if (baseline.arithmetic == BaselineArithmetic::kMxfp4) return {};
  // The LSB of S, counted in that of the output stage.
  const int lsb = is_integer(baseline) ? -kAccumulatorLsb : baseline.arithmetic == BaselineArithmetic::kNvfp4 ? -2 : 0;
  std::vector<float> scales(is_integer(baseline) ? weight.rows : 1);
  for (std::size_t n = 0; n < scales.size(); ++n) {
    const double product =
        static_cast<double>(coarse_scale(baseline, weight, n)) * coarse_scale(baseline, activation, 0);
    scales[n] = static_cast<float>(std::ldexp(product, lsb));
    if (!std::isfinite(scales[n]))
      throw InputError("GEMM operands: their scales multiply to infinity in binary32; scale the operands down");
  }
  return scales;
}

Matrix<float> baseline_gemm(const Baseline& baseline, const EncodedTensor& activation, const EncodedTensor& weight,
                            std::size_t lanes) {
  if (activation.k != weight.k) {
    throw InputError(fmt::format("GEMM operands: K = {} of the activation differs from K = {} of the weight",
                                 activation.k, weight.k));
  }
  const std::vector<float> scales = baseline_scales(baseline, activation, weight);
  Matrix<float> out =
      sums(baseline, {integers(baseline, activation), integers(baseline, weight),
                      is_fp8(baseline) ? nullptr : &activation.fields[kScale],
                      is_fp8(baseline) ? nullptr : &weight.fields[kScale], is_fp8(baseline) ? lanes : baseline.group});
  if (scales.empty()) return out;
  for (std::size_t m = 0; m < out.rows(); ++m)
    for (std::size_t n = 0; n < out.cols(); ++n) out(m, n) *= scales[scales.size() == 1 ? 0 : n];
  return out;
}

}  // namespace bcq
