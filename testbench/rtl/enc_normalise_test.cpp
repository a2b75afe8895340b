// bcq_enc_reciprocal against the contract, bcq_enc_normalise against the golden Normaliser.
#include <catch2/catch.hpp>

#include "VEncNormalise4.h"
#include "VEncNormalise6.h"
#include "VEncNormalise8.h"
#include "VEncNormaliseBf16.h"
#include "VEncReciprocal.h"
#include "bcq/beat.hpp"
#include "bcq/e4m3.hpp"
#include "bcq/encoder_constants.hpp"
#include "encoder_data.hpp"
#include "normalise.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// s = m·2^ε with 8 ≤ m ≤ 15.
struct Scale {
  int m, epsilon;
  explicit Scale(std::uint8_t code) : m(e4m3_split(code).significand), epsilon(e4m3_split(code).exponent - 9) {
    for (; m < 8; m *= 2) --epsilon;
  }
};

/// What the normalisers multiply by and how far they shift: V = X·reciprocal·2^(E − shift).
struct Factor {
  std::uint32_t reciprocal;
  int shift;
  Factor(const EncoderConstants& constants, std::uint8_t code) {
    const Scale scale(code);
    reciprocal = constants.reciprocals[static_cast<std::size_t>(scale.m - 8)];
    shift = constants.shift_base + scale.epsilon + 9;
    if (reciprocal == 0) {  // R_m = 2²⁴
      reciprocal = 1U << 23;
      --shift;
    }
  }
};

template <class Model, int BC, int PRECISION>
class Bench {
 public:
  static constexpr int kBc = BC;

  void set_scale(float g, std::uint8_t code) {
    golden_ = Normaliser(g, format_);
    golden_.set_scale(code);
    const EncoderConstants constants = encoder_constants(g, format_);
    const Factor factor(constants, code);
    unit_->reciprocal_i = factor.reciprocal;
    unit_->triple_i = 3 * factor.reciprocal;
    set_signed(unit_->shift_i, 10, factor.shift);
  }

  void feed(std::uint32_t bits) {
    bits &= ~((1U << (24 - PRECISION)) - 1);
    unit_->scalar_i = static_cast<std::remove_reference_t<decltype(unit_->scalar_i)>>(bits >> (24 - PRECISION));
    unit_->en_i = 1;
    unit_.tick();
    unit_.tick();
    check(bits);
    unit_->scalar_i = static_cast<std::remove_reference_t<decltype(unit_->scalar_i)>>(~bits >> (24 - PRECISION));
    unit_->en_i = 0;
    unit_.tick();
    check(bits);
    ++checked;
  }

  /// A significand times a factor, s bits of the product shifted out: V by the formula.
  void feed_product(std::uint32_t significand, std::uint32_t reciprocal, int s) {
    constexpr int kExponent = 100;
    unit_->reciprocal_i = reciprocal;
    unit_->triple_i = 3 * reciprocal;
    set_signed(unit_->shift_i, 10, s + kExponent + 24 - PRECISION);
    const std::uint32_t fraction = significand & ((1U << (PRECISION - 1)) - 1);
    unit_->scalar_i = static_cast<std::remove_reference_t<decltype(unit_->scalar_i)>>(
        (static_cast<std::uint32_t>(kExponent) << (PRECISION - 1)) | fraction);
    unit_->en_i = 1;
    unit_.tick();
    unit_.tick();
    const std::uint64_t product = std::uint64_t{significand} * reciprocal;
    const auto expected = std::min<std::uint64_t>((product + (std::uint64_t{1} << (s - 1))) >> s, (1U << (BC + 4)) - 1);
    const auto got = -static_cast<int>(get_signed(unit_->minus_v_o, BC + 5));
    if (got != static_cast<int>(expected)) FAIL(significand << " * " << reciprocal << ": got " << got);
    ++checked;
  }

  static constexpr int kPrecision = PRECISION;
  int checked = 0, saturated = 0, zero = 0;

 private:
  void check(std::uint32_t bits) {
    const int expected = golden_.normalise(std::bit_cast<float>(bits));
    const auto got = -static_cast<int>(get_signed(unit_->minus_v_o, BC + 5));
    if (got != expected)
      FAIL("x = " << std::hexfloat << std::bit_cast<float>(bits) << ": got " << got << ", expected " << expected);
    saturated += std::abs(expected) == normalised_limit(format_);
    zero += expected == 0;
  }

