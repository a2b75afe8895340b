// The GEMM with either accumulation against the oracle's vectors and exact sums (docs/numerics.md sections 5, 6 and 7).
#include "bcq/gemm.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "bcq/decoder.hpp"
#include "bcq/error.hpp"
#include "bcq/parallel.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

/// A decimal string as an exact integer.
Accumulator parse(const std::string& text) {
  Accumulator value = 0;
  for (const char digit : text) {
    if (digit != '-') value = value * 10 + (digit - '0');
  }
  return text[0] == '-' ? -value : value;
}

/// RNE32(S·2⁻¹⁸) by this test's own rounding.
float reference_float(Accumulator s) {
  const float magnitude = round_to_binary32({s < 0 ? -s : s, -18});
  return s < 0 ? -magnitude : magnitude;
}

/// S = high·2³⁰ + low, every scalar product added by itself; no 128-bit arithmetic until the end.
struct TwoLimbs {
  std::int64_t high = 0;
  std::int64_t low = 0;

  void add(std::int64_t term) {
    high += term >> 30;
    low += term & ((std::int64_t{1} << 30) - 1);
  }
  [[nodiscard]] Accumulator value() const { return (static_cast<Accumulator>(high) * (1 << 30)) + low; }
};

/// The signed codeword times the scale's magnitude in units of 2⁻⁹.
std::int64_t decoded_units(const BcqTensor& t, std::size_t row, std::size_t i) {
  const std::uint8_t code = t.scales(row, i / static_cast<std::size_t>(t.format().la));
  const std::size_t selector = t.selectors(row, i / static_cast<std::size_t>(t.format().lb));
  const std::int64_t c = t.codebooks.codebooks[selector][t.index(row, i)];
  return (code >= 0x80 ? -c : c) * e4m3_units(code);
}

Accumulator reference_sum(const BcqTensor& a, std::size_t m, const BcqTensor& w, std::size_t n) {
  TwoLimbs sum;
  for (std::size_t i = 0; i < a.k; ++i) sum.add(decoded_units(a, m, i) * decoded_units(w, n, i));  // < 2⁵⁰
  return sum.value();
}

/// S as it stands in binary32, a multiple of its LSB.
Accumulator units(float s) {
  if (s == 0) return 0;
  const Exact magnitude = split(s);
  const int shift = magnitude.e + 18;
  const Accumulator value = shift >= 0 ? magnitude.n << shift : magnitude.n >> -shift;
  return std::signbit(s) ? -value : value;
}

/// Binary32 accumulation by integers alone: every block array's sum of scalar products is added exactly, then rounded.
float reference_sum_fp32(const BcqTensor& a, std::size_t m, const BcqTensor& w, std::size_t n) {
  const auto la = static_cast<std::size_t>(a.format().la);
  float sum = 0;
  for (std::size_t begin = 0; begin < a.k; begin += la) {
    Accumulator exact = units(sum);
    for (std::size_t i = begin; i < std::min(begin + la, a.k); ++i)
      exact += decoded_units(a, m, i) * decoded_units(w, n, i);
    sum = reference_float(exact);
  }
  return sum;
}

/// C with S as `sum_of` has it.
template <class SumOf>
Matrix<float> reference_gemm_by(const BcqTensor& a, const BcqTensor& w, const SumOf& sum_of) {
  const Exact ga = split(a.tensor_scale);
  const Exact gw = split(w.tensor_scale);
  const float g = round_to_binary32({ga.n * gw.n, ga.e + gw.e});
  Matrix<float> c(a.rows(), w.rows());
  for (std::size_t m = 0; m < a.rows(); ++m) {
    for (std::size_t n = 0; n < w.rows(); ++n) c(m, n) = sum_of(a, m, w, n) * g;
  }
  return c;
}

Matrix<float> reference_gemm_exact(const BcqTensor& a, const BcqTensor& w) {
  return reference_gemm_by(a, w, [](const auto&... where) { return reference_float(reference_sum(where...)); });
}

/// Reorders the block arrays of both operands; k must be a multiple of la.
BcqTensor permuted(const BcqTensor& t, const std::vector<std::size_t>& order) {
  BcqTensor result = t;
  const auto la = static_cast<std::size_t>(t.format().la);
  const std::size_t per_array[] = {la / 2, la / static_cast<std::size_t>(t.format().lb), 1};
  const Matrix<std::uint8_t>* from[] = {&t.indices, &t.selectors, &t.scales};
  Matrix<std::uint8_t>* to[] = {&result.indices, &result.selectors, &result.scales};
  for (std::size_t part = 0; part < 3; ++part) {
    for (std::size_t r = 0; r < t.rows(); ++r) {
      for (std::size_t i = 0; i < from[part]->cols(); ++i) {
        const std::size_t array = order[i / per_array[part]];
        (*to[part])(r, i) = (*from[part])(r, array * per_array[part] + i % per_array[part]);
      }
    }
  }
  return result;
}

