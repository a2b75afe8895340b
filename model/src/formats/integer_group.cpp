// INT4 and INT8: integers of a group, or of a whole row, times an FP16 scale.
#include <algorithm>

#include "formats.hpp"
#include "group_format.hpp"
#include "scale.hpp"
#include "small_float.hpp"
#include "symmetric_integer.hpp"

namespace bcq {
namespace {

/// binary16; positive finite codes only.
constexpr SmallFloat kFp16{5, 10, 15, 0x7BFF};

class IntegerGroup final : public GroupFormat {
 public:
  /// `group` scalars share a scale, kPerRow for all of a row.
  IntegerGroup(int bits, std::size_t group)
      : GroupFormat(group, {{"element", bits, 1}, {"scale", kFp16.bits(), group}}), integer_{bits} {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const float largest = max_magnitude(x);
    if (largest == 0.0F) return;
    // A scale that underflows to 0 would lose scalars that the smallest scale still represents.
    entries.one(1) = std::max(kFp16.encode(largest / static_cast<double>(integer_.max())), 1U);
    const double scale = kFp16.decode(entries.one(1));
    for (std::size_t i = 0; i < x.size(); ++i) entries[0][i] = integer_.encode(x[i] / scale);
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const double scale = kFp16.decode(entries.one(1));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(integer_.decode(entries[0][i]) * scale);
  }

  SymmetricInteger integer_;
};

OperandFormats make_integer(int bits, const FormatArguments& arguments) {
  const std::size_t group = arguments.count("group");
  return same_for_both<IntegerGroup>(bits, group == 0 ? kPerRow : group);
}

}  // namespace

OperandFormats make_int4(const FormatArguments& arguments) {
  return make_integer(4, arguments);
}

OperandFormats make_int8(const FormatArguments& arguments) {
  return make_integer(8, arguments);
}

}  // namespace bcq
