// Options of LO-BCQ: encode scales, E2M3 codewords, mirror-paired codebooks, scale search and mirror bit
// (docs/numerics.md sections 1 to 4).
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/parallel.hpp"
#include "bcq/quantize.hpp"
#include "reference_encoder.hpp"

namespace bcq::test {
namespace {

constexpr auto kE2m3 = CodewordType::kFloat;
constexpr auto kInteger = CodewordType::kInteger;
constexpr auto kDecode = ScaleConvention::kDecode;
constexpr auto kEncode = ScaleConvention::kEncode;

const std::vector<BcqFormat> kFormats = {{8, 64, 8, 6, kInteger, kDecode},   {8, 64, 8, 6, kInteger, kEncode},
                                         {8, 32, 4, 6, kE2m3, kDecode},      {4, 16, 2, 6, kE2m3, kEncode},
                                         {64, 128, 2, 8, kInteger, kDecode}, {4, 12, 4, 5, kInteger, kEncode},
                                         {2, 16, 2, 4, kInteger, kEncode}};

EncoderOptions encoder_options(int down, int up, bool mirror) {
  return {.tensor_scale = {}, .search_down = down, .search_up = up, .mirror = mirror};
}

/// E of the selectors and indices that were written, and the code: what the search minimises.
struct ArrayError {
  std::int64_t error;
  std::uint8_t code;
};

std::vector<ArrayError> array_errors(const Matrix<float>& x, const BcqTensor& t) {
  const auto la = static_cast<std::size_t>(t.format().la);
  const auto lb = static_cast<std::size_t>(t.format().lb);
  std::vector<ArrayError> out;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t j = 0; j < t.scales.cols(); ++j) {
      out.push_back({0, t.scales(r, j)});
      for (std::size_t i = j * la; i < std::min(x.cols(), (j + 1) * la); ++i) {
        const int v = reference_v(x(r, i), t.tensor_scale, t.scales(r, j), t.format());
        const std::int64_t d = v - 16 * t.codebooks.codebooks[t.selectors(r, i / lb)][t.index(r, i)];
        out.back().error += d * d;
      }
    }
  }
  return out;
}

/// How many arrays have a larger error in the first encoding, and how many a smaller one.
std::pair<std::size_t, std::size_t> worse_and_better(const Matrix<float>& x, const BcqTensor& first,
                                                     const BcqTensor& second) {
  const auto a = array_errors(x, first);
  const auto b = array_errors(x, second);
  REQUIRE(a.size() == b.size());
  std::pair<std::size_t, std::size_t> counts;
  for (std::size_t i = 0; i < a.size(); ++i) {
    counts.first += smaller_error(b[i].error, b[i].code, a[i].error, a[i].code, first.format());
    counts.second += smaller_error(a[i].error, a[i].code, b[i].error, b[i].code, first.format());
  }
  return counts;
}

EncoderOptions options_from(const nlohmann::json& c) {
  EncoderOptions options = encoder_options(c.at("down"), c.at("up"), c.at("mirror"));
  if (!c.at("static_scale").is_null()) options.tensor_scale = from_bits(hex(c.at("static_scale")));
  return options;
}

}  // namespace

TEST_CASE("The options of the quantizer reproduce the oracle's vectors", "[quantize][options]") {
  const nlohmann::json cases = read_cases("quantize_options.json");
  REQUIRE(cases.size() > 100);
  for (const auto& c : cases) {
    INFO(c.at("name").get<std::string>());
    const BcqTensor expected = tensor_from(c.at("tensor"));
    const Matrix<float> inputs = float_matrix(c.at("inputs"));
    const EncoderOptions options = options_from(c);
    const BcqTensor actual = quantize(inputs, expected.codebooks, options);
    check_equal(expected, actual);
    if (!options.tensor_scale) CHECK(tensor_scale(inputs, expected.format()) == expected.tensor_scale);
    CHECK_NOTHROW(actual.validate("vector"));
    const Matrix<float> decoded = float_matrix(c.at("tensor").at("dequantized"));
    CHECK(difference(decoded, dequantize(expected)) == "");
    // The second encoder is held to the same vectors.
    check_equal(expected, reference_quantize(inputs, expected.codebooks, options));
    CHECK(difference(decoded, reference_dequantize(expected)) == "");
  }
}

TEST_CASE("The options of the quantizer agree with the second encoder on random data", "[quantize][options]") {
  Rng rng(31);
  for (const BcqFormat& format : kFormats) {
    for (const Data data :
         {Data::kGaussian, Data::kOutliers, Data::kSparse, Data::kWideRange, Data::kBitPatterns, Data::kTiny}) {
      CAPTURE(format.name(), static_cast<int>(data));
      const Matrix<float> x = random_matrix(rng, 4, 141, data);
      const CodebookSet books = random_codebooks(rng, format);
      EncoderOptions options = encoder_options(draw(rng, 0, 3), draw(rng, 0, 3), rng() % 2 == 0);
      const BcqTensor expected = reference_quantize(x, books, options);
      check_equal(expected, quantize(x, books, options));
      CHECK(difference(reference_dequantize(expected), dequantize(expected)) == "");
      // A static scale for which some arrays saturate.
      options.tensor_scale = std::clamp(expected.tensor_scale * (encodes(format) ? 64 : 1.0F / 64),
                                        std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max());
      check_equal(reference_quantize(x, books, options), quantize(x, books, options));
    }
  }
}

