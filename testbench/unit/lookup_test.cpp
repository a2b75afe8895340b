// NF4, AF4, BOF4, BOF4-S and OPQ: what their vectors do not cover.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>

#include "bcq/format_table.hpp"
#include "bcq/metrics.hpp"
#include "formats/bof4_levels.hpp"
#include "formats/lookup_tables.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

double largest_deviation(const Levels& a, const Levels& b) {
  double largest = 0.0;
  for (std::size_t l = 0; l < a.size(); ++l) {
    largest = std::max(largest, std::fabs(static_cast<double>(a[l]) - static_cast<double>(b[l])));
  }
  return largest;
}

std::shared_ptr<const Format> format(std::string_view specification) {
  return make_format(specification, BCQ_CODEBOOK_DIR).formats.weight;
}

Matrix<float> round_trip(std::string_view specification, const Matrix<float>& x) {
  const auto f = format(specification);
  return f->dequantize(f->quantize(x));
}

double mean_square(const Matrix<float>& x, const Matrix<float>& y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.flat().size(); ++i) {
    sum += std::pow(static_cast<double>(x.flat()[i]) - static_cast<double>(y.flat()[i]), 2.0);
  }
  return sum / static_cast<double>(x.flat().size());
}

double mean_magnitude(const Matrix<float>& x, const Matrix<float>& y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.flat().size(); ++i) {
    sum += std::fabs(static_cast<double>(x.flat()[i]) - static_cast<double>(y.flat()[i]));
  }
  return sum / static_cast<double>(x.flat().size());
}

Matrix<float> gaussian(std::size_t rows, std::size_t cols) {
  Rng rng(17);
  return random_matrix(rng, rows, cols, Data::kGaussian);
}

std::size_t outlier_count(const EncodedTensor& encoded) {
  return encoded.fields[encoded.fields.size() - 2].entries.cols();
}

}  // namespace

TEST_CASE("Optimal levels are those that the BOF4 paper computes by integration", "[formats][lookup]") {
  // arXiv 2505.06653 table 8, "theoretical solution".
  const Levels theory = {-1.0F,
                         -0.7535689203869577F,
                         -0.5792681492535123F,
                         -0.4386720084478466F,
                         -0.3168191039791481F,
                         -0.2060291109696586F,
                         -0.1015640796456471F,
                         0.0F,
                         0.0887646748673216F,
                         0.1794535266886747F,
                         0.274249773841407F,
                         0.375951029286045F,
                         0.4885925268369112F,
                         0.6187715546288008F,
                         0.7790828367844242F,
                         1.0F};
  CHECK(largest_deviation(optimal_levels(kBof4Mse, 64), theory) < 2e-6);
}

TEST_CASE("Optimal levels are those that the generator of AF4 computes", "[formats][lookup]") {
  // generate_af4.py of github.com/davisyoshida/abnormal-floats, run for block size 32.
  const Levels generated = {-1.0F,
                            -0.723800749805F,
                            -0.540687114434F,
                            -0.396398499774F,
                            -0.272357699629F,
                            -0.159568207287F,
                            -0.052588020502F,
                            0.0F,
                            0.045547465538F,
                            0.137808913914F,
                            0.233758540135F,
                            0.336567437203F,
                            0.450845604583F,
                            0.584378570888F,
                            0.752991161631F,
                            1.0F};
  CHECK(largest_deviation(optimal_levels(kAf4, 32), generated) < 5e-8);
}

TEST_CASE("Published levels are the optimal ones within the noise of their Monte Carlo", "[formats][lookup]") {
  const auto deviation = [](std::span<const PublishedLevels> tables, const LevelDesign& design) {
    double largest = 0.0;
    for (const PublishedLevels& table : tables) {
      largest = std::max(largest, largest_deviation(table.levels, optimal_levels(design, table.block)));
    }
    return largest;
  };
  CHECK(deviation(bof4_published(), kBof4Mse) < 1.4e-4);
  CHECK(deviation(bof4s_published(), kBof4sMse) < 3e-4);
  CHECK(deviation(bof4_mae_published(), kBof4Mae) < 3.5e-4);
  CHECK(deviation(bof4s_mae_published(), kBof4sMae) < 2.5e-4);
  CHECK(deviation(af4_published(), kAf4) < 5e-8);
}

TEST_CASE("Optimal levels ascend for every block size", "[formats][lookup]") {
  for (const std::size_t block : {16UL, 100UL, 4096UL}) {
    for (const LevelDesign& design : {kBof4Mse, kBof4Mae, kBof4sMse, kBof4sMae, kAf4}) {
      const Levels levels = optimal_levels(design, block);
      CAPTURE(block, design.power, design.symmetric);
      CHECK(std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>()) == levels.end());
      CHECK((levels.front() == -1.0F) == design.symmetric);
      CHECK(levels[7] == 0.0F);
      CHECK(levels.back() == 1.0F);
    }
  }
}

