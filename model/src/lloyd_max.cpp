#include "lloyd_max.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace bcq {
namespace {

constexpr int kMaxIterations = 200;
constexpr double kTolerance = 1e-7;

/// The codeword of every cell becomes the mean of its values; an empty cell keeps its codeword.
RealCodebook centroids(const Histogram& histogram, const RealCodebook& book) {
  std::array<std::int64_t, kCodebookEntries> counts{};
  std::array<std::int64_t, kCodebookEntries> sums{};
  std::size_t cell = 0;
  for (std::int32_t v = -histogram.limit(); v <= histogram.limit(); ++v) {
    while (cell + 1 < book.size() && std::fabs(v - book[cell + 1]) < std::fabs(v - book[cell])) ++cell;
    counts[cell] += histogram.count(v);
    sums[cell] += histogram.count(v) * v;
  }
  RealCodebook moved = book;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (counts[i] > 0) moved[i] = static_cast<double>(sums[i]) / static_cast<double>(counts[i]);
  }
  std::sort(moved.begin(), moved.end());
  return moved;
}

}  // namespace

std::int64_t Histogram::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

double nearest_error(const RealCodebook& book, std::int32_t v) {
  double best = std::numeric_limits<double>::infinity();
  for (const double codeword : book) best = std::min(best, (v - codeword) * (v - codeword));
  return best;
}

double squared_error(const Histogram& histogram, const RealCodebook& book) {
  double total = 0.0;
  for (std::int32_t v = -histogram.limit(); v <= histogram.limit(); ++v) {
    if (histogram.count(v) > 0) total += static_cast<double>(histogram.count(v)) * nearest_error(book, v);
  }
  return total;
}

RealCodebook companded_codebook(const Histogram& histogram) {
  double mass = 0.0;
  for (std::int32_t v = -histogram.limit(); v <= histogram.limit(); ++v)
    mass += std::cbrt(static_cast<double>(histogram.count(v)));
  RealCodebook book{};
  double below = 0.0;
  std::size_t level = 0;
  for (std::int32_t v = -histogram.limit(); v <= histogram.limit() && level < book.size(); ++v) {
    below += std::cbrt(static_cast<double>(histogram.count(v)));
    while (level < book.size() && below >= mass * (static_cast<double>(level) + 0.5) / kCodebookEntries) {
      book[level] = v;
      ++level;
    }
  }
  return book;
}

RealCodebook lloyd_max(const Histogram& histogram, const RealCodebook& start) {
  RealCodebook best = start;
  double best_error = squared_error(histogram, best);
  for (int i = 0; i < kMaxIterations; ++i) {
    const RealCodebook moved = centroids(histogram, best);
    const double error = squared_error(histogram, moved);
    if (error >= best_error) break;
    const bool settled = error > best_error * (1.0 - kTolerance);
    best = moved;
    best_error = error;
    if (settled) break;
  }
  return best;
}

}  // namespace bcq
