// Formats with shared exponents and 8-bit floats: laws that hold beyond single vectors.
#include <catch2/catch.hpp>

#include "bcq/format_table.hpp"
#include "bcq/metrics.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

constexpr const char* kSharedExponent[] = {"bfp4", "bfp6", "bfp8", "bm4", "bm8", "bl4", "bl8"};

std::shared_ptr<const Format> weight_format(const std::string& specification) {
  return make_format(specification, BCQ_CODEBOOK_DIR).formats.weight;
}

Matrix<float> scaled(Matrix<float> x, float factor) {
  for (float& v : x.flat()) v *= factor;
  return x;
}

/// Every distinct value of a format whose only field are 8-bit elements, ascending.
std::vector<float> values_of(const Format& format) {
  Matrix<std::uint32_t> codes(1, 256);
  for (std::uint32_t code = 0; code < 256; ++code) codes(0, code) = code;
  const Matrix<float> y = format.dequantize({1, 256, {{{"element", 8, 1}, codes}}});
  std::vector<float> values(y.flat().begin(), y.flat().end());
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

TEST_CASE("A power of two moves the shared exponent and nothing else", "[formats][shared-exponent]") {
  Rng rng(1);
  const Matrix<float> x = random_matrix(rng, 4, 100, Data::kLaplace);
  for (const char* name : kSharedExponent) {
    CAPTURE(name);
    const auto format = weight_format(name);
    const EncodedTensor base = format->quantize(x);
    for (const int power : {-60, -7, 1, 60}) {
      EncodedTensor moved = format->quantize(scaled(x, std::ldexp(1.0F, power)));
      CHECK(moved.fields[0] == base.fields[0]);
      for (std::uint32_t& exponent : moved.fields[1].entries.flat()) exponent -= static_cast<std::uint32_t>(power);
      CHECK(moved.fields[1] == base.fields[1]);
    }
  }
}

TEST_CASE("Negation negates", "[formats][shared-exponent]") {
  Rng rng(2);
  const Matrix<float> x = random_matrix(rng, 3, 70, Data::kWideRange);
  for (const char* name : {"bfp4", "bm4", "bm8", "bl4", "bl8", "minifloat8", "dmf8", "fp8", "fp8-e5m2"}) {
    CAPTURE(name);
    const auto format = weight_format(name);
    const Matrix<float> y = format->dequantize(format->quantize(x));
    const Matrix<float> negated = format->dequantize(format->quantize(scaled(x, -1.0F)));
    CHECK(difference(scaled(y, -1.0F), negated).empty());
  }
}

TEST_CASE("MiniFloat and DMF choose the nearest value they have", "[formats][shared-exponent]") {
  Rng rng(3);
  Matrix<float> x = random_matrix(rng, 8, 4096, Data::kGaussian);
  for (float& v : x.flat()) v *= std::ldexp(1.0F, draw(rng, -11, 10));
  for (const auto& [name, largest, count] :
       {std::tuple{"minifloat8", 480.0F, 255U}, std::tuple{"dmf8", 224.0F, 135U}}) {
    CAPTURE(name);
    const auto format = weight_format(name);
    const std::vector<float> values = values_of(*format);
    CHECK(values.size() == count);
    CHECK(values.back() == largest);
    const Matrix<float> y = format->dequantize(format->quantize(x));
    for (std::size_t i = 0; i < x.flat().size(); ++i) {
      const float v = x.flat()[i];
      const auto closer = [v](float a, float b) { return std::fabs(a - v) < std::fabs(b - v); };
      const float best = *std::min_element(values.begin(), values.end(), closer);
      if (closer(best, y.flat()[i])) FAIL_CHECK(v << " became " << y.flat()[i] << ", nearer is " << best);
    }
  }
}

TEST_CASE("Elements and exponents of short groups are all that is stored", "[formats][shared-exponent]") {
  Rng rng(4);
  const Matrix<float> x = random_matrix(rng, 3, 33, Data::kGaussian);
  CHECK(weight_format("bfp6")->quantize(x).bits() == 3 * (33 * 6 + 3 * 8));
  CHECK(weight_format("bm4:group=32")->quantize(x).bits() == 3 * (33 * 4 + 2 * 8));
  CHECK(weight_format("bl8:group=1024")->quantize(x).bits() == 3 * (33 * 8 + 8));
  CHECK(weight_format("dmf8")->quantize(x).bits() == 3 * 33 * 8);
  CHECK(weight_format("fp8")->quantize(x).bits() == 3 * 33 * 8 + 32);
}

}  // namespace bcq::test
