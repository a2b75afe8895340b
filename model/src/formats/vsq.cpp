// VS-Quant: integer vectors with integer scales under one floating-point scale (arXiv 2102.04503).
#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>

#include "formats.hpp"
#include "group_format.hpp"
#include "scale.hpp"
#include "symmetric_integer.hpp"

namespace bcq {
namespace {

struct VsqParameters {
  int bits;            ///< per element
  int scale_bits;      ///< per vector scale
  std::size_t vector;  ///< scalars per vector
  bool rounded;        ///< elements are rounded with the stored vector scale, not with the one before rounding
};

class Vsq final : public GroupFormat {
 public:
  /// `coarse`: what shares the floating-point scale, kPerRow or kPerTensor.
  Vsq(const VsqParameters& parameters, std::size_t coarse)
      : GroupFormat(parameters.vector, {{"element", parameters.bits, 1},
                                        {"scale", parameters.scale_bits, parameters.vector},
                                        {"coarse scale", 32, coarse}}),
        integer_{parameters.bits},
        max_scale_((1U << parameters.scale_bits) - 1),
        rounded_(parameters.rounded) {}

 private:
  void encode_shared(const Matrix<float>& x, std::vector<Field>& fields) const override {
    const double largest_code = integer_.max() * static_cast<double>(max_scale_);
    Field& coarse = fields[2];
    if (coarse.layout.span == kPerTensor) {
      coarse.entries(0, 0) = std::bit_cast<std::uint32_t>(fp32_scale(max_magnitude(x.flat()), largest_code));
      return;
    }
    for (std::size_t r = 0; r < x.rows(); ++r) {
      coarse.entries(r, 0) = std::bit_cast<std::uint32_t>(fp32_scale(max_magnitude(x.row(r)), largest_code));
    }
  }

  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const float largest = max_magnitude(x);
    if (largest == 0.0F) return;
    const double coarse = std::bit_cast<float>(entries.one(2));
    const double ratio = std::nearbyint(largest / (integer_.max() * coarse));
    entries.one(1) = std::clamp(static_cast<std::uint32_t>(ratio), rounded_ ? 1U : 0U, max_scale_);
    if (entries.one(1) == 0) return;
    const double max_element = integer_.max();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double quotient = rounded_ ? x[i] / (entries.one(1) * coarse) : x[i] * max_element / largest;
      entries[0][i] = integer_.encode(quotient);
    }
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const double scale = entries.one(1) * static_cast<double>(std::bit_cast<float>(entries.one(2)));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = to_finite_fp32(integer_.decode(entries[0][i]) * scale);
  }

  SymmetricInteger integer_;
  std::uint32_t max_scale_;
  bool rounded_;
};

}  // namespace

OperandFormats make_vsq(const FormatArguments& arguments) {
  const auto operand = [&](std::string_view bits, std::size_t coarse) {
    const VsqParameters parameters{arguments.integer(bits), arguments.integer("scale"), arguments.count("group"),
                                   arguments.flag("rounded")};
    return std::make_shared<const Vsq>(parameters, coarse);
  };
  return {operand("weight", kPerRow), operand("activation", kPerTensor)};
}

}  // namespace bcq
