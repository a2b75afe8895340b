// BlockDialect with the formatbook DialectFP4: every block picks one of 16 variants of FP4 (arXiv 2501.01144v5).
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "formats.hpp"
#include "group_format.hpp"

namespace bcq {
namespace {

enum IndexOfField : std::size_t { kElement, kDialect, kExponent };

enum class Selection { kSquaredError, kTwoStage };

constexpr std::size_t kDialects = 16;
constexpr std::size_t kMagnitudes = 32;
constexpr std::uint32_t kLargestExponent = 31;
/// A block with shared exponent code c has its largest magnitude in [2^(c − 15), 2^(c − 14)), as an FP16 number with
/// exponent field c; in units of 2^(c − 17) that is [4, 8).
constexpr int kExponentBias = 15;
constexpr int kUnitBias = 17;

/// The magnitudes of every dialect, in half units. Dialects 2p and 2p + 1 share their largest (Figure 4).
constexpr std::array<std::array<int, 8>, kDialects> kHalves{{{0, 1, 2, 3, 4, 6, 11, 15},
                                                             {0, 1, 2, 3, 4, 6, 9, 15},
                                                             {0, 1, 2, 3, 4, 6, 11, 14},
                                                             {0, 1, 2, 3, 4, 6, 9, 14},
                                                             {0, 1, 2, 3, 4, 6, 10, 13},
                                                             {0, 1, 2, 3, 4, 6, 8, 13},
                                                             {0, 1, 2, 3, 4, 6, 10, 12},
                                                             {0, 1, 2, 3, 4, 6, 8, 12},
                                                             {0, 1, 2, 3, 4, 6, 9, 11},
                                                             {0, 1, 2, 3, 4, 6, 7, 11},
                                                             {0, 1, 2, 3, 4, 6, 9, 10},
                                                             {0, 1, 2, 3, 4, 6, 7, 10},
                                                             {0, 1, 2, 3, 4, 6, 8, 9},
                                                             {0, 1, 2, 3, 4, 6, 7, 9},
                                                             {0, 1, 2, 3, 4, 6, 7, 8},
                                                             {0, 1, 2, 3, 4, 5, 6, 8}}};
constexpr int kSmallestMaximum = 8;
constexpr int kLargestMaximum = 15;

/// Magnitudes truncated to quarter units, 0…31. All midpoints between half units are quarter units, so the truncated
/// magnitude decides what is nearest.
using Magnitude = std::uint32_t;

constexpr std::uint8_t nearest_index(std::size_t dialect, Magnitude magnitude) {
  std::uint8_t index = 0;
  for (std::uint8_t i = 1; i < 8; ++i) {
    if (static_cast<int>(magnitude) >= kHalves[dialect][i - 1U] + kHalves[dialect][i]) index = i;
  }
  return index;
}

template <class T, class Entry>
constexpr auto tabulate(Entry entry) {
  std::array<std::array<T, kMagnitudes>, kDialects> table{};
  for (std::size_t dialect = 0; dialect < kDialects; ++dialect) {
    for (Magnitude m = 0; m < kMagnitudes; ++m) table[dialect][m] = entry(dialect, m);
  }
  return table;
}

constexpr auto kNearest = tabulate<std::uint8_t>(nearest_index);
constexpr auto kNearestQuarters =
    tabulate<double>([](std::size_t dialect, Magnitude m) { return 2.0 * kHalves[dialect][kNearest[dialect][m]]; });

/// Whether magnitudes from m to m + 1 quarters are represented better by the dialect than by its partner in the pair.
constexpr bool is_beneficial(std::size_t dialect, Magnitude m) {
  const double middle = m + 0.5;
  const double own = middle - kNearestQuarters[dialect][m];
  const double other = middle - kNearestQuarters[dialect ^ 1U][m];
  return own * own < other * other;
}

constexpr auto kBeneficial = tabulate<bool>(is_beneficial);

class BlockDialect final : public GroupFormat {
 public:
  BlockDialect(std::size_t block, Selection selection)
      : GroupFormat(block, {{"element", 4, 1}, {"dialect", 4, block}, {"exponent", 5, block}}), selection_(selection) {}

