// Calibration: descent, determinism, and known results of quantization theory.
#include "bcq/calibrate.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "bcq/error.hpp"
#include "bcq/metrics.hpp"
#include "bcq/parallel.hpp"
#include "bcq/quantize.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

Matrix<float> sample(std::uint64_t seed, std::size_t rows, std::size_t k, Data data) {
  Rng rng(seed);
  return random_matrix(rng, rows, k, data);
}

/// Ascending, within ±Q, nc of them.
void check_legal(const CodebookSet& set) {
  CHECK_NOTHROW(set.validate("calibration"));
  REQUIRE(set.codebooks.size() == static_cast<std::size_t>(set.format.nc));
  for (const Codebook& book : set.codebooks) {
    CHECK(std::is_sorted(book.begin(), book.end()));
    CHECK(book.front() >= -set.format.max_codeword());
    CHECK(book.back() <= set.format.max_codeword());
  }
}

/// The Lloyd-Max quantizer of sorted data: Lloyd's iteration from quantiles, to convergence. For a log-concave density
/// the fixed point is unique, so this is the optimum.
double lloyd_max_error(const std::vector<double>& sorted) {
  std::vector<double> prefix(sorted.size() + 1);
  std::vector<double> squares(sorted.size() + 1);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    prefix[i + 1] = prefix[i] + sorted[i];
    squares[i + 1] = squares[i] + sorted[i] * sorted[i];
  }
  std::vector<double> levels;
  for (std::size_t i = 0; i < 16; ++i) levels.push_back(sorted[(2 * i + 1) * sorted.size() / 32]);
  double error = 0;
  for (double previous = 1e300; previous - error > 1e-12 * previous || error == 0;) {
    previous = error == 0 ? 1e300 : error;
    error = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      const auto end =
          i == 15 ? sorted.end() : std::upper_bound(sorted.begin(), sorted.end(), (levels[i] + levels[i + 1]) / 2);
      const auto last = static_cast<std::size_t>(end - sorted.begin());
      const double n = static_cast<double>(last - first);
      const double sum = prefix[last] - prefix[first];
      if (n > 0) {
        error += squares[last] - squares[first] - sum * sum / n;
        levels[i] = sum / n;
      }
      first = last;
    }
  }
  return error / static_cast<double>(sorted.size());
}

/// Blocks of x in codeword units, by the definition of the scales.
std::vector<std::vector<double>> normalised_blocks(const Matrix<float>& x, const BcqTensor& t) {
  const auto lb = static_cast<std::size_t>(t.format().lb);
  std::vector<std::vector<double>> blocks;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t first = 0; first + lb <= x.cols(); first += lb) {
      const std::int64_t units = e4m3_units(t.scales(r, first / static_cast<std::size_t>(t.format().la)));
      const double step = std::ldexp(static_cast<double>(units), -9) * static_cast<double>(t.tensor_scale);
      blocks.emplace_back();
      for (const float v : x.row(r).subspan(first, lb)) blocks.back().push_back(static_cast<double>(v) / step);
    }
  }
  return blocks;
}

/// Mean squared errors before and after one more alternation: blocks to the best codebook, codewords to centroids.
std::pair<double, double> one_more_step(const std::vector<std::vector<double>>& blocks,
                                        const std::vector<Codebook>& books) {
  struct Cell {
    double n = 0;
    double sum = 0;
    double squares = 0;
  };
  std::vector<std::array<Cell, 16>> cells(books.size());
  const auto nearest = [](const Codebook& book, double v) {
    return static_cast<std::size_t>(
        std::min_element(book.begin(), book.end(), [v](int a, int b) { return std::abs(a - v) < std::abs(b - v); }) -
        book.begin());
  };
  double error = 0;
  for (const auto& block : blocks) {
    std::vector<double> errors;
    for (const Codebook& book : books) {
      double sum = 0;
      for (const double v : block) sum += std::pow(v - book[nearest(book, v)], 2);
      errors.push_back(sum);
    }
    const auto best = static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
    error += errors[best];
    for (const double v : block) {
      Cell& cell = cells[best][nearest(books[best], v)];
      cell.n += 1;
      cell.sum += v;
      cell.squares += v * v;
    }
  }
  double improved = 0;
  double n = 0;
  for (const auto& book : cells) {
    for (const Cell& cell : book) {
      if (cell.n > 0) improved += cell.squares - cell.sum * cell.sum / cell.n;
      n += cell.n;
    }
  }
  return {error / n, improved / n};
}

}  // namespace

TEST_CASE("The calibration error never rises and the codebooks are legal", "[calibrate]") {
  const BcqFormat formats[] = {{8, 64, 8, 6}, {8, 64, 16, 6}, {4, 16, 4, 5},
                               {2, 32, 2, 4}, {64, 64, 4, 8}, {1, 8, 2, 6}};
  for (const Data data : {Data::kGaussian, Data::kLaplace, Data::kOutliers}) {
    for (const BcqFormat& format : formats) {
      CAPTURE(format.lb, format.la, format.nc, format.bc, static_cast<int>(data));
      CalibrationOptions options;
      options.max_blocks = 6000;
      int calls = 0;
      const Calibration result =
          calibrate({sample(21, 100, 512, data)}, format, options, [&](int, double) { ++calls; });
      CHECK(result.codebooks.format == format);
      check_legal(result.codebooks);
      REQUIRE(result.mse.size() >= 2);
      CHECK(result.mse.back() > 0);
      CHECK(result.mse.back() < result.mse.front());
      CHECK(calls > 0);
      for (std::size_t i = 1; i < result.mse.size(); ++i) {
        CAPTURE(i);
        CHECK(result.mse[i] <= result.mse[i - 1] * (1 + 1e-12));
      }
      // Rounding codewords to integers costs at most about the error of a uniform step of one, 1/12.
      CHECK(result.rounded_mse.back() > 0.9 * result.mse.back());
      CHECK(result.rounded_mse.back() < result.mse.back() + 0.12);
      CHECK(result.blocks == std::min<std::size_t>(6000, 100 * 512 / static_cast<std::size_t>(format.lb)));
    }
  }
}