const std::vector<BcqFormat> kFormats = {
    {8, 64, 8, 6}, {1, 16, 16, 4}, {64, 128, 2, 8},
    {4, 12, 4, 5}, {16, 32, 1, 7}, {.lb = 8, .la = 64, .nc = 4, .bc = 6, .codeword = CodewordType::kFloat}};

}  // namespace

TEST_CASE("The exact GEMM reproduces the oracle's vectors", "[gemm]") {
  const nlohmann::json cases = read_cases("gemm.json");
  REQUIRE(cases.size() >= 20);
  for (const auto& c : cases) {
    INFO(c.at("name").get<std::string>());
    const BcqTensor activation = tensor_from(c.at("activation"));
    const BcqTensor weight = tensor_from(c.at("weight"));
    CHECK(difference(float_matrix(c.at("c")), exact_gemm(activation, weight)) == "");
    // The second implementation below is held to the same vectors, S included.
    for (std::size_t m = 0; m < activation.rows(); ++m) {
      for (std::size_t n = 0; n < weight.rows(); ++n) {
        CHECK((reference_sum(activation, m, weight, n) == parse(c.at("s").at(m).at(n).get<std::string>())));
      }
    }
  }
}

TEST_CASE("The GEMM with FP32 accumulators reproduces the oracle's vectors", "[gemm][fp32]") {
  const nlohmann::json cases = read_cases("gemm_fp32.json");
  REQUIRE(cases.size() >= 13);
  for (const auto& c : cases) {
    INFO(c.at("name").get<std::string>());
    const BcqTensor activation = tensor_from(c.at("activation"));
    const BcqTensor weight = tensor_from(c.at("weight"));
    CHECK(difference(float_matrix(c.at("c")), gemm(activation, weight, Accumulation::kFp32)) == "");
    const Matrix<float> accumulators = float_matrix(c.at("acc"));
    for (std::size_t m = 0; m < activation.rows(); ++m) {
      for (std::size_t n = 0; n < weight.rows(); ++n) {
        CHECK(bits_of(reference_sum_fp32(activation, m, weight, n)) == bits_of(accumulators(m, n)));
        CHECK((reference_sum(activation, m, weight, n) == parse(c.at("s").at(m).at(n).get<std::string>())));
      }
    }
  }
}

TEST_CASE("The GEMM with FP32 accumulators agrees with integer sums on random tensors", "[gemm][fp32]") {
  Rng rng(21);
  for (const BcqFormat& format : kFormats) {
    for (const std::size_t k : {1U, 63U, 384U, 1001U}) {
      CAPTURE(format.lb, format.la, format.nc, format.bc, k);
      const BcqTensor activation = random_tensor(rng, format, 7, k, 0x1.23456p-9F);
      const BcqTensor weight = random_tensor(rng, format, 11, k, 0x1.abcdeep-5F);
      CHECK(difference(reference_gemm_by(activation, weight, reference_sum_fp32),
                       gemm(activation, weight, Accumulation::kFp32)) == "");
    }
  }
}

