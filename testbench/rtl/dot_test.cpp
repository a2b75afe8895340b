// bcq_dot against integer sums: exhaustive for one lane, extremes and random operands for many.
#include <catch2/catch.hpp>

#include <vector>

#include "VDotL16Bc6.h"
#include "VDotL16Bc8.h"
#include "VDotL1Bc4.h"
#include "VDotL1Bc5.h"
#include "VDotL1Bc6.h"
#include "VDotL24Bc5.h"
#include "VDotL3Bc6.h"
#include "bcq/beat.hpp"
#include "line.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// Bits that a signed sum of `terms` products within ±Q² needs, found by counting.
constexpr int sum_width(int bc, int terms) {
  const int q = (1 << (bc - 1)) - 1;
  int width = 1;
  while ((std::int64_t{1} << (width - 1)) <= std::int64_t{terms} * q * q) ++width;
  return width;
}

template <class Model, int LANES, int BC>
class Bench {
 public:
  static constexpr int kLanes = LANES;
  static constexpr int kQ = (1 << (BC - 1)) - 1;
  using Operand = std::vector<std::int16_t>;

  void check(const Operand& a, const Operand& w) {
    set(unit_->a_i, a, false);
    set(unit_->w_i, w, true);
    unit_.settle();
    std::int64_t expected = 0;
    for (std::size_t l = 0; l < a.size(); ++l) expected += std::int64_t{a[l]} * w[l];
    const auto got = static_cast<std::int64_t>(get_signed(unit_->sum_o, kPortWidth));
    if (got != expected || got != dot(a.data(), w.data(), a.size())) FAIL("got " << got << ", expected " << expected);
    ++checked;
  }

  int checked = 0;

 private:
  // bcq_pkg::dot_w; never narrower than the sum needs.
  static constexpr int kPortWidth = 2 * BC - 1 + (LANES > 1 ? std::bit_width(unsigned{LANES - 1}) : 0);
  static_assert(kPortWidth >= sum_width(BC, LANES));

  template <class Port>
  static void set(Port& port, const Operand& values, bool weight) {
    PortBits<Port> bits{};
    put_factors(BitSpan(bits), values, BC, weight);
    set_port(port, bits);
  }

  Unit<Model> unit_;
};

using L1Bc4 = Bench<VDotL1Bc4, 1, 4>;
using L1Bc5 = Bench<VDotL1Bc5, 1, 5>;
using L1Bc6 = Bench<VDotL1Bc6, 1, 6>;
using L3Bc6 = Bench<VDotL3Bc6, 3, 6>;
using L16Bc6 = Bench<VDotL16Bc6, 16, 6>;
using L16Bc8 = Bench<VDotL16Bc8, 16, 8>;
using L24Bc5 = Bench<VDotL24Bc5, 24, 5>;

}  // namespace

TEMPLATE_TEST_CASE("dot: every pair of codewords in one lane", "[rtl][dot]", L1Bc4, L1Bc5, L1Bc6) {
  TestType bench;
  constexpr int q = TestType::kQ;
  for (int a = -q; a <= q; ++a)
    for (int w = -q; w <= q; ++w) bench.check({static_cast<std::int16_t>(a)}, {static_cast<std::int16_t>(w)});
  CHECK(bench.checked == (2 * q + 1) * (2 * q + 1));
}

TEMPLATE_TEST_CASE("dot: every lane alone", "[rtl][dot]", L3Bc6, L16Bc6, L16Bc8, L24Bc5) {
  TestType bench;
  for (std::size_t lane = 0; lane < TestType::kLanes; ++lane) {
    for (int a = -TestType::kQ; a <= TestType::kQ; ++a) {
      typename TestType::Operand left(TestType::kLanes), right(TestType::kLanes);
      left[lane] = static_cast<std::int16_t>(a);
      right[lane] = static_cast<std::int16_t>(lane % 2 == 0 ? TestType::kQ : -TestType::kQ);
      bench.check(left, right);
    }
  }
  CHECK(bench.checked == TestType::kLanes * (2 * TestType::kQ + 1));
}

TEMPLATE_TEST_CASE("dot: extremes and random operands in all lanes", "[rtl][dot]", L3Bc6, L16Bc6, L16Bc8, L24Bc5) {
  TestType bench;
  constexpr std::int16_t q = TestType::kQ;
  using Operand = typename TestType::Operand;
  const Operand top(TestType::kLanes, q), bottom(TestType::kLanes, static_cast<std::int16_t>(-q)),
      zero(TestType::kLanes, 0);
  for (const auto& a : {top, bottom, zero})
    for (const auto& w : {top, bottom, zero}) bench.check(a, w);
  Random random;
  for (int i = 0; i < 200'000; ++i) {
    Operand a(TestType::kLanes), w(TestType::kLanes);
    for (auto& v : a) v = static_cast<std::int16_t>(random.between(-q, q));
    for (auto& v : w) v = static_cast<std::int16_t>(random.between(-q, q));
    bench.check(a, w);
  }
  CHECK(bench.checked == 200'009);
}

}  // namespace bcq::test