TEST_CASE("The same seed gives the same calibration for every thread count", "[calibrate]") {
  const std::vector<Matrix<float>> tensors = {sample(22, 64, 640, Data::kLaplace),
                                              sample(23, 50, 333, Data::kGaussian)};
  CalibrationOptions options;
  options.max_blocks = 5000;
  options.seed = 7;
  std::vector<Calibration> results;
  for (const int threads : {1, 1, 2, 4}) {
    const ThreadCount scope(threads);
    REQUIRE(thread_count() == static_cast<unsigned>(threads));
    results.push_back(calibrate(tensors, {}, options));
  }
  for (const Calibration& result : results) {
    CHECK(result.codebooks == results[0].codebooks);
    CHECK(result.mse == results[0].mse);
    CHECK(result.rounded_mse == results[0].rounded_mse);
  }
  options.seed = 8;
  CHECK(calibrate(tensors, {}, options).mse != results[0].mse);
}

TEST_CASE("One codebook for Gaussian data is the Lloyd-Max quantizer", "[calibrate]") {
  Matrix<float> x = sample(24, 200, 1024, Data::kGaussian);
  const auto optimum = [&] {
    std::vector<double> sorted(x.flat().begin(), x.flat().end());
    std::sort(sorted.begin(), sorted.end());
    return lloyd_max_error(sorted);
  };
  CHECK(optimum() == Approx(0.009497).epsilon(0.02));  // 16 levels, unit Gaussian: the reference itself is right

  // Every block array gets the largest magnitude 4, so all share one scale and a codeword unit is 4/127.
  const BcqFormat format{1, 1024, 1, 8};
  const double unit = 4.0 / 127;
  for (float& v : x.flat()) v = std::clamp(v, -3.99F, 3.99F);
  for (std::size_t r = 0; r < x.rows(); ++r) x(r, 0) = r % 2 == 0 ? 4.0F : -4.0F;
  CalibrationOptions options;
  options.max_blocks = 1'000'000;
  options.max_iterations = 2000;
  options.tolerance = 1e-9;
  const Calibration result = calibrate({x}, format, options);
  CHECK(result.blocks == x.flat().size());
  CHECK(result.mse.back() * unit * unit == Approx(optimum()).epsilon(0.005));
  check_legal(result.codebooks);
}

TEST_CASE("Calibration ends where one more alternation gains nothing", "[calibrate]") {
  const BcqFormat format{8, 64, 8, 8};  // wide codewords: their rounding matters little
  const Matrix<float> x = sample(29, 60, 1024, Data::kGaussian);
  const Calibration result = calibrate({x}, format, {});
  const auto blocks = normalised_blocks(x, quantize(x, result.codebooks));
  const auto [error, improved] = one_more_step(blocks, result.codebooks.codebooks);
  CAPTURE(error, improved, result.mse.back(), result.rounded_mse.back());
  CHECK(result.rounded_mse.back() == Approx(error).epsilon(0.002));
  CHECK(improved > 0.99 * error);
}

TEST_CASE("Calibration refuses data without a block that is not zero", "[calibrate]") {
  CHECK_THROWS_AS(calibrate({Matrix<float>(4, 128)}, {}, {}), InputError);
  CHECK_THROWS_AS(calibrate({}, {}, {}), InputError);
  CHECK_THROWS_AS(calibrate({sample(25, 4, 7, Data::kGaussian)}, {}, {}), InputError);  // short blocks only
}

TEST_CASE("LO-BCQ of Gaussian data is near -24 dB and improves with the number of codebooks", "[calibrate]") {
  const Matrix<float> training = sample(26, 100, 1024, Data::kGaussian);
  const Matrix<float> x = sample(27, 100, 1024, Data::kGaussian);
  double previous = 0;
  for (const int nc : {1, 2, 4, 8, 16}) {
    const Calibration result = calibrate({training}, {8, 64, nc, 6}, {});
    const double nmse = nmse_db(x, dequantize(quantize(x, result.codebooks)));
    CAPTURE(nc, nmse, previous);
    CHECK(nmse < previous);
    if (nc == 8) CHECK(std::abs(nmse + 24.0) < 0.5);
    previous = nmse;
  }
}

TEST_CASE("Calibration gains over a codebook of even steps", "[calibrate]") {
  const Matrix<float> x = sample(28, 60, 512, Data::kLaplace);
  const BcqFormat format{8, 64, 1, 6};
  Codebook even;
  for (std::size_t i = 0; i < 16; ++i) even[i] = static_cast<std::int8_t>(-31 + (62 * static_cast<int>(i) + 7) / 15);
  const double uniform = nmse_db(x, dequantize(quantize(x, {format, {even}})));
  const double one = nmse_db(x, dequantize(quantize(x, calibrate({x}, format, {}).codebooks)));
  CHECK(one < uniform - 1.0);
}

}  // namespace bcq::test