  BcqFormat format_{8, 64, 8, BC};
  Unit<Model> unit_;
  Normaliser golden_{1.0F, format_};
};

using Bc4 = Bench<VEncNormalise4, 4, 24>;
using Bc6 = Bench<VEncNormalise6, 6, 24>;
using Bc8 = Bench<VEncNormalise8, 8, 24>;
using Bf16 = Bench<VEncNormaliseBf16, 6, 8>;

}  // namespace

TEST_CASE("reciprocal: every scale code", "[rtl][encoder]") {
  Unit<VEncReciprocal> unit;
  Random random;
  for (const float g : tensor_scales(random, 30)) {
    const EncoderConstants constants = encoder_constants(g, {});
    PortBits<std::remove_reference_t<decltype(unit->reciprocals_i)>> bits{};
    put_reciprocals(BitSpan(bits), constants);
    set_port(unit->reciprocals_i, bits);
    set_signed(unit->shift_base_i, 10, constants.shift_base);
    for (std::uint8_t code = 1; code < 0x7F; ++code) {
      unit->code_i = code;
      unit.settle();
      const Factor factor(constants, code);
      if (unit->reciprocal_o != factor.reciprocal || unit->triple_o != 3 * factor.reciprocal ||
          get_signed(unit->shift_o, 10) != factor.shift)
        FAIL("code " << int{code} << ", g = " << g);
    }
  }
  SUCCEED("all codes agreed");
}

TEMPLATE_TEST_CASE("normalise: random and extreme bit patterns", "[rtl][encoder]", Bc4, Bc6, Bc8, Bf16) {
  TestType bench;
  Random random;
  for (const float g : tensor_scales(random, 40)) {
    for (int i = 0; i < 20; ++i) {
      const auto code = static_cast<std::uint8_t>(i == 0 ? 0x01 : i == 1 ? 0x7E : random.between(1, 0x7E));
      bench.set_scale(g, code);
      // Numbers that land within the fixed-point range, the boundaries between two V among them.
      const double unit = std::ldexp(static_cast<double>(g) * e4m3_decode(code), -4);
      for (int j = 0; j < 60; ++j) {
        const auto v = static_cast<double>(random.between(-(1 << (TestType::kBc + 4)), 1 << (TestType::kBc + 4)));
        const double x = (random.chance(50) ? v + 0.5 : v * random.word() * 0x1p-32) * unit;
        if (std::abs(x) > std::numeric_limits<float>::max()) continue;
        const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(x));
        for (const std::uint32_t near : {bits - 1, bits, bits + 1})
          if ((near & 0x7F800000) != 0x7F800000) bench.feed(near);
      }
      for (int j = 0; j < 30; ++j) bench.feed(bit_pattern(random));
    }
  }
  CHECK(bench.checked > 50'000);
  CHECK(bench.saturated > 1000);
  CHECK(bench.zero > 1000);
}

TEMPLATE_TEST_CASE("normalise: products next to a tie", "[rtl][encoder]", Bc4, Bc6, Bc8, Bf16) {
  TestType bench;
  Random random;
  // X·R = (2v + 1)·2^(s-1) + δ with a small δ, where the lowest bits of the product decide: searched, because X and R
  // have too few bits to solve for.
  constexpr int kShift = TestType::kPrecision + 24 - (TestType::kBc + 5);
  constexpr std::uint64_t kNear = 4096;
  const std::uint32_t leading = 1U << (TestType::kPrecision - 1);
  for (int i = 0; i < 4'000'000 >> TestType::kBc; ++i) {
    const std::uint32_t x = leading | (random.word() & (leading - 1));
    for (std::uint64_t v = std::uint64_t{1} << (TestType::kBc + 3); v < std::uint64_t{1} << (TestType::kBc + 4); ++v) {
      const std::uint64_t tie = (2 * v + 1) << (kShift - 1), below = tie % x;
      const std::uint64_t r = tie / x + (below > x / 2 ? 1 : 0);
      if (std::min(below, x - below) > kNear || r < (1U << 23) || r >= (1U << 24)) continue;
      bench.feed_product(x, static_cast<std::uint32_t>(r), kShift);
      if (bench.checked > 50'000) return;
    }
  }
  CHECK(bench.checked > 1'000);
}

}  // namespace bcq::test
