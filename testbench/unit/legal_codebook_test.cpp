// The design of legal codebooks against an optimum found another way.
#include "legal_codebook.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "vectors.hpp"

namespace bcq::test {
namespace {

using Counts = std::map<int, std::int64_t>;

const BcqFormat kFormats[] = {{.bc = 4}, {.bc = 5}, {.bc = 6}, {.bc = 8}, {.codeword = CodewordType::kFloat}};

std::vector<int> legal_codewords(const BcqFormat& format) {
  std::set<int> out;
  if (format.codeword == CodewordType::kFloat) {
    for (const int magnitude : kE2m3Magnitudes) out.insert({magnitude, -magnitude});
  } else {
    for (int c = 1 - (1 << (format.bc - 1)); c < 1 << (format.bc - 1); ++c) out.insert(c);
  }
  return {out.begin(), out.end()};
}

int limit_of(const BcqFormat& format) {
  return 32 * (format.codeword == CodewordType::kFloat ? 64 : 1 << (format.bc - 1)) - 1;
}

Histogram histogram_of(const Counts& counts, const BcqFormat& format) {
  Histogram out(limit_of(format));
  for (const auto& [v, count] : counts) out.add(v, count);
  return out;
}

/// Exact: Σ count·(v − 16·nearest codeword)².
Int128 error_of(const Counts& counts, const Codebook& book) {
  Int128 total = 0;
  for (const auto& [v, count] : counts) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const int c : book) least = std::min(least, std::int64_t{v - 16 * c} * (v - 16 * c));
    total += Int128{count} * least;
  }
  return total;
}

/// The least error of any codebook: the values, in order, are cut into at most sixteen cells, and every cell takes the
/// legal codeword that suits it best. (The model searches over codewords instead.)
Int128 least_error(const Counts& counts, const std::vector<int>& legal) {
  const std::vector<std::pair<int, std::int64_t>> values(counts.begin(), counts.end());
  const std::size_t n = values.size();
  constexpr Int128 kNone = Int128{1} << 120;
  std::vector<std::vector<Int128>> cell(n, std::vector<Int128>(n + 1, kNone));  // of the values begin…end−1
  for (std::size_t begin = 0; begin < n; ++begin) {
    for (const int c : legal) {
      Int128 error = 0;
      for (std::size_t end = begin; end < n; ++end) {
        const std::int64_t d = values[end].first - 16 * c;
        error += Int128{values[end].second} * d * d;
        cell[begin][end + 1] = std::min(cell[begin][end + 1], error);
      }
    }
  }
  std::vector<Int128> best(n + 1, kNone);
  best[0] = 0;
  for (int cells = 0; cells < 16; ++cells) {
    std::vector<Int128> next = best;
    for (std::size_t end = 1; end <= n; ++end) {
      for (std::size_t begin = 0; begin < end; ++begin) next[end] = std::min(next[end], best[begin] + cell[begin][end]);
    }
    best = next;
  }
  return best[n];
}

/// Random histograms of up to `distinct` values: around zero, one-sided, saturated.
Counts random_counts(Rng& rng, const BcqFormat& format, int distinct, int kind) {
  Counts counts;
  const int limit = limit_of(format);
  for (int i = 0; i < distinct; ++i) {
    double v = draw_gaussian(rng) * limit / 6;
    if (kind == 1) v = std::abs(v) * 2 - limit / 8.0;
    if (kind == 2) v = draw(rng, -limit, limit);
    if (kind == 3 && i % 4 == 0) v = rng() % 2 == 0 ? limit : -limit;
    counts[std::clamp(static_cast<int>(v), -limit, limit)] += draw(rng, 1, 1000);
  }
  return counts;
}

void check_legal(const Codebook& book, const std::vector<int>& legal) {
  CHECK(std::is_sorted(book.begin(), book.end()));
  for (const int c : book) CHECK(std::binary_search(legal.begin(), legal.end(), c));
}

}  // namespace

TEST_CASE("No legal codebook has a smaller error than the one designed", "[calibrate][options]") {
  Rng rng(51);
  for (const BcqFormat& format : kFormats) {
    const std::vector<int> legal = legal_codewords(format);
    for (const int distinct : {1, 3, 16, 17, 25, 60}) {
      for (int kind = 0; kind < 4; ++kind) {
        CAPTURE(format.name(), distinct, kind);
        const Counts counts = random_counts(rng, format, distinct, kind);
        const Codebook book = best_legal_codebook(histogram_of(counts, format), format);
        check_legal(book, legal);
        const Int128 error = error_of(counts, book);
        const Int128 least = least_error(counts, legal);
        CAPTURE(static_cast<double>(error), static_cast<double>(least));
        CHECK((error == least));
      }
    }
  }
}

TEST_CASE("The designed codebook never loses to Lloyd-Max and rounding", "[calibrate][options]") {
  Rng rng(52);
  bool won = false;
  for (const BcqFormat& format : kFormats) {
    for (int kind = 0; kind < 4; ++kind) {
      CAPTURE(format.name(), kind);
      const Counts counts = random_counts(rng, format, 1500, kind);
      const Histogram histogram = histogram_of(counts, format);
      const RealCodebook real = lloyd_max(histogram, companded_codebook(histogram));
      const Codebook rounded = nearest_legal_codebook(real, format);
      check_legal(rounded, legal_codewords(format));
      const Int128 error = error_of(counts, best_legal_codebook(histogram, format));
      CHECK((error <= error_of(counts, rounded)));
      won = won || error < error_of(counts, rounded);
    }
  }
  CHECK(won);
}

TEST_CASE("Fifteen legal codewords are all in the codebook", "[calibrate][options]") {
  const BcqFormat format{.bc = 4};
  const Codebook all = {-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 7};
  CHECK(best_legal_codebook(histogram_of({{100, 1}}, format), format) == all);
}

TEST_CASE("Codewords are rounded to the nearest legal one, ties to the smaller magnitude", "[calibrate][options]") {
  Rng rng(53);
  std::size_t wrong = 0;
  for (const BcqFormat& format : kFormats) {
    const std::vector<int> legal = legal_codewords(format);
    for (int i = 0; i < 100; ++i) {
      RealCodebook real{};
      for (double& v : real) v = draw(rng, -limit_of(format), limit_of(format)) * (i % 2 == 0 ? 1.0 : 0.5);
      std::sort(real.begin(), real.end());
      const Codebook book = nearest_legal_codebook(real, format);
      for (std::size_t c = 0; c < real.size(); ++c) {
        const double distance = std::abs(real[c] - 16 * book[c]);
        wrong += std::any_of(legal.begin(), legal.end(), [&](int other) {
          const double alternative = std::abs(real[c] - 16 * other);
          return alternative < distance || (alternative == distance && std::abs(other) < std::abs(book[c]));
        });
      }
    }
  }
  CHECK(wrong == 0);
  RealCodebook ties{-16 * 62.0, -16 * 17.0, -8.0, 8.0, 24.0, 16 * 17.0, 16 * 31.0, 16 * 34.0};
  std::sort(ties.begin(), ties.end());
  const Codebook expected = {-60, -16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 16, 30, 32};
  CHECK(nearest_legal_codebook(ties, {.codeword = CodewordType::kFloat}) == expected);
}

}  // namespace bcq::test