TEST_CASE("Random tensors of every convention decode as the contract says", "[quantize][options]") {
  Rng rng(32);
  for (const BcqFormat& format : kFormats) {
    for (const float g : {0x1.234566p-7F, 0x1.fffffep127F, 0x1p-149F, 0x1.8p-130F, 0x1.000002p40F, 0x1.fffffep-40F}) {
      CAPTURE(format.name(), g);
      const BcqTensor t = random_tensor(rng, format, 6, 301, g);
      CHECK(difference(reference_dequantize(t), dequantize(t)) == "");
    }
  }
}

TEST_CASE("A search never has a larger error than the nearest scale", "[quantize][options]") {
  Rng rng(33);
  for (const BcqFormat& format : kFormats) {
    std::size_t gains = 0;
    for (const Data data : {Data::kGaussian, Data::kOutliers, Data::kWideRange}) {
      CAPTURE(format.name(), static_cast<int>(data));
      const Matrix<float> x = random_matrix(rng, 6, 300, data);
      const CodebookSet books = random_codebooks(rng, format);
      // Every encoding tries all that an earlier one in this list tries.
      const BcqTensor encodings[] = {quantize(x, books), quantize(x, books, encoder_options(0, 0, true)),
                                     quantize(x, books, encoder_options(1, 2, true)),
                                     quantize(x, books, encoder_options(4, 5, true))};
      const BcqTensor searched = quantize(x, books, kScaleSearch);
      for (std::size_t i = 1; i < 4; ++i) {
        const auto [worse, better] = worse_and_better(x, encodings[i], encodings[i - 1]);
        CHECK(worse == 0);
        gains += better;
      }
      CHECK(worse_and_better(x, searched, encodings[0]).first == 0);
      CHECK(worse_and_better(x, searched, encodings[0]).second > 0);
      CHECK(worse_and_better(x, encodings[2], searched).first == 0);
    }
    CHECK(gains > 0);
  }
}

TEST_CASE("Scale codes stay within the search and carry a sign only with the mirror bit", "[quantize][options]") {
  Rng rng(34);
  for (const BcqFormat& format : kFormats) {
    CAPTURE(format.name());
    const Matrix<float> x = random_matrix(rng, 8, 300, Data::kSparse);
    const CodebookSet books = random_codebooks(rng, format);
    const BcqTensor plain = quantize(x, books);
    for (const bool mirror : {false, true}) {
      const BcqTensor t = quantize(x, books, encoder_options(2, 3, mirror));
      std::size_t outside = 0;
      std::size_t negative = 0;
      for (std::size_t i = 0; i < t.scales.flat().size(); ++i) {
        const int nearest = plain.scales.flat()[i];
        const int code = t.scales.flat()[i] & 0x7F;
        outside += nearest == 0 ? t.scales.flat()[i] != 0
                                : code < std::max(1, nearest - 2) || code > std::min(0x7E, nearest + 3);
        negative += t.scales.flat()[i] >= 0x80;
      }
      CHECK(outside == 0);
      CHECK((negative > 0) == mirror);
    }
  }
}

TEST_CASE("With the mirror bit the sign of the data costs nothing", "[quantize][options]") {
  Rng rng(35);
  for (const BcqFormat& format : kFormats) {
    CAPTURE(format.name());
    const Matrix<float> x = random_matrix(rng, 5, 200, Data::kLaplace);
    Matrix<float> negated = x;
    for (float& v : negated.flat()) v = -v;
    const CodebookSet books = random_codebooks(rng, format);
    const auto a = array_errors(x, quantize(x, books, encoder_options(1, 2, true)));
    const auto b = array_errors(negated, quantize(negated, books, encoder_options(1, 2, true)));
    const bool same = std::equal(a.begin(), a.end(), b.begin(), [&](const ArrayError& one, const ArrayError& other) {
      return !smaller_error(one.error, one.code, other.error, other.code, format) &&
             !smaller_error(other.error, other.code, one.error, one.code, format);
    });
    CHECK(same);
  }
}

TEST_CASE("The options give the same bits for every thread count", "[quantize][options]") {
  Rng rng(36);
  const Matrix<float> x = random_matrix(rng, 67, 259, Data::kOutliers);
  const CodebookSet books = random_codebooks(rng, {8, 64, 8, 6, kE2m3, kEncode});
  std::vector<BcqTensor> results;
  for (const int threads : {1, 2, 5}) {
    const ThreadCount scope(threads);
    results.push_back(quantize(x, books, encoder_options(1, 2, true)));
  }
  check_equal(results[0], results[1]);
  check_equal(results[0], results[2]);
}

