// NF4, AF4, BOF4 and BOF4-S: 4-bit codes of a table, times the BF16 maximum of a block.
#include <algorithm>
#include <cmath>

#include "bf16.hpp"
#include "bof4_levels.hpp"
#include "formats.hpp"
#include "group_format.hpp"
#include "lookup_tables.hpp"

namespace bcq {
namespace {

/// What a block is divided by.
enum class Normalisation {
  kMagnitude,  ///< its largest magnitude
  kSigned,     ///< its scalar of the largest magnitude, sign included: BOF4-S
};

/// The first scalar of the largest magnitude.
float extreme(std::span<const float> x) {
  return *std::max_element(x.begin(), x.end(), [](float a, float b) { return std::fabs(a) < std::fabs(b); });
}

class Lookup4 final : public GroupFormat {
 public:
  Lookup4(std::size_t block, const Levels& levels, Normalisation normalisation)
      : GroupFormat(block, {{"element", 4, 1}, {"scale", 16, block}}), levels_(levels), normalisation_(normalisation) {
    for (std::size_t l = 0; l < midpoints_.size(); ++l) {
      midpoints_[l] = static_cast<float>((static_cast<double>(levels[l]) + static_cast<double>(levels[l + 1])) / 2.0);
    }
  }

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const float largest = normalisation_ == Normalisation::kSigned ? extreme(x) : max_magnitude(x);
    entries.one(1) = scale_code(largest);
    const float scale = decode_bf16(entries.one(1));
    for (std::size_t i = 0; i < x.size(); ++i) entries[0][i] = nearest(largest == 0.0F ? 0.0F : x[i] / scale);
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const float scale = decode_bf16(entries.one(1));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = levels_[entries[0][i]] * scale;
  }

  static std::uint32_t scale_code(float largest) {
    if (largest == 0.0F) return 0;
    const std::uint32_t code = encode_bf16(largest);
    // A scale that underflows to 0 would lose scalars that the smallest scale still represents.
    return (code & 0x7FFF) == 0 ? code | 1 : code;
  }

  /// As in bitsandbytes a midpoint belongs to the level below.
  [[nodiscard]] std::uint32_t nearest(float x) const {
    std::uint32_t code = 0;
    for (const float midpoint : midpoints_) code += x > midpoint ? 1U : 0U;
    return code;
  }

  Levels levels_;
  std::array<float, 15> midpoints_;
  Normalisation normalisation_;
};

/// The published table for this block size, or else the optimal levels: what the published ones approximate.
Levels levels_for(std::span<const PublishedLevels> published, const LevelDesign& design, std::size_t block) {
  for (const PublishedLevels& table : published) {
    if (table.block == block) return table.levels;
  }
  return optimal_levels(design, block);
}

OperandFormats make_optimal(const FormatArguments& arguments, std::span<const PublishedLevels> published,
                            const LevelDesign& design) {
  const std::size_t block = arguments.count("block");
  const Normalisation normalisation = design.symmetric ? Normalisation::kMagnitude : Normalisation::kSigned;
  return same_for_both<Lookup4>(block, levels_for(published, design, block), normalisation);
}

}  // namespace

OperandFormats make_nf4(const FormatArguments& arguments) {
  return same_for_both<Lookup4>(arguments.count("block"), nf4_levels(), Normalisation::kMagnitude);
}

OperandFormats make_af4(const FormatArguments& arguments) {
  return make_optimal(arguments, af4_published(), kAf4);
}

OperandFormats make_bof4(const FormatArguments& arguments) {
  return make_optimal(arguments, bof4_published(), kBof4Mse);
}

OperandFormats make_bof4_mae(const FormatArguments& arguments) {
  return make_optimal(arguments, bof4_mae_published(), kBof4Mae);
}

OperandFormats make_bof4s(const FormatArguments& arguments) {
  return make_optimal(arguments, bof4s_published(), kBof4sMse);
}

OperandFormats make_bof4s_mae(const FormatArguments& arguments) {
  return make_optimal(arguments, bof4s_mae_published(), kBof4sMae);
}

}  // namespace bcq
