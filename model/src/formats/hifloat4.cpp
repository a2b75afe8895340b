// HiFloat4: a 4-bit sign-magnitude element under three levels of scale (docs/formats/rivals.md).
#include <algorithm>
#include <cmath>

#include "formats.hpp"
#include "group_format.hpp"

namespace bcq {
namespace {

enum Fields : std::size_t { kElement, kScale, kExponent8, kExponent4 };

constexpr std::size_t kGroup = 64;
constexpr double kSeventh = 73.0 / 512.0;  // BF16(1/7): 7 = 2·2·1.75 is the largest value under scale 1

/// x > 0 with `fraction_bits` behind its leading one, RNE.
double round_significand(double x, int fraction_bits) {
  const int lsb = std::ilogb(x) - fraction_bits;
  return std::ldexp(std::nearbyint(std::ldexp(x, -lsb)), lsb);
}

/// The scale, E6M2: 6 exponent bits, bias 48, 2 fraction bits. Every code is a normal number but 0xFF, NaN.
namespace e6m2 {

constexpr int kBias = 48;
constexpr double kSmallest = 0x1p-48;
constexpr double kLargest = 0x1.8p15;

double decode(std::uint32_t code) {
  return std::ldexp(4 + (code & 3), static_cast<int>(code >> 2) - kBias - 2);
}

/// The code of the scale that takes a group's largest magnitude to about 7: rounded to BF16 first, then to E6M2.
std::uint32_t encode_largest(float largest) {
  const double scale = round_significand(std::clamp(largest * kSeventh, kSmallest, kLargest), 7);
  const double rounded = round_significand(scale, 2);
  const int exponent = std::ilogb(rounded);
  const auto significand = static_cast<std::uint32_t>(std::ldexp(rounded, 2 - exponent));
  return (static_cast<std::uint32_t>(exponent + kBias) << 2) + significand - 4;
}

/// BF16(1/scale), as hardware finds it: by the fraction field.
double reciprocal(std::uint32_t code) {
  constexpr int kSignificand[] = {256, 205, 171, 146};
  return std::ldexp(kSignificand[code & 3], kBias - static_cast<int>(code >> 2) - 8);
}

}  // namespace e6m2

/// max |x| of scalars i·span … of a group.
float largest_of_part(std::span<const float> x, std::size_t i, std::size_t span) {
  const std::size_t begin = i * span;
  return max_magnitude(x.subspan(begin, std::min(span, x.size() - begin)));
}

class HiFloat4 final : public GroupFormat {
 public:
  HiFloat4()
      : GroupFormat(kGroup,
                    {{"element", 4, 1}, {"scale", 8, kGroup}, {"micro_exponent_8", 1, 8}, {"micro_exponent_4", 1, 4}}) {
  }

 private:
  // A product of an FP32 number, an 8-bit reciprocal and a power of two is exact in binary64.
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    entries.one(kScale) = e6m2::encode_largest(max_magnitude(x));
    const double reciprocal = e6m2::reciprocal(entries.one(kScale));
    const std::span<std::uint32_t> eights = entries[kExponent8];
    const std::span<std::uint32_t> fours = entries[kExponent4];
    for (std::size_t i = 0; i < eights.size(); ++i) {
      eights[i] = largest_of_part(x, i, 8) * reciprocal >= 4 ? 1 : 0;
    }
    for (std::size_t i = 0; i < fours.size(); ++i) {
      fours[i] = largest_of_part(x, i, 4) * reciprocal >= (eights[i / 2] != 0 ? 4 : 2) ? 1 : 0;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double quarters = std::fabs(x[i]) * reciprocal * (4 >> (eights[i / 8] + fours[i / 4]));
      const auto magnitude = static_cast<std::uint32_t>(std::min(std::floor(quarters + 0.5), 7.0));
      entries[kElement][i] = (std::signbit(x[i]) ? 8U : 0U) | magnitude;
    }
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const double quarter = e6m2::decode(entries.one(kScale)) / 4;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::uint32_t code = entries[kElement][i];
      const std::uint32_t units = (code & 7) << (entries[kExponent8][i / 8] + entries[kExponent4][i / 4]);
      const double magnitude = units * quarter;
      x[i] = static_cast<float>((code & 8) != 0 ? -magnitude : magnitude);
    }
  }
};

}  // namespace

OperandFormats make_hifloat4(const FormatArguments& /*arguments*/) {
  return same_for_both<HiFloat4>();
}

}  // namespace bcq
