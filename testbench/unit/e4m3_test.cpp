// E4M3 against ml_dtypes' vectors and exact integer arithmetic (docs/numerics.md section 2).
#include "bcq/e4m3.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "bcq/gemm.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

/// All 256 values as ml_dtypes decodes them.
std::vector<double> decode_vectors() {
  std::vector<double> values;
  for (const auto& [code, value] : read_csv("e4m3_decode.csv")) {
    REQUIRE(hex(code) == values.size());
    values.push_back(value == "nan" ? std::nan("") : std::strtod(value.c_str(), nullptr));
  }
  REQUIRE(values.size() == 256);
  return values;
}

/// A positive double as an exact number.
Exact exact(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return {static_cast<Int128>(std::ldexp(fraction, 53)), exponent - 53};
}

/// Checks by definition, without dividing: no code is nearer to numerator/denominator than `code`, and a tie is even.
/// −1: too small, 1: too large, 0: right.
int verdict(double numerator, double denominator, unsigned code) {
  // The tie above a code, (v + v')/2 in units of 2⁻⁹, times the denominator.
  const auto tie = [&](unsigned below) {
    const Exact d = exact(denominator);
    return Exact{d.n * (e4m3_units(below) + e4m3_units(below + 1)), d.e - 10};
  };
  if (code < kE4m3Max) {
    const int above = compare(exact(numerator), tie(code));
    if (above > 0 || (above == 0 && code % 2 == 1)) return -1;
  }
  if (code > 0) {
    const int below = compare(exact(numerator), tie(code - 1));
    if (below < 0 || (below == 0 && code % 2 == 1)) return 1;
  }
  return 0;
}

}  // namespace

TEST_CASE("E4M3 decodes all 256 codes as ml_dtypes does", "[e4m3]") {
  const std::vector<double> expected = decode_vectors();
  for (unsigned code = 0; code < 256; ++code) {
    CAPTURE(code);
    const double value = e4m3_decode(static_cast<std::uint8_t>(code));
    CHECK(e4m3_is_nan(static_cast<std::uint8_t>(code)) == std::isnan(expected[code]));
    if (std::isnan(expected[code])) {
      CHECK(std::isnan(value));
    } else {
      CHECK(value == expected[code]);
      CHECK(std::signbit(value) == std::signbit(expected[code]));
    }
  }
}

TEST_CASE("E4M3 splits every code into its integer parts", "[e4m3]") {
  const std::vector<double> expected = decode_vectors();
  for (unsigned code = 0; code < 256; ++code) {
    CAPTURE(code);
    const E4m3Parts parts = e4m3_split(static_cast<std::uint8_t>(code));
    CHECK(parts.negative == (code >= 0x80));
    CHECK((parts.significand >= 0 && parts.significand <= 15));
    CHECK((parts.exponent >= 0 && parts.exponent <= 14));
    if ((code & 0x7F) == 0x7F) {
      CHECK((parts.significand == 15 && parts.exponent == 14));
    } else {
      CHECK(std::ldexp(parts.significand, parts.exponent - 9) == std::abs(expected[code]));
    }
  }
}

TEST_CASE("E4M3 encodes values, midpoints and their neighbours as ml_dtypes does", "[e4m3]") {
  const auto vectors = read_csv("e4m3_encode.csv");
  REQUIRE(vectors.size() > 1000);
  for (const auto& [bits, code] : vectors) {
    CAPTURE(bits, code);
    const float value = from_bits(hex(bits));
    CHECK(e4m3_encode(value) == hex(code));
    if (!std::signbit(value)) {
      CHECK(e4m3_encode_ratio(value, 1.0) == hex(code));
      CHECK(e4m3_encode_ratio(value, 0x1.8p-20) == e4m3_encode_ratio(std::ldexp(value, 10), 0x1.8p-10));
    }
  }
}

TEST_CASE("E4M3 encoding and decoding are inverse on all finite codes", "[e4m3]") {
  for (unsigned code = 0; code < 256; ++code) {
    if (e4m3_is_nan(static_cast<std::uint8_t>(code))) continue;
    CHECK(e4m3_encode(static_cast<float>(e4m3_decode(static_cast<std::uint8_t>(code)))) == code);
  }
}

