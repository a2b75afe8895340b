// Feeds one operand to the array, beat by beat, with stalls.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <cstddef>
#include <functional>
#include <systemc>
#include <tlm>

#include "bcq/sim/clocking.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/stall_pattern.hpp"
#include "bcq/sim/transaction_pool.hpp"

namespace bcq::sim {

/// Approximately-timed initiator. valid: BEGIN_REQ at the start of a cycle; ready: the target's BEGIN_RESP in the cycle
/// that takes the beat. One beat is outstanding at a time, and the next is offered in the following cycle unless
/// stalled.
class BeatSource : public sc_core::sc_module {
 public:
  /// `tile_of(step)` names the tile of `stream` that is sent in step 0 … steps−1.
  BeatSource(sc_core::sc_module_name name, const Clocking& clocking, const EdgeStream& stream, Stream which,
             const StallPattern& stalls, std::size_t steps, std::function<std::size_t(std::size_t)> tile_of);

  tlm_utils::simple_initiator_socket<BeatSource> socket{"socket"};

 private:
  void offer();
  void schedule(std::uint64_t earliest);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);

  Clocking clocking_;
  const EdgeStream& stream_;
  Stream which_;
  StallPattern stalls_;
  std::size_t steps_;
  std::function<std::size_t(std::size_t)> tile_of_;
  std::size_t sent_ = 0;
  TransactionPool pool_;
  sc_core::sc_event offer_event_;
};

}  // namespace bcq::sim