TEST_CASE("A step of FP32 accumulation rounds the exact sum once", "[gemm][fp32]") {
  Rng rng(22);
  const int largest = 1024 * 127 * 127;  // |P| of the longest block array of the largest codewords
  REQUIRE(largest < 1 << 24);
  std::size_t wrong = 0, inexact = 0;
  for (int sum_number = 0; sum_number < 20'000; ++sum_number) {
    Fp32Sum sum;
    float expected = 0;
    for (int step = 0; step < 20; ++step) {
      const int p = draw(rng, -largest, largest) >> draw(rng, 0, 24);
      const int significands = draw(rng, 0, 15) * draw(rng, 0, 15);
      const int exponents = draw(rng, 0, 28);
      const Accumulator exact = units(expected) + scaled_term(p, significands, exponents);
      sum.add(p, significands, exponents);
      expected = reference_float(exact);
      inexact += units(expected) != exact;
      wrong += bits_of(sum.value()) != bits_of(expected);
    }
  }
  CHECK(wrong == 0);
  CHECK(inexact > 100'000);
}

TEST_CASE("The order of block arrays changes FP32 sums, exact ones not", "[gemm][fp32]") {
  Fp32Sum lost, kept;
  for (const auto& [p, exponents] : {std::pair{1 << 20, 20}, {1, 0}, {-(1 << 20), 20}}) lost.add(p, 1, exponents);
  for (const auto& [p, exponents] : {std::pair{1 << 20, 20}, {-(1 << 20), 20}, {1, 0}}) kept.add(p, 1, exponents);
  CHECK(bits_of(lost.value()) == 0);
  CHECK(kept.value() == 0x1p-18F);
}

TEST_CASE("The exact GEMM agrees with two-limb sums on random tensors", "[gemm]") {
  Rng rng(11);
  for (const BcqFormat& format : kFormats) {
    for (const std::size_t k : {1U, 63U, 384U, 1001U}) {
      CAPTURE(format.lb, format.la, format.nc, format.bc, k);
      const BcqTensor activation = random_tensor(rng, format, 7, k, 0x1.23456p-9F);
      const BcqTensor weight = random_tensor(rng, format, 11, k, 0x1.abcdeep-5F);
      CHECK(difference(reference_gemm_exact(activation, weight), exact_gemm(activation, weight)) == "");
    }
  }
}

TEST_CASE("The exact GEMM is the sum of scaled block array products", "[gemm]") {
  Rng rng(12);
  const BcqFormat format{4, 12, 4, 5};
  const BcqTensor tensors[] = {random_tensor(rng, format, 3, 100, 1.0F), random_tensor(rng, format, 3, 100, 1.0F)};
  const DecodedTensor a = decode(tensors[0]);
  const DecodedTensor w = decode(tensors[1]);
  for (std::size_t m = 0; m < 3; ++m) {
    Accumulator s = 0;
    for (std::size_t j = 0; j < a.significands.cols(); ++j) {
      std::int64_t p = 0;
      for (std::size_t i = 12 * j; i < std::min<std::size_t>(12 * j + 12, 100); ++i) {
        p += a.codewords(m, i) * w.codewords(m, i);
      }
      s += scaled_term(p, a.significands(m, j) * w.significands(m, j), a.exponents(m, j) + w.exponents(m, j));
    }
    CHECK((s == reference_sum(tensors[0], m, tensors[1], m)));
  }
}

TEST_CASE("The dot product of a block array is exact for every length", "[gemm]") {
  Rng rng(20);
  for (const std::size_t n : {0U, 1U, 7U, 8U, 15U, 16U, 31U, 33U, 64U, 100U, 1023U, 1024U}) {
    std::vector<std::int16_t> a(n);
    std::vector<std::int16_t> b(n);
    for (auto& v : a) v = static_cast<std::int16_t>(draw(rng, -127, 127));
    for (auto& v : b) v = static_cast<std::int16_t>(draw(rng, -127, 127));
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += std::int64_t{a[i]} * b[i];
    CHECK(dot(a.data(), b.data(), n) == sum);
    a.assign(n, -127);
    CHECK(dot(a.data(), a.data(), n) == static_cast<std::int64_t>(n) * 127 * 127);
  }
}

TEST_CASE("A block array decodes to the same codewords in beats of any width", "[gemm]") {
  Rng rng(19);
  const BcqFormat format{8, 64, 8, 6};
  const BcqTensor t = random_tensor(rng, format, 6, 64, 1.0F);
  const DecodedTensor whole = decode(t);
  for (const std::size_t lanes : {1U, 2U, 4U, 8U, 16U, 64U}) {  // a part of a block, or whole blocks
    CodebookDecoder decoder(t.codebooks);
    for (std::size_t r = 0; r < t.rows(); ++r) {
      for (std::size_t begin = 0; begin < 64; begin += lanes) {
        std::vector<std::uint8_t> indices;
        std::vector<std::uint8_t> selectors;
        for (std::size_t i = begin; i < begin + lanes; ++i) indices.push_back(t.index(r, i));
        // Only the low log2(nc) bits of a selector count.
        const auto garbage = static_cast<std::uint8_t>(rng() % 32 * 8);
        for (std::size_t b = begin / 8; b <= (begin + lanes - 1) / 8; ++b) {
          selectors.push_back(static_cast<std::uint8_t>(t.selectors(r, b) | garbage));
        }
        // Only the first beat's scale counts; later ones carry garbage of the other sign.
        const auto scale = static_cast<std::uint8_t>(begin == 0 ? t.scales(r, 0) : ~t.scales(r, 0));
        std::vector<std::int16_t> codewords(lanes);
        decoder.decode({indices, selectors, scale}, begin == 0, codewords);
        CAPTURE(lanes, r, begin);
        CHECK(std::equal(codewords.begin(), codewords.end(), whole.codewords.row(r).subspan(begin, lanes).begin()));
        CHECK(decoder.scale().significand == whole.significands(r, 0));
        CHECK(decoder.scale().exponent == whole.exponents(r, 0));
        for (std::size_t i = 0; i < lanes; ++i) {
          const std::int64_t unit = e4m3_units(t.scales(r, 0));
          REQUIRE(codewords[i] * unit == decoded_units(t, r, begin + i));
        }
      }
    }
  }
}

TEST_CASE("S is rounded to binary32 to nearest, ties to even", "[gemm]") {
  const nlohmann::json cases = read_cases("accumulator.json");
  REQUIRE(cases.size() > 900);
  for (const auto& c : cases) {
    const std::string s = c.at(0).get<std::string>();
    CAPTURE(s, c.at(1).get<std::string>());
    CHECK(bits_of(accumulator_to_float(parse(s))) == hex(c.at(1).get<std::string>()));
  }
  Rng rng(13);
  std::size_t wrong = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Accumulator wide = (static_cast<Accumulator>(static_cast<std::int64_t>(rng())) << 3) + draw(rng, 0, 7);
    const Accumulator s = wide >> draw(rng, 0, 66);
    wrong += bits_of(accumulator_to_float(s)) != bits_of(reference_float(s));
  }
  CHECK(wrong == 0);
}

