// IF4: every block in FP4 or in INT4, whichever errs less ("Adaptive Block-Scaled Data Types", arXiv 2603.28765).
#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>

#include "formats.hpp"
#include "group_format.hpp"
#include "small_float.hpp"

namespace bcq {
namespace {

enum IndexOfField : std::size_t { kElement, kScale, kMaximum };

enum class ElementType { kFp4, kInt4 };

constexpr float kLargestElement = 6.0F;
/// The tensor's largest magnitude is stored as the largest FP4 element times the largest E4M3 scale.
constexpr float kLargestCode = kLargestElement * 448.0F;
/// Seven steps of INT4 reach as far as FP4.
constexpr float kIntStep = 6.0F / 7.0F;
constexpr float kIntStepReciprocal = 7.0F / 6.0F;
/// A scale never needs its sign: here it says INT4.
constexpr std::uint32_t kInt4Flag = 0x80;

std::uint32_t encode_fp4(float value) {
  return value == 0.0F ? 0 : kE2m1.encode(value);
}

std::uint32_t encode_int4(float value) {
  const float rounded = std::nearbyint(std::clamp(value * kIntStepReciprocal, -7.0F, 7.0F));
  return static_cast<std::uint32_t>(static_cast<int>(rounded)) & 0xF;
}

float int4_value(std::uint32_t code) {
  return static_cast<float>(static_cast<int>(code) - (code < 8 ? 0 : 16));
}

/// A power of two that keeps the arithmetic of a tensor with this largest magnitude clear of overflow and subnormals.
float range_factor(float maximum) {
  if (maximum > 0x1p100F) return 0x1p-64F;
  return maximum < 0x1p-100F ? 0x1p64F : 1.0F;
}

/// What the scalars of a block share, in the units of the tensor times its range factor.
struct BlockScale {
  float scale;    ///< E4M3, decoded
  float maximum;  ///< of the tensor

  [[nodiscard]] float decode(ElementType type, std::uint32_t code) const {
    if (type == ElementType::kInt4) return int4_value(code) * scale * maximum * kIntStep / kLargestCode;
    return static_cast<float>(kE2m1.decode(code)) * scale * maximum / kLargestCode;
  }

  /// Multiplies a scalar into the range of FP4.
  [[nodiscard]] float normaliser() const {
    const float tensor_scale = 1.0F / (kLargestCode / maximum);
    return 1.0F / (tensor_scale * scale);
  }
};

class If4 final : public GroupFormat {
 public:
  explicit If4(std::size_t block)
      : GroupFormat(block, {{"element", 4, 1}, {"scale", 8, block}, {"tensor maximum", 32, kPerTensor}}) {}

 private:
  void encode_shared(const Matrix<float>& x, std::vector<Field>& fields) const override {
    fields[kMaximum].entries(0, 0) = std::bit_cast<std::uint32_t>(max_magnitude(x.flat()));
  }

  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const auto stored_maximum = std::bit_cast<float>(entries.one(kMaximum));
    if (stored_maximum == 0.0F) return;
    const float range = range_factor(stored_maximum);
    const float maximum = stored_maximum * range;
    const std::uint32_t code = kE4m3.encode(max_magnitude(x) * range / kLargestElement * (kLargestCode / maximum));
    if (code == 0) return;
    const BlockScale block{static_cast<float>(kE4m3.decode(code)), maximum};
    const double int_error = encode_as(ElementType::kInt4, x, range, block, entries[kElement]);
    const double float_error = encode_as(ElementType::kFp4, x, range, block, entries[kElement]);
    const bool is_int = int_error < float_error;
    if (is_int) encode_as(ElementType::kInt4, x, range, block, entries[kElement]);
    entries.one(kScale) = code | (is_int ? kInt4Flag : 0);
  }

  /// Writes the elements and returns their squared error.
  static double encode_as(ElementType type, std::span<const float> x, float range, const BlockScale& block,
                          std::span<std::uint32_t> elements) {
    const float normaliser = block.normaliser();
    double error = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float scalar = x[i] * range;
      const float normalised = scalar * normaliser;
      elements[i] = type == ElementType::kInt4 ? encode_int4(normalised) : encode_fp4(normalised);
      const double difference = double{block.decode(type, elements[i])} - double{scalar};
      error += difference * difference;
    }
    return error;
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const auto stored_maximum = std::bit_cast<float>(entries.one(kMaximum));
    const float range = range_factor(stored_maximum);
    const std::uint32_t code = entries.one(kScale);
    const ElementType type = (code & kInt4Flag) != 0 ? ElementType::kInt4 : ElementType::kFp4;
    const BlockScale block{static_cast<float>(kE4m3.decode(code & ~kInt4Flag)), stored_maximum * range};
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = std::clamp(block.decode(type, entries[kElement][i]) / range, -FLT_MAX, FLT_MAX);
    }
  }
};

}  // namespace

OperandFormats make_if4(const FormatArguments& arguments) {
  return same_for_both<If4>(arguments.count("group"));
}

}  // namespace bcq
