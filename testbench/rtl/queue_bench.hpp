// What the benches of bcq_skid and bcq_fifo share: a queue of beats between two streams, against std::deque.
#pragma once

#include <catch2/catch.hpp>
#include <deque>

#include "unit.hpp"

namespace bcq::test {

/// A queue of at most CAPACITY beats of W bits, its ports named as in bcq_skid.
template <class Model, int W, std::size_t CAPACITY>
class QueueBench {
 public:
  using Beat = PortBits<std::remove_reference_t<decltype(std::declval<Model>().in_data_i)>>;

  QueueBench() { reset(); }

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
    if (in_ready != (held_.size() < CAPACITY))
      FAIL("in_ready_o = " << in_ready << " with " << held_.size() << " beats inside");
    if (unit_->out_valid_o != !held_.empty())
      FAIL("out_valid_o = " << int{unit_->out_valid_o} << " with " << held_.size() << " beats inside");
    if (!held_.empty() && get_port(unit_->out_data_o) != held_.front()) FAIL("wrong beat on offer");
    const Moved moved{sending_ && in_ready, ready && !held_.empty()};
    if (moved.out) held_.pop_front();
    if (moved.in) {
      held_.push_back(beat_);
      sending_ = false;
    }
    unit_.tick();
    return moved;
  }

  void reset() {
    unit_->in_valid_i = 0;
    unit_->out_ready_i = 0;
    unit_.reset();
    sending_ = false;
    held_.clear();
  }

  /// Phases of 200 cycles with a source and a sink of random pace, a reset now and then; returns the beats that left.
  int traffic(int phases) {
    int beats = 0;
    for (int phase = 0; phase < phases; ++phase) {
      const int send = static_cast<int>(random_.between(1, 4)) * 25;
      const int take = static_cast<int>(random_.between(0, 4)) * 25;
      for (int i = 0; i < 200; ++i) beats += cycle(random_.chance(send), random_.chance(take)).out;
      if (phase % 100 == 99) reset();
    }
    return beats;
  }

  /// Cycles of `cycles` at full pace in which a beat did not come or did not leave.
  int stalls(int cycles) {
    int stalls = 0;
    for (int i = 0; i < cycles; ++i) {
      const Moved moved = cycle(true, true);
      stalls += !moved.in || !moved.out;
    }
    return stalls;
  }

 private:
  /// A random beat of W bits.
  Beat fresh() {
    Beat beat{};
    for (std::size_t i = 0; i < beat.size(); ++i) {
      const int width = std::min(32, W - static_cast<int>(i) * 32);
      beat[i] = static_cast<std::uint32_t>(random_.word() & ((std::uint64_t{1} << width) - 1));
    }
    return beat;
  }

  Unit<Model> unit_;
  Random random_;
  std::deque<Beat> held_;
  bool sending_ = false;
  Beat beat_{};
};

}  // namespace bcq::test
