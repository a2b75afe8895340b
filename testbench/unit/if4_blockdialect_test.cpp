// IF4 and BlockDialect where their papers give examples, and properties that vectors do not show.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <numeric>

#include "bcq/format_table.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

OperandFormats formats_of(const char* specification) {
  return make_format(specification, BCQ_CODEBOOK_DIR).formats;
}

Matrix<float> row(std::initializer_list<float> values) {
  Matrix<float> x(1, values.size());
  std::copy(values.begin(), values.end(), x.flat().begin());
  return x;
}

Matrix<float> times(const Matrix<float>& x, float factor) {
  Matrix<float> out = x;
  for (float& value : out.flat()) value *= factor;
  return out;
}

Matrix<float> laplace_like(std::uint64_t seed, std::size_t rows, std::size_t cols) {
  Rng rng(seed);
  Matrix<float> x = random_matrix(rng, rows, cols, Data::kGaussian);
  for (float& value : x.flat()) value *= std::fabs(value);
  return x;
}

double squared_error(std::span<const float> x, std::span<const float> y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0, std::plus<>(),
                            [](double a, double b) { return (a - b) * (a - b); });
}

std::uint32_t dialect_of(const Format& format, const Matrix<float>& block) {
  return format.quantize(block).fields[1].entries(0, 0);
}

}  // namespace

TEST_CASE("IF4 takes FP4 for what lies on its grid and INT4 for what lies on the other", "[formats][if4]") {
  const auto format = formats_of("if4").weight;
  // 2688 makes the tensor scale 1; the largest of a block 6 or 12 makes its scale 1 or 2.
  Matrix<float> x(3, 16, 0.0F);
  const float fp4[] = {6, -6, 4, -4, 3, -3, 2, -2, 1.5, -1.5, 1, -1, 0.5, -0.5, 0, 6};
  for (std::size_t i = 0; i < 16; ++i) {
    x(0, i) = fp4[i];
    x(1, i) = 12.0F * static_cast<float>(static_cast<int>(i) - 7) / 7.0F;
  }
  x(1, 15) = 12.0F;
  x(2, 0) = 2688.0F;
  const EncodedTensor encoded = format->quantize(x);
  const Matrix<std::uint32_t>& scale = encoded.fields[1].entries;
  CHECK(scale(0, 0) == 0x38);           // 1, FP4
  CHECK(scale(1, 0) == (0x40 | 0x80));  // 2, INT4
  const Matrix<float> y = format->dequantize(encoded);
  CHECK(std::equal(x.row(0).begin(), x.row(0).end(), y.row(0).begin()));
  for (std::size_t i = 0; i < 15; ++i) {
    CHECK(encoded.fields[0].entries(1, i) == static_cast<std::uint32_t>(static_cast<int>(i) - 7 + 16) % 16);
    CHECK(y(1, i) == Approx(x(1, i)));
  }
}

TEST_CASE("IF4 of a tensor times a power of two is IF4 times it, close to the ends of FP32 too", "[formats][if4]") {
  const auto format = formats_of("if4").weight;
  const Matrix<float> x = laplace_like(5, 8, 96);
  const EncodedTensor encoded = format->quantize(x);
  const Matrix<float> y = format->dequantize(encoded);
  for (const int exponent : {-118, -104, -99, 90, 99, 104, 123}) {
    CAPTURE(exponent);
    const EncodedTensor scaled = format->quantize(times(x, std::ldexp(1.0F, exponent)));
    CHECK(scaled.fields[1] == encoded.fields[1]);
    if (exponent > -118) {  // where the smallest scalars are subnormal, they are other scalars
      CHECK(scaled.fields[0] == encoded.fields[0]);
      CHECK(format->dequantize(scaled) == times(y, std::ldexp(1.0F, exponent)));
    }
  }
}

TEST_CASE("IF4 costs 4.5 bits and a tensor maximum", "[formats][if4]") {
  const auto format = formats_of("if4").weight;
  CHECK(format->nominal_bits() == 4.5);
  CHECK(format->quantize(laplace_like(6, 3, 40)).bits() == 3 * (40 * 4 + 3 * 8) + 32);
}

