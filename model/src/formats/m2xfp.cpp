// M2XFP: MXFP4 with two bits of metadata per eight scalars, spent on the scale of weights and on the largest scalar of
// activations (docs/formats/rivals.md).
#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>

#include "e8m0.hpp"
#include "formats.hpp"
#include "group_format.hpp"
#include "small_float.hpp"

namespace bcq {
namespace {

enum Fields : std::size_t { kElement, kScale, kMantissa };

constexpr std::size_t kGroup = 32;
constexpr std::size_t kSubgroup = 8;
constexpr std::size_t kSubgroups = kGroup / kSubgroup;
constexpr int kElementExponent = 2;                                          // of 6, the largest E2M1 number
constexpr std::array<double, 8> kMagnitudes = {0, 0.5, 1, 1.5, 2, 3, 4, 6};  // E2M1

/// The exponent of the OCP scale.
int shared_exponent(std::span<const float> x) {
  return e8m0::shared_exponent(max_magnitude(x), kElementExponent);
}

template <class T>
std::span<T> subgroup(std::span<T> group, std::size_t i) {
  return group.subspan(i * kSubgroup, std::min(kSubgroup, group.size() - i * kSubgroup));
}

// --- Weights: subgroup-level extra mantissa (Sg-EM) ------------------------------------------------------------------

/// The scale of a subgroup, (1 + mantissa/4)·2^exponent.
double subgroup_scale(std::uint32_t mantissa, int exponent) {
  return std::ldexp(4 + mantissa, exponent - 2);
}

/// The E2M1 magnitude nearest to |x|/scale, ties to even, without dividing: a tie times a scale is exact.
std::uint32_t nearest_magnitude(float x, double scale) {
  const double a = std::fabs(x);
  const int code = (a > 0.25 * scale) + (a >= 0.75 * scale) + (a > 1.25 * scale) + (a >= 1.75 * scale) +
                   (a > 2.5 * scale) + (a >= 3.5 * scale) + (a > 5.0 * scale);
  return static_cast<std::uint32_t>(code);
}

/// Squared error of a subgroup; infinite for a scale with which a scalar would decode to infinity.
double squared_error(std::span<const float> x, double scale) {
  double sum = 0.0;
  for (const float value : x) {
    const double decoded = kMagnitudes[nearest_magnitude(value, scale)] * scale;  // exact in FP32 if within its range
    if (decoded > FLT_MAX) return std::numeric_limits<double>::infinity();
    const double error = decoded - std::fabs(value);
    sum += error * error;
  }
  return sum;
}

/// Scales of a group and what they cost.
struct GroupScales {
  int exponent = 0;
  std::array<std::uint32_t, kSubgroups> mantissas{};
  double error = std::numeric_limits<double>::infinity();
};

/// The best mantissas under a shared exponent, ties to the smaller one.
GroupScales best_mantissas(std::span<const float> x, int exponent) {
  GroupScales scales{exponent, {}, 0.0};
  for (std::size_t i = 0; i * kSubgroup < x.size(); ++i) {
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t mantissa = 0; mantissa < 4; ++mantissa) {
      const double error = squared_error(subgroup(x, i), subgroup_scale(mantissa, exponent));
      if (error >= least) continue;
      least = error;
      scales.mantissas[i] = mantissa;
    }
    scales.error += least;
  }
  return scales;
}

class M2xfpWeight final : public GroupFormat {
 public:
  M2xfpWeight() : GroupFormat(kGroup, {{"element", 4, 1}, {"scale", 8, kGroup}, {"scale_mantissa", 2, kSubgroup}}) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const int base = shared_exponent(x);
    GroupScales best;
    for (int exponent = std::max(base - 1, e8m0::kLowest); exponent <= base + 1; ++exponent) {
      const GroupScales scales = best_mantissas(x, exponent);
      if (scales.error < best.error) best = scales;
    }
    entries.one(kScale) = e8m0::encode(best.exponent);
    for (std::size_t i = 0; i < entries[kMantissa].size(); ++i) entries[kMantissa][i] = best.mantissas[i];
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double scale = subgroup_scale(best.mantissas[i / kSubgroup], best.exponent);
      entries[kElement][i] = (std::signbit(x[i]) ? kE2m1.sign_bit() : 0) | nearest_magnitude(x[i], scale);
    }
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const int exponent = e8m0::decode(entries.one(kScale));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double scale = subgroup_scale(entries[kMantissa][i / kSubgroup], exponent);
      x[i] = static_cast<float>(kE2m1.decode(entries[kElement][i]) * scale);
    }
  }
};

