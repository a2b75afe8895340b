// MX4, MX6 and MX9 with shared microexponents, called SMX here because OCP took the name MX. arXiv 2302.08007.
#include <algorithm>
#include <cmath>

#include "e8m0.hpp"
#include "formats.hpp"
#include "group_format.hpp"

namespace bcq {
namespace {

constexpr std::size_t kGroup = 16;
constexpr std::size_t kPair = 2;

/// Sign-magnitude integers of m bits times 2^(E + 1 − m − D): a group shares E, a pair shares D, 1 if both scalars are
/// below 2^E.
class Smx final : public GroupFormat {
 public:
  explicit Smx(int magnitude_bits)
      : GroupFormat(
            kGroup,
            {{"element", 1 + magnitude_bits, 1}, {"microexponent", 1, kPair}, {"exponent", e8m0::kBits, kGroup}}),
        magnitude_bits_(magnitude_bits) {}

 private:
  enum FieldIndex { kElement, kMicroexponent, kExponent };

  /// ⌊log2 max |x|⌋ of a group or pair, but not below what can be stored.
  static int exponent(std::span<const float> x) { return e8m0::shared_exponent(max_magnitude(x), 0); }

  /// What an element's magnitude counts.
  [[nodiscard]] double quantum(std::uint32_t exponent_code, std::uint32_t microexponent) const {
    const int shift = static_cast<int>(microexponent);
    return std::ldexp(1.0, e8m0::decode(exponent_code) + 1 - magnitude_bits_ - shift);
  }

  [[nodiscard]] std::uint32_t encode(float x, double quantum) const {
    const std::uint32_t largest = (1U << magnitude_bits_) - 1;
    const auto magnitude = static_cast<std::uint32_t>(std::nearbyint(std::fabs(x) / quantum));
    const std::uint32_t sign = std::signbit(x) ? 1 : 0;
    return sign << magnitude_bits_ | std::min(magnitude, largest);
  }

  [[nodiscard]] float decode(std::uint32_t code, double quantum) const {
    const std::uint32_t sign = code >> magnitude_bits_;
    const double magnitude = (code - (sign << magnitude_bits_)) * quantum;
    return static_cast<float>(sign != 0 ? -magnitude : magnitude);  // exact
  }

  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const int shared = exponent(x);
    entries.one(kExponent) = e8m0::encode(shared);
    for (std::size_t p = 0; p < entries[kMicroexponent].size(); ++p) {
      const std::span<const float> pair = x.subspan(p * kPair, std::min(kPair, x.size() - p * kPair));
      entries[kMicroexponent][p] = exponent(pair) < shared ? 1 : 0;
      const double unit = quantum(entries.one(kExponent), entries[kMicroexponent][p]);
      for (std::size_t i = 0; i < pair.size(); ++i) entries[kElement][p * kPair + i] = encode(pair[i], unit);
    }
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = decode(entries[kElement][i], quantum(entries.one(kExponent), entries[kMicroexponent][i / kPair]));
    }
  }

  int magnitude_bits_;
};

}  // namespace

OperandFormats make_smx4(const FormatArguments& /*arguments*/) {
  return same_for_both<Smx>(2);
}

OperandFormats make_smx6(const FormatArguments& /*arguments*/) {
  return same_for_both<Smx>(4);
}

OperandFormats make_smx9(const FormatArguments& /*arguments*/) {
  return same_for_both<Smx>(7);
}

}  // namespace bcq
