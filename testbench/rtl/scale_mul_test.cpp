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

}  // namespace

TEMPLATE_TEST_CASE("scale_mul: all 128 x 128 magnitudes", "[rtl][scale_mul]", P11, P17, P25) {
  Unit<typename TestType::Verilated> unit;
  const auto values = dot_products(TestType::kPWidth);
  int checked = 0;
  for (int act = 0; act < 128; ++act) {
    for (int wgt = 0; wgt < 128; ++wgt) {
      const E4m3Parts a = e4m3_split(static_cast<std::uint8_t>(act));
      const E4m3Parts w = e4m3_split(static_cast<std::uint8_t>(wgt));
      unit->act_significand_i = static_cast<CData>(a.significand);
      unit->act_exponent_i = static_cast<CData>(a.exponent);
      unit->wgt_significand_i = static_cast<CData>(w.significand);
      unit->wgt_exponent_i = static_cast<CData>(w.exponent);
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

}  // namespace bcq::test
