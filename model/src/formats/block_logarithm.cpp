// BL: powers of two whose exponent bias is shared (arXiv 2310.05079). It has no zero.
#include <algorithm>
#include <cmath>

#include "formats.hpp"
#include "shared_exponent.hpp"

namespace bcq {
namespace {

/// RNE(log2 x) for x > 0, exact; √2 is irrational, so there are no ties. x is an FP32 number times a power of two.
int round_log2(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);  // in [0.5, 1), and its square is exact
  return fraction * fraction >= 0.5 ? exponent : exponent - 1;
}

class BlockLogarithm final : public SharedExponentFormat {
 public:
  /// `bits` per element, sign included.
  BlockLogarithm(int bits, std::size_t group) : SharedExponentFormat(bits, group), sign_bit_(1U << (bits - 1)) {}

 private:
  /// The exponent of the largest code. 2^128 is not an FP32 number.
  [[nodiscard]] int shared_exponent(float largest) const override { return std::min(ceil_log2(largest), 127); }

  [[nodiscard]] std::uint32_t encode_element(double x) const override {
    if (x == 0.0) return 0;
    const int top = static_cast<int>(sign_bit_) - 1;
    const int code = std::clamp(round_log2(std::fabs(x)) + top, 0, top);
    return (x < 0.0 ? sign_bit_ : 0) | static_cast<std::uint32_t>(code);
  }

  [[nodiscard]] double decode_element(std::uint32_t code) const override {
    const std::uint32_t top = sign_bit_ - 1;
    const double magnitude = std::ldexp(1.0, static_cast<int>(code & top) - static_cast<int>(top));
    return (code & sign_bit_) != 0 ? -magnitude : magnitude;
  }

  std::uint32_t sign_bit_;
};

}  // namespace

OperandFormats make_bl8(const FormatArguments& arguments) {
  return same_for_both<BlockLogarithm>(8, arguments.count("group"));
}

OperandFormats make_bl4(const FormatArguments& arguments) {
  return same_for_both<BlockLogarithm>(4, arguments.count("group"));
}

}  // namespace bcq
