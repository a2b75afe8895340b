// bcq_fixed_to_fp32 against the golden conversion and the compiler's own rounding of 128-bit integers.
#include <catch2/catch.hpp>

#include <cmath>

#include "VFixedToFp32W43.h"
#include "VFixedToFp32W63.h"
#include "VFixedToFp32W67.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int W>
class Bench {
 public:
  static constexpr int kWidth = W;
  static constexpr Accumulator kMax = (Accumulator{1} << (W - 1)) - 1;

  /// Compares S and −S where both are in range.
  void check_both(Accumulator s) {
    if (s <= kMax) check(s);
    if (s <= kMax + 1) check(-s);
  }

  void check(Accumulator s) {
    // Stage by stage, every other time with a rest after each; what is on offer afterwards must not matter.
    set_signed(unit_->s_i, W, s);
    for (int stage = 0; stage < 3; ++stage) {
      if (checked > 0 && unit_->fp32_o != last_) FAIL("S = " << hex_text(s) << ": the number before is lost");
      unit_->move_i = static_cast<CData>(1 << stage);
      unit_.tick();
      set_signed(unit_->s_i, W, ~s);
      unit_->move_i = 0;
      if (checked % 2 == 0) unit_.tick();
    }
    const std::uint32_t got = unit_->fp32_o;
    const auto golden = std::bit_cast<std::uint32_t>(accumulator_to_float(s));
    // The compiler rounds to nearest even; scaling by a power of two is exact here.
    const auto compiler = std::bit_cast<std::uint32_t>(static_cast<float>(s) * 0x1p-18F);
    if (got != golden || got != compiler)
      FAIL("S = " << hex_text(s) << ": got " << std::hex << got << ", model " << golden << ", compiler " << compiler);
    last_ = golden;
    ++checked;
  }

  int checked = 0;

 private:
  Unit<Model> unit_;
  std::uint32_t last_ = 0;
};

using W43 = Bench<VFixedToFp32W43, 43>;
using W63 = Bench<VFixedToFp32W63, 63>;
using W67 = Bench<VFixedToFp32W67, 67>;

}  // namespace

TEMPLATE_TEST_CASE("fixed_to_fp32: zero, ends of the range, powers of two", "[rtl][fixed_to_fp32]", W43, W63, W67) {
  TestType bench;
  bench.check(0);
  bench.check(TestType::kMax);
  bench.check(-TestType::kMax);
  bench.check(-TestType::kMax - 1);
  for (int bit = 0; bit < TestType::kWidth; ++bit)
    for (int offset = -1; offset <= 1; ++offset) bench.check_both((Accumulator{1} << bit) + offset);
  CHECK(bench.checked > 6 * (TestType::kWidth - 1));
}

TEMPLATE_TEST_CASE("fixed_to_fp32: ties at every bit position", "[rtl][fixed_to_fp32]", W43, W63, W67) {
  TestType bench;
  Random random;
  for (int shift = 1; shift < TestType::kWidth - 24; ++shift) {  // bits below the 24 that stay
    const Accumulator half = Accumulator{1} << (shift - 1);
    for (int i = 0; i < 400; ++i) {
      // All ones carry into the next binade; even and odd significands round differently.
      const Accumulator significand = i < 2 ? 0xFFFFFF - i : random.between(0x800000, 0xFFFFFF);
      const Accumulator base = significand << shift;
      for (const Accumulator tail : {Accumulator{0}, half - 1, half, half + 1, 2 * half - 1})
        if (base + tail <= TestType::kMax) bench.check_both(base + tail);
      // A half and one bit below it, which alone says that this is no tie.
      const Accumulator bit = shift > 1 ? Accumulator{1} << random.between(0, shift - 2) : 0;
      if (base + half + bit <= TestType::kMax) bench.check_both(base + half + bit);
    }
  }
  CHECK(bench.checked > 3000 * (TestType::kWidth - 25));
}

TEMPLATE_TEST_CASE("fixed_to_fp32: random numbers of every length", "[rtl][fixed_to_fp32]", W43, W63, W67) {
  TestType bench;
  Random random;
  for (int i = 0; i < 300'000; ++i) {
    const int length = static_cast<int>(random.between(0, TestType::kWidth - 1));
    const Accumulator bits = (Accumulator{random.bits() >> 1} << 64) | random.bits();
    bench.check_both(bits & ((Accumulator{1} << length) - 1));
  }
  CHECK(bench.checked == 600'000);
}

}  // namespace bcq::test
