#include "legal_codebook.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "bcq/matrix.hpp"

namespace bcq {
namespace {

constexpr int kUnit = 1 << kFractionBits;

/// All legal codewords, ascending.
std::vector<int> legal_codewords(const BcqFormat& format) {
  std::vector<int> out;
  for (int c = -format.max_codeword(); c <= format.max_codeword(); ++c) {
    if (format.is_codeword(c)) out.push_back(c);
  }
  return out;
}

/// Σ count, Σ count·v and Σ count·v² of all values up to a bound, so that the error of any interval around any codeword
/// costs a few operations.
class Moments {
 public:
  explicit Moments(const Histogram& histogram) : limit_(histogram.limit()), sums_(1) {
    for (std::int32_t v = -limit_; v <= limit_; ++v) {
      const auto count = static_cast<double>(histogram.count(v));
      const Sums& last = sums_.back();
      sums_.push_back({last.count + count, last.first + count * v, last.second + count * v * v});
    }
  }

  /// Squared error of the values in (low, high] at a codeword.
  [[nodiscard]] double error(std::int32_t low, std::int32_t high, double codeword) const {
    const Sums& a = sums_[slot(low)];
    const Sums& b = sums_[slot(high)];
    return (b.second - a.second) - 2.0 * codeword * (b.first - a.first) + codeword * codeword * (b.count - a.count);
  }

  [[nodiscard]] std::int32_t limit() const { return limit_; }

 private:
  struct Sums {
    double count = 0.0, first = 0.0, second = 0.0;
  };

  [[nodiscard]] std::size_t slot(std::int32_t v) const { return static_cast<std::size_t>(v + limit_ + 1); }

  std::int32_t limit_;
  std::vector<Sums> sums_;
};

/// Squared error of the values in (16·low, 16·high] when both ends are codewords and none lies between.
double gap_error(const Moments& moments, int low, int high) {
  const std::int32_t middle = (low + high) * kUnit / 2;
  return moments.error(low * kUnit, middle, low * kUnit) + moments.error(middle, high * kUnit, high * kUnit);
}

}  // namespace

Codebook nearest_legal_codebook(const RealCodebook& book, const BcqFormat& format) {
  const std::vector<int> legal = legal_codewords(format);
  Codebook out{};
  std::transform(book.begin(), book.end(), out.begin(), [&](double codeword) {
    const double target = codeword / kUnit;
    return static_cast<std::int8_t>(*std::min_element(legal.begin(), legal.end(), [&](int a, int b) {
      const double da = std::fabs(a - target);
      const double db = std::fabs(b - target);
      return da < db || (da == db && std::abs(a) < std::abs(b));
    }));
  });
  return out;
}

Codebook best_legal_codebook(const Histogram& histogram, const BcqFormat& format) {
  const std::vector<int> legal = legal_codewords(format);
  const Moments moments(histogram);
  const std::size_t n = legal.size();
  const std::size_t entries = std::min<std::size_t>(kCodebookEntries, n);

  Matrix<double> gap(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) gap(i, j) = gap_error(moments, legal[i], legal[j]);
  }
  // least(k, j): of all values up to codeword j, when that is the k-th of the codebook; from(k, j): the one before it.
  Matrix<double> least(entries, n, std::numeric_limits<double>::infinity());
  Matrix<std::size_t> from(entries, n);
  for (std::size_t j = 0; j < n; ++j) {
    least(0, j) = moments.error(-moments.limit() - 1, legal[j] * kUnit, legal[j] * kUnit);
  }
  for (std::size_t k = 1; k < entries; ++k) {
    for (std::size_t j = k; j < n; ++j) {
      for (std::size_t i = k - 1; i < j; ++i) {
        const double error = least(k - 1, i) + gap(i, j);
        if (error < least(k, j)) {
          least(k, j) = error;
          from(k, j) = i;
        }
      }
    }
  }
  std::size_t last = 0;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t j = entries - 1; j < n; ++j) {
    const double error = least(entries - 1, j) + moments.error(legal[j] * kUnit, moments.limit(), legal[j] * kUnit);
    if (error < best) {
      best = error;
      last = j;
    }
  }
  Codebook out{};
  out.fill(static_cast<std::int8_t>(legal[last]));
  for (std::size_t k = entries; k-- > 0; last = from(k, last)) out[k] = static_cast<std::int8_t>(legal[last]);
  return out;
}

RealCodebook to_real(const Codebook& book) {
  RealCodebook out{};
  std::transform(book.begin(), book.end(), out.begin(), [](std::int8_t c) { return 1.0 * c * kUnit; });
  return out;
}

}  // namespace bcq
