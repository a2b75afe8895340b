// The arithmetic of the baselines' arrays against integers and the golden model: dot products, scales, binary32 sums.
#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include "VBaselineE2m1DotL1.h"
#include "VBaselineE2m1DotL16.h"
#include "VBaselineE2m1DotL3.h"
#include "VBaselineFloat14.h"
#include "VBaselineFloat41.h"
#include "VBaselineFmaNarrow.h"
#include "VBaselineFmaWide.h"
#include "VBaselineFp8DotL1.h"
#include "VBaselineFp8DotL16.h"
#include "bcq/baseline.hpp"
#include "bcq/beat.hpp"
#include "bcq/e4m3.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

using Codes = std::vector<std::uint32_t>;

int log2_ceil(std::size_t n) {
  return static_cast<int>(std::bit_width(n - 1));
}

// ---- E2M1 -----------------------------------------------------------------------------------------------------------

constexpr std::array kHalves{0, 1, 2, 3, 4, 6, 8, 12};

int halves(std::uint32_t code) {
  return (code & 8) != 0 ? -kHalves[code & 7] : kHalves[code & 7];
}

struct E2m1 {
  static constexpr std::uint32_t kCodes = 16;
  static int sum_width(std::size_t lanes) { return 9 + log2_ceil(lanes); }
  static std::int64_t product(std::uint32_t a, std::uint32_t w) { return halves(a) * halves(w); }

  static void activations(BitSpan out, const Codes& codes) {
    std::size_t lsb = 0;
    for (const auto code : codes) {
      out.put(lsb, 5, static_cast<std::uint32_t>(halves(code)));
      out.put(lsb + 5, 7, static_cast<std::uint32_t>(3 * halves(code)));
      lsb += 12;
    }
  }
  static void weights(BitSpan out, const Codes& codes) {
    std::size_t lsb = 0;
    std::uint32_t negative = 0;
    for (const auto code : codes) {
      const int value = kHalves[code & 7];
      const int shift = value == 12 || value == 8 ? 2 : value == 6 || value == 4 ? 1 : 0;
      if (value != 0) out.put(lsb + static_cast<std::size_t>((value >> shift) - 1), 1, 1);
      out.put(lsb + 3 + static_cast<std::size_t>(shift), 1, 1);
      out.put(lsb + 6, 1, code >> 3);
      negative += code >> 3;
      lsb += 7;
    }
    out.put(lsb, log2_ceil(codes.size() + 1), negative);
  }
};

// ---- FP8 ------------------------------------------------------------------------------------------------------------

struct Fp8 {
  static constexpr std::uint32_t kCodes = 256;
  static int sum_width(std::size_t lanes) { return 37 + log2_ceil(lanes); }
  static std::int64_t value(std::uint32_t code) {
    const E4m3Parts parts = e4m3_split(static_cast<std::uint8_t>(code));
    return (parts.negative ? -1 : 1) * (std::int64_t{parts.significand} << parts.exponent);
  }
  static std::int64_t product(std::uint32_t a, std::uint32_t w) { return value(a) * value(w); }

  static void activations(BitSpan out, const Codes& codes) {
    std::size_t lsb = 0;
    for (const auto code : codes) {
      const E4m3Parts parts = e4m3_split(static_cast<std::uint8_t>(code));
      const auto m = static_cast<std::uint32_t>(parts.significand);
      out.put(lsb, 4, m);
      out.put(lsb + 4, 6, 3 * m);
      out.put(lsb + 10, 4, static_cast<std::uint32_t>(parts.exponent));
      out.put(lsb + 14, 1, parts.negative ? 1 : 0);
      lsb += 15;
    }
  }
  static void weights(BitSpan out, const Codes& codes) {
    std::size_t lsb = 0;
    for (const auto code : codes) {
      const E4m3Parts parts = e4m3_split(static_cast<std::uint8_t>(code));
      const auto m = static_cast<std::uint32_t>(parts.significand);
      if (m % 4 != 0) out.put(lsb + m % 4 - 1, 1, 1);
      if (m / 4 != 0) out.put(lsb + 3 + m / 4 - 1, 1, 1);
      out.put(lsb + 6, 4, static_cast<std::uint32_t>(parts.exponent));
      out.put(lsb + 10, 1, parts.negative ? 1 : 0);
      lsb += 11;
    }
  }
};

