// The PE array as a SystemC module: the cycles of ArrayTiming, the values of ArrayDatapath, TLM-2.0 sockets outside.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>
#include <vector>

#include "bcq/sim/array_datapath.hpp"
#include "bcq/sim/array_run.hpp"
#include "bcq/sim/array_timing.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/transaction_pool.hpp"

namespace bcq::sim {

/// Target of the operand streams, initiator of the result stream; beats as in rtl/bcq_array.sv. A source offers a beat
/// with BEGIN_REQ at the start of a cycle and gets BEGIN_RESP in the middle of the cycle that takes it. Results are
/// offered with BEGIN_REQ and taken by TLM_COMPLETED or a later BEGIN_RESP.
class PeArray : public sc_core::sc_module {
 public:
  PeArray(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, std::size_t k,
          const CodebookSet& activation, const CodebookSet& weight, float scale);

  tlm_utils::simple_target_socket_tagged<PeArray> activations{"activations"};
  tlm_utils::simple_target_socket_tagged<PeArray> weights{"weights"};
  tlm_utils::simple_initiator_socket<PeArray> results{"results"};

  [[nodiscard]] const ArrayCounters& counters() const { return counters_; }

 private:
  enum Operand { kActivation = 0, kWeight = 1 };

  /// One operand's register slice: the beat on offer and those taken but not issued.
  struct Slice {
    tlm::tlm_generic_payload* offered = nullptr;
    std::deque<std::vector<std::uint32_t>> beats;
  };

  void tick();
  void start_cycle();
  void settle_cycle();
  void take(Operand operand);
  void count(const ArrayTiming::Events& events);
  tlm::tlm_sync_enum offer(int operand, tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                           sc_core::sc_time& delay);
  tlm::tlm_sync_enum result_taken(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                  sc_core::sc_time& delay);

  Clocking clocking_;
  std::size_t cols_;
  ArrayTiming timing_;
  ArrayDatapath datapath_;
  ArrayCounters counters_;
  Slice slices_[2];
  std::deque<std::vector<std::uint32_t>> rows_;  ///< finished rows that have not been taken
  tlm::tlm_generic_payload* result_ = nullptr;   ///< on offer
  bool result_taken_ = false;                    ///< in this cycle
  bool settled_ = true;                          ///< the middle of the present cycle has passed
  TransactionPool pool_;
};

}  // namespace bcq::sim
