// Takes the result stream of the array, with stalls, and records it.
#pragma once

#include <tlm_utils/simple_target_socket.h>
#include <cstddef>
#include <functional>
#include <systemc>
#include <tlm>

#include "bcq/sim/array_run.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/stall_pattern.hpp"

namespace bcq::sim {

/// Approximately-timed target. A beat offered in a ready cycle completes at once (TLM_COMPLETED); otherwise BEGIN_RESP
/// follows at the start of the first ready cycle. Stops the simulation at the end of the cycle of the last beat.
class ResultSink : public sc_core::sc_module {
 public:
  ResultSink(sc_core::sc_module_name name, const Clocking& clocking, const StallPattern& stalls, std::size_t cols,
             std::size_t expected_beats, std::function<void(std::size_t)> on_beat);

  tlm_utils::simple_target_socket<ResultSink> socket{"socket"};

  [[nodiscard]] const ArrayRun& run() const { return run_; }

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void accept();
  void stop();
  void record(tlm::tlm_generic_payload& transaction);

  Clocking clocking_;
  StallPattern stalls_;
  std::size_t expected_beats_;
  std::function<void(std::size_t)> on_beat_;
  ArrayRun run_;
  tlm::tlm_generic_payload* waiting_ = nullptr;
  sc_core::sc_event accept_event_, stop_event_;
};

}  // namespace bcq::sim
