// bcq_enc_select: sums over blocks of one or many beats, the least one, ties to the lower selector.
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "VEncSelectL1.h"
#include "VEncSelectL16.h"
#include "VEncSelectL24.h"
#include "VEncSelectL4.h"
#include "bcq/beat.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int LANES, int LB, int NC, int BC>
struct Bench {
  static void check() {
    constexpr int kScoreWidth = 2 * BC + 5;
    constexpr int kBlocks = LANES > LB ? LANES / LB : 1;
    constexpr int kBeats = LB > LANES ? LB / LANES : 1;
    constexpr int kQ = (1 << (BC - 1)) - 1;
    constexpr int kLimit = (1 << (BC + 4)) - 1;
    constexpr int kSelectorBits = NC > 1 ? std::bit_width(unsigned{NC - 1}) : 1;
    Unit<Model> unit;
    unit->valid_i = 0;
    unit.reset();
    Random random;
    std::vector<std::int64_t> sums(kBlocks * NC);
    PortBits<std::remove_reference_t<decltype(unit->selectors_o)>> held{};
    int beat = 0, ties = 0, blocks = 0;
    for (int cycle = 0; cycle < 15'000; ++cycle) {
      const bool valid = random.chance(80);
      const bool last = beat == kBeats - 1 || random.chance(10);  // the last block of a row may be short
      // Small scores tie often; large ones need every bit of the sum; close ones every bit of the comparison.
      const int kind = cycle / 500 % 4;
      PortBits<std::remove_reference_t<decltype(unit->scores_i)>> bits{};
      const std::int64_t low = kind == 0 ? -1 : -std::int64_t{kQ} * (kLimit - 8 * kQ);
      const std::int64_t high = kind == 0 ? 1 : std::int64_t{kQ} * (kLimit + 8 * kQ);
      const std::int64_t spread = std::int64_t{1} << random.between(0, 9);
      for (int l = 0; l < LANES; ++l) {
        const std::int64_t common = random.between(low, high);
        for (int c = 0; c < NC; ++c) {
          const std::int64_t score = kind == 2   ? (random.chance(90) == (c % 2 == 0) ? low : high)
                                     : kind == 3 ? std::clamp(common + random.between(-spread, spread), low, high)
                                                 : random.between(low, high);
          BitSpan(bits).put(static_cast<std::size_t>((l * NC + c) * kScoreWidth), kScoreWidth,
                            static_cast<std::uint32_t>(score));
          if (valid) sums[static_cast<std::size_t>(l / (LANES / kBlocks) * NC + c)] += score;
        }
      }
      set_port(unit->scores_i, bits);
      unit->valid_i = valid;
      unit->last_i = last;
      unit.tick();
      if ((unit->valid_o != 0) != (valid && last)) FAIL("valid_o in cycle " << cycle);
      if (!valid) {
        if (beat == 0 && blocks > 0 && get_port(unit->selectors_o) != held) FAIL("cycle " << cycle << ": moved");
        continue;
      }
      ++beat;
      if (!last) continue;
      for (std::size_t b = 0; b < kBlocks; ++b) {
        const auto* first = &sums[b * NC];
        const auto* best = std::min_element(first, first + NC);
        ties += std::count(first, first + NC, *best) > 1;
        const auto got = get_bits(get_port(unit->selectors_o), b * kSelectorBits, kSelectorBits);
        if (got != best - first)
          FAIL("cycle " << cycle << ", block " << b << ": got " << got << ", expected " << best - first);
        ++blocks;
      }
      held = get_port(unit->selectors_o);
      std::fill(sums.begin(), sums.end(), 0);
      beat = 0;
    }
    CHECK(blocks > 1000);
    if (NC > 1) CHECK(ties > 50);
  }
};

using L1 = Bench<VEncSelectL1, 1, 1, 2, 4>;
using L4 = Bench<VEncSelectL4, 4, 64, 8, 6>;
using L16 = Bench<VEncSelectL16, 16, 8, 16, 8>;
using L24 = Bench<VEncSelectL24, 24, 8, 1, 5>;

}  // namespace

TEMPLATE_TEST_CASE("select: random and extreme scores", "[rtl][encoder]", L1, L4, L16, L24) {
  TestType::check();
}

}  // namespace bcq::test
