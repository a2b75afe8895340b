// bcq_fifo against std::deque: order, capacity, latency, throughput.
#include <catch2/catch.hpp>

#include <deque>

#include "VFifo1.h"
#include "VFifo40.h"
#include "VFifo8.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int W, std::size_t DEPTH>
class Bench {
 public:
  using Beat = PortBits<std::remove_reference_t<decltype(std::declval<Model>().in_data_i)>>;
  static constexpr std::size_t kDepth = DEPTH;

  Bench() {
    unit_->in_valid_i = 0;
    unit_->out_ready_i = 0;
    unit_.reset();
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
    set_port(unit_->in_data_i, sending_ ? beat_ : fresh());
    unit_->in_valid_i = sending_;
    unit_->out_ready_i = ready;
    unit_.settle();
    const bool in_ready = unit_->in_ready_o;
    if (in_ready != (held.size() < DEPTH)) FAIL("in_ready_o = " << in_ready << " with " << held.size() << " inside");
    if (unit_->out_valid_o != !held.empty()) FAIL("out_valid_o is wrong with " << held.size() << " inside");
    if (!held.empty() && get_port(unit_->out_data_o) != held.front()) FAIL("wrong entry on offer");
    const Moved moved{sending_ && in_ready, ready && !held.empty()};
    if (moved.out) held.pop_front();
    if (moved.in) {
      held.push_back(beat_);
      sending_ = false;
    }
    unit_.tick();
    return moved;
  }

  std::deque<Beat> held;
  Random random;

 private:
  Beat fresh() {
    Beat beat{};
    for (std::size_t i = 0; i < beat.size(); ++i) {
      const int width = std::min(32, W - static_cast<int>(i) * 32);
      beat[i] = static_cast<std::uint32_t>(random.word() & ((std::uint64_t{1} << width) - 1));
    }
    return beat;
  }

  Unit<Model> unit_;
  bool sending_ = false;
  Beat beat_{};
};

using W1 = Bench<VFifo1, 1, 1>;
using W8 = Bench<VFifo8, 8, 4>;
using W40 = Bench<VFifo40, 40, 7>;

}  // namespace

TEMPLATE_TEST_CASE("fifo: random legal traffic against a deque", "[rtl][fifo]", W1, W8, W40) {
  TestType bench;
  int beats = 0;
  for (int phase = 0; phase < 400; ++phase) {
    const int send = static_cast<int>(bench.random.between(1, 4)) * 25;
    const int take = static_cast<int>(bench.random.between(0, 4)) * 25;
    for (int i = 0; i < 100; ++i) beats += bench.cycle(bench.random.chance(send), bench.random.chance(take)).out;
  }
  CHECK(beats > 5'000);
}

TEMPLATE_TEST_CASE("fifo: one beat per cycle, offered one cycle after it came", "[rtl][fifo]", W8, W40) {
  TestType bench;
  CHECK_FALSE(bench.cycle(true, true).out);
  int stalls = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto moved = bench.cycle(true, true);
    stalls += !moved.in || !moved.out;
  }
  CHECK(stalls == 0);
}

}  // namespace bcq::test