TEST_CASE("The accumulator width follows the formula and holds the worst case", "[gemm]") {
  CHECK(accumulator_bits(65536, 6) == 63);
  CHECK(accumulator_bits(65536, 8) == 67);
  CHECK(accumulator_bits(1, 4) == 43);
  for (int bc = 4; bc <= 8; ++bc) {
    for (const std::size_t k_max : {1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1000, 4096, 4097, 65535, 65536}) {
      CAPTURE(bc, k_max);
      int log2 = 0;
      while ((std::size_t{1} << log2) < k_max) ++log2;
      const int bits = accumulator_bits(k_max, bc);
      CHECK(bits == 1 + log2 + 2 * (bc - 1) + 36);
      // NaN bit patterns have the largest m·2^e; a faulty array may meet them.
      const Accumulator q = (1 << (bc - 1)) - 1;
      const Accumulator scale = e4m3_units(0x7F);
      const Accumulator worst = static_cast<Accumulator>(k_max) * q * q * scale * scale;
      CHECK((worst < Accumulator{1} << (bits - 1)));
    }
  }
}

TEST_CASE("The longest reduction of the largest values is exact", "[gemm]") {
  for (const int bc : {4, 6, 8}) {
    const BcqFormat format{8, 64, 1, bc};
    const auto q = static_cast<std::int8_t>(format.max_codeword());
    Codebook book;
    book.fill(q);
    book[0] = static_cast<std::int8_t>(-q);
    BcqTensor t{{format, {book}}, kMaxK, 1.0F, {}, {}, {}};
    t.indices = Matrix<std::uint8_t>(2, kMaxK / 2, 0xFF);
    std::fill(t.indices.row(1).begin(), t.indices.row(1).end(), std::uint8_t{0});
    t.selectors = Matrix<std::uint8_t>(2, kMaxK / 8);
    t.scales = Matrix<std::uint8_t>(2, kMaxK / 64, 0x7E);
    const Matrix<float> c = exact_gemm(t, t);
    const Accumulator worst = static_cast<Accumulator>(kMaxK) * q * q * e4m3_units(0x7E) * e4m3_units(0x7E);
    CHECK(bits_of(c(0, 0)) == bits_of(reference_float(worst)));
    CHECK(bits_of(c(0, 1)) == bits_of(reference_float(-worst)));
    CHECK(bits_of(c(1, 1)) == bits_of(reference_float(worst)));
  }
}

TEST_CASE("The order of block arrays does not change C", "[gemm]") {
  Rng rng(14);
  for (const BcqFormat& format : {BcqFormat{8, 64, 8, 6}, BcqFormat{1, 2, 16, 8}}) {
    const auto la = static_cast<std::size_t>(format.la);
    const BcqTensor activation = random_tensor(rng, format, 4, 40 * la, 0x1.23456p-9F);
    const BcqTensor weight = random_tensor(rng, format, 5, 40 * la, 0x1.abcdeep-5F);
    const Matrix<float> c = exact_gemm(activation, weight);
    std::vector<std::size_t> order(40);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (int i = 0; i < 5; ++i) {
      for (std::size_t j = order.size() - 1; j > 0; --j) std::swap(order[j], order[rng() % (j + 1)]);
      CHECK(difference(c, exact_gemm(permuted(activation, order), permuted(weight, order))) == "");
    }
  }
}