TEST_CASE("Each design is the best of its kind on the data that it is for", "[formats][lookup]") {
  for (const std::string block : {"32", "64"}) {
    CAPTURE(block);
    const Matrix<float> x = gaussian(16, 4096);
    const auto square = [&](const std::string& name) {
      return mean_square(x, round_trip(name + ":block=" + block, x));
    };
    const auto magnitude = [&](const std::string& name) {
      return mean_magnitude(x, round_trip(name + ":block=" + block, x));
    };
    CHECK(square("bof4s") < square("bof4"));
    CHECK(square("bof4") < square("bof4-mae"));
    CHECK(square("bof4") < square("nf4"));
    CHECK(square("bof4") < square("af4"));
    CHECK(magnitude("bof4s-mae") < magnitude("bof4-mae"));
    CHECK(magnitude("bof4-mae") < magnitude("bof4"));
    CHECK(magnitude("bof4-mae") < magnitude("nf4"));
    CHECK(magnitude("bof4-mae") < magnitude("af4"));
  }
}

TEST_CASE("BOF4-S keeps the largest magnitude of a block, whatever its sign", "[formats][lookup]") {
  Matrix<float> x(1, 128, 0.25F);
  x(0, 5) = -3.0F;
  x(0, 100) = 3.0F;
  x(0, 101) = -3.0F;  // the first of equals gives the sign
  const Matrix<float> y = round_trip("bof4s", x);
  CHECK(y(0, 5) == -3.0F);
  CHECK(y(0, 100) == 3.0F);
  CHECK(y(0, 101) == 3.0F * bof4s_published()[1].levels[0]);
}

TEST_CASE("OPQ stores an outlier with 80 bits and hides it from the format inside", "[formats][lookup]") {
  Matrix<float> x = gaussian(4, 256);
  const auto opq = format("bof4s+opq:quantile=0.999999");
  const EncodedTensor plain = opq->quantize(x);
  REQUIRE(outlier_count(plain) == 0);

  x(1, 70) = 40.5F;
  x(3, 255) = -FLT_MAX;
  const EncodedTensor encoded = opq->quantize(x);
  CHECK(outlier_count(encoded) == 2);
  CHECK(encoded.bits() == plain.bits() + 2 * 80);
  const Matrix<float> y = opq->dequantize(encoded);
  CHECK(y(1, 70) == 40.5F);
  CHECK(y(3, 255) == from_bits(0xFF7F0000));
  x(1, 70) = x(3, 255) = 0.0F;
  const Matrix<float> rest = round_trip("bof4s", x);
  CHECK(y(1, 71) == rest(1, 71));
  CHECK(y(3, 254) == rest(3, 254));
}

TEST_CASE("OPQ costs what its paper reports", "[formats][lookup]") {
  // Appendix E.2: 0.96 % of the memory of a block-wise format with block 64, on weights of Llama-3.1.
  const Matrix<float> x = gaussian(256, 4096);
  const EncodedTensor encoded = format("bof4s+opq")->quantize(x);
  CHECK(encoded.bits_per_scalar() / 4.25 == Approx(1.0096).margin(0.001));
}

TEST_CASE("OPQ in degenerate blocks", "[formats][lookup]") {
  const auto count = [](const Matrix<float>& x) { return outlier_count(format("nf4+opq")->quantize(x)); };
  CHECK(count(Matrix<float>(2, 1, 5.0F)) == 0);     // no deviation of a single scalar
  CHECK(count(Matrix<float>(2, 64, 0.0F)) == 0);    // nothing exceeds 0
  CHECK(count(Matrix<float>(2, 64, 1.5F)) == 128);  // any constant exceeds a deviation of 0
}

TEST_CASE("OPQ can be applied twice", "[formats][lookup]") {
  Matrix<float> x = gaussian(2, 128);
  x(0, 3) = 50.0F;
  x(0, 4) = 7.0F;
  const auto twice = format("nf4+opq+opq");
  const EncodedTensor encoded = twice->quantize(x);
  REQUIRE(encoded.fields.size() == 6);
  CHECK(outlier_count(encoded) >= 1);
  CHECK(encoded.fields[2].entries.cols() >= 1);
  const Matrix<float> y = twice->dequantize(encoded);
  CHECK(y(0, 3) == 50.0F);
  CHECK(y(0, 4) == 7.0F);
}

}  // namespace bcq::test
