// NVFP4 and its encoders: E2M1 elements, an E4M3 scale per group and the largest magnitude of the tensor. Arithmetic is
// binary32 in the order of TransformerEngine's reference quantizer, custom_recipes/reference_nvfp4.py.
#include <algorithm>
#include <bit>
#include <cfloat>

#include "formats.hpp"
#include "group_format.hpp"
#include "nvfp4_scale.hpp"
#include "small_float.hpp"

namespace bcq {
namespace {

/// Leaves room above for a scale that is 1.5 times larger: 384 is an E4M3 number.
constexpr float kScaleMaxFourOverSix = 256.0F;

/// A group's scale.
class GroupScale {
 public:
  GroupScale(const Nvfp4TensorScale& tensor, std::uint32_t code)
      : value_(static_cast<float>(kE4m3.decode(code))), encode_(std::min(1.0F / (value_ * tensor.decode), FLT_MAX)) {}

  [[nodiscard]] std::uint32_t encode(float x) const { return kE2m1.encode(x * encode_); }
  /// Before the tensor scale; exact.
  [[nodiscard]] float decode(std::uint32_t element) const { return static_cast<float>(kE2m1.decode(element)) * value_; }
  [[nodiscard]] float round(float x) const { return decode(encode(x)); }

 private:
  float value_, encode_;
};

class Nvfp4 : public GroupFormat {
 public:
  explicit Nvfp4(std::size_t group, float scale_max = kNvfp4ScaleMax)
      : GroupFormat(group, {{"element", kE2m1.bits(), 1}, {"scale", kE4m3.bits(), group}, {"amax", 32, kPerTensor}}),
        scale_max_(scale_max) {}

 protected:
  /// The code of the scale that takes the largest magnitude of the group to 6.
  static std::uint32_t scale_for_six(std::span<const float> x, const Nvfp4TensorScale& tensor) {
    return kE4m3.encode(max_magnitude(x) * (tensor.encode * (1.0F / kNvfp4ElementMax)));
  }

 private:
  enum FieldIndex { kElement, kScale, kAmax };

  /// The E4M3 code of a group's scale.
  [[nodiscard]] virtual std::uint32_t choose_scale(std::span<const float> x, const Nvfp4TensorScale& tensor) const {
    return scale_for_six(x, tensor);
  }

  template <class Entries>
  [[nodiscard]] Nvfp4TensorScale read_tensor_scale(const Entries& entries) const {
    return nvfp4_tensor_scale(std::bit_cast<float>(entries.one(kAmax)), scale_max_);
  }

  void encode_shared(const Matrix<float>& x, std::vector<Field>& fields) const override {
    fields[kAmax].entries(0, 0) = std::bit_cast<std::uint32_t>(max_magnitude(x.flat()));
  }

  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const Nvfp4TensorScale tensor = read_tensor_scale(entries);
    entries.one(kScale) = choose_scale(x, tensor);
    const GroupScale scale(tensor, entries.one(kScale));
    for (std::size_t i = 0; i < x.size(); ++i) entries[kElement][i] = scale.encode(x[i]);
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const Nvfp4TensorScale tensor = read_tensor_scale(entries);
    const GroupScale scale(tensor, entries.one(kScale));
    // Finite: range · tensor.decode is at most FLT_MAX, whatever amax.
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = scale.decode(entries[kElement][i]) * tensor.decode;
  }

  float scale_max_;
};

/// Takes the largest magnitude of a group to 4 instead of 6 where that makes the squared error smaller.
class Nvfp4FourOverSix final : public Nvfp4 {
 public:
  explicit Nvfp4FourOverSix(std::size_t group) : Nvfp4(group, kScaleMaxFourOverSix) {}

 private:
  [[nodiscard]] std::uint32_t choose_scale(std::span<const float> x, const Nvfp4TensorScale& tensor) const override {
    const float exact = max_magnitude(x) / kNvfp4ElementMax * tensor.encode;
    const std::uint32_t six = kE4m3.encode(exact);
    const std::uint32_t four = kE4m3.encode(exact * 1.5F);
    return squared_error(x, tensor, four) < squared_error(x, tensor, six) ? four : six;
  }

  /// In binary32, scalar after scalar, as the reference: its rounding, overflow and underflow decide near ties.
  static float squared_error(std::span<const float> x, const Nvfp4TensorScale& tensor, std::uint32_t code) {
    const GroupScale scale(tensor, code);
    float sum = 0.0F;
    for (const float value : x) {
      const float difference = scale.round(value) * tensor.amax / tensor.range - value;
      sum += difference * difference;
    }
    return sum;
  }
};

/// Takes of the scale codes around the usual one that with the smallest squared error.
class Nvfp4Search final : public Nvfp4 {
 public:
  Nvfp4Search(std::size_t group, std::uint32_t down, std::uint32_t up) : Nvfp4(group), down_(down), up_(up) {}

 private:
  [[nodiscard]] std::uint32_t choose_scale(std::span<const float> x, const Nvfp4TensorScale& tensor) const override {
    const std::uint32_t usual = scale_for_six(x, tensor);
    std::uint32_t best = usual;
    double least = squared_error(x, tensor, usual);
    const std::uint32_t last = std::min(usual + up_, kE4m3.max_code);
    for (std::uint32_t code = usual - std::min(usual, down_); code <= last; ++code) {
      const double error = squared_error(x, tensor, code);
      if (error < least) {
        least = error;
        best = code;
      }
    }
    return best;
  }

  /// In binary64 and before the tensor scale, so that it neither overflows nor underflows.
  static double squared_error(std::span<const float> x, const Nvfp4TensorScale& tensor, std::uint32_t code) {
    const GroupScale scale(tensor, code);
    double sum = 0.0;
    for (const float value : x) {
      const double difference = value / static_cast<double>(tensor.decode) - scale.round(value);
      sum += difference * difference;
    }
    return sum;
  }

  std::uint32_t down_, up_;
};

}  // namespace

OperandFormats make_nvfp4(const FormatArguments& arguments) {
  return same_for_both<Nvfp4>(arguments.count("group"));
}

OperandFormats make_nvfp4_46(const FormatArguments& arguments) {
  return same_for_both<Nvfp4FourOverSix>(arguments.count("group"));
}

OperandFormats make_nvfp4_search(const FormatArguments& arguments) {
  return same_for_both<Nvfp4Search>(arguments.count("group"), static_cast<std::uint32_t>(arguments.count("down")),
                                    static_cast<std::uint32_t>(arguments.count("up")));
}

}  // namespace bcq
