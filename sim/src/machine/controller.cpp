#include "bcq/sim/machine/controller.hpp"

#include "bcq/sim/registers.hpp"

namespace bcq::sim {

Controller::Controller(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch,
                       const Machinery& machinery)
    : sc_module(name),
      clocking_(clocking),
      rows_(static_cast<std::uint64_t>(arch.rows)),
      machinery_(machinery),
      loaded_(arch.codebook_cycles() == 0) {
  SC_HAS_PROCESS(Controller);
  SC_METHOD(begin);
  sensitive << begin_;
  dont_initialize();
  SC_METHOD(watch);
  sensitive << machinery_.computed.reached() << machinery_.stored.reached();
  dont_initialize();
}

void Controller::start(const RunOrder& order, const sc_core::sc_time& delay) {
  if (descriptor_.plan == nullptr || descriptor_.plan->tiles() != order.tiles)
    SC_REPORT_FATAL(name(), "START without descriptors for its tiles");
  busy_ = storing_ = true;
  begin_.notify(delay);
}

void Controller::begin() {
  base_ = clocking_.now();
  const RunDescriptor& run = descriptor_;
  machinery_.computed.expect(run.plan->tiles());
  machinery_.stored.expect(run.plan->tiles());
  machinery_.slots.reset(*run.plan);
  machinery_.plain_results.start(*run.plan);
  if (machinery_.encoder != nullptr) machinery_.encoder->start(*run.plan, run.encoding, run.fp32, run.timeline);
  machinery_.array.start(*run.plan, run.values, run.timeline, run.record);
  machinery_.load_activations.start(*run.plan, run.bases[0]);
  machinery_.load_weights.start(*run.plan, run.bases[1]);
  machinery_.store_results.start(*run.plan, run.bases[2]);
}

void Controller::watch() {
  if (busy_ && machinery_.computed.count() == descriptor_.plan->tiles()) {
    busy_ = false;
    registers_->raise(registers::kEventsDone);
  }
  if (storing_ && machinery_.stored.count() == descriptor_.plan->tiles()) {
    storing_ = false;
    end_ = clocking_.now();
  }
}

void Controller::abort(const sc_core::sc_time&) {
  if (busy_ || storing_) SC_REPORT_FATAL(name(), "the machine does not model ABORT during a run");
  registers_->raise(registers::kEventsAborted);
}

RunStatus Controller::status() const {
  RunStatus status;
  status.busy = busy_;
  status.loaded = loaded_;
  if (descriptor_.plan == nullptr) return status;
  status.tiles_done = static_cast<std::uint32_t>(machinery_.computed.count());
  if (busy_) return status;
  const ArrayLeap& timing = machinery_.array.timing();
  const std::uint64_t cycles = machinery_.array.last_row() + 1;
  status.cycles.busy = timing.issued();
  status.cycles.drain_stall = timing.frozen().cycles;
  status.cycles.operand_wait = cycles - status.cycles.busy - status.cycles.drain_stall;
  status.act_beats = status.wgt_beats = timing.issued();
  status.res_beats = status.tiles_done * rows_;
  return status;
}

}  // namespace bcq::sim
