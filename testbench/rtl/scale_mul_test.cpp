// bcq_scale_mul against exact integers, for every pair of scale magnitudes.
#include <catch2/catch.hpp>

#include <vector>

#include "VScaleMulP11.h"
#include "VScaleMulP17.h"
#include "VScaleMulP25.h"
#include "bcq/e4m3.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int P_W>
struct ScaleMul {
  using Verilated = Model;
  static constexpr int kPWidth = P_W;
};
using P11 = ScaleMul<VScaleMulP11, 11>;
using P17 = ScaleMul<VScaleMulP17, 17>;
using P25 = ScaleMul<VScaleMulP25, 25>;

/// 0, ±1, the ends of the port's range and a few numbers between.
std::vector<std::int64_t> dot_products(int width) {
  const std::int64_t limit = std::int64_t{1} << (width - 1);
  std::vector<std::int64_t> values{0, 1, -1, limit - 1, -limit, -limit + 1};
  Random random;
  while (values.size() < 12) values.push_back(random.between(-limit, limit - 1));
  return values;
}

/// Has the unit register what it makes of the scales of two codes.
template <class Model>
void take_scales(Unit<Model>& unit, const E4m3Parts& act, const E4m3Parts& wgt) {
  unit->act_significand_i = static_cast<CData>(act.significand);
  unit->act_exponent_i = static_cast<CData>(act.exponent);
  unit->wgt_significand_i = static_cast<CData>(wgt.significand);
  unit->wgt_exponent_i = static_cast<CData>(wgt.exponent);
  unit.tick();
}

}  // namespace

TEMPLATE_TEST_CASE("scale_mul: all 128 x 128 magnitudes", "[rtl][scale_mul]", P11, P17, P25) {
  Unit<typename TestType::Verilated> unit;
  const auto values = dot_products(TestType::kPWidth);
  int checked = 0;
  unit->advance_i = 1;
  for (int act = 0; act < 128; ++act) {
    for (int wgt = 0; wgt < 128; ++wgt) {
      const E4m3Parts a = e4m3_split(static_cast<std::uint8_t>(act));
      const E4m3Parts w = e4m3_split(static_cast<std::uint8_t>(wgt));
      take_scales(unit, a, w);
      for (const std::int64_t p : values) {
        set_signed(unit->p_i, TestType::kPWidth, p);
        unit.settle();
        const Accumulator scaled = get_signed(unit->scaled_o, TestType::kPWidth + 8);
        const int shift = unit->shift_o;
        const Accumulator product = Accumulator{p} * a.significand * w.significand;
        // The parts as the port list defines them, and the term as the golden model adds it.
        if (scaled != product || shift != a.exponent + w.exponent ||
            scaled * (Accumulator{1} << shift) !=
                scaled_term(p, a.significand * w.significand, a.exponent + w.exponent))
          FAIL("codes " << act << ", " << wgt << ", P = " << p << ": got " << hex_text(scaled) << " << " << shift);
        ++checked;
      }
    }
  }
  CHECK(checked == 128 * 128 * 12);
}

TEMPLATE_TEST_CASE("scale_mul: nothing moves while frozen", "[rtl][scale_mul]", P11, P17, P25) {
  Unit<typename TestType::Verilated> unit;
  Random random;
  const auto any_scale = [&random] { return e4m3_split(static_cast<std::uint8_t>(random.between(0, 127))); };
  int wrong = 0;
  for (int i = 0; i < 1000; ++i) {
    const E4m3Parts act = any_scale(), wgt = any_scale();
    unit->advance_i = 1;
    take_scales(unit, act, wgt);
    unit->advance_i = 0;
    take_scales(unit, any_scale(), any_scale());
    set_signed(unit->p_i, TestType::kPWidth, -3);
    unit.settle();
    wrong += get_signed(unit->scaled_o, TestType::kPWidth + 8) != -3 * act.significand * wgt.significand ||
             unit->shift_o != act.exponent + wgt.exponent;
  }
  CHECK(wrong == 0);
}

}  // namespace bcq::test
