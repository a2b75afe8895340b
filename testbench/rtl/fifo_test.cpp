// bcq_fifo against std::deque: order, capacity, latency, throughput.
#include <catch2/catch.hpp>

#include "VFifo1.h"
#include "VFifo40.h"
#include "VFifo8.h"
#include "queue_bench.hpp"

namespace bcq::test {
namespace {

using W1 = QueueBench<VFifo1, 1, 1>;
using W8 = QueueBench<VFifo8, 8, 4>;
using W40 = QueueBench<VFifo40, 40, 7>;

}  // namespace

TEMPLATE_TEST_CASE("fifo: random legal traffic against a deque", "[rtl][fifo]", W1, W8, W40) {
  TestType bench;
  CHECK(bench.traffic(400) > 10'000);
}

TEMPLATE_TEST_CASE("fifo: one beat per cycle, offered one cycle after it came", "[rtl][fifo]", W8, W40) {
  TestType bench;
  CHECK_FALSE(bench.cycle(true, true).out);
  CHECK(bench.stalls(1000) == 0);
}

}  // namespace bcq::test