 private:
  void encode_group(std::span<const float> x, const GroupWriter& entries) const override {
    const float maximum = max_magnitude(x);
    const int exponent = maximum == 0.0F ? 0 : std::max(std::ilogb(maximum) + kExponentBias, 0);
    entries.one(kExponent) = std::min(static_cast<std::uint32_t>(exponent), kLargestExponent);
    const Block block{x, std::ldexp(4.0, kUnitBias - static_cast<int>(entries.one(kExponent)))};
    const std::size_t dialect = selection_ == Selection::kTwoStage ? two_stage(block) : least_squared_error(block);
    entries.one(kDialect) = static_cast<std::uint32_t>(dialect);
    for (std::size_t i = 0; i < x.size(); ++i) {
      entries[kElement][i] = (std::signbit(x[i]) ? 8U : 0U) | kNearest[dialect][block.magnitude(i)];
    }
  }

  void decode_group(const GroupReader& entries, std::span<float> x) const override {
    const float half_unit = std::ldexp(0.5F, static_cast<int>(entries.one(kExponent)) - kUnitBias);
    const auto& halves = kHalves[entries.one(kDialect)];
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::uint32_t element = entries[kElement][i];
      const float magnitude = static_cast<float>(halves[element & 7U]) * half_unit;
      x[i] = (element & 8U) != 0 ? -magnitude : magnitude;
    }
  }

  struct Block {
    std::span<const float> x;
    double to_quarters;

    [[nodiscard]] double quarters(std::size_t i) const { return std::fabs(double{x[i]}) * to_quarters; }
    [[nodiscard]] Magnitude magnitude(std::size_t i) const {
      return static_cast<Magnitude>(std::min(quarters(i), kMagnitudes - 1.0));
    }
  };

  /// The dialect with the least exact squared error; the first of several.
  static std::size_t least_squared_error(const Block& block) {
    std::array<double, kDialects> error{};
    for (std::size_t i = 0; i < block.x.size(); ++i) {
      const double quarters = block.quarters(i);
      const Magnitude magnitude = block.magnitude(i);
      for (std::size_t dialect = 0; dialect < kDialects; ++dialect) {
        const double difference = quarters - kNearestQuarters[dialect][magnitude];
        error[dialect] += difference * difference;
      }
    }
    return static_cast<std::size_t>(std::min_element(error.begin(), error.end()) - error.begin());
  }

  /// The pair that has the rounded block maximum as its largest magnitude; of the pair the dialect that represents more
  /// scalars better than the other, the first if they are equal.
  static std::size_t two_stage(const Block& block) {
    Magnitude maximum = 0;
    for (std::size_t i = 0; i < block.x.size(); ++i) maximum = std::max(maximum, block.magnitude(i));
    const int halves = std::clamp(static_cast<int>(maximum + 1) / 2, kSmallestMaximum, kLargestMaximum);
    const auto first = static_cast<std::size_t>(2 * (kLargestMaximum - halves));
    int majority = 0;
    for (std::size_t i = 0; i < block.x.size(); ++i) {
      const Magnitude magnitude = block.magnitude(i);
      majority += int{kBeneficial[first][magnitude]} - int{kBeneficial[first + 1][magnitude]};
    }
    return majority >= 0 ? first : first + 1;
  }

  Selection selection_;
};

}  // namespace

OperandFormats make_blockdialect(const FormatArguments& arguments) {
  const std::size_t block = arguments.count("group");
  const auto weight = std::make_shared<const BlockDialect>(block, Selection::kSquaredError);
  if (!arguments.flag("two_stage")) return {weight, weight};
  return {weight, std::make_shared<const BlockDialect>(block, Selection::kTwoStage)};
}

}  // namespace bcq
