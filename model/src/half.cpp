#include "bcq/half.hpp"

#include <bit>

namespace bcq {
namespace {

constexpr int kMantissaShift = 23 - 10;
constexpr std::uint32_t kBiasDifference = 127 - 15;
constexpr std::uint32_t kHalfSpecial = 0x1F;  ///< exponent field of infinity and NaN

}  // namespace

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t field = (bits >> 10) & 0x1FU;
  const std::uint32_t mantissa = bits & 0x3FFU;
  if (field == 0) {
    // Zero and subnormals are mantissa·2⁻²⁴, which binary32 holds as a normal number: the product is exact.
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
  }
  const std::uint32_t exponent = field == kHalfSpecial ? 0xFFU : field + kBiasDifference;
  return std::bit_cast<float>(sign | (exponent << 23) | (mantissa << kMantissaShift));
}

float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace bcq