TEST_CASE("E4M3 saturates beyond its range", "[e4m3]") {
  const float largest = std::numeric_limits<float>::max();
  for (const float value : {448.0F, std::nextafter(464.0F, largest), 465.0F, 480.0F, 1e6F, largest}) {
    CAPTURE(value);
    CHECK(e4m3_encode(value) == 0x7E);
    CHECK(e4m3_encode(-value) == 0xFE);
    CHECK(e4m3_encode_ratio(value, 1.0) == 0x7E);
  }
  CHECK(e4m3_encode_ratio(largest, std::numeric_limits<float>::denorm_min()) == 0x7E);
  CHECK(e4m3_encode_ratio(std::numeric_limits<float>::denorm_min(), largest) == 0x00);
  CHECK(e4m3_encode_ratio(0.0, 1.0) == 0x00);
}

TEST_CASE("All 65536 E4M3 products are exact integers", "[e4m3]") {
  const std::vector<double> values = decode_vectors();
  std::size_t compared = 0;
  std::size_t wrong = 0;
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const E4m3Parts x = e4m3_split(static_cast<std::uint8_t>(a));
      const E4m3Parts y = e4m3_split(static_cast<std::uint8_t>(b));
      const std::int64_t sign = x.negative == y.negative ? 1 : -1;
      const Accumulator term = scaled_term(sign, x.significand * y.significand, x.exponent + y.exponent);
      // The bound of the accumulator holds for NaN bit patterns, too.
      wrong += (term < 0 ? -term : term) >= (Accumulator{1} << 36);
      if (std::isnan(values[a]) || std::isnan(values[b])) continue;
      wrong += std::ldexp(static_cast<double>(term), -18) != values[a] * values[b];
      ++compared;
    }
  }
  CHECK(compared == 254U * 254U);
  CHECK(wrong == 0);
}

TEST_CASE("E4M3 codes of exact quotients are the nearest ones", "[e4m3]") {
  Rng rng(1);
  std::size_t codes_seen[127] = {};
  for (int i = 0; i < 200'000; ++i) {
    // a: any FP32 magnitude; Q·g: any g. Exponents close enough for all codes, now and then far apart.
    const float g = draw_value(rng, i % 4 == 0 ? Data::kTiny : Data::kBitPatterns);
    const int q = (1 << draw(rng, 3, 7)) - 1;
    const double denominator = q * std::abs(static_cast<double>(g));
    const double aim = denominator * std::ldexp(1.0 + static_cast<double>(rng() >> 12) * 0x1p-52, draw(rng, -12, 10));
    const float a = i % 16 == 0 ? std::abs(draw_value(rng, Data::kBitPatterns)) : static_cast<float>(aim);
    if (denominator == 0 || !std::isfinite(a)) continue;
    const unsigned code = e4m3_encode_ratio(a, denominator);
    REQUIRE(code <= 0x7E);
    ++codes_seen[code];
    const int off = verdict(a, denominator, code);
    if (off != 0) {
      CAPTURE(a, denominator, code, off);
      FAIL("not the nearest code");
    }
  }
  CHECK(std::all_of(std::begin(codes_seen), std::end(codes_seen), [](std::size_t n) { return n > 0; }));
}

TEST_CASE("E4M3 codes of exact ties go to the even code", "[e4m3]") {
  Rng rng(2);
  for (unsigned code = 0; code < 0x7E; ++code) {
    const double middle = std::ldexp(static_cast<double>(e4m3_units(code) + e4m3_units(code + 1)), -10);
    for (int i = 0; i < 100; ++i) {
      const float g = std::ldexp(static_cast<float>(draw(rng, 1 << 23, (1 << 24) - 1)), draw(rng, -149, 90));
      const double denominator = static_cast<double>(g) * ((1 << draw(rng, 3, 7)) - 1);
      const double numerator = middle * denominator;  // exact: at most 36 bits
      const double step = std::ldexp(numerator, -39);
      CAPTURE(code, denominator);
      REQUIRE(e4m3_encode_ratio(numerator, denominator) == code + code % 2);
      REQUIRE(verdict(numerator, denominator, code + code % 2) == 0);
      // The nearest numerators of at most 40 bits on either side.
      const double ulp = std::ldexp(1.0, std::ilogb(step));
      REQUIRE(e4m3_encode_ratio(numerator - ulp, denominator) == code);
      REQUIRE(e4m3_encode_ratio(numerator + ulp, denominator) == code + 1);
    }
  }
}

}  // namespace bcq::test