// --- Activations: element-level extra mantissa (Elem-EM-top1) --------------------------------------------------------

constexpr std::uint32_t kMagnitudeMask = 7;

/// The scalar of a subgroup that owns the metadata: the largest magnitude among E2M1 codes, ties to the first.
std::size_t top_element(std::span<const std::uint32_t> codes) {
  const auto top = std::max_element(codes.begin(), codes.end(), [](std::uint32_t a, std::uint32_t b) {
    return (a & kMagnitudeMask) < (b & kMagnitudeMask);
  });
  return static_cast<std::size_t>(top - codes.begin());
}

// E2M1 magnitude c is E2M3 magnitude 4c; metadata m makes it 4c + m − 1, so E2M1 codes stay what they are in MXFP4.

/// The metadata that comes nearest to E2M3 rounding of x.
std::uint32_t extra_mantissa(double x, std::uint32_t code) {
  const auto fine = static_cast<int>(kE2m3.encode(std::fabs(x)));
  const auto coarse = static_cast<int>(code & kMagnitudeMask);
  return static_cast<std::uint32_t>(std::clamp(fine - 4 * coarse + 1, 0, 3));
}

/// The E2M3 code of a scalar with metadata.
std::uint32_t refined_code(std::uint32_t code, std::uint32_t mantissa) {
  const std::uint32_t sign = (code & kE2m1.sign_bit()) != 0 ? kE2m3.sign_bit() : 0;
  return sign | (std::max(4 * (code & kMagnitudeMask) + mantissa, 1U) - 1);
}

class M2xfpActivation final : public GroupFormat {
 public:
  M2xfpActivation()
      : GroupFormat(kGroup, {{"element", 4, 1}, {"scale", 8, kGroup}, {"element_mantissa", 2, kSubgroup}}) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const int exponent = shared_exponent(x);
    entries.one(kScale) = e8m0::encode(exponent);
    const double reciprocal = std::ldexp(1.0, -exponent);
    for (std::size_t i = 0; i < x.size(); ++i) entries[kElement][i] = kE2m1.encode(x[i] * reciprocal);
    for (std::size_t i = 0; i < entries[kMantissa].size(); ++i) {
      const std::span<std::uint32_t> codes = subgroup(entries[kElement], i);
      const std::size_t top = top_element(codes);
      entries[kMantissa][i] = extra_mantissa(subgroup(x, i)[top] * reciprocal, codes[top]);
    }
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const double scale = std::ldexp(1.0, e8m0::decode(entries.one(kScale)));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(kE2m1.decode(entries[kElement][i]) * scale);
    for (std::size_t i = 0; i < entries[kMantissa].size(); ++i) {
      const std::span<const std::uint32_t> codes = subgroup(entries[kElement], i);
      const std::size_t top = top_element(codes);
      const std::uint32_t refined = refined_code(codes[top], entries[kMantissa][i]);
      subgroup(x, i)[top] = static_cast<float>(kE2m3.decode(refined) * scale);
    }
  }
};

}  // namespace

OperandFormats make_m2xfp(const FormatArguments& /*arguments*/) {
  return {std::make_shared<const M2xfpWeight>(), std::make_shared<const M2xfpActivation>()};
}

}  // namespace bcq
