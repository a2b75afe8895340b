// bcq_fp32_mul against the processor's binary32 multiplication, bit for bit.
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <limits>

#include "VFp32Mul.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

class Bench {
 public:
  /// Finite operands only, a not subnormal: the unit's contract.
  void check(std::uint32_t a, std::uint32_t b) {
    unit_->b_i = b;
    unit_->move_i = 0;
    unit_.tick();
    // Stage by stage, every other time with a rest after each; what is on offer afterwards must not matter.
    unit_->a_i = a;
    for (int stage = 0; stage < 3; ++stage) {
      if (checked > 0 && unit_->product_o != last_) FAIL(std::hex << a << " * " << b << ": the product before is lost");
      unit_->move_i = static_cast<CData>(1 << stage);
      unit_.tick();
      unit_->a_i = ~a;
      unit_->b_i = ~b;
      unit_->move_i = 0;
      if (checked % 2 == 0) unit_.tick();
    }
    const auto expected = std::bit_cast<std::uint32_t>(std::bit_cast<float>(a) * std::bit_cast<float>(b));
    if (unit_->product_o != expected)
      FAIL(std::hex << a << " * " << b << ": got " << unit_->product_o << ", expected " << expected);
    const std::uint32_t magnitude = expected & 0x7FFFFFFF;
    last_ = expected;
    ++checked;
    zeros += magnitude == 0;
    subnormals += magnitude != 0 && magnitude < 0x00800000;
    infinities += magnitude == 0x7F800000;
  }

  int checked = 0, zeros = 0, subnormals = 0, infinities = 0;

 private:
  Unit<VFp32Mul> unit_;
  std::uint32_t last_ = 0;
};

bool subnormal(std::uint32_t bits) {
  return (bits & 0x7F800000) == 0 && (bits & 0x007FFFFF) != 0;
}

std::uint32_t finite(Random& random) {
  while (true) {
    const std::uint32_t bits = random.word();
    if ((bits & 0x7F800000) != 0x7F800000) return bits;
  }
}

/// Finite, zero instead of a subnormal number.
std::uint32_t normal(Random& random) {
  const std::uint32_t bits = finite(random);
  return subnormal(bits) ? bits & 0x80000000 : bits;
}

/// Random sign and fraction with the exponent field given; a third of the fractions are sparse, so that ties occur.
std::uint32_t with_exponent(Random& random, int exponent) {
  std::uint32_t fraction = random.word() & 0x7FFFFF;
  if (random.chance(33)) fraction &= 0x7FFFFFU << random.between(0, 23);
  return (random.word() & 0x80000000) | static_cast<std::uint32_t>(exponent) << 23 | (fraction & 0x7FFFFF);
}

}  // namespace

TEST_CASE("fp32_mul: corners", "[rtl][fp32_mul]") {
  Bench bench;
  constexpr std::array<std::uint32_t, 22> corners{
      0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x003FFFFF, 0x00400000, 0x00400001, 0x007FFFFF,
      0x00800000, 0x00800001, 0x00FFFFFF, 0x1F800000, 0x20000000, 0x33FFFFFF, 0x34000000, 0x3EFFFFFF,
      0x3F000000, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x5F800000, 0x7F7FFFFF};
  for (const auto a : corners) {
    if (subnormal(a)) continue;
    for (const auto b : corners)
      for (const std::uint32_t signs : {0U, 1U, 2U, 3U}) bench.check(a | signs << 31, b | (signs & 2) << 30);
  }
  CHECK(bench.checked == 15 * 22 * 4);
}

TEST_CASE("fp32_mul: random finite bit patterns", "[rtl][fp32_mul]") {
  Bench bench;
  Random random(2);
  for (int i = 0; i < 4'000'000; ++i) bench.check(normal(random), finite(random));
  CHECK(bench.infinities > 100'000);
  CHECK(bench.subnormals > 10'000);
  CHECK(bench.zeros > 100'000);
}

TEST_CASE("fp32_mul: subnormal factors", "[rtl][fp32_mul]") {
  Bench bench;
  Random random(3);
  for (int i = 0; i < 300'000; ++i) {
    bench.check(normal(random), with_exponent(random, 0));
    bench.check(with_exponent(random, static_cast<int>(random.between(100, 254))), with_exponent(random, 0));
  }
  CHECK(bench.subnormals > 50'000);
}

TEST_CASE("fp32_mul: results at both ends of the range", "[rtl][fp32_mul]") {
  Bench bench;
  Random random(4);
  for (int sum = 95; sum <= 130; ++sum) {  // the product's exponent field is about sum − 127
    for (int i = 0; i < 20'000; ++i) {
      const int a = static_cast<int>(random.between(1, sum - 1));
      bench.check(with_exponent(random, a), with_exponent(random, sum - a));
    }
  }
  CHECK(bench.subnormals > 400'000);
  for (int sum = 376; sum <= 386; ++sum) {
    for (int i = 0; i < 20'000; ++i) {
      const int a = static_cast<int>(random.between(sum - 254, 254));
      bench.check(with_exponent(random, a), with_exponent(random, sum - a));
    }
  }
  CHECK(bench.infinities > 50'000);
}

TEST_CASE("fp32_mul: ties of normal and subnormal results", "[rtl][fp32_mul]") {
  Bench bench;
  Random random(5);
  int ties = 0;
  for (int i = 0; i < 500'000; ++i) {
    // (2n+1)·2^e · 2^f halves an odd significand exactly where the result keeps one bit less.
    const auto odd = static_cast<std::uint32_t>(random.between(0, 0x3FFFFF)) * 2 + 1;
    const int shift = static_cast<int>(random.between(1, 8));
    const auto a = std::bit_cast<std::uint32_t>(std::ldexp(static_cast<float>(odd), -149 + 24));
    const auto b = std::bit_cast<std::uint32_t>(std::ldexp(1.0F, -24 - shift));
    const double exact = static_cast<double>(odd) * std::ldexp(1.0, -shift);
    ties += exact - std::floor(exact) == 0.5;
    bench.check(a, b | (random.word() & 0x80000000));
    // 2^23+odd times 1.5: a normal product whose last bit is a half.
    bench.check(0x3F800000 | odd, 0x3FC00000);
  }
  CHECK(ties > 50'000);
}

TEST_CASE("fp32_mul: a half and one bit below it, in every place", "[rtl][fp32_mul]") {
  Bench bench;
  Random random(6);
  for (int bits = 23; bits <= 24; ++bits) {  // that the product of two significands loses
    for (int place = 0; place < bits - 1; ++place) {
      const std::uint32_t mask = (1U << bits) - 1;
      const std::uint32_t tail = 1U << (bits - 1) | 1U << place;
      int found = 0;
      while (found < 40) {
        // a·b ≡ tail for any odd b: Newton's iteration doubles the correct bits of b's inverse.
        const std::uint32_t b = 0x800001U | (random.word() & 0x7FFFFE);
        std::uint32_t inverse = b;
        for (int i = 0; i < 4; ++i) inverse *= 2 - b * inverse;
        const std::uint32_t a = 0x800000U | (tail * inverse & mask);
        const std::uint64_t product = std::uint64_t{a} * b;
        if ((product & mask) != tail || static_cast<int>(std::bit_width(product)) != 24 + bits) continue;
        bench.check(0x3F800000 | (a & 0x7FFFFF), 0x3F800000 | (b & 0x7FFFFF));
        ++found;
      }
    }
  }
  CHECK(bench.checked == (22 + 23) * 40);
}

}  // namespace bcq::test
