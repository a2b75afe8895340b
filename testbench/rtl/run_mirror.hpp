// The machine behind a register file, cycle by cycle: bcq_run, its guards and the array's timing, without data.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_timing.hpp"
#include "bcq/sim/machine/register_file.hpp"
#include "bcq/sim/registers.hpp"

namespace bcq::test {

/// An operand's stream during a run, on the way through bcq_guard.
struct OperandStream {
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t total = 0;          ///< beats of the run
  std::uint64_t taken = 0;          ///< by the array
  std::uint64_t wrong_at = kNever;  ///< the beat whose TLAST is wrong
  bool valid = false;               ///< the source offers a beat
  bool passed = false;              ///< the array has seen that beat, but not taken it

  [[nodiscard]] bool wrong() const { return taken == wrong_at; }
  [[nodiscard]] bool last() const { return (taken + 1 == total) != wrong(); }
  [[nodiscard]] bool passes(bool open) const { return valid && (passed || (open && !wrong())); }

  void settle(bool offered, bool moved) {
    passed = offered && !moved;
    if (!moved) return;
    valid = false;
    ++taken;
  }
};

/// Follows the RTL's registers one by one. A caller sets `act.valid` and `wgt.valid` for the cycle, then ends it with
/// clock(); results are taken at once.
class RunMirror : public sim::RunControl {
 public:
  explicit RunMirror(const sim::Arch& arch) : arch_(arch), timing_(arch, 1) { loaded = arch.frozen; }

  void start(const sim::RunOrder& run, const sc_core::sc_time&) override {
    order_ = run;
    start_written_ = true;
  }
  void abort(const sc_core::sc_time&) override { abort_written_ = true; }
  [[nodiscard]] sim::RunStatus status() const override {
    sim::RunStatus status = figures_;
    status.busy = start_written_ || abort_written_ || start_ || abort_ || abort_waits_ || state_ == State::kRun ||
                  state_ == State::kFlush || (state_ == State::kHalt && !drained());
    status.halted = state_ == State::kHalt;
    status.loaded = loaded;
    return status;
  }
  [[nodiscard]] bool idle() const { return !status().busy && !status().halted; }

  /// Ends the cycle; returns the events that happened in it.
  std::uint32_t clock() {
    const bool starts = std::exchange(start_, std::exchange(start_written_, false));
    const bool aborts = std::exchange(abort_, std::exchange(abort_written_, false));
    const bool open = state_ == State::kRun;
    std::uint32_t events = 0;
    if (open && act.valid && act.wrong()) events |= sim::registers::kEventsErrActLength;
    if (open && wgt.valid && wgt.wrong()) events |= sim::registers::kEventsErrWgtLength;
    const bool stops = events != 0;
    const bool drained_before = drained();
    const bool finishes = stream(open);
    if (finishes) events |= sim::registers::kEventsDone;
    if (state_ == State::kFlush) events |= sim::registers::kEventsAborted;

    const State before = state_;
    switch (before) {
      case State::kIdle:
        if (starts) begin();
        if (starts) state_ = State::kRun;
        if (aborts || abort_waits_) flush();
        break;
      case State::kRun:
        if (stops || aborts) state_ = State::kHalt;
        if (finishes) state_ = State::kIdle;
        break;
      case State::kHalt:
        if (abort_waits_ && drained_before) flush();
        break;
      case State::kFlush:
        state_ = State::kIdle;
        break;
    }
    abort_waits_ = (abort_waits_ || aborts) && before != State::kFlush;
    return events;
  }

  OperandStream act, wgt;
  bool loaded;

 private:
  enum class State { kIdle, kRun, kHalt, kFlush };

  [[nodiscard]] std::uint64_t beats_per_tile() const {
    const auto lanes = static_cast<std::uint32_t>(arch_.lanes);
    return (std::uint64_t{order_.k} + lanes - 1) / lanes;
  }
  [[nodiscard]] bool drained() const {
    return figures_.tiles_done == std::min(act.taken, wgt.taken) / beats_per_tile();
  }

  void begin() {
    figures_ = {};
    row_ = 0;
    timing_ = sim::ArrayTiming(arch_, order_.k);
    act = wgt = {.total = beats_per_tile() * order_.tiles};
  }
  void flush() {
    state_ = State::kFlush;
    act = wgt = {};
  }

  /// Moves beats; returns whether the run's last result leaves.
  bool stream(bool open) {
    const bool act_offered = act.passes(open), wgt_offered = wgt.passes(open);
    const auto moved = timing_.clock({act_offered, wgt_offered, true});
    act.settle(act_offered, moved.act_taken);
    wgt.settle(wgt_offered, moved.wgt_taken);
    if (open)
      ++(moved.issued        ? figures_.cycles.busy
         : moved.drain_stall ? figures_.cycles.drain_stall
                             : figures_.cycles.operand_wait);
    figures_.act_beats += moved.act_taken;
    figures_.wgt_beats += moved.wgt_taken;
    if (!moved.res_taken) return false;
    ++figures_.res_beats;
    if (++row_ != arch_.rows) return false;
    row_ = 0;
    return ++figures_.tiles_done == order_.tiles;
  }

  const sim::Arch& arch_;
  sim::ArrayTiming timing_;
  sim::RunOrder order_{.k = 1, .scale_bits = 0, .tiles = 0};
  sim::RunStatus figures_;
  State state_ = State::kIdle;
  bool start_written_ = false, abort_written_ = false;  ///< in the present cycle
  bool start_ = false, abort_ = false;                  ///< in the cycle before: start_q, abort_q of bcq_registers
  bool abort_waits_ = false;                            ///< abort_q of bcq_run
  int row_ = 0;                                         ///< of the tile that leaves
};

}  // namespace bcq::test
