// The GEMM of the baselines against hand-computed sums, and against dequantize() of the same format multiplied out
// exactly.
#include <cfloat>
#include <cmath>
#include <limits>

#include "bcq/baseline.hpp"
#include "bcq/error.hpp"
#include "bcq/files.hpp"
#include "bcq/format_table.hpp"
#include "formats/nvfp4_scale.hpp"
#include "vectors.hpp"

namespace bcq {
namespace {

using test::bits_of;

/// A row of elements, the scales of its groups, and what the tensor is scaled by.
EncodedTensor row(const std::vector<std::uint32_t>& elements, const std::vector<std::uint32_t>& scales, float coarse) {
  EncodedTensor tensor{1, elements.size(), {}};
  for (const auto* entries : {&elements, &scales}) {
    if (entries->empty()) continue;
    Field field{{}, Matrix<std::uint32_t>(1, entries->size())};
    std::copy(entries->begin(), entries->end(), field.entries.flat().begin());
    tensor.fields.push_back(field);
  }
  tensor.fields.push_back({{}, Matrix<std::uint32_t>(1, 1, std::bit_cast<std::uint32_t>(coarse))});
  return tensor;
}

float multiply(std::string_view name, const EncodedTensor& a, const EncodedTensor& w, std::size_t lanes = 16) {
  return baseline_gemm(find_baseline(name), a, w, lanes)(0, 0);
}

const std::vector<std::uint32_t> kNone;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Makes the scales of tensor and rows powers of two, so that dequantize() rounds nothing.
void round_scales(const Baseline& baseline, EncodedTensor& tensor) {
  if (baseline.arithmetic == BaselineArithmetic::kMxfp4) return;
  int exponent = -7;
  for (auto& entry : tensor.fields.back().entries.flat()) {
    const float range = baseline.arithmetic == BaselineArithmetic::kNvfp4 ? kNvfp4ElementMax * kNvfp4ScaleMax : 1.0F;
    entry = std::bit_cast<std::uint32_t>(std::ldexp(range, exponent));
    exponent = exponent == -7 ? -9 : -7;
  }
}

/// RNE to 24 bits of a sum of two numbers whose own sum 64 bits need not hold: what they lose decides only where it is
/// odd.
float rounded_sum(long double a, long double b) {
  long double sum = a + b;
  const long double part = sum - a;
  const long double lost = (a - (sum - part)) + (b - part);
  int exponent = 0;
  const bool even = std::fmod(std::ldexp(std::frexp(sum, &exponent), 64), 2.0L) == 0.0L;
  if (lost != 0.0L && even) sum = std::nextafter(sum, lost > 0.0L ? HUGE_VALL : -HUGE_VALL);
  return static_cast<float>(sum);
}

/// C from decoded operands, by exact sums and roundings to binary32 where the contract has them.
float expected(const Baseline& baseline, std::span<const float> a, std::span<const float> w, std::size_t lanes) {
  const bool rounds =
      baseline.arithmetic == BaselineArithmetic::kMxfp4 || baseline.arithmetic == BaselineArithmetic::kFp8Fp32;
  const std::size_t step = !rounds ? a.size() : baseline.group == 0 ? lanes : baseline.group;
  float acc = 0.0F;
  for (std::size_t begin = 0; begin < a.size(); begin += step) {
    long double group = 0.0L;  // exact: of the data here no sum needs more than 64 bits
    for (std::size_t i = begin; i < std::min(a.size(), begin + step); ++i)
      group += static_cast<long double>(a[i]) * static_cast<long double>(w[i]);
    acc = rounded_sum(acc, group);
  }
  return acc;
}

Matrix<float> gaussian(std::size_t rows, std::size_t cols, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Matrix<float> x(rows, cols);
  for (auto& value : x.flat()) value = normal(random) * std::exp2(normal(random) * 3.0F);
  return x;
}

OperandFormats formats_of(const Baseline& baseline) {
  return make_format(baseline.specification, BCQ_CODEBOOK_DIR).formats;
}

Layer small_layer() {
  Layer layer = read_layer(std::filesystem::path(BCQ_LAYER_DIR) / "kjv.blk0.ffn_down.safetensors");
  const auto top = [](const Matrix<float>& all, std::size_t rows) {
    Matrix<float> out(rows, all.cols());
    std::copy_n(all.flat().begin(), out.flat().size(), out.flat().begin());
    return out;
  };
  layer.activation = top(layer.activation, 16);
  layer.weight = top(layer.weight, 24);
  return layer;
}

TEST_CASE("baselines: sums by hand", "[baseline]") {
  SECTION("VSQ") {  // (3·5 − 31·2)·7·9 = −2961
    CHECK(multiply("int6", row({3, 0x21}, {7}, 0.5F), row({5, 2}, {9}, 0x1p-10F)) == -2961 * 0x1p-11F);
    // The largest group, 127²·16·255² = 16780611600, rounded.
    const std::vector<std::uint32_t> largest(16, 0x7F);
    CHECK(multiply("int8", row(largest, {255}, 3.0F), row(largest, {255}, 1.0F)) == 16780611584.0F * 3.0F);
    CHECK(multiply("int4", row({7}, {255}, 1.0F), row({9}, {255}, 1.0F)) == -49.0F * 255 * 255);
  }
  SECTION("NVFP4") {  // (6·1.5 − 0.5·3)·1·2; 448·6·448·6
    CHECK(multiply("nvfp4", row({0x7, 0x9}, {0x38}, 2688.0F), row({0x3, 0x5}, {0x40}, 2688.0F)) == 15.0F);
    CHECK(multiply("nvfp4", row({0x7}, {0x7E}, 2688.0F), row({0xF}, {0x7E}, 2688.0F)) == -2688.0F * 2688.0F);
    CHECK(multiply("nvfp4", row({0x1}, {0x01}, 2688.0F), row({0x1}, {0x01}, 2688.0F)) == 0x1p-20F);
  }
  SECTION("MXFP4") {
    const auto product = [](std::uint32_t a, std::uint32_t w) {
      return multiply("mxfp4", row({0x7, 0x9}, {a}, 0.0F), row({0x3, 0x5}, {w}, 0.0F));
    };
    CHECK(product(130, 126) == 7.5F * 4);
    CHECK(product(127, 0) == 7.5F * 0x1p-127F);  // 1.875·2⁻¹²⁵
    CHECK(product(64, 61) == 0.0F);              // 1.875·2⁻¹²⁷
    CHECK(bits_of(product(0, 0)) == 0);
    CHECK(product(190, 189) == 7.5F * 0x1p125F);  // 1.875·2¹²⁷
    CHECK(product(190, 190) == kInfinity);
    CHECK(product(254, 254) == kInfinity);
    // Infinity stays, whatever comes; the second group alone would be −infinity.
    std::vector<std::uint32_t> a(64, 0), w(64, 0);
    a[0] = a[32] = 0x7;
    w[0] = 0x7;
    w[32] = 0xF;
    CHECK(multiply("mxfp4", row(a, {254, 254}, 0.0F), row(w, {254, 254}, 0.0F)) == kInfinity);
    // The first group is lost in the second, 2³⁰ times as large, which the third takes away.
    a.resize(96);
    w.resize(96);
    a[64] = w[64] = 0x7;
    CHECK(multiply("mxfp4", row(a, {127, 142, 142}, 0.0F), row(w, {127, 142, 142}, 0.0F)) == 0.0F);
  }
  SECTION("FP8: 448·448 − 2⁻¹⁸ − 448·448") {
    const EncodedTensor a = row({0x7E, 0x01, 0x7E}, kNone, 1.0F), w = row({0x7E, 0x81, 0xFE}, kNone, 1.0F);
    CHECK(multiply("fp8_exact", a, w, 1) == -0x1p-18F);
    CHECK(multiply("fp8_fp32", a, w, 1) == 0.0F);
    CHECK(multiply("fp8_fp32", a, w, 3) == -0x1p-18F);
  }
}

TEST_CASE("baselines: equal to dequantized operands multiplied out, to the bit, where scales are powers of two",
          "[baseline]") {
  const Layer layer = small_layer();
  const Matrix<float> random_a = gaussian(16, 200, 1), random_w = gaussian(24, 200, 2);
  for (const Baseline& baseline : baselines()) {
    const OperandFormats formats = formats_of(baseline);
    for (const auto& [a, w] : {std::pair{&layer.activation, &layer.weight}, std::pair{&random_a, &random_w}}) {
      EncodedTensor encoded_a = formats.activation->quantize(*a), encoded_w = formats.weight->quantize(*w);
      round_scales(baseline, encoded_a);
      round_scales(baseline, encoded_w);
      const Matrix<float> c = baseline_gemm(baseline, encoded_a, encoded_w, 16);
      const Matrix<float> x = formats.activation->dequantize(encoded_a), y = formats.weight->dequantize(encoded_w);
      std::size_t wrong = 0;
      for (std::size_t m = 0; m < c.rows(); ++m)
        for (std::size_t n = 0; n < c.cols(); ++n)
          wrong += bits_of(c(m, n)) != bits_of(expected(baseline, x.row(m), y.row(n), 16)) ? 1 : 0;
      INFO(baseline.name);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("baselines: close to dequantized operands multiplied out", "[baseline]") {
  const Layer layer = small_layer();
  for (const Baseline& baseline : baselines()) {
    const OperandFormats formats = formats_of(baseline);
    const EncodedTensor a = formats.activation->quantize(layer.activation), w = formats.weight->quantize(layer.weight);
    const Matrix<float> c = baseline_gemm(baseline, a, w, 16);
    const Matrix<float> x = formats.activation->dequantize(a), y = formats.weight->dequantize(w);
    // Of every product: three roundings of its scalars and scales, and of the sum; with FP32 sums one per group.
    const bool rounds =
        baseline.arithmetic == BaselineArithmetic::kMxfp4 || baseline.arithmetic == BaselineArithmetic::kFp8Fp32;
    const double roundings = rounds ? 48 : 5;
    double worst = 0;
    for (std::size_t m = 0; m < c.rows(); ++m) {
      for (std::size_t n = 0; n < c.cols(); ++n) {
        double sum = 0, magnitude = 0;
        for (std::size_t k = 0; k < x.cols(); ++k) {
          const double product = static_cast<double>(x(m, k)) * static_cast<double>(y(n, k));
          sum += product;
          magnitude += std::fabs(product);
        }
        worst = std::max(worst, std::fabs(c(m, n) - sum) / magnitude);
      }
    }
    INFO(baseline.name);
    CHECK(worst < roundings * 0x1p-24);
  }
}

TEST_CASE("baselines: the sum of MXFP4 at every distance of its addends", "[baseline]") {
  std::mt19937_64 random(3);
  std::size_t wrong = 0;
  for (int round = 0; round < 200000; ++round) {
    const auto start = static_cast<std::int64_t>(random() % (1 << 24)) - (1 << 23);
    const auto p = static_cast<std::int64_t>(random() % 9217) - 4608;
    const int exponent = static_cast<int>(random() % 160) - 80, distance = static_cast<int>(random() % 90) - 45;
    Mxfp4Sum sum;
    sum.add(start, exponent);
    sum.add(p, exponent + distance);
    const float want = rounded_sum(std::ldexp(static_cast<long double>(start), exponent),
                                   std::ldexp(static_cast<long double>(p), exponent + distance));
    wrong += bits_of(sum.value()) != bits_of(want) ? 1 : 0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("baselines: what is refused", "[baseline]") {
  CHECK_THROWS_AS(find_baseline("int7"), InputError);
  const EncodedTensor a = row({1, 2}, {1}, 1.0F), w = row({1}, {1}, 1.0F);
  CHECK_THROWS_AS(multiply("int6", a, w), InputError);
  CHECK_THROWS_AS(multiply("int6", row({1}, {1}, 0x1p70F), row({1}, {1}, 0x1p70F)), InputError);
}

}  // namespace
}  // namespace bcq
