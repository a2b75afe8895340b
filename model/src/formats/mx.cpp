// MXFP8, MXFP6, MXFP4 and MXINT8: a power of two per group. OCP Microscaling Formats (MX) v1.0.
#include <cmath>

#include "e8m0.hpp"
#include "formats.hpp"
#include "group_format.hpp"
#include "small_float.hpp"
#include "symmetric_integer.hpp"

namespace bcq {
namespace {

/// MXINT8's element: two's complement with 6 fraction bits. The code of −2 is left unused, as in microxcaling.
struct Int8Element {
  static constexpr SymmetricInteger kInteger{8};
  static constexpr double kQuantum = 1.0 / 64.0;

  [[nodiscard]] static int bits() { return kInteger.bits; }
  [[nodiscard]] static double max_value() { return kInteger.max() * kQuantum; }
  [[nodiscard]] static std::uint32_t encode(double x) { return kInteger.encode(x / kQuantum); }
  [[nodiscard]] static double decode(std::uint32_t code) { return kInteger.decode(code) * kQuantum; }
};

/// Elements times 2^(⌊log2 max⌋ − ⌊log2 of the largest element⌋): the largest magnitude of a group gets an element of
/// the topmost binade.
template <class Element>
class Mx final : public GroupFormat {
 public:
  Mx(std::size_t group, Element element)
      : GroupFormat(group, {{"element", element.bits(), 1}, {"scale", e8m0::kBits, group}}),
        element_(element),
        max_exponent_(std::ilogb(element.max_value())) {}

 private:
  enum FieldIndex { kElement, kScale };

  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const int exponent = e8m0::shared_exponent(max_magnitude(x), max_exponent_);
    entries.one(kScale) = e8m0::encode(exponent);
    const double reciprocal = std::ldexp(1.0, -exponent);
    for (std::size_t i = 0; i < x.size(); ++i) entries[kElement][i] = element_.encode(x[i] * reciprocal);
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const double scale = std::ldexp(1.0, e8m0::decode(entries.one(kScale)));
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<float>(element_.decode(entries[kElement][i]) * scale);  // exact
    }
  }

  Element element_;
  int max_exponent_;
};

template <class Element>
OperandFormats make_mx(const FormatArguments& arguments, Element element) {
  return same_for_both<Mx<Element>>(arguments.count("group"), element);
}

}  // namespace

OperandFormats make_mxfp4(const FormatArguments& arguments) {
  return make_mx(arguments, kE2m1);
}

OperandFormats make_mxfp6_e2m3(const FormatArguments& arguments) {
  return make_mx(arguments, kE2m3);
}

OperandFormats make_mxfp6_e3m2(const FormatArguments& arguments) {
  return make_mx(arguments, kE3m2);
}

OperandFormats make_mxfp8_e4m3(const FormatArguments& arguments) {
  return make_mx(arguments, kE4m3);
}

OperandFormats make_mxfp8_e5m2(const FormatArguments& arguments) {
  return make_mx(arguments, kE5m2);
}

OperandFormats make_mxint8(const FormatArguments& arguments) {
  return make_mx(arguments, Int8Element{});
}

}  // namespace bcq