/// Whether the unit's sum is that of the products.
template <class Kind, class Model>
bool sums(Unit<Model>& unit, const Codes& a, const Codes& w) {
  PortBits<decltype(unit->a_i)> a_bits{};
  PortBits<decltype(unit->w_i)> w_bits{};
  Kind::activations(BitSpan(a_bits), a);
  Kind::weights(BitSpan(w_bits), w);
  set_port(unit->a_i, a_bits);
  set_port(unit->w_i, w_bits);
  unit.settle();
  std::int64_t expected = 0;
  for (std::size_t l = 0; l < a.size(); ++l) expected += Kind::product(a[l], w[l]);
  return get_signed(unit->sum_o, Kind::sum_width(a.size())) == expected;
}

template <class Kind, class Model>
int wrong_pairs() {
  Unit<Model> unit;
  int wrong = 0;
  for (std::uint32_t a = 0; a < Kind::kCodes; ++a)
    for (std::uint32_t w = 0; w < Kind::kCodes; ++w) wrong += sums<Kind>(unit, {a}, {w}) ? 0 : 1;
  return wrong;
}

template <class Kind, class Model>
int wrong_sums(std::size_t lanes) {
  Unit<Model> unit;
  Random random;
  // The largest sums of either sign: of a code one above the sign bit is the largest magnitude.
  const std::uint32_t top = Kind::kCodes / 2 - 1;
  int wrong = sums<Kind>(unit, Codes(lanes, top), Codes(lanes, top)) ? 0 : 1;
  wrong += sums<Kind>(unit, Codes(lanes, top), Codes(lanes, top + Kind::kCodes / 2)) ? 0 : 1;
  for (int round = 0; round < 20000; ++round) {
    Codes a(lanes), w(lanes);
    for (auto* codes : {&a, &w})
      for (auto& code : *codes) code = random.word() % Kind::kCodes;
    wrong += sums<Kind>(unit, a, w) ? 0 : 1;
  }
  return wrong;
}

// ---- binary32 -------------------------------------------------------------------------------------------------------

constexpr int kWideOffset = 160;

/// An integer as baseline_float gives it, where the exponent counts from `bias`.
struct Term {
  bool negative;
  std::uint64_t significand;  ///< of `width` bits, leading one at the MSB
  int exponent;

  Term(std::int64_t p, int lsb, int width, int bias) : negative(p < 0), significand(0), exponent(0) {
    const auto magnitude = static_cast<std::uint64_t>(std::abs(p));
    if (magnitude == 0) return;
    const int zeros = width - static_cast<int>(std::bit_width(magnitude));
    significand = magnitude << zeros;
    exponent = bias + lsb + width - 1 - zeros;
  }
};

template <class Port>
void assign(Port& port, std::uint64_t value) {
  port = static_cast<Port>(value);
}

template <class Model>
float sum(Unit<Model>& unit, float acc, const Term& term) {
  unit->acc_i = std::bit_cast<std::uint32_t>(acc);
  unit->sign_i = term.negative;
  assign(unit->exponent_i, static_cast<std::uint64_t>(term.exponent));
  assign(unit->significand_i, term.significand);
  unit.settle();
  return std::bit_cast<float>(unit->sum_o);
}

}  // namespace

TEST_CASE("baseline dots: every pair of codes", "[rtl][baseline]") {
  CHECK(wrong_pairs<E2m1, VBaselineE2m1DotL1>() == 0);
  CHECK(wrong_pairs<Fp8, VBaselineFp8DotL1>() == 0);
}

TEST_CASE("baseline dots: the largest and random sums", "[rtl][baseline]") {
  CHECK(wrong_sums<E2m1, VBaselineE2m1DotL3>(3) == 0);
  CHECK(wrong_sums<E2m1, VBaselineE2m1DotL16>(16) == 0);
  CHECK(wrong_sums<Fp8, VBaselineFp8DotL16>(16) == 0);
}

