#include "initial_clusters.hpp"

#include <algorithm>
#include <limits>

namespace bcq {
namespace {

/// Squared distance between blocks as multisets: a codebook serves a block whatever the order of its scalars.
double sorted_distance(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

/// The distance of sorted a to the mirror image of sorted b.
double mirrored_distance(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i] + b[b.size() - 1 - i];
    sum += difference * difference;
  }
  return sum;
}

/// k-means++ (Arthur and Vassilvitskii, 2007) over sorted blocks.
class KmeansPlusPlus {
 public:
  explicit KmeansPlusPlus(const CalibrationBlocks& blocks)
      : sorted_(blocks.values),
        weights_(blocks.weights),
        selectors_(sorted_.rows(), 0),
        distances_(sorted_.rows(), std::numeric_limits<double>::infinity()) {
    for (std::size_t b = 0; b < sorted_.rows(); ++b) std::sort(sorted_.row(b).begin(), sorted_.row(b).end());
  }

  /// Blocks that are nearer to `seed` than to every seed before belong to `selector` from now on.
  void add_seed(std::size_t seed, std::uint8_t selector) {
    for (std::size_t b = 0; b < sorted_.rows(); ++b) {
      join(b, sorted_distance(sorted_.row(b), sorted_.row(seed)), selector);
    }
  }

  void add_mirrored_seed(std::size_t seed, std::uint8_t selector) {
    for (std::size_t b = 0; b < sorted_.rows(); ++b) {
      join(b, mirrored_distance(sorted_.row(b), sorted_.row(seed)), selector);
    }
  }

  /// A block with a probability in proportion to its weight and squared distance to the nearest seed.
  [[nodiscard]] std::size_t next_seed(Random& random) const {
    double total = 0.0;
    for (std::size_t b = 0; b < distances_.size(); ++b) total += mass(b);
    double target = uniform(random) * total;
    std::size_t seed = 0;
    while (seed + 1 < distances_.size() && target >= mass(seed)) target -= mass(seed++);
    return seed;
  }

  [[nodiscard]] std::size_t first_seed(Random& random) const {
    return static_cast<std::size_t>(uniform(random) * static_cast<double>(sorted_.rows()));
  }

  [[nodiscard]] const std::vector<std::uint8_t>& selectors() const { return selectors_; }

 private:
  void join(std::size_t b, double distance, std::uint8_t selector) {
    if (distance >= distances_[b]) return;
    distances_[b] = distance;
    selectors_[b] = selector;
  }

  [[nodiscard]] double mass(std::size_t b) const { return static_cast<double>(weights_[b]) * distances_[b]; }

  Matrix<std::int32_t> sorted_;
  const std::vector<std::int64_t>& weights_;
  std::vector<std::uint8_t> selectors_;
  std::vector<double> distances_;
};

}  // namespace

std::vector<std::uint8_t> initial_clusters(const CalibrationBlocks& blocks, std::size_t nc,
                                           const CalibrationOptions& options, Random& random) {
  if (options.initialisation == Initialisation::kNaive) {
    std::vector<std::uint8_t> selectors(blocks.values.rows());
    for (auto& selector : selectors) selector = static_cast<std::uint8_t>(uniform(random) * static_cast<double>(nc));
    return selectors;
  }
  KmeansPlusPlus clusters(blocks);
  const std::size_t seeds = options.mirror_pairs ? nc / 2 : nc;
  std::size_t seed = clusters.first_seed(random);
  for (std::size_t c = 0; c < seeds; ++c) {
    clusters.add_seed(seed, static_cast<std::uint8_t>(c));
    if (options.mirror_pairs) clusters.add_mirrored_seed(seed, static_cast<std::uint8_t>(seeds + c));
    seed = clusters.next_seed(random);
  }
  return clusters.selectors();
}

}  // namespace bcq