TEST_CASE("BlockDialect counts the beneficial ranges of Figure 5", "[formats][blockdialect]") {
  const auto format = formats_of("blockdialect").activation;
  for (int quarter = 0; quarter < 26; ++quarter) {
    CAPTURE(quarter);
    const float magnitude = static_cast<float>(quarter) / 4.0F;
    const bool benefits_4 = quarter >= 0b10010 && quarter <= 0b10110;
    const bool benefits_5 = quarter >= 0b01110 && quarter <= 0b10001;
    CHECK(dialect_of(*format, row({-6.5F, magnitude})) == (benefits_5 ? 5U : 4U));
    CHECK(dialect_of(*format, row({6.5F, 4.0F, -magnitude})) == (benefits_4 ? 4U : 5U));
    // Truncation: up to the next quarter it is the same.
    CHECK(dialect_of(*format, row({6.5F, 4.0F, std::nextafter(magnitude + 0.25F, 0.0F)})) == (benefits_4 ? 4U : 5U));
  }
}

TEST_CASE("BlockDialect rounds the block maximum to find the pair of dialects", "[formats][blockdialect]") {
  const auto format = formats_of("blockdialect").activation;
  const auto pair_of = [&](float maximum) { return dialect_of(*format, row({maximum, -1.0F})) / 2; };
  CHECK(pair_of(4.0F) == 7);
  CHECK(pair_of(4.24F) == 7);
  CHECK(pair_of(4.25F) == 6);
  CHECK(pair_of(6.25F) == 2);
  CHECK(pair_of(6.74F) == 2);
  CHECK(pair_of(7.25F) == 0);
  CHECK(pair_of(7.99F) == 0);
}

TEST_CASE("BlockDialect encodes the paper's example 8.5 halves as 10 halves, index 6", "[formats][blockdialect]") {
  const auto format = formats_of("blockdialect").activation;
  const EncodedTensor encoded = format->quantize(row({6.5F, 5.0F, -4.25F}));
  CHECK(encoded.fields[1].entries(0, 0) == 4);
  CHECK(encoded.fields[0].entries(0, 2) == 0b1110);
  CHECK(format->dequantize(encoded)(0, 2) == -5.0F);
}

TEST_CASE("BlockDialect loses nothing of a block that is a dialect, whatever its exponent", "[formats][blockdialect]") {
  const auto format = formats_of("blockdialect").weight;
  const auto dialects = [&](std::uint32_t dialect) {
    EncodedTensor encoded = format->quantize(Matrix<float>(32, 16, 1.0F));
    for (std::size_t r = 0; r < 32; ++r) {
      encoded.fields[1].entries(r, 0) = dialect;
      encoded.fields[2].entries(r, 0) = static_cast<std::uint32_t>(r);
      for (std::size_t i = 0; i < 16; ++i) encoded.fields[0].entries(r, i) = static_cast<std::uint32_t>(i);
    }
    return encoded;
  };
  for (std::uint32_t dialect = 0; dialect < 16; ++dialect)
    CHECK(format->quantize(format->dequantize(dialects(dialect))) == dialects(dialect));
}

TEST_CASE("BlockDialect: no block is worse by squared error than in two stages", "[formats][blockdialect]") {
  const OperandFormats formats = formats_of("blockdialect");
  const Matrix<float> x = laplace_like(7, 200, 32);
  const Matrix<float> weight = formats.weight->dequantize(formats.weight->quantize(x));
  const Matrix<float> activation = formats.activation->dequantize(formats.activation->quantize(x));
  double weight_total = 0.0;
  double activation_total = 0.0;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    const double weight_error = squared_error(x.row(r), weight.row(r));
    const double activation_error = squared_error(x.row(r), activation.row(r));
    CHECK(weight_error <= activation_error * (1 + 1e-12));
    weight_total += weight_error;
    activation_total += activation_error;
  }
  CHECK(activation_total < 1.2 * weight_total);  // two stages are nearly as good
  CHECK(activation_total > weight_total);
}

TEST_CASE("BlockDialect saturates beyond its 5-bit exponent and has 2^-18 as its smallest magnitude",
          "[formats][blockdialect]") {
  for (const auto& format : {formats_of("blockdialect").weight, formats_of("blockdialect").activation}) {
    const auto round_trip = [&](const Matrix<float>& x) { return format->dequantize(format->quantize(x)); };
    CHECK(round_trip(row({FLT_MAX, -FLT_MAX, 0x1p17F, 1.0F})) == row({122880.0F, -122880.0F, 122880.0F, 0.0F}));
    CHECK(round_trip(row({0x1p-18F, -0x1p-19F, std::nextafter(0x1p-19F, 0.0F), 0.0F})) ==
          row({0x1p-18F, -0x1p-18F, 0.0F, 0.0F}));
  }
}

}  // namespace bcq::test