TEST_CASE("baseline_float: sign, exponent and significand", "[rtl][baseline]") {
  Unit<VBaselineFloat14> scaled;
  Unit<VBaselineFloat41> constant;
  Random random;
  int wrong = 0;
  for (int round = 0; round < 100000; ++round) {
    const std::int64_t small = random.between(-8191, 8191) >> random.between(0, 13);
    const int exponent = static_cast<int>(random.between(0, 510));
    set_signed(scaled->integer_i, 14, small);
    scaled->exponent_i = static_cast<SData>(exponent);
    scaled.settle();
    const Term want(small, exponent - 256, 13, 127 + kWideOffset);
    wrong += scaled->sign_o != want.negative || scaled->exponent_o != want.exponent ||
             scaled->significand_o != want.significand;

    const std::int64_t large =
        random.between(-(std::int64_t{1} << 40) + 1, (std::int64_t{1} << 40) - 1) >> random.between(0, 40);
    set_signed(constant->integer_i, 41, large);
    constant.settle();
    const Term want_large(large, -18, 40, 127);
    wrong += constant->sign_o != want_large.negative || constant->exponent_o != want_large.exponent ||
             constant->significand_o != want_large.significand;
  }
  CHECK(wrong == 0);
}

TEST_CASE("baseline_fma: MXFP4 over all exponents, with both limits", "[rtl][baseline]") {
  Unit<VBaselineFmaWide> unit;
  Random random;
  int wrong = 0, zeros = 0, infinities = 0;
  for (int round = 0; round < 1000000; ++round) {
    // An accumulator near a limit or anywhere, and a term around it or anywhere.
    const int place = random.chance(20) ? -126 : random.chance(20) ? 127 : static_cast<int>(random.between(-126, 127));
    const auto significand =
        static_cast<float>(random.between(1 << 23, (1 << 24) - 1) & (random.chance(50) ? -1 : -4096));
    float acc = std::ldexp(random.chance(50) ? significand : -significand, place - 23);
    if (random.chance(5)) acc = 0.0F;
    const std::int64_t p = random.between(-4608, 4608) >> random.between(0, 12);
    const int lsb = random.chance(90) ? std::clamp(place - 12 + static_cast<int>(random.between(-32, 32)), -256, 252)
                                      : static_cast<int>(random.between(-256, 252));
    Mxfp4Sum golden;
    if (acc != 0.0F)
      golden.add(static_cast<std::int64_t>(std::ldexp(static_cast<double>(acc), 23 - place)), place - 23);
    golden.add(p, lsb);
    const float got = sum(unit, acc, Term(p, lsb, 13, 127 + kWideOffset));
    wrong += std::bit_cast<std::uint32_t>(got) != std::bit_cast<std::uint32_t>(golden.value());
    zeros += got == 0.0F;
    infinities += std::isinf(got);
  }
  CHECK(wrong == 0);
  CHECK(zeros > 1000);
  CHECK(infinities > 1000);
  const float infinity = HUGE_VALF;
  CHECK(sum(unit, infinity, Term(-4608, 252, 13, 127 + kWideOffset)) == infinity);
  CHECK(sum(unit, -infinity, Term(1, 0, 13, 127 + kWideOffset)) == -infinity);
}

TEST_CASE("baseline_fma: FP8, sums of multiples of 2^-18", "[rtl][baseline]") {
  Unit<VBaselineFmaNarrow> unit;
  Random random;
  int wrong = 0;
  for (int round = 0; round < 1000000; ++round) {
    const float acc =
        accumulator_to_float(random.between(-(std::int64_t{1} << 50), std::int64_t{1} << 50) >> random.between(0, 50));
    const std::int64_t p =
        random.between(-(std::int64_t{1} << 40) + 1, (std::int64_t{1} << 40) - 1) >> random.between(0, 40);
    const float want = accumulator_to_float(static_cast<Accumulator>(std::ldexp(static_cast<double>(acc), 18)) + p);
    wrong += std::bit_cast<std::uint32_t>(sum(unit, acc, Term(p, -18, 40, 127))) != std::bit_cast<std::uint32_t>(want);
  }
  CHECK(wrong == 0);
}

}  // namespace bcq::test
