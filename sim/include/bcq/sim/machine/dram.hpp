// DRAM: latency, bandwidth, bursts, channels (docs/machine.md, "DRAM").
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>
#include <vector>

#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/statistic.hpp"
#include "bcq/sim/machine/timeline.hpp"
#include "bcq/sim/memory.hpp"

namespace bcq::sim {

/// When the channels serve what: transfers one after the other, in the order of their arrival. In picoseconds.
class DramSchedule {
 public:
  explicit DramSchedule(const DramConfig& config) : config_(config) {}

  struct Service {
    std::uint64_t begin, end;  ///< the channels are busy
  };
  /// Serves a transfer that arrives at `arrival`; arrivals never fall.
  Service serve(std::uint64_t arrival, std::uint64_t address, std::uint64_t bytes);
  /// Bursts that a transfer touches.
  [[nodiscard]] std::uint64_t bursts(std::uint64_t address, std::uint64_t bytes) const;

 private:
  DramConfig config_;
  std::uint64_t free_ = 0;
};

/// Approximately-timed target of the DMA engines. A request is accepted at once (END_REQ) and answered with BEGIN_RESP
/// at the start of the first cycle after its last burst. Requests of one cycle are served in the order of the ports.
/// Without storage it has timing but no data.
class Dram : public sc_core::sc_module {
 public:
  Dram(sc_core::sc_module_name name, const Clocking& clocking, const DramConfig& config);

  tlm_utils::multi_passthrough_target_socket<Dram> ports{"ports"};

  /// Bytes behind address 0; empty: timing only.
  std::vector<std::uint8_t>& storage() { return storage_; }
  void record(Timeline* timeline) { timeline_ = timeline; }
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] std::uint64_t read_bursts() const { return read_bursts_; }
  [[nodiscard]] std::uint64_t write_bursts() const { return write_bursts_; }

 private:
  struct Request {
    int port;
    tlm::tlm_generic_payload* transaction;
  };
  struct Response {
    int port;
    tlm::tlm_generic_payload* transaction;
    std::uint64_t cycle;
  };

  tlm::tlm_sync_enum nb_transport_fw(int port, tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void arbitrate();
  void respond();

  Clocking clocking_;
  DramConfig config_;
  DramSchedule schedule_;
  std::vector<std::uint8_t> storage_;
  std::vector<Request> requests_;  ///< of this cycle
  std::deque<Response> responses_;
  sc_core::sc_event arbitrate_event_, respond_event_;
  Timeline* timeline_ = nullptr;
  std::uint64_t reads_ = 0, writes_ = 0, read_bursts_ = 0, write_bursts_ = 0, busy_ps_ = 0;
};

}  // namespace bcq::sim
