#include "bof4_levels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace bcq {
namespace {

constexpr std::size_t kZero = 7;  ///< the level that is 0
constexpr std::size_t kOne = 15;  ///< the level that is 1

/// The density of normalised scalars x = w/m in (−1, 1), integrated over the block maximum m with weight m^power.
/// Given m, the other scalars of the block are Gaussian, truncated to [−m, m]; m itself has the density
/// 2I·φ(m)·(2Φ(m) − 1)^(I−1). Constant factors are left out, they cancel in every centroid.
class NormalisedDensity {
 public:
  NormalisedDensity(std::size_t block, int power) {
    // The trapezoidal rule in log m: the integrands vanish at both ends with all derivatives, so it converges
    // exponentially.
    constexpr double kStep = 1.0 / 48.0;
    constexpr double kLargest = 40.0;
    constexpr double kNegligible = 1e-17;
    for (double m = kLargest; m > kNegligible; m *= std::exp(-kStep)) {
      const double inside = std::erf(m * std::numbers::sqrt2 / 2.0);
      nodes_.push_back({m, std::pow(m, power + 1) * gaussian(m) * std::pow(inside, static_cast<double>(block) - 2.0)});
    }
    const double peak = std::max_element(nodes_.begin(), nodes_.end(), lighter)->weight;
    std::erase_if(nodes_, [&](const Node& node) { return node.weight < kNegligible * peak; });
  }

  /// ∫₀ˣ density.
  [[nodiscard]] double mass(double x) const {
    return sum([&](const Node& node) { return std::erf(node.m * x * std::numbers::sqrt2 / 2.0) / 2.0; });
  }
  /// ∫₀ˣ t·density(t) dt.
  [[nodiscard]] double moment(double x) const {
    return sum([&](const Node& node) { return (gaussian(0.0) - gaussian(node.m * x)) / node.m; });
  }
  [[nodiscard]] double density(double x) const {
    return sum([&](const Node& node) { return node.m * gaussian(node.m * x); });
  }

 private:
  struct Node {
    double m, weight;
  };
  static bool lighter(const Node& a, const Node& b) { return a.weight < b.weight; }
  static double gaussian(double x) { return std::exp(-x * x / 2.0) * std::numbers::inv_sqrtpi / std::numbers::sqrt2; }

  template <class Term>
  double sum(Term term) const {
    double total = 0.0;
    for (const Node& node : nodes_) total += node.weight * term(node);
    return total;
  }

  std::vector<Node> nodes_;
};

using RealLevels = std::array<double, 16>;

using CellEnds = std::array<double, 17>;

/// The cell of level l is [ends[l], ends[l + 1]].
CellEnds cell_ends(const RealLevels& levels, const LevelDesign& design) {
  CellEnds ends{};
  ends.front() = -1.0;
  ends.back() = 1.0;
  for (std::size_t l = 1; l < levels.size(); ++l) ends[l] = (levels[l - 1] + levels[l]) / 2.0;
  if (design.zero_splits) ends[kZero] = ends[kZero + 1] = 0.0;
  return ends;
}

/// One Lloyd step. A median takes one Newton step towards the middle of its cell's mass: it arrives as the iteration
/// does.
RealLevels lloyd_step(const RealLevels& levels, const LevelDesign& design, const NormalisedDensity& density) {
  const CellEnds ends = cell_ends(levels, design);
  CellEnds mass{};
  std::transform(ends.begin(), ends.end(), mass.begin(), [&](double end) { return density.mass(end); });
  RealLevels next = levels;
  for (std::size_t l = design.symmetric ? 1 : 0; l < kOne; ++l) {
    if (l == kZero) continue;
    if (design.median) {
      next[l] += ((mass[l] + mass[l + 1]) / 2.0 - density.mass(levels[l])) / density.density(levels[l]);
    } else {
      next[l] = (density.moment(ends[l + 1]) - density.moment(ends[l])) / (mass[l + 1] - mass[l]);
    }
  }
  return next;
}

double largest_change(const RealLevels& a, const RealLevels& b) {
  double change = 0.0;
  for (std::size_t l = 0; l < a.size(); ++l) change = std::max(change, std::fabs(a[l] - b[l]));
  return change;
}

/// Equal steps from −1 (or one step above it) to 0, and from 0 to 1.
RealLevels equal_steps(const LevelDesign& design) {
  RealLevels levels{};
  const double steps_below = design.symmetric ? 7.0 : 8.0;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    const double from_zero = static_cast<double>(l) - static_cast<double>(kZero);
    levels[l] = from_zero / (l < kZero ? steps_below : 8.0);
  }
  return levels;
}

}  // namespace

Levels optimal_levels(const LevelDesign& design, std::size_t block) {
  constexpr double kConverged = 1e-13;
  constexpr int kMostSteps = 5000;
  const NormalisedDensity density(block, design.power);
  RealLevels levels = equal_steps(design);
  for (int step = 0; step < kMostSteps; ++step) {
    const RealLevels next = lloyd_step(levels, design, density);
    const double change = largest_change(levels, next);
    levels = next;
    if (change < kConverged) break;
  }
  Levels rounded{};
  std::transform(levels.begin(), levels.end(), rounded.begin(), [](double v) { return static_cast<float>(v); });
  return rounded;
}

}  // namespace bcq
