// bcq_enc_scale_code against the golden array_scale, around every tie.
#include <catch2/catch.hpp>

#include "VEncScaleCode4.h"
#include "VEncScaleCode6.h"
#include "VEncScaleCode8.h"
#include "VEncScaleCodeBf16.h"
#include "bcq/e4m3.hpp"
#include "bcq/encoder_constants.hpp"
#include "encoder_data.hpp"
#include "normalise.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int BC, int PRECISION>
class Bench {
 public:
  static constexpr int kPrecision = PRECISION;

  Bench() {
    unit_->valid_i = 0;
    unit_.reset();
  }

  void set_scale(float g) {
    g_ = g;
    const EncoderConstants constants = encoder_constants(g, format);
    unit_->divisor_i = constants.divisor;
    set_signed(unit_->code_bias_i, 10, constants.code_bias);
  }

  /// One array per cycle: feeds the largest magnitude with these bits, and checks the one fed before.
  void feed(std::uint32_t bits) {
    bits &= 0x7FFFFFFF & ~((1U << (24 - PRECISION)) - 1);
    unit_->valid_i = 1;
    unit_->max_i = static_cast<std::remove_reference_t<decltype(unit_->max_i)>>(bits >> (24 - PRECISION));
    unit_.tick();
    const float a = std::bit_cast<float>(bits);
    const int expected = array_scale(a, g_, format);
    if (!unit_->valid_o || unit_->code_o != expected)
      FAIL("a = " << std::hexfloat << a << ", g = " << g_ << ": got " << int{unit_->code_o} << ", expected "
                  << expected);
    seen[static_cast<std::size_t>(expected)] = true;
    ++checked;
  }

  void idle() {
    unit_->valid_i = 0;
    unit_.tick();
    if (unit_->valid_o) FAIL("valid_o without an array");
  }

  BcqFormat format{8, 64, 8, BC};
  std::array<bool, 128> seen{};
  int checked = 0;

 private:
  Unit<Model> unit_;
  float g_ = 1.0F;
};

using Bc4 = Bench<VEncScaleCode4, 4, 24>;
using Bc6 = Bench<VEncScaleCode6, 6, 24>;
using Bc8 = Bench<VEncScaleCode8, 8, 24>;
using Bf16 = Bench<VEncScaleCodeBf16, 6, 8>;

}  // namespace

TEMPLATE_TEST_CASE("scale code: both sides of every tie, for many tensor scales", "[rtl][encoder]", Bc4, Bc6, Bc8,
                   Bf16) {
  TestType bench;
  Random random;
  constexpr std::uint32_t kStep = 1U << (24 - TestType::kPrecision);
  for (const float g : tensor_scales(random, 60)) {
    bench.set_scale(g);
    for (int code = 0; code < 0x7F; ++code) {
      // 0x7E has no tie above it; what saturates begins there.
      const double value = e4m3_decode(static_cast<std::uint8_t>(code));
      const double next = code == 0x7E ? 480.0 : e4m3_decode(static_cast<std::uint8_t>(code + 1));
      const double tie = (value + next) / 2 * static_cast<double>(g) * bench.format.max_codeword();
      if (tie > std::numeric_limits<float>::max()) break;
      const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(tie)) & ~(kStep - 1);
      // Around the code itself as well: where a quotient reaches a power of two, its leading digit is decided.
      const double exact = value * static_cast<double>(g) * bench.format.max_codeword();
      const auto exact_bits = std::bit_cast<std::uint32_t>(static_cast<float>(exact)) & ~(kStep - 1);
      for (std::uint32_t bit = kStep; bit < (1U << 23); bit *= 2)
        for (const std::uint32_t near : {exact_bits - bit, exact_bits, exact_bits + bit})
          if (near < 0x7F800000) bench.feed(near);
      for (int ulp = -2; ulp <= 2; ++ulp) {
        const std::uint32_t near = bits + static_cast<std::uint32_t>(ulp) * kStep;
        if (near < 0x7F800000) bench.feed(near);
      }
    }
    for (const std::uint32_t edge : {0U, kStep, 0x007FFFFFU, 0x00800000U, 0x7F7FFFFFU}) bench.feed(edge);
    for (int i = 0; i < 300; ++i) bench.feed(bit_pattern(random));
    bench.idle();
  }
  // Exact ties are among them: significands of Q·g that fit in few bits.
  CHECK(std::count(bench.seen.begin(), bench.seen.end(), true) == 127);
  CHECK(bench.checked > 30'000);
}

TEST_CASE("scale code: quotients of few digits, ties among them, leave no rest", "[rtl][encoder]") {
  Bc6 bench;
  int subnormal = 0;
  for (const float g : {1.0F, 0x1p-20F, 0x1.8p3F, 0x1p-140F, 0x1.01p-120F}) {
    bench.set_scale(g);
    for (int exponent = -14; exponent <= 9; ++exponent) {
      for (int digits = 64; digits < 128; ++digits) {  // 1.dddddd
        const double a = std::ldexp(digits, exponent - 6) * static_cast<double>(g) * 31;
        if (static_cast<double>(static_cast<float>(a)) != a) continue;  // not a number of the format
        bench.feed(std::bit_cast<std::uint32_t>(static_cast<float>(a)));
        subnormal += exponent < -6;
      }
    }
  }
  CHECK(subnormal > 1000);
  CHECK(bench.checked > 5000);
}

}  // namespace bcq::test
