// FP32 and BF16: what the other formats are measured against.
#include <bit>

#include "bf16.hpp"
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

class Bf16 final : public GroupFormat {
 public:
  Bf16() : GroupFormat(1, {{"element", 16, 1}}) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    entries.one(0) = encode_bf16(x[0]);
  }
  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    x[0] = decode_bf16(entries.one(0));
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
