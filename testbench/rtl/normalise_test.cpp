// bcq_normalise: all numbers, or all positions of the leading one with random bits below it.
#include <catch2/catch.hpp>

#include "VNormalise13.h"
#include "VNormalise2.h"
#include "VNormalise28.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int W>
class Bench {
 public:
  static constexpr int kWidth = W;

  void check(std::uint32_t value) {
    unit_->value_i = static_cast<std::remove_reference_t<decltype(unit_->value_i)>>(value);
    unit_.settle();
    const auto zeros = static_cast<std::uint32_t>(W - std::bit_width(value));
    const std::uint32_t normalised = value << (value == 0 ? 0 : zeros);
    const bool right = unit_->normalised_o == normalised && (value == 0 || unit_->zeros_o == zeros);
    if (!right) FAIL(hex_text(value) << ": got " << hex_text(unit_->normalised_o) << ", " << int{unit_->zeros_o});
  }

 private:
  Unit<Model> unit_;
};

using W2 = Bench<VNormalise2, 2>;
using W13 = Bench<VNormalise13, 13>;
using W28 = Bench<VNormalise28, 28>;

}  // namespace

TEMPLATE_TEST_CASE("normalise: every number", "[rtl][normalise]", W2, W13) {
  TestType bench;
  for (std::uint32_t value = 0; value < 1U << TestType::kWidth; ++value) bench.check(value);
  SUCCEED("all agreed");
}

TEST_CASE("normalise: every position of the leading one", "[rtl][normalise]") {
  W28 bench;
  Random random(1);
  bench.check(0);
  for (int top = 0; top < W28::kWidth; ++top) {
    const std::uint32_t leading = 1U << top;
    bench.check(leading);
    bench.check(2 * leading - 1);
    for (int i = 0; i < 2'000; ++i) bench.check(leading | (random.word() & (leading - 1)));
  }
  SUCCEED("all agreed");
}

}  // namespace bcq::test