TEST_CASE("The exact GEMM gives the same bits for every thread count", "[gemm]") {
  Rng rng(15);
  const BcqTensor activation = random_tensor(rng, {}, 37, 333, 0.01F);
  const BcqTensor weight = random_tensor(rng, {}, 41, 333, 0.02F);
  std::vector<Matrix<float>> results;
  for (const int threads : {1, 2, 4, 7}) {
    const ThreadCount scope(threads);
    REQUIRE(thread_count() == static_cast<unsigned>(threads));
    results.push_back(exact_gemm(activation, weight));
  }
  for (const auto& result : results) CHECK(difference(results[0], result) == "");
}

TEST_CASE("The output scale is one rounding of the product of tensor scales", "[gemm]") {
  Rng rng(16);
  BcqTensor a = random_tensor(rng, {}, 1, 1, 1.0F);
  BcqTensor w = a;
  int finite = 0;
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    do {
      a.tensor_scale = std::abs(draw_value(rng, i % 8 == 0 ? Data::kTiny : Data::kBitPatterns));
      w.tensor_scale = std::abs(draw_value(rng, Data::kBitPatterns));
    } while (a.tensor_scale == 0 || w.tensor_scale == 0);
    const Exact x = split(a.tensor_scale);
    const Exact y = split(w.tensor_scale);
    const float expected = round_to_binary32({x.n * y.n, x.e + y.e});
    ++(std::isinf(expected) ? refused : finite);
    if (std::isinf(expected)) {
      REQUIRE_THROWS_AS(output_scale(w, a), InputError);
    } else {
      REQUIRE(bits_of(output_scale(w, a)) == bits_of(expected));
    }
  }
  CHECK(finite > 5000);
  CHECK(refused > 500);
  // The largest finite product, and one that is an ulp too large.
  a.tensor_scale = 0x1.fffffep127F;
  w.tensor_scale = 1.0F;
  CHECK(output_scale(w, a) == 0x1.fffffep127F);
  CHECK(exact_gemm(a, w)(0, 0) == exact_gemm(w, w)(0, 0) * 0x1.fffffep127F);
  w.tensor_scale = 0x1.000002p0F;
  CHECK_THROWS_AS(output_scale(w, a), InputError);
  CHECK_THROWS_AS(exact_gemm(a, w), InputError);
}

TEST_CASE("The FP64 reference multiplies by the transposed weight", "[gemm]") {
  Rng rng(17);
  Matrix<float> a(3, 50);
  Matrix<float> w(4, 50);
  for (float& v : a.flat()) v = static_cast<float>(draw(rng, -1000, 1000));
  for (float& v : w.flat()) v = static_cast<float>(draw(rng, -100, 100));
  const Matrix<float> c = reference_gemm(a, w);
  REQUIRE((c.rows() == 3 && c.cols() == 4));
  for (std::size_t m = 0; m < 3; ++m) {
    for (std::size_t n = 0; n < 4; ++n) {
      CHECK(c(m, n) == std::inner_product(a.row(m).begin(), a.row(m).end(), w.row(n).begin(), 0.0F));  // integers
    }
  }
}

TEST_CASE("Operands that do not fit each other are refused", "[gemm]") {
  Rng rng(18);
  const auto tensor = [&](BcqFormat format, std::size_t k) { return random_tensor(rng, format, 2, k, 1.0F); };
  const BcqTensor good = tensor({8, 64, 8, 6}, 128);
  CHECK_NOTHROW(exact_gemm(good, tensor({8, 64, 8, 6}, 128)));
  CHECK_NOTHROW(exact_gemm(good, tensor({8, 64, 2, 6}, 128)));  // codebooks may differ, in number, too
  CHECK_THROWS_AS(exact_gemm(good, tensor({8, 64, 8, 6}, 127)), InputError);
  CHECK_THROWS_AS(exact_gemm(good, tensor({8, 128, 8, 6}, 128)), InputError);
  CHECK_THROWS_AS(exact_gemm(good, tensor({16, 64, 8, 6}, 128)), InputError);
  CHECK_THROWS_AS(exact_gemm(good, tensor({8, 64, 8, 5}, 128)), InputError);
}

}  // namespace bcq::test
