// bcq_skid against std::deque: order, capacity, latency, throughput.
#include <catch2/catch.hpp>

#include <deque>

#include "VSkid1.h"
#include "VSkid100.h"
#include "VSkid40.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int W>
class Bench {
 public:
  using Port = std::remove_reference_t<decltype(std::declval<Model>().in_data_i)>;
  using Beat = PortBits<Port>;

  Bench() {
    unit_->in_valid_i = 0;
    unit_->out_ready_i = 0;
    unit_.reset();
  }

  /// A random beat of W bits.
  Beat fresh() {
    Beat beat{};
    for (std::size_t i = 0; i < beat.size(); ++i) {
      const int width = std::min(32, W - static_cast<int>(i) * 32);
      beat[i] = static_cast<std::uint32_t>(random.word() & ((std::uint64_t{1} << width) - 1));
    }
    return beat;
  }

  /// One cycle. A beat on offer stays until it is taken, as the stream's rules ask; returns what moved.
  struct Moved {
    bool in, out;
  };
  Moved cycle(bool want_to_send, bool ready) {
    if (!sending_ && want_to_send) {
      sending_ = true;
      beat_ = fresh();
    }
    // While nothing is offered the payload is noise.
    set_port(unit_->in_data_i, sending_ ? beat_ : fresh());
    unit_->in_valid_i = sending_;
    // in_ready_o may depend on state alone.
    unit_->out_ready_i = !ready;
    unit_.settle();
    const bool in_ready = unit_->in_ready_o;
    unit_->out_ready_i = ready;
    unit_.settle();
    if (unit_->in_ready_o != in_ready) FAIL("in_ready_o follows out_ready_i within the cycle");
    if (in_ready != (held.size() < 2)) FAIL("in_ready_o = " << in_ready << " with " << held.size() << " beats inside");
    if (unit_->out_valid_o != !held.empty())
      FAIL("out_valid_o = " << int{unit_->out_valid_o} << " with " << held.size() << " beats inside");
    if (!held.empty() && get_port(unit_->out_data_o) != held.front()) FAIL("wrong beat on offer");
    const Moved moved{sending_ && in_ready, ready && !held.empty()};
    if (moved.out) held.pop_front();
    if (moved.in) {
      held.push_back(beat_);
      sending_ = false;
    }
    unit_.tick();
    return moved;
  }

  void reset() {
    unit_->in_valid_i = 0;
    unit_.reset();
    sending_ = false;
    held.clear();
  }

  std::deque<Beat> held;
  Random random;

 private:
  Unit<Model> unit_;
  bool sending_ = false;
  Beat beat_{};
};

using W1 = Bench<VSkid1, 1>;
using W40 = Bench<VSkid40, 40>;
using W100 = Bench<VSkid100, 100>;

}  // namespace

TEMPLATE_TEST_CASE("skid: random legal traffic against a deque", "[rtl][skid]", W1, W40, W100) {
  TestType bench;
  int beats = 0;
  for (int phase = 0; phase < 1000; ++phase) {
    const int send = static_cast<int>(bench.random.between(1, 4)) * 25;
    const int take = static_cast<int>(bench.random.between(0, 4)) * 25;
    for (int i = 0; i < 200; ++i) beats += bench.cycle(bench.random.chance(send), bench.random.chance(take)).out;
    if (phase % 100 == 99) bench.reset();
  }
  CHECK(beats > 50'000);
}

TEMPLATE_TEST_CASE("skid: one beat per cycle", "[rtl][skid]", W1, W40, W100) {
  TestType bench;
  CHECK(bench.cycle(true, true).in);
  int stalls = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto moved = bench.cycle(true, true);
    stalls += !moved.in || !moved.out;
  }
  CHECK(stalls == 0);
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
