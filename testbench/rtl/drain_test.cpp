// bcq_drain against a list of the rows that still have to leave.
#include <catch2/catch.hpp>

#include <deque>

#include "VDrain1.h"
#include "VDrain16.h"
#include "VDrain3.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int ROWS>
class Bench {
 public:
  static constexpr int kRows = ROWS;

  Bench() {
    unit_->load_i = 0;
    unit_->row_ready_i = 0;
    unit_.reset();
  }

  /// One cycle; a finished tile waits (load stays high) until it advances. Returns whether a waiting tile was loaded.
  bool cycle(bool tile_ready, bool row_ready) {
    waiting_ = waiting_ || tile_ready;
    unit_->load_i = waiting_;
    unit_->row_ready_i = row_ready;
    unit_.settle();
    const bool leaves = row_ready && !rows_.empty();
    if (unit_->row_valid_o != !rows_.empty()) FAIL("row_valid_o with " << rows_.size() << " rows left");
    if (unit_->drain_o != leaves) FAIL("drain_o with " << rows_.size() << " rows left");
    if (leaves) rows_.pop_front();
    // A tile that loads overwrites all rows: none may be left after this cycle.
    const bool advance = !waiting_ || rows_.empty();
    if (unit_->advance_o != advance)
      FAIL("advance_o = " << int{unit_->advance_o} << ", " << rows_.size() << " rows left");
    const bool loaded = waiting_ && advance;
    if (loaded) {
      for (int r = 0; r < ROWS; ++r) rows_.push_back(r);
      waiting_ = false;
    }
    unit_.tick();
    return loaded;
  }

 private:
  Unit<Model> unit_;
  std::deque<int> rows_;
  bool waiting_ = false;
};

using Rows1 = Bench<VDrain1, 1>;
using Rows3 = Bench<VDrain3, 3>;
using Rows16 = Bench<VDrain16, 16>;

}  // namespace

TEMPLATE_TEST_CASE("drain: random tiles and back pressure", "[rtl][drain]", Rows1, Rows3, Rows16) {
  TestType bench;
  Random random;
  int tiles = 0;
  for (int phase = 0; phase < 500; ++phase) {
    const int finish = static_cast<int>(random.between(1, 10)) * 10;
    const int take = static_cast<int>(random.between(1, 10)) * 10;
    for (int i = 0; i < 400; ++i) tiles += bench.cycle(random.chance(finish), random.chance(take));
  }
  CHECK(tiles > 2000);
}

TEMPLATE_TEST_CASE("drain: a tile every ROWS cycles without a bubble", "[rtl][drain]", Rows1, Rows3, Rows16) {
  TestType bench;
  int tiles = 0;
  for (int i = 0; i < 100 * TestType::kRows; ++i) tiles += bench.cycle(true, true);
  CHECK(tiles == 100);
}

}  // namespace bcq::test
