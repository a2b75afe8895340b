// bcq_digit_mul against exact integers, for every factor.
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "VDigitMul17x4.h"
#include "VDigitMul27x8.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// Products that are wrong, of 40 integers with every factor.
template <class Model>
int wrong_products(int width, int factor_width) {
  Unit<Model> unit;
  Random random;
  const std::int64_t limit = std::int64_t{1} << (width - 1);
  std::vector<std::int64_t> values{0, 1, -1, limit - 1, -limit};
  while (values.size() < 40) values.push_back(random.between(-limit, limit - 1));
  int wrong = 0;
  for (const auto p : values) {
    for (int factor = 0; factor < 1 << factor_width; ++factor) {
      set_signed(unit->p_i, width, p);
      unit->factor_i = static_cast<CData>(factor);
      unit.settle();
      wrong += get_signed(unit->product_o, width + factor_width) == p * factor ? 0 : 1;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("digit_mul: every factor", "[rtl][digit_mul]") {
  CHECK(wrong_products<VDigitMul17x4>(17, 4) == 0);
  CHECK(wrong_products<VDigitMul27x8>(27, 8) == 0);
}

}  // namespace bcq::test
