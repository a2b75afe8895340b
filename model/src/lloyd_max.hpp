// One-dimensional quantizer design on histograms of normalised values.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bcq/bcq_format.hpp"

namespace bcq {

/// Weighted counts of the fixed-point values −limit…limit. Integer weights make every result independent of summation
/// order.
class Histogram {
 public:
  explicit Histogram(std::int32_t limit) : limit_(limit), counts_(static_cast<std::size_t>(2 * limit + 1)) {}

  void add(std::int32_t v, std::int64_t weight) { counts_[slot(v)] += weight; }
  void clear() { counts_.assign(counts_.size(), 0); }
  [[nodiscard]] std::int64_t count(std::int32_t v) const { return counts_[slot(v)]; }
  [[nodiscard]] std::int32_t limit() const { return limit_; }
  [[nodiscard]] bool empty() const { return total() == 0; }
  [[nodiscard]] std::int64_t total() const;

 private:
  [[nodiscard]] std::size_t slot(std::int32_t v) const { return static_cast<std::size_t>(v + limit_); }

  std::int32_t limit_;
  std::vector<std::int64_t> counts_;
};

/// Sixteen real codewords in ascending order, in units of one fixed-point step (2^-F codeword).
using RealCodebook = std::array<double, kCodebookEntries>;

/// Squared distance of `v` to the nearest codeword.
[[nodiscard]] double nearest_error(const RealCodebook& book, std::int32_t v);

/// Σ count · nearest_error.
[[nodiscard]] double squared_error(const Histogram& histogram, const RealCodebook& book);

/// A starting codebook: levels at equal steps of the cube root of the density, which is asymptotically optimal for
/// squared error (Panter and Dite, 1951).
[[nodiscard]] RealCodebook companded_codebook(const Histogram& histogram);

/// Lloyd's iteration (centroid of each nearest-neighbour cell) until the error stops falling. Never returns a codebook
/// with a larger error than `start`.
[[nodiscard]] RealCodebook lloyd_max(const Histogram& histogram, const RealCodebook& start);

}  // namespace bcq
