// bcq_enc_hold: beats of random groups leave in order, each with its group's value and not before it.
#include <catch2/catch.hpp>

#include <deque>

#include "VEncHold3.h"
#include "VEncHold9.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int DEPTH, int GROUPS, int LONGEST>
class Bench {
 public:
  Bench() {
    unit_->in_valid_i = 0;
    unit_->value_valid_i = 0;
    unit_->out_ready_i = 0;
    unit_.reset();
  }

  /// One cycle; a value comes `delay` cycles after its group's last beat.
  bool cycle(bool want_to_send, bool ready, int delay) {
    if (!sending_ && want_to_send) {
      sending_ = true;
      if (left_ == 0) left_ = static_cast<int>(random.between(1, LONGEST));
      beat_ = {random.word() & 0xFF, left_ == 1, 0};
    }
    unit_->in_valid_i = sending_;
    unit_->in_data_i = static_cast<CData>(beat_.data);
    unit_->in_last_i = beat_.last;
    const bool value = !due_.empty() && due_.front() <= now_;
    const std::uint32_t v = random.word() & 0x1F;
    unit_->value_valid_i = value;
    unit_->value_i = static_cast<CData>(v);
    unit_->out_ready_i = ready;
    unit_.settle();

    const bool in = sending_ && unit_->in_ready_o;
    const auto groups = std::count_if(held_.begin(), held_.end(), [](const Beat& beat) { return beat.last; });
    if ((unit_->in_ready_o != 0) != (held_.size() < DEPTH && groups < GROUPS))
      FAIL("in_ready_o with " << held_.size() << " beats of " << groups << " groups inside");
    if ((unit_->out_valid_o != 0) != (values_ > 0)) FAIL("out_valid_o with " << values_ << " values there");
    const bool out = ready && unit_->out_valid_o;
    if (unit_->out_valid_o) {
      const Beat& head = held_.front();
      if (unit_->out_data_o != head.data || (unit_->out_last_o != 0) != head.last || unit_->out_value_o != head.value)
        FAIL("wrong beat on offer");
    }
    if (out) {
      values_ -= held_.front().last;
      held_.pop_front();
    }
    if (value) {
      due_.pop_front();
      ++values_;
      // The oldest group without a value: fill its beats in.
      std::size_t i = 0;
      while (held_[i].valued) ++i;
      for (bool last = false; !last; ++i) {
        held_[i].value = v;
        held_[i].valued = true;
        last = held_[i].last;
      }
    }
    if (in) {
      held_.push_back(beat_);
      if (beat_.last) due_.push_back(now_ + 1 + delay);
      --left_;
      sending_ = false;
    }
    unit_.tick();
    ++now_;
    return out;
  }

  Random random;

 private:
  struct Beat {
    std::uint32_t data;
    bool last;
    std::uint32_t value;
    bool valued = false;
  };
  Unit<Model> unit_;
  std::deque<Beat> held_;
  std::deque<int> due_;  // cycles in which values come, in order
  int values_ = 0, now_ = 0, left_ = 0;
  bool sending_ = false;
  Beat beat_{};
};

using Depth3 = Bench<VEncHold3, 3, 3, 1>;
using Depth9 = Bench<VEncHold9, 9, 2, 9>;  // the largest group fills it

}  // namespace

TEMPLATE_TEST_CASE("hold: random groups, delays and stalls", "[rtl][encoder]", Depth3, Depth9) {
  TestType bench;
  int beats = 0;
  for (int phase = 0; phase < 300; ++phase) {
    const int send = static_cast<int>(bench.random.between(1, 4)) * 25;
    const int take = static_cast<int>(bench.random.between(1, 4)) * 25;
    const int slowest = static_cast<int>(bench.random.between(0, 6));
    for (int i = 0; i < 200; ++i)
      beats += bench.cycle(bench.random.chance(send), bench.random.chance(take),
                           static_cast<int>(bench.random.between(0, slowest)));
  }
  CHECK(beats > 10'000);
}

}  // namespace bcq::test
