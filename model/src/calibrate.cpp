#include "bcq/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "bcq/e4m3.hpp"
#include "bcq/error.hpp"
#include "bcq/parallel.hpp"
#include "bcq/quantize.hpp"
#include "lloyd_max.hpp"
#include "normalise.hpp"

namespace bcq {
namespace {

using Random = std::mt19937_64;

/// Uniform in [0, 1) from the top 53 bits: the standard's distributions differ between libraries, this does not.
double uniform(Random& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

/// Normalised blocks, one per row, as the encoder sees them.
using Blocks = Matrix<std::int32_t>;

std::size_t full_blocks(const Matrix<float>& tensor, std::size_t lb) {
  return tensor.rows() * (tensor.cols() / lb);
}

/// Normalises the whole blocks of one row and appends those that `keep` selects.
template <class Keep>
void append_row(std::span<const float> row, float g, const BcqFormat& format, Normaliser& normaliser, Keep keep,
                std::vector<std::int32_t>& out) {
  const auto la = static_cast<std::size_t>(format.la);
  const auto lb = static_cast<std::size_t>(format.lb);
  for (std::size_t begin = 0; begin < row.size(); begin += la) {
    const auto array = row.subspan(begin, std::min(la, row.size() - begin));
    float largest = 0.0F;
    for (const float x : array) largest = std::max(largest, std::fabs(x));
    normaliser.set_scale(array_scale(largest, g, format.max_codeword()));
    for (std::size_t b = 0; b + lb <= array.size(); b += lb) {
      if (!keep()) continue;
      for (std::size_t i = 0; i < lb; ++i) out.push_back(normaliser.normalise(array[b + i]));
    }
  }
}

/// Draws at most max_blocks whole blocks from all tensors, each with the same probability (selection sampling,
/// Knuth 3.4.2 S).
Blocks draw_blocks(const std::vector<Matrix<float>>& tensors, const BcqFormat& format, std::size_t max_blocks,
                   Random& random) {
  const auto lb = static_cast<std::size_t>(format.lb);
  std::size_t available = 0;
  for (const auto& tensor : tensors) available += full_blocks(tensor, lb);
  std::size_t wanted = std::min(available, max_blocks);
  auto keep = [&] {
    const bool kept = uniform(random) * static_cast<double>(available) < static_cast<double>(wanted);
    --available;
    if (kept) --wanted;
    return kept;
  };

  std::vector<std::int32_t> values;
  values.reserve(wanted * lb);
  for (const auto& tensor : tensors) {
    const float g = tensor_scale(tensor, format);
    Normaliser normaliser(g, format);
    for (std::size_t r = 0; r < tensor.rows(); ++r) append_row(tensor.row(r), g, format, normaliser, keep, values);
  }
  Blocks blocks(values.size() / lb, lb);
  std::copy(values.begin(), values.end(), blocks.flat().begin());
  return blocks;
}

/// Squared distance between blocks as multisets: a codebook serves a block whatever the order of its scalars.
double sorted_distance(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

/// k-means++ (Arthur and Vassilvitskii, 2007) over sorted blocks; returns the cluster of every block.
std::vector<std::uint8_t> initial_clusters(const Blocks& blocks, int clusters, Random& random) {
  Blocks sorted = blocks;
  for (std::size_t b = 0; b < sorted.rows(); ++b) std::sort(sorted.row(b).begin(), sorted.row(b).end());

  std::vector<std::uint8_t> nearest(sorted.rows(), 0);
  std::vector<double> distance(sorted.rows(), std::numeric_limits<double>::infinity());
  auto seed = static_cast<std::size_t>(uniform(random) * static_cast<double>(sorted.rows()));
  for (int c = 0; c < clusters; ++c) {
    double total = 0.0;
    for (std::size_t b = 0; b < sorted.rows(); ++b) {
      const double d = sorted_distance(sorted.row(b), sorted.row(seed));
      if (d < distance[b]) {
        distance[b] = d;
        nearest[b] = static_cast<std::uint8_t>(c);
      }
      total += distance[b];
    }
    double target = uniform(random) * total;
    seed = 0;
    while (seed + 1 < sorted.rows() && target >= distance[seed]) target -= distance[seed++];
  }
  return nearest;
}

/// The alternation of LO-BCQ. Clusters are kept as histograms, so Lloyd-Max costs nothing and sums are exact.
class Alternation {
 public:
  Alternation(const Blocks& blocks, const BcqFormat& format, Random& random)
      : blocks_(blocks),
        limit_((1 << (format.bc + kFractionBits)) - 1),
        clusters_(initial_clusters(blocks, format.nc, random)),
        histograms_(static_cast<std::size_t>(format.nc), Histogram(limit_)),
        books_(histograms_.size()) {
    collect();
    for (std::size_t c = 0; c < books_.size(); ++c)
      books_[c] = lloyd_max(histograms_[c], companded_codebook(histograms_[c]));
  }

  /// Step (i): every block moves to the codebook with the least squared error.
  void recluster() {
    const std::size_t nc = books_.size();
    std::vector<double> errors(static_cast<std::size_t>(2 * limit_ + 1) * nc);
    for (std::int32_t v = -limit_; v <= limit_; ++v) {
      for (std::size_t c = 0; c < nc; ++c)
        errors[static_cast<std::size_t>(v + limit_) * nc + c] = nearest_error(books_[c], v);
    }
    parallel_ranges(blocks_.rows(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t b = begin; b < end; ++b) {
        std::array<double, 16> sums{};
        for (const std::int32_t v : blocks_.row(b)) {
          const double* row = &errors[static_cast<std::size_t>(v + limit_) * nc];
          for (std::size_t c = 0; c < nc; ++c) sums[c] += row[c];
        }
        const auto best = std::min_element(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(nc)) - sums.begin();
        clusters_[b] = static_cast<std::uint8_t>(best);
      }
    });
    collect();
  }

  /// Step (ii): Lloyd-Max per cluster from the present codebook; a codebook without blocks stays.
  void redesign() {
    for (std::size_t c = 0; c < books_.size(); ++c) {
      if (!histograms_[c].empty()) books_[c] = lloyd_max(histograms_[c], books_[c]);
    }
  }

  /// Mean squared error per scalar in codeword units.
  [[nodiscard]] double mse() const {
    double total = 0.0;
    for (std::size_t c = 0; c < books_.size(); ++c) total += squared_error(histograms_[c], books_[c]);
    constexpr double kUnit = 1 << kFractionBits;
    return total / (kUnit * kUnit * static_cast<double>(blocks_.flat().size()));
  }

  /// Takes every codeword to the nearest integer within ±q.
  [[nodiscard]] std::vector<Codebook> round_codebooks(int q) {
    std::vector<Codebook> rounded(books_.size());
    for (std::size_t c = 0; c < books_.size(); ++c) {
      for (std::size_t i = 0; i < books_[c].size(); ++i) {
        const double codeword = std::clamp(std::round(books_[c][i] / (1 << kFractionBits)), -1.0 * q, 1.0 * q);
        rounded[c][i] = static_cast<std::int8_t>(codeword);
        books_[c][i] = codeword * (1 << kFractionBits);
      }
    }
    return rounded;
  }

 private:
  void collect() {
    for (Histogram& histogram : histograms_) histogram.clear();
    for (std::size_t b = 0; b < blocks_.rows(); ++b) {
      for (const std::int32_t v : blocks_.row(b)) histograms_[clusters_[b]].add(v);
    }
  }

  const Blocks& blocks_;
  std::int32_t limit_;
  std::vector<std::uint8_t> clusters_;
  std::vector<Histogram> histograms_;
  std::vector<RealCodebook> books_;
};

}  // namespace

Calibration calibrate(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                      const CalibrationOptions& options, const CalibrationProgress& progress) {
  format.validate("calibration format");
  Random random(options.seed);
  const Blocks blocks = draw_blocks(tensors, format, options.max_blocks, random);
  const auto flat = blocks.flat();
  if (std::all_of(flat.begin(), flat.end(), [](std::int32_t v) { return v == 0; })) {
    throw InputError("calibration: every whole block of the tensors is zero; give layers with data");
  }

  Calibration result;
  result.blocks = blocks.rows();
  Alternation alternation(blocks, format, random);
  result.mse.push_back(alternation.mse());
  for (int i = 1; i <= options.max_iterations; ++i) {
    const double before = result.mse.back();
    alternation.recluster();
    result.mse.push_back(alternation.mse());
    alternation.redesign();
    result.mse.push_back(alternation.mse());
    if (progress) progress(i, result.mse.back());
    if (result.mse.back() >= before * (1.0 - options.tolerance)) break;
  }
  result.codebooks = {format, alternation.round_codebooks(format.max_codeword())};
  alternation.recluster();
  result.rounded_mse = alternation.mse();
  return result;
}

}  // namespace bcq
