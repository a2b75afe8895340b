// The quantizer against the oracle's vectors and a second encoder (docs/numerics.md sections 2, 3 and 4).
#include "bcq/quantize.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

#include "bcq/parallel.hpp"
#include "reference_encoder.hpp"

namespace bcq::test {
namespace {

const std::vector<BcqFormat> kFormats = {{8, 64, 8, 6}, {1, 16, 16, 4}, {64, 128, 2, 8}, {4, 12, 4, 5}};
constexpr Data kAllData[] = {Data::kGaussian,  Data::kLaplace,     Data::kOutliers, Data::kSparse,
                             Data::kWideRange, Data::kBitPatterns, Data::kTiny};

}  // namespace

TEST_CASE("The quantizer reproduces the oracle's vectors", "[quantize]") {
  const nlohmann::json cases = read_cases("quantize.json");
  REQUIRE(cases.size() > 40);
  for (const auto& c : cases) {
    INFO(c.at("name").get<std::string>());
    const BcqTensor expected = tensor_from(c.at("tensor"));
    const Matrix<float> inputs = float_matrix(c.at("inputs"));
    std::optional<float> static_scale;
    if (!c.at("static_scale").is_null()) static_scale = from_bits(hex(c.at("static_scale")));
    const BcqTensor actual = quantize(inputs, expected.codebooks, {.tensor_scale = static_scale});
    check_equal(expected, actual);
    if (!static_scale) CHECK(tensor_scale(inputs, expected.format()) == expected.tensor_scale);
    CHECK_NOTHROW(actual.validate("vector"));
    CHECK(difference(float_matrix(c.at("tensor").at("dequantized")), dequantize(expected)) == "");
  }
}

TEST_CASE("The second encoder reproduces the oracle's vectors", "[quantize]") {
  for (const auto& c : read_cases("quantize.json")) {
    INFO(c.at("name").get<std::string>());
    const BcqTensor expected = tensor_from(c.at("tensor"));
    std::optional<float> static_scale;
    if (!c.at("static_scale").is_null()) static_scale = from_bits(hex(c.at("static_scale")));
    const Matrix<float> inputs = float_matrix(c.at("inputs"));
    check_equal(expected, reference_quantize(inputs, expected.codebooks, {.tensor_scale = static_scale}));
  }
}

TEST_CASE("The quantizer agrees with the second encoder on random data", "[quantize]") {
  Rng rng(3);
  for (const BcqFormat& format : kFormats) {
    for (const Data data : kAllData) {
      CAPTURE(format.lb, format.la, format.nc, format.bc, static_cast<int>(data));
      const Matrix<float> x = random_matrix(rng, 17, 333, data);
      const CodebookSet books = random_codebooks(rng, format);
      const BcqTensor expected = reference_quantize(x, books);
      check_equal(expected, quantize(x, books));
      CHECK(difference(reference_dequantize(expected), dequantize(expected)) == "");
      // A static scale in the middle of the data: some arrays saturate, others fall to the smallest scale.
      const float g = std::max(expected.tensor_scale / 64, std::numeric_limits<float>::denorm_min());
      check_equal(reference_quantize(x, books, {.tensor_scale = g}), quantize(x, books, {.tensor_scale = g}));
    }
  }
}

TEST_CASE("The quantizer gives the same bits for every thread count", "[quantize]") {
  Rng rng(4);
  const Matrix<float> x = random_matrix(rng, 301, 259, Data::kOutliers);
  const CodebookSet books = random_codebooks(rng, {});
  std::vector<BcqTensor> results;
  std::vector<Matrix<float>> decoded;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadCount scope(threads);
    REQUIRE(thread_count() == static_cast<unsigned>(threads));
    results.push_back(quantize(x, books));
    decoded.push_back(dequantize(results.back()));
  }
  for (std::size_t i = 1; i < results.size(); ++i) {
    check_equal(results[0], results[i]);
    CHECK(difference(decoded[0], decoded[i]) == "");
  }
}

TEST_CASE("No other selector and no other index has a smaller error", "[quantize]") {
  Rng rng(5);
  for (const BcqFormat& format : kFormats) {
    CAPTURE(format.lb, format.la, format.nc, format.bc);
    const Matrix<float> x = random_matrix(rng, 5, 210, Data::kLaplace);
    const BcqTensor t = quantize(x, random_codebooks(rng, format));
    const auto lb = static_cast<std::size_t>(format.lb);
    std::size_t worse = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (std::size_t b = 0; b < t.selectors.cols(); ++b) {
        const std::uint8_t code = t.scales(r, b * lb / static_cast<std::size_t>(format.la));
        const std::vector<int> block = reference_block(x.row(r), b, t.tensor_scale, code, format);
        const std::size_t chosen = t.selectors(r, b);
        std::int64_t error = 0;  // of the indices that were written, not of the best ones
        for (std::size_t i = 0; i < block.size(); ++i) {
          const std::int64_t d = block[i] - 16 * t.codebooks.codebooks[chosen][t.index(r, b * lb + i)];
          error += d * d;
        }
        for (std::size_t c = 0; c < t.codebooks.codebooks.size(); ++c) {
          const std::int64_t other = reference_error(block, t.codebooks.codebooks[c]);
          worse += other < error || (other == error && c < chosen);
        }
      }
    }
    CHECK(worse == 0);
  }
}

