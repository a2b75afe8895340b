// bcq_fma against std::fma and against integers: exponents, cancellation, ties, chains of sums.
#include <catch2/catch.hpp>

#include <cmath>

#include "VFma19.h"
#include "VFma25.h"
#include "VFma33.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

constexpr int kMaxShift = 28;
constexpr int kLongestSum = 67;  // bits of the largest S of all configurations (docs/numerics.md section 5)

/// Parameters as the array derives them from LA and BC.
template <class Model, int LA, int BC>
class Bench {
 public:
  static constexpr int kScaledWidth = 2 * BC - 1 + std::bit_width(unsigned{LA - 1}) + 8;
  static constexpr int kTermWidth = kScaledWidth - 1;
  static constexpr std::int32_t kMaxP = LA * ((1 << (BC - 1)) - 1) * ((1 << (BC - 1)) - 1);

  /// The sum is exact in 128-bit integers, in units of 2^-18; the golden conversion rounds it.
  float check(float acc, std::int64_t scaled, int shift) {
    unit_->acc_i = std::bit_cast<std::uint32_t>(acc);
    set_signed(unit_->scaled_i, kScaledWidth, scaled);
    unit_->shift_i = static_cast<CData>(shift);
    unit_.settle();
    const Accumulator exact = units(acc) + (Accumulator{scaled} << shift);
    const float expected = accumulator_to_float(exact);
    if (unit_->sum_o != std::bit_cast<std::uint32_t>(expected)) {
      FAIL(acc << " + " << scaled << " * 2^(" << shift << " - 18): got " << std::hex << unit_->sum_o << ", expected "
               << std::bit_cast<std::uint32_t>(expected));
    }
    zeros += exact == 0;
    inexact += units(expected) != exact;
    ties += is_tie(exact);
    return expected;
  }

  /// The same by the compiler's fused multiply-add.
  float check_product(float acc, std::int32_t p, int significands, int shift) {
    const float fused =
        std::fma(static_cast<float>(p), std::ldexp(static_cast<float>(significands), shift + kAccumulatorLsb), acc);
    const float sum = check(acc, std::int64_t{p} * significands, shift);
    if (std::bit_cast<std::uint32_t>(sum) != std::bit_cast<std::uint32_t>(fused)) {
      FAIL(acc << " + " << p << " * " << significands << " * 2^(" << shift << " - 18): std::fma has " << fused);
    }
    return sum;
  }

  static Accumulator units(float x) { return static_cast<Accumulator>(std::ldexp(x, -kAccumulatorLsb)); }

  int zeros = 0, inexact = 0, ties = 0;

 private:
  static bool is_tie(Accumulator exact) {
    int bits = 0, trailing_zeros = 0;
    for (Accumulator rest = exact < 0 ? -exact : exact; rest != 0; rest >>= 1) ++bits;
    while (exact != 0 && (exact >> trailing_zeros & 1) == 0) ++trailing_zeros;
    return bits - trailing_zeros == 25;
  }

  Unit<Model> unit_;
};

using Fma19 = Bench<VFma19, 16, 4>;
using Fma25 = Bench<VFma25, 64, 6>;
using Fma33 = Bench<VFma33, 1024, 8>;

/// A number of exactly `length` bits and random sign; many are sparse: few ones, or few zeros.
std::int64_t random_number(Random& random, int length) {
  const std::int64_t leading = std::int64_t{1} << (length - 1);
  auto rest = static_cast<std::int64_t>(random.bits()) & (leading - 1);
  if (random.chance(40)) rest &= -(std::int64_t{1} << random.between(0, length - 1));
  if (random.chance(20)) rest = (leading - 1) ^ (rest & (std::int64_t{1} << random.between(0, length)));
  return random.chance(50) ? leading | rest : -(leading | rest);
}

/// A sum whose leading one has the weight 2^top units.
float random_sum(Random& random, int top) {
  const int length = std::min(top + 1, 24);
  return std::ldexp(static_cast<float>(random_number(random, length)), top + 1 - length + kAccumulatorLsb);
}

}  // namespace

