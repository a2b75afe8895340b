// bcq_sequencer against counting by definition, for every K up to three block arrays and more.
#include <catch2/catch.hpp>

#include "VSequencerL1.h"
#include "VSequencerL16.h"
#include "VSequencerL16La64.h"
#include "VSequencerL24.h"
#include "VSequencerL4.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int LANES, int LA, int K_MAX>
class Bench {
 public:
  static constexpr int kLa = LA;
  static constexpr int kKMax = K_MAX;

  Bench() {
    unit_->issue_i = 0;
    unit_->k_i = 1;
    unit_.reset();
  }

  /// A tile of length k, its beats issued in `percent` of the cycles.
  void tile(int k, int percent) {
    unit_->k_i = static_cast<std::remove_reference_t<decltype(unit_->k_i)>>(k);
    for (int begin = 0; begin < k; begin += LANES) {
      do {
        unit_->issue_i = random_.chance(percent);
        unit_.settle();
        check(k, begin);
        unit_.tick();
      } while (!unit_->issue_i);
    }
  }

  int checked = 0;

 private:
  void check(int k, int begin) {
    std::uint64_t mask = 0;
    for (int lane = 0; lane < LANES; ++lane)
      if (begin + lane < k) mask |= std::uint64_t{1} << lane;
    const int end = begin + LANES;
    const bool tile_last = end >= k;
    if (unit_->array_first_o != (begin % LA == 0) || unit_->array_last_o != (end % LA == 0 || tile_last) ||
        unit_->tile_first_o != (begin < LA) || unit_->tile_last_o != tile_last || unit_->lane_mask_o != mask)
      FAIL("K = " << k << ", beat at scalar " << begin << ": array first/last " << int{unit_->array_first_o}
                  << int{unit_->array_last_o} << ", tile first/last " << int{unit_->tile_first_o}
                  << int{unit_->tile_last_o} << ", mask " << std::hex << std::uint64_t{unit_->lane_mask_o});
    ++checked;
  }

  Unit<Model> unit_;
  Random random_;
};

using L1 = Bench<VSequencerL1, 1, 16, 53>;
using L4 = Bench<VSequencerL4, 4, 16, 53>;
using L16 = Bench<VSequencerL16, 16, 16, 16>;
using L24 = Bench<VSequencerL24, 24, 48, 149>;
using L16La64 = Bench<VSequencerL16La64, 16, 64, 65536>;

}  // namespace

TEMPLATE_TEST_CASE("sequencer: every K, tile after tile", "[rtl][sequencer]", L1, L4, L16, L24, L16La64) {
  TestType bench;
  const int longest = std::min(3 * TestType::kLa + 5, TestType::kKMax);
  int tiles = 0;
  for (int k = 1; k <= longest; ++k) {
    for (const int percent : {100, 50}) {  // without and with gaps
      for (int i = 0; i < 3; ++i, ++tiles) bench.tile(k, percent);
    }
  }
  CHECK(tiles == 6 * longest);
  CHECK(bench.checked >= tiles);
}

TEST_CASE("sequencer: the longest K", "[rtl][sequencer]") {
  L16La64 bench;
  for (const int k : {65536, 65535, 65521, 65520}) bench.tile(k, 100);
  CHECK(bench.checked == 4096 + 4096 + 4096 + 4095);
}

TEMPLATE_TEST_CASE("sequencer: K changes from tile to tile", "[rtl][sequencer]", L1, L4, L16, L24, L16La64) {
  TestType bench;
  Random random(7);
  const int longest = std::min(3 * TestType::kLa + 5, TestType::kKMax);
  for (int i = 0; i < 2000; ++i) bench.tile(static_cast<int>(random.between(1, longest)), 80);
  CHECK(bench.checked > 2000);
}

}  // namespace bcq::test
