// FP32 and BF16: what the other formats are measured against.
#include <bit>
#include <cmath>

#include "formats.hpp"
#include "group_format.hpp"

namespace bcq {
namespace {

class Fp32 final : public GroupFormat {
 public:
  Fp32() : GroupFormat(1, {{"element", 32, 1}}) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    entries.one(0) = std::bit_cast<std::uint32_t>(x[0]);
  }
  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    x[0] = std::bit_cast<float>(entries.one(0));
  }
};

/// The upper half of an FP32 number, RNE; what rounds to infinity saturates at ±0x7F7F.
class Bf16 final : public GroupFormat {
 public:
  Bf16() : GroupFormat(1, {{"element", 16, 1}}) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    constexpr std::uint32_t kLargest = 0x7F7F;
    const auto bits = std::bit_cast<std::uint32_t>(x[0]);
    const std::uint32_t magnitude = bits & 0x7FFF'FFFF;
    const std::uint32_t rounded = (magnitude + 0x7FFF + ((magnitude >> 16) & 1)) >> 16;
    entries.one(0) = ((bits >> 31) << 15) | std::min(rounded, kLargest);
  }
  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    x[0] = std::bit_cast<float>(entries.one(0) << 16);
  }
};

}  // namespace

OperandFormats make_fp32(const FormatArguments& /*arguments*/) {
  return same_for_both<Fp32>();
}

OperandFormats make_bf16(const FormatArguments& /*arguments*/) {
  return same_for_both<Bf16>();
}

}  // namespace bcq
