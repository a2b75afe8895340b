// M2XFP beyond its vectors: optimality of the weight search, what metadata can and cannot do, scales of any size.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <span>

#include "bcq/format_table.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

constexpr std::size_t kGroup = 32;
constexpr std::size_t kSubgroup = 8;

const OperandFormats& m2xfp() {
  static const NamedFormat named = make_format("m2xfp", "");
  return named.formats;
}

Matrix<std::uint32_t>& entries(EncodedTensor& encoded, std::size_t field) {
  return encoded.fields[field].entries;
}

double squared_error(std::span<const float> a, std::span<const float> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
  return sum;
}

/// The 16 values of a subgroup of weights, from the decoder.
std::array<double, 16> values(std::uint32_t scale, std::uint32_t mantissa) {
  EncodedTensor encoded = m2xfp().weight->quantize(Matrix<float>(1, kGroup));
  entries(encoded, 1)(0, 0) = scale;
  for (auto& entry : entries(encoded, 2).flat()) entry = mantissa;
  for (std::uint32_t code = 0; code < 16; ++code) entries(encoded, 0)(0, code) = code;
  const Matrix<float> decoded = m2xfp().weight->dequantize(encoded);
  std::array<double, 16> result{};
  std::copy_n(decoded.flat().begin(), result.size(), result.begin());
  return result;
}

/// The least squared error that a shared scale allows: any mantissa per subgroup, any code per scalar.
double least_error(std::span<const float> x, std::uint32_t scale) {
  double sum = 0.0;
  for (std::size_t begin = 0; begin < x.size(); begin += kSubgroup) {
    double best = std::numeric_limits<double>::infinity();
    for (std::uint32_t mantissa = 0; mantissa < 4; ++mantissa) {
      const std::array<double, 16> levels = values(scale, mantissa);
      double error = 0.0;
      for (const float v : x.subspan(begin, std::min(kSubgroup, x.size() - begin))) {
        double nearest = std::numeric_limits<double>::infinity();
        for (const double level : levels) nearest = std::min(nearest, std::fabs(level - static_cast<double>(v)));
        error += nearest * nearest;
      }
      best = std::min(best, error);
    }
    sum += best;
  }
  return sum;
}

}  // namespace

TEST_CASE("M2XFP weights have the least error of all scales that are tried", "[formats][m2xfp]") {
  Rng rng(1);
  for (const Data data : {Data::kGaussian, Data::kLaplace, Data::kOutliers, Data::kSparse}) {
    const Matrix<float> x = random_matrix(rng, 20, kGroup - 3, data);
    EncodedTensor encoded = m2xfp().weight->quantize(x);
    const Matrix<float> y = m2xfp().weight->dequantize(encoded);
    for (std::size_t r = 0; r < x.rows(); ++r) {
      float largest = 0.0F;
      for (const float v : x.row(r)) largest = std::max(largest, std::fabs(v));
      const auto base = static_cast<std::uint32_t>(std::ilogb(largest) - 2 + 127);
      double least = std::numeric_limits<double>::infinity();
      for (const std::uint32_t scale : {base - 1, base, base + 1})
        least = std::min(least, least_error(x.row(r), scale));
      CHECK(squared_error(x.row(r), y.row(r)) == Approx(least).epsilon(1e-12));
    }
  }
}

TEST_CASE("Metadata never makes an M2XFP activation worse than MXFP4", "[formats][m2xfp]") {
  Rng rng(2);
  const Matrix<float> x = random_matrix(rng, 50, 200, Data::kLaplace);
  EncodedTensor encoded = m2xfp().activation->quantize(x);
  const Matrix<float> refined = m2xfp().activation->dequantize(encoded);
  for (auto& entry : entries(encoded, 2).flat()) entry = 1;
  const Matrix<float> plain = m2xfp().activation->dequantize(encoded);
  for (std::size_t i = 0; i < x.flat().size(); ++i) {
    CHECK(std::fabs(refined.flat()[i] - x.flat()[i]) <= std::fabs(plain.flat()[i] - x.flat()[i]));
  }
  CHECK(squared_error(x.flat(), refined.flat()) < 0.7 * squared_error(x.flat(), plain.flat()));
}

TEST_CASE("The first of equal E2M1 magnitudes owns the metadata of M2XFP activations", "[formats][m2xfp]") {
  Matrix<float> x(1, kSubgroup, 0.0F);
  x(0, 2) = -5.5F;
  x(0, 5) = 6.5F;
  x(0, 6) = 7.0F;
  const Matrix<float> y = m2xfp().activation->dequantize(m2xfp().activation->quantize(x));
  CHECK(y(0, 2) == -5.5F);
  CHECK(y(0, 5) == 6.0F);
  CHECK(y(0, 6) == 6.0F);
}

TEST_CASE("An M2XFP decoder has no activation below zero in magnitude", "[formats][m2xfp]") {
  EncodedTensor encoded = m2xfp().activation->quantize(Matrix<float>(1, kSubgroup, 1.0F));
  for (auto& code : entries(encoded, 0).flat()) code = 0;
  entries(encoded, 2)(0, 0) = 0;
  CHECK(m2xfp().activation->dequantize(encoded) == Matrix<float>(1, kSubgroup, 0.0F));
}

TEST_CASE("M2XFP is the same at every power of two", "[formats][m2xfp]") {
  Rng rng(3);
  const Matrix<float> x = random_matrix(rng, 4, 100, Data::kGaussian);
  for (const auto& format : {m2xfp().weight, m2xfp().activation}) {
    EncodedTensor expected = format->quantize(x);
    for (const int shift : {-100, -40, 90}) {
      Matrix<float> scaled = x;
      for (float& v : scaled.flat()) v = std::ldexp(v, shift);
      EncodedTensor actual = format->quantize(scaled);
      for (auto& scale : entries(actual, 1).flat()) scale -= static_cast<std::uint32_t>(shift);
      CHECK(actual == expected);
    }
  }
}

}  // namespace bcq::test
