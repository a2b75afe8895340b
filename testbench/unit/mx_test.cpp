// MX, SMX and NVFP4: what their vectors do not cover.
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>

#include "bcq/format_table.hpp"
#include "bcq/metrics.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

using Catch::Matchers::Contains;

const std::vector<std::string> kMx = {"mxfp4", "mxfp6-e2m3", "mxfp6-e3m2", "mxfp8-e4m3", "mxfp8-e5m2", "mxint8"};
const std::vector<std::string> kSmx = {"smx4", "smx6", "smx9"};

std::shared_ptr<const Format> format(const std::string& specification) {
  return make_format(specification, BCQ_CODEBOOK_DIR).formats.weight;
}

const Matrix<std::uint32_t>& entries(const EncodedTensor& encoded, std::string_view name) {
  for (const Field& field : encoded.fields) {
    if (field.layout.name == name) return field.entries;
  }
  throw std::runtime_error("no such field");
}

Matrix<float> round_trip(const std::string& specification, const Matrix<float>& x) {
  const auto f = format(specification);
  return f->dequantize(f->quantize(x));
}

Matrix<float> scaled(Matrix<float> x, float factor) {
  for (float& value : x.flat()) value *= factor;
  return x;
}

Matrix<float> laplace(std::uint64_t seed, std::size_t rows, std::size_t cols) {
  Rng rng(seed);
  return random_matrix(rng, rows, cols, Data::kLaplace);
}

double squared_error(std::span<const float> x, std::span<const float> y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(static_cast<double>(x[i]) - y[i], 2);
  return sum;
}

}  // namespace

TEST_CASE("MX, SMX and NVFP4 cost the bits of their definitions", "[formats][mx]") {
  const std::vector<std::pair<std::string, double>> bits = {
      {"mxfp4", 4.25},   {"mxfp6-e2m3", 6.25},  {"mxfp6-e3m2", 6.25},   {"mxfp8-e4m3", 8.25}, {"mxfp8-e5m2", 8.25},
      {"mxint8", 8.25},  {"smx4", 4.0},         {"smx6", 6.0},          {"smx9", 9.0},        {"nvfp4", 4.5},
      {"nvfp4-46", 4.5}, {"nvfp4-search", 4.5}, {"mxfp4:group=16", 4.5}};
  for (const auto& [name, expected] : bits) {
    CAPTURE(name);
    CHECK(format(name)->nominal_bits() == expected);
  }
  CHECK(format("nvfp4")->quantize(laplace(1, 2, 32)).bits() == 64 * 4 + 4 * 8 + 32);
}

TEST_CASE("A power of two moves the exponents of MX and SMX and nothing else", "[formats][mx]") {
  const Matrix<float> x = laplace(2, 4, 100);
  const auto check = [&](const std::string& name, std::string_view shared) {
    CAPTURE(name);
    const EncodedTensor one = format(name)->quantize(x);
    const EncodedTensor thousand = format(name)->quantize(scaled(x, 1024.0F));
    CHECK(entries(one, "element") == entries(thousand, "element"));
    Matrix<std::uint32_t> expected = entries(one, shared);
    for (std::uint32_t& code : expected.flat()) code += 10;
    CHECK(entries(thousand, shared) == expected);
  };
  for (const std::string& name : kMx) check(name, "scale");
  for (const std::string& name : kSmx) check(name, "exponent");
}

TEST_CASE("Blocks of zeros carry the lowest code", "[formats][mx]") {
  const Matrix<float> zeros(2, 40, 0.0F);
  for (const std::string& name : kMx) CHECK(entries(format(name)->quantize(zeros), "scale").flat()[0] == 0);
  for (const std::string& name : kSmx) {
    CHECK(entries(format(name)->quantize(zeros), "exponent").flat()[0] == 0);
    CHECK(entries(format(name)->quantize(zeros), "microexponent").flat()[0] == 0);
  }
  for (const std::string name : {"nvfp4", "nvfp4-46", "nvfp4-search"}) {
    CHECK(entries(format(name)->quantize(zeros), "scale").flat()[0] == 0);
    CHECK(entries(format(name)->quantize(zeros), "amax").flat()[0] == 0);
  }
}