TEST_CASE("E2M3 codewords are the values of float6_e2m3fn, times 8", "[quantize][options]") {
  const BcqFormat format{.codeword = kE2m3};
  std::set<int> expected;
  for (const int magnitude : kE2m3Magnitudes) expected.insert({magnitude, -magnitude});
  REQUIRE(expected.size() == 63);
  for (int value = -300; value <= 300; ++value) {
    CAPTURE(value);
    CHECK(format.is_codeword(value) == expected.contains(value));
  }
  CHECK(format.max_codeword() == 60);
  CHECK(format.codeword_range() == 64);
  for (const int bc : {4, 5, 6, 7, 8}) {
    const BcqFormat integers{.bc = bc};
    const int q = (1 << (bc - 1)) - 1;
    CHECK(integers.max_codeword() == q);
    CHECK(integers.codeword_range() == q + 1);
    for (int value = -300; value <= 300; ++value) REQUIRE(integers.is_codeword(value) == (std::abs(value) <= q));
    const BcqFormat e2m3{.bc = bc, .codeword = kE2m3};
    if (bc == 6) CHECK_NOTHROW(e2m3.validate("format"));
    if (bc != 6) CHECK_THROWS_AS(e2m3.validate("format"), InputError);
  }
}

TEST_CASE("Codebooks of illegal E2M3 codewords are refused", "[quantize][options]") {
  const BcqFormat format{.nc = 1, .codeword = kE2m3};
  for (int value = -64; value <= 64; ++value) {
    CAPTURE(value);
    Codebook book{};
    book[value < 0 ? 0 : 15] = static_cast<std::int8_t>(value);
    const CodebookSet set{format, {book}};
    if (format.is_codeword(value)) CHECK_NOTHROW(set.validate("set"));
    if (!format.is_codeword(value)) CHECK_THROWS_AS(set.validate("set"), InputError);
  }
  Codebook middle{};
  middle[14] = 17;
  middle[15] = 60;
  CHECK_THROWS_AS((CodebookSet{format, {middle}}.validate("set")), InputError);
}

TEST_CASE("Half of mirror-paired codebooks is counted", "[quantize][options]") {
  Rng rng(37);
  for (const auto codeword : {kInteger, kE2m3}) {
    for (const int nc : {2, 4, 8, 16}) {
      CAPTURE(nc);
      const BcqFormat format{.nc = nc, .codeword = codeword};
      CodebookSet set = random_codebooks(rng, format);
      const std::size_t whole = stored_bits(set, 7, 333);
      // 333 scalars: 42 blocks, 6 arrays.
      const auto selector_bits = static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(nc)));
      CHECK(whole == 7 * (333 * 4 + 42 * selector_bits + 6 * 8) + static_cast<std::size_t>(nc) * 16 * 6 + 32);
      CHECK_FALSE(set.mirror_paired());
      const auto half = static_cast<std::size_t>(nc) / 2;
      for (std::size_t c = 0; c < half; ++c) {
        for (std::size_t i = 0; i < 16; ++i) {
          set.codebooks[half + c][i] = static_cast<std::int8_t>(-set.codebooks[c][15 - i]);
        }
      }
      CHECK(set.mirror_paired());
      CHECK(mirrored(set.codebooks[0]) == set.codebooks[half]);
      CHECK(stored_bits(set, 7, 333) == whole - half * 16 * 6);
      set.codebooks.back()[15] = static_cast<std::int8_t>(set.codebooks.back()[15] - 1);
      CHECK_FALSE(set.mirror_paired());
      CHECK(stored_bits(set, 7, 333) == whole);
    }
  }
  const Codebook symmetric = {-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8};
  CHECK_FALSE(CodebookSet{{.nc = 1}, {symmetric}}.mirror_paired());  // there is no half of one
}

TEST_CASE("The exact GEMM refuses encode scales and operands of different codewords", "[gemm][options]") {
  Rng rng(38);
  const auto tensor = [&](CodewordType codeword, ScaleConvention scale) {
    return random_tensor(rng, {.codeword = codeword, .scale = scale}, 3, 100, 0x1.234p-7F);
  };
  const BcqTensor integers = tensor(kInteger, kDecode);
  const BcqTensor e2m3 = tensor(kE2m3, kDecode);
  const BcqTensor encoded = tensor(kInteger, kEncode);
  CHECK_NOTHROW(exact_gemm(integers, integers));
  CHECK_NOTHROW(exact_gemm(e2m3, e2m3));
  CHECK_THROWS_AS(exact_gemm(encoded, encoded), InputError);
  CHECK_THROWS_AS(exact_gemm(integers, encoded), InputError);
  CHECK_THROWS_AS(exact_gemm(encoded, integers), InputError);
  CHECK_THROWS_AS(exact_gemm(tensor(kE2m3, kEncode), tensor(kE2m3, kEncode)), InputError);
  CHECK_THROWS_AS(exact_gemm(integers, e2m3), InputError);
  CHECK_THROWS_AS(exact_gemm(e2m3, integers), InputError);
}

}  // namespace bcq::test
