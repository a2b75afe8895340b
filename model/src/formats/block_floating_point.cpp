// BFP: sign-magnitude fractions under a shared exponent (arXiv 2310.05079).
#include <algorithm>
#include <cmath>

#include "formats.hpp"
#include "shared_exponent.hpp"

namespace bcq {
namespace {

class BlockFloatingPoint final : public SharedExponentFormat {
 public:
  /// `bits` per element, sign included.
  BlockFloatingPoint(int bits, std::size_t group) : SharedExponentFormat(bits, group), quanta_(1U << (bits - 1)) {}

 private:
  [[nodiscard]] int shared_exponent(float largest) const override { return ceil_log2(largest); }

  [[nodiscard]] std::uint32_t encode_element(double x) const override {
    const auto nearest = static_cast<std::uint32_t>(std::nearbyint(std::fabs(x) * quanta_));
    return (std::signbit(x) ? quanta_ : 0) | std::min(nearest, quanta_ - 1);
  }

  [[nodiscard]] double decode_element(std::uint32_t code) const override {
    const double magnitude = static_cast<double>(code & (quanta_ - 1)) / quanta_;
    return (code & quanta_) != 0 ? -magnitude : magnitude;
  }

  std::uint32_t quanta_;  ///< in 1; also the sign bit
};

}  // namespace

OperandFormats make_bfp4(const FormatArguments& arguments) {
  return same_for_both<BlockFloatingPoint>(4, arguments.count("group"));
}

OperandFormats make_bfp6(const FormatArguments& arguments) {
  return same_for_both<BlockFloatingPoint>(6, arguments.count("group"));
}

OperandFormats make_bfp8(const FormatArguments& arguments) {
  return same_for_both<BlockFloatingPoint>(8, arguments.count("group"));
}

}  // namespace bcq
