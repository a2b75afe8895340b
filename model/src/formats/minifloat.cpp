// 8-bit floats without a group scale: MiniFloat and DMF (arXiv 2310.05079), and FP8 with one scale per tensor.
#include <algorithm>
#include <bit>
#include <cmath>

#include "formats.hpp"
#include "group_format.hpp"
#include "scale.hpp"
#include "small_float.hpp"

namespace bcq {
namespace {

/// E4M3 with numbers only: the largest is 480.
constexpr SmallFloat kMinifloat8{4, 3, 7, 0x7F};

/// ±2^(E − 7) · m/8 with a 4-bit E and a 3-bit m without an implicit bit: many values have several codes.
struct DenormalizedMinifloat {
  static constexpr int kBias = 7;
  static constexpr std::uint32_t kQuanta = 8, kSignBit = 0x80, kLargest = 0x7F;

  [[nodiscard]] static constexpr int bits() { return 8; }

  /// The nearest value, ties to even m, saturated; the code with the smallest E, hence m ≥ 4 unless E = 0.
  [[nodiscard]] static std::uint32_t encode(double x) {
    const std::uint32_t sign = std::signbit(x) ? kSignBit : 0;
    const double magnitude = std::fabs(x);
    if (magnitude >= decode(kLargest)) return sign | kLargest;
    if (magnitude == 0.0) return sign;
    int exponent = 0;
    std::frexp(magnitude, &exponent);  // magnitude < 2^exponent
    const int field = std::max(exponent + kBias, 0);
    const auto m = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude * kQuanta, kBias - field)));
    const std::uint32_t code = static_cast<std::uint32_t>(field) * kQuanta + m;
    return sign | (m < kQuanta ? code : code + kQuanta / 2);  // 8 quanta are 4 of the next exponent
  }

  [[nodiscard]] static double decode(std::uint32_t code) {
    const int field = static_cast<int>((code & ~kSignBit) / kQuanta);
    const double magnitude = std::ldexp(static_cast<double>(code % kQuanta) / kQuanta, field - kBias);
    return (code & kSignBit) != 0 ? -magnitude : magnitude;
  }
};

/// Elements alone. Rows are groups only because larger groups cost less time.
template <class Element>
class UnscaledFloat final : public GroupFormat {
 public:
  explicit UnscaledFloat(const Element& element)
      : GroupFormat(kPerRow, {{"element", element.bits(), 1}}), element_(element) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    for (std::size_t i = 0; i < x.size(); ++i) entries[0][i] = element_.encode(x[i]);
  }
  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(element_.decode(entries[0][i]));
  }

  Element element_;
};

/// Elements times an FP32 scale that takes the largest magnitude of the tensor to the largest element. That one, 448 or
/// 57344, is 7 times a power of two and divides FLT_MAX: no product is beyond it.
class TensorScaledFloat final : public GroupFormat {
 public:
  explicit TensorScaledFloat(const SmallFloat& element)
      : GroupFormat(kPerRow, {{"element", element.bits(), 1}, {"tensor scale", 32, kPerTensor}}), element_(element) {}

 private:
  void encode_shared(const Matrix<float>& x, std::vector<Field>& fields) const override {
    const float scale = fp32_scale(max_magnitude(x.flat()), element_.max_value());
    fields[1].entries(0, 0) = std::bit_cast<std::uint32_t>(scale);
  }
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const double scale = std::bit_cast<float>(entries.one(1));
    for (std::size_t i = 0; i < x.size(); ++i) entries[0][i] = element_.encode(x[i] / scale);
  }
  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const double scale = std::bit_cast<float>(entries.one(1));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(element_.decode(entries[0][i]) * scale);
  }

  SmallFloat element_;
};

}  // namespace

OperandFormats make_minifloat8(const FormatArguments& /*arguments*/) {
  return same_for_both<UnscaledFloat<SmallFloat>>(kMinifloat8);
}

OperandFormats make_dmf8(const FormatArguments& /*arguments*/) {
  return same_for_both<UnscaledFloat<DenormalizedMinifloat>>(DenormalizedMinifloat{});
}

OperandFormats make_fp8(const FormatArguments& /*arguments*/) {
  return same_for_both<TensorScaledFloat>(kE4m3);
}

OperandFormats make_fp8_e5m2(const FormatArguments& /*arguments*/) {
  return same_for_both<TensorScaledFloat>(kE5m2);
}

}  // namespace bcq