TEST_CASE("Values that a format can represent survive a round trip bit for bit", "[quantize]") {
  Rng rng(6);
  for (const BcqFormat& format : kFormats) {
    CAPTURE(format.lb, format.la, format.nc, format.bc);
    BcqTensor t = random_tensor(rng, format, 9, 250, 0x1.2345p-7F);
    for (auto& code : t.scales.flat()) code = static_cast<std::uint8_t>(std::clamp(code & 0x7F, 1, 0x7E));
    // Each array gets a codeword Q, so that its largest magnitude recalls the scale.
    for (std::size_t r = 0; r < t.rows(); ++r) {
      for (std::size_t i = 0; i < t.k; i += static_cast<std::size_t>(format.la)) {
        std::uint8_t& pair = t.indices(r, i / 2);
        pair = static_cast<std::uint8_t>(i % 2 == 0 ? (pair & 0xF0) | 0x0F : (pair & 0x0F) | 0xF0);
      }
    }
    const Matrix<float> x = dequantize(t);
    const BcqTensor again = quantize(x, t.codebooks, {.tensor_scale = t.tensor_scale});
    CHECK((again.scales == t.scales));
    CHECK(difference(x, dequantize(again)) == "");
  }
}

TEST_CASE("A power of two in the data moves into the tensor scale only", "[quantize]") {
  Rng rng(7);
  const Matrix<float> x = random_matrix(rng, 8, 200, Data::kGaussian);
  const CodebookSet books = random_codebooks(rng, {});
  const BcqTensor one = quantize(x, books);
  for (const int power : {-60, -1, 1, 90}) {
    Matrix<float> scaled = x;
    for (float& v : scaled.flat()) v = std::ldexp(v, power);
    BcqTensor other = quantize(scaled, books);
    CHECK(other.tensor_scale == std::ldexp(one.tensor_scale, power));
    other.tensor_scale = one.tensor_scale;
    check_equal(one, other);
  }
}

TEST_CASE("With a static scale each row is encoded by itself", "[quantize]") {
  Rng rng(8);
  const Matrix<float> x = random_matrix(rng, 6, 100, Data::kOutliers);
  const CodebookSet books = random_codebooks(rng, {});
  const BcqTensor all = quantize(x, books, {.tensor_scale = 0.01F});
  const Matrix<float> decoded = dequantize(all);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    Matrix<float> row(1, x.cols());
    std::copy(x.row(r).begin(), x.row(r).end(), row.row(0).begin());
    const BcqTensor alone = quantize(row, books, {.tensor_scale = 0.01F});
    CHECK(std::equal(alone.scales.flat().begin(), alone.scales.flat().end(), all.scales.row(r).begin()));
    const Matrix<float> row_decoded = dequantize(alone);
    CHECK(std::equal(row_decoded.flat().begin(), row_decoded.flat().end(), decoded.row(r).begin()));
  }
}

TEST_CASE("Negative scale codes mirror the decoded values", "[quantize]") {
  Rng rng(9);
  BcqTensor t = random_tensor(rng, {4, 16, 4, 6}, 4, 99, 0.37F);
  const Matrix<float> x = dequantize(t);
  CHECK(difference(reference_dequantize(t), x) == "");
  for (auto& code : t.scales.flat()) code ^= 0x80;
  const Matrix<float> mirrored = dequantize(t);
  CHECK(
      std::equal(x.flat().begin(), x.flat().end(), mirrored.flat().begin(), [](float a, float b) { return a == -b; }));
}

TEST_CASE("Threads share the rows out, each row once", "[quantize]") {
  for (const int threads : {1, 2, 3, 8}) {
    const ThreadCount scope(threads);
    for (const std::size_t count : {0U, 1U, 2U, 7U, 8U, 1000U}) {
      CAPTURE(threads, count);
      std::vector<std::atomic<int>> visits(count);
      parallel_ranges(count, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) ++visits[i];
      });
      CHECK(std::all_of(visits.begin(), visits.end(), [](const std::atomic<int>& n) { return n == 1; }));
    }
    CHECK_THROWS_AS(parallel_ranges(9, [](std::size_t, std::size_t) { throw std::length_error("row"); }),
                    std::length_error);
  }
}

}  // namespace bcq::test