TEST_CASE("The code of -2 is never an MXINT8 element", "[formats][mx]") {
  const Matrix<float> x(1, 32, -1.9999F);
  const EncodedTensor encoded = format("mxint8")->quantize(x);
  CHECK(entries(encoded, "element")(0, 0) == 0x81);
  CHECK(format("mxint8")->dequantize(encoded)(0, 0) == -127.0F / 64.0F);
}

TEST_CASE("The scale of MX is exact below a power of two, where a binary32 logarithm is not", "[formats][mx]") {
  const float largest = std::nextafterf(1024.0F, 0.0F);
  const Matrix<float> x(1, 32, largest);
  CHECK(entries(format("mxfp4")->quantize(x), "scale")(0, 0) == 127 + 9 - 2);
}

TEST_CASE("NVFP4 comes back from the ends of FP32", "[formats][nvfp4]") {
  // FLT_MAX takes the largest scale and the largest element; their product with the rounded tensor scale may exceed it.
  for (const std::string name : {"nvfp4", "nvfp4-46", "nvfp4-search"}) {
    CAPTURE(name);
    CHECK(round_trip(name, Matrix<float>(1, 16, FLT_MAX))(0, 0) == Approx(FLT_MAX).epsilon(1e-6));
    const Matrix<float> small = scaled(laplace(3, 2, 64), 0x1p-110F);
    CHECK(nmse_db(small, round_trip(name, small)) < -18.0);
  }
}

TEST_CASE("The search without neighbours is NVFP4", "[formats][nvfp4]") {
  const Matrix<float> x = laplace(4, 8, 250);
  CHECK(format("nvfp4-search:down=0:up=0")->quantize(x) == format("nvfp4")->quantize(x));
}

TEST_CASE("The search makes no group worse and some better", "[formats][nvfp4]") {
  const Matrix<float> x = laplace(5, 16, 256);
  const Matrix<float> usual = round_trip("nvfp4", x);
  const Matrix<float> searched = round_trip("nvfp4-search", x);
  std::size_t better = 0;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t begin = 0; begin < x.cols(); begin += 16) {
      const double before = squared_error(x.row(r).subspan(begin, 16), usual.row(r).subspan(begin, 16));
      const double after = squared_error(x.row(r).subspan(begin, 16), searched.row(r).subspan(begin, 16));
      CHECK(after <= before * (1 + 1e-6));  // decoding rounds
      better += after < before ? 1 : 0;
    }
  }
  CHECK(better > 100);
}

TEST_CASE("Four over six gains where the largest element alone is far from the next", "[formats][nvfp4]") {
  Matrix<float> x(1, 32, 4.0F);  // 4 and 3 of 4 are elements of the same group if the largest is taken to 4
  x(0, 1) = 3.0F;
  x(0, 17) = 2.0F;
  const Matrix<float> y = round_trip("nvfp4-46", x);
  CHECK(y(0, 1) == Approx(3.0F));
  CHECK(round_trip("nvfp4", x)(0, 1) != Approx(3.0F).epsilon(0.05));
  CHECK(nmse_db(x, y) < nmse_db(x, round_trip("nvfp4", x)));
  const Matrix<float> data = laplace(6, 32, 512);
  CHECK(nmse_db(data, round_trip("nvfp4-46", data)) < nmse_db(data, round_trip("nvfp4", data)) - 0.2);
}

TEST_CASE("Parameters out of range are refused", "[formats][mx]") {
  CHECK_THROWS_WITH(format("mxfp4:group=0"), Contains("give a whole number from 1 to 1024"));
  CHECK_THROWS_WITH(format("nvfp4-search:down=17"), Contains("give a whole number from 0 to 16"));
  CHECK_THROWS_WITH(format("smx4:group=16"), Contains("it has no parameter 'group'"));
}

}  // namespace bcq::test
