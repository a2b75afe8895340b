// INT4, INT8 and VS-Quant: laws that hold beyond single vectors.
#include <catch2/catch.hpp>

#include "bcq/error.hpp"
#include "bcq/format_table.hpp"
#include "bcq/metrics.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

OperandFormats formats_of(const std::string& specification) {
  return make_format(specification, BCQ_CODEBOOK_DIR).formats;
}

double error_db(const Format& format, const Matrix<float>& x) {
  return nmse_db(x, format.dequantize(format.quantize(x)));
}

}  // namespace

TEST_CASE("Integer scales are stored per group, or per row for group 0", "[formats][integer]") {
  Rng rng(1);
  const Matrix<float> x = random_matrix(rng, 3, 130, Data::kGaussian);
  CHECK(formats_of("int4").weight->quantize(x).bits() == 3 * (130 * 4 + 2 * 16));
  CHECK(formats_of("int4:group=0").weight->quantize(x).bits() == 3 * (130 * 4 + 16));
  CHECK(formats_of("int8").weight->quantize(x).bits() == 3 * (130 * 8 + 16));
  CHECK(formats_of("int8:group=64").weight->quantize(x).bits() == 3 * (130 * 8 + 3 * 16));
}

TEST_CASE("Integer groups err by at most half a step where FP16 holds the scale", "[formats][integer]") {
  Rng rng(2);
  const Matrix<float> x = random_matrix(rng, 4, 256, Data::kLaplace);
  for (const auto& [name, largest] : {std::pair{"int4:group=16", 7}, std::pair{"int8:group=16", 127}}) {
    const auto format = formats_of(name).weight;
    const Matrix<float> y = format->dequantize(format->quantize(x));
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (std::size_t begin = 0; begin < x.cols(); begin += 16) {
        float top = 0.0F;
        for (std::size_t i = begin; i < begin + 16; ++i) top = std::max(top, std::fabs(x(r, i)));
        // Half a step of the rounded scale; one rounded down clips the largest magnitude by less.
        const double half_step = 0.5 * top / largest * (1 + 0x1p-11);
        for (std::size_t i = begin; i < begin + 16; ++i) CHECK(std::fabs(x(r, i) - y(r, i)) <= half_step);
      }
    }
  }
}

TEST_CASE("VSQ: a coarse scale per row of weights, one for all activations", "[formats][integer]") {
  Rng rng(3);
  const Matrix<float> x = random_matrix(rng, 3, 64, Data::kGaussian);
  Matrix<float> loud = x;
  for (float& v : loud.row(2)) v *= 100.0F;
  const OperandFormats vsq = formats_of("vsq");
  const auto first_row_changes = [&](const Format& format) {
    const Matrix<float> a = format.dequantize(format.quantize(x));
    const Matrix<float> b = format.dequantize(format.quantize(loud));
    return !std::equal(a.row(0).begin(), a.row(0).end(), b.row(0).begin());
  };
  CHECK_FALSE(first_row_changes(*vsq.weight));
  CHECK(first_row_changes(*vsq.activation));
  CHECK(vsq.weight->quantize(x).bits() == 3 * (64 * 4 + 4 * 8 + 32));
  CHECK(vsq.activation->quantize(x).bits() == 3 * (64 * 4 + 4 * 8) + 32);
}

TEST_CASE("VSQ: the widths of both operands and of the scale are parameters", "[formats][integer]") {
  const auto bits = [](const std::string& specification) {
    const OperandFormats formats = formats_of(specification);
    return std::pair{formats.weight->nominal_bits(), formats.activation->nominal_bits()};
  };
  CHECK(bits("vsq") == std::pair{4.5, 4.5});
  CHECK(bits("vsq-s4") == std::pair{4.25, 4.25});
  CHECK(bits("vsq-w8") == std::pair{8.5, 4.5});
  CHECK(bits("vsq:activation=8:scale=6:group=32") == std::pair{4.1875, 8.1875});
  CHECK_THROWS_AS(formats_of("vsq:weight=9"), InputError);
  CHECK_THROWS_AS(formats_of("vsq:scale=0"), InputError);
}

TEST_CASE("VSQ: rounding elements with the stored scale is not worse", "[formats][integer]") {
  Rng rng(4);
  for (const Data data : {Data::kGaussian, Data::kLaplace, Data::kOutliers}) {
    const Matrix<float> x = random_matrix(rng, 16, 1024, data);
    for (const std::string name : {"vsq", "vsq-s4"}) {
      CAPTURE(name);
      const OperandFormats stored = formats_of(name), before = formats_of(name + ":rounded=0");
      CHECK(error_db(*stored.weight, x) <= error_db(*before.weight, x) + 0.01);
      CHECK(error_db(*stored.activation, x) <= error_db(*before.activation, x) + 0.01);
    }
  }
}

}  // namespace bcq::test
