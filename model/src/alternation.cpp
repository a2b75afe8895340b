#include "alternation.hpp"

#include <algorithm>
#include <array>

#include "bcq/parallel.hpp"
#include "initial_clusters.hpp"
#include "legal_codebook.hpp"
#include "normalise.hpp"

namespace bcq {
namespace {

RealCodebook mirrored(const RealCodebook& book) {
  RealCodebook out{};
  std::transform(book.rbegin(), book.rend(), out.begin(), [](double codeword) { return -codeword; });
  return out;
}

}  // namespace

Alternation::Alternation(const CalibrationBlocks& blocks, const BcqFormat& format, const CalibrationOptions& options,
                         Random& random)
    : blocks_(blocks),
      format_(format),
      mirror_pairs_(options.mirror_pairs),
      limit_(normalised_limit(format)),
      selectors_(initial_clusters(blocks, static_cast<std::size_t>(format.nc), options, random)),
      histograms_(static_cast<std::size_t>(mirror_pairs_ ? format.nc / 2 : format.nc), Histogram(limit_)),
      books_(histograms_.size()) {
  collect();
  for (std::size_t c = 0; c < books_.size(); ++c) {
    books_[c] = lloyd_max(histograms_[c], companded_codebook(histograms_[c]));
  }
}

void Alternation::recluster() {
  std::vector<RealCodebook> all = books_;
  if (mirror_pairs_) {
    for (const RealCodebook& book : books_) all.push_back(mirrored(book));
  }
  const std::size_t nc = all.size();
  std::vector<double> errors(static_cast<std::size_t>(2 * limit_ + 1) * nc);
  for (std::int32_t v = -limit_; v <= limit_; ++v) {
    for (std::size_t c = 0; c < nc; ++c)
      errors[static_cast<std::size_t>(v + limit_) * nc + c] = nearest_error(all[c], v);
  }
  parallel_ranges(blocks_.values.rows(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      std::array<double, 16> sums{};
      for (const std::int32_t v : blocks_.values.row(b)) {
        const double* row = &errors[static_cast<std::size_t>(v + limit_) * nc];
        for (std::size_t c = 0; c < nc; ++c) sums[c] += row[c];
      }
      const auto best = std::min_element(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(nc)) - sums.begin();
      selectors_[b] = static_cast<std::uint8_t>(best);
    }
  });
  collect();
}

void Alternation::redesign() {
  for (std::size_t c = 0; c < books_.size(); ++c) {
    if (!histograms_[c].empty()) books_[c] = lloyd_max(histograms_[c], books_[c]);
  }
}

void Alternation::redesign_legal() {
  for (std::size_t c = 0; c < books_.size(); ++c) {
    if (histograms_[c].empty()) continue;
    const RealCodebook best = to_real(best_legal_codebook(histograms_[c], format_));
    if (squared_error(histograms_[c], best) < squared_error(histograms_[c], books_[c])) books_[c] = best;
  }
}

void Alternation::round() {
  for (RealCodebook& book : books_) book = to_real(nearest_legal_codebook(book, format_));
}

double Alternation::mse() const {
  double total = 0.0;
  double weight = 0.0;
  for (std::size_t c = 0; c < books_.size(); ++c) {
    total += squared_error(histograms_[c], books_[c]);
    weight += static_cast<double>(histograms_[c].total());
  }
  constexpr double kUnit = 1 << kFractionBits;
  return total / (kUnit * kUnit * weight);
}

std::vector<Codebook> Alternation::codebooks() const {
  std::vector<Codebook> out;
  for (const RealCodebook& book : books_) out.push_back(nearest_legal_codebook(book, format_));
  if (mirror_pairs_) {
    for (std::size_t c = 0; c < books_.size(); ++c) out.push_back(bcq::mirrored(out[c]));
  }
  return out;
}

void Alternation::collect() {
  for (Histogram& histogram : histograms_) histogram.clear();
  for (std::size_t b = 0; b < blocks_.values.rows(); ++b) {
    const std::size_t selector = selectors_[b];
    const std::int32_t sign = selector < books_.size() ? 1 : -1;
    Histogram& histogram = histograms_[selector % books_.size()];
    for (const std::int32_t v : blocks_.values.row(b)) histogram.add(sign * v, blocks_.weights[b]);
  }
}

}  // namespace bcq