TEMPLATE_TEST_CASE("fma: all exponents of sum and term", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  Random random(1);
  for (int top = 0; top < kLongestSum; ++top) {
    for (int length = 1; length <= TestType::kTermWidth; ++length) {
      for (int shift = 0; shift <= kMaxShift; ++shift) {
        for (int i = 0; i < 6; ++i) bench.check(random_sum(random, top), random_number(random, length), shift);
      }
    }
  }
  CHECK(bench.inexact > 30'000);
  CHECK(bench.ties > 3'000);
}

TEMPLATE_TEST_CASE("fma: zeros", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  Random random(2);
  for (int shift = 0; shift <= kMaxShift; ++shift) {
    bench.check(0, 0, shift);
    for (int length = 1; length <= TestType::kTermWidth; ++length) bench.check(0, random_number(random, length), shift);
    for (int top = 0; top < kLongestSum; ++top) bench.check(random_sum(random, top), 0, shift);
  }
  CHECK(bench.zeros == kMaxShift + 1);
}

TEMPLATE_TEST_CASE("fma: cancellation", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  Random random(3);
  for (int length = 1; length <= TestType::kTermWidth; ++length) {
    for (int shift = 0; shift <= kMaxShift; ++shift) {
      for (int i = 0; i < 20; ++i) {
        const std::int64_t scaled = random_number(random, length);
        const float opposite = -accumulator_to_float(Accumulator{scaled} << shift);
        bench.check(opposite, scaled, shift);
        // A few places away: the sum is exact, and short.
        float near = opposite;
        for (int step = 0; step < 4; ++step) {
          near = std::nextafterf(near, random.chance(50) ? 0.0F : 2 * opposite);
          if (std::ldexp(near, -kAccumulatorLsb) == std::trunc(std::ldexp(near, -kAccumulatorLsb)))
            bench.check(near, scaled, shift);
        }
      }
    }
  }
  CHECK(bench.zeros > 1'000);
}

TEMPLATE_TEST_CASE("fma: halves of the last place, and a unit beside them", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  Random random(4);
  for (int top = 24; top < kLongestSum; ++top) {
    const int half = top - 24;  // bit position of half a unit in the last place
    for (int i = 0; i < 2'000; ++i) {
      // odd * 2^half as scaled * 2^shift, in all ways that fit.
      const int shift = static_cast<int>(random.between(std::max(0, half - TestType::kTermWidth + 1), kMaxShift));
      if (shift > half) continue;
      const int odd_length = static_cast<int>(random.between(1, TestType::kTermWidth - (half - shift)));
      const std::int64_t scaled = (random_number(random, odd_length) | 1) << (half - shift);
      const float sum = random_sum(random, top);
      bench.check(sum, scaled, shift);
      bench.check(-sum, scaled, shift);
      bench.check(sum, scaled + (scaled > 0 ? -1 : 1), shift);
    }
  }
  CHECK(bench.ties > 20'000);
}

TEMPLATE_TEST_CASE("fma: a single bit far below decides a tie", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  Random random(6);
  int checked = 0;
  for (int top = 25; top < kLongestSum; ++top) {
    for (int i = 0; i < 10'000; ++i) {
      // The smaller addend: half a unit in the last place of the larger one, one bit below it, anything above it.
      const int half = top - 24, lead = static_cast<int>(random.between(half, top - 1));
      const int bit = static_cast<int>(random.between(std::max(0, lead - 31), half - 1));
      const std::int64_t above = (std::int64_t{1} << (lead - half)) |
                                 (static_cast<std::int64_t>(random.bits()) & ((std::int64_t{1} << (lead - half)) - 1));
      const std::int64_t odd = (((above | 1) << (half - bit)) | 1) * (random.chance(50) ? 1 : -1);  // times 2^bit
      const int length = lead - bit + 1;
      const int least_shift = std::max(0, top + 1 - TestType::kTermWidth), most_shift = std::min(top, kMaxShift);
      if (length <= TestType::kTermWidth && bit <= kMaxShift) {
        bench.check(random_sum(random, top), odd, bit);
        ++checked;
      }
      if (length <= 24 && least_shift <= most_shift) {
        const int term_shift = static_cast<int>(random.between(least_shift, most_shift));
        const std::int64_t larger = random_number(random, top + 1 - term_shift);
        bench.check(std::ldexp(static_cast<float>(odd), bit + kAccumulatorLsb), larger, term_shift);
        ++checked;
      }
    }
  }
  CHECK(checked > 100'000);
  CHECK(bench.inexact > 50'000);
}

TEMPLATE_TEST_CASE("fma: chains of block arrays, as std::fma adds them", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  Random random(5);
  for (int chain = 0; chain < 20'000; ++chain) {
    const int least = static_cast<int>(random.between(0, kMaxShift));
    const int most = static_cast<int>(random.between(least, kMaxShift));
    float sum = 0;
    for (int j = 0; j < 20; ++j) {
      const auto significands = static_cast<int>(random.between(0, 15) * random.between(0, 15));
      const auto p = static_cast<std::int32_t>(random.between(-TestType::kMaxP, TestType::kMaxP));
      sum = bench.check_product(sum, p, significands, static_cast<int>(random.between(least, most)));
    }
  }
  CHECK(bench.inexact > 10'000);
}

TEMPLATE_TEST_CASE("fma: the largest sums", "[rtl][fma]", Fma19, Fma25, Fma33) {
  TestType bench;
  for (const int sign : {1, -1}) {
    float sum = 0;
    for (int j = 0; j < 5'000; ++j) sum = bench.check_product(sum, sign * TestType::kMaxP, 15 * 15, kMaxShift);
  }
  CHECK(bench.inexact > 0);
}

}  // namespace bcq::test
