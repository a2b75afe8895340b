// bcq_skid against std::deque: order, capacity, latency, throughput.
#include <catch2/catch.hpp>

#include "VSkid1.h"
#include "VSkid100.h"
#include "VSkid40.h"
#include "queue_bench.hpp"

namespace bcq::test {
namespace {

using W1 = QueueBench<VSkid1, 1, 2>;
using W40 = QueueBench<VSkid40, 40, 2>;
using W100 = QueueBench<VSkid100, 100, 2>;

}  // namespace

TEMPLATE_TEST_CASE("skid: random legal traffic against a deque", "[rtl][skid]", W1, W40, W100) {
  TestType bench;
  CHECK(bench.traffic(1000) > 50'000);
}

TEMPLATE_TEST_CASE("skid: one beat per cycle", "[rtl][skid]", W1, W40, W100) {
  TestType bench;
  CHECK(bench.cycle(true, true).in);
  CHECK(bench.stalls(1000) == 0);
}

TEMPLATE_TEST_CASE("skid: a beat taken in cycle n is offered in cycle n+1", "[rtl][skid]", W1, W40, W100) {
  TestType bench;
  for (int i = 0; i < 10; ++i) {
    const auto taken = bench.cycle(true, true);
    CHECK(taken.in);
    CHECK_FALSE(taken.out);
    CHECK(bench.cycle(false, true).out);
    CHECK_FALSE(bench.cycle(false, true).out);
  }
}

TEMPLATE_TEST_CASE("skid: two beats fit, the third waits", "[rtl][skid]", W1, W40, W100) {
  TestType bench;
  CHECK(bench.cycle(true, false).in);
  CHECK(bench.cycle(true, false).in);
  CHECK_FALSE(bench.cycle(true, false).in);
  CHECK(bench.cycle(true, true).out);  // leaves; the waiting beat moves up one cycle later
  const auto moved = bench.cycle(true, true);
  CHECK(moved.in);
  CHECK(moved.out);
}

}  // namespace bcq::test
