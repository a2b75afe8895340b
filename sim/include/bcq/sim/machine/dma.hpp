// DMA engines: panels into the operands' buffers, results out of theirs.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <cstdint>
#include <deque>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/loop_plan.hpp"
#include "bcq/sim/machine/result_path.hpp"
#include "bcq/sim/machine/statistic.hpp"
#include "bcq/sim/machine/tally.hpp"
#include "bcq/sim/machine/timeline.hpp"

namespace bcq::sim {

/// What both engines do: keep up to `outstanding` transfers under way between DRAM (approximately timed) and a buffer
/// (loosely timed), in order.
class Dma : public sc_core::sc_module {
 public:
  Dma(sc_core::sc_module_name name, const Clocking& clocking, int outstanding, Track track);

  tlm_utils::simple_initiator_socket<Dma> memory{"memory"};
  tlm_utils::simple_initiator_socket<Dma> buffer{"buffer"};

  void record(Timeline* timeline) { timeline_ = timeline; }
  /// Whether the memories have storage; without, requests carry no data.
  void set_data(bool with_data) { with_data_ = with_data; }
  [[nodiscard]] Statistics statistics() const;

 protected:
  /// One transfer under way.
  struct Job {
    std::uint64_t dram_address, buffer_address;
    std::size_t bytes;
    std::size_t panel, chunk;  ///< for the timeline
  };

  [[nodiscard]] bool may_request() const { return under_way_ < outstanding_; }
  /// Asks DRAM for the data of a job, or sends it the buffer's.
  void request(tlm::tlm_command command, const Job& job);
  /// The data have arrived: in the buffer or in DRAM.
  virtual void done() = 0;

  Clocking clocking_;

 private:
  class Request;
  class RequestPool;

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void move(Request& request, tlm::tlm_command command);

  std::size_t outstanding_, under_way_ = 0;
  bool with_data_ = false;
  Track track_;
  std::shared_ptr<RequestPool> pool_;
  Timeline* timeline_ = nullptr;
  std::uint64_t transfers_ = 0, bytes_ = 0;
};

/// Walks the transfers of one operand. A transfer starts when its half is free: the fill before the last has been
/// released.
class LoadDma : public Dma {
 public:
  LoadDma(sc_core::sc_module_name name, const Clocking& clocking, int outstanding, Operand operand,
          std::size_t half_bytes, const Tally& released, Tally& loaded);

  /// Starts the transfers of a plan; the operand lies at `base` in DRAM.
  void start(const LoopPlan& plan, std::uint64_t base);

 private:
  void advance();
  void done() override;

  Operand operand_;
  std::size_t half_bytes_;
  const Tally& released_;
  Tally& loaded_;
  const LoopPlan* plan_ = nullptr;
  std::uint64_t base_ = 0;
  [[nodiscard]] bool may_load() const;

  std::size_t next_ = 0;
  sc_core::sc_event go_;
};

/// Stores the result, in the order in which its source has it.
class StoreDma : public Dma {
 public:
  /// `stored` counts tiles.
  StoreDma(sc_core::sc_module_name name, const Clocking& clocking, int outstanding, StoreSource& source, Tally& stored);

  void start(const LoopPlan& plan, std::uint64_t base);

 private:
  void advance();
  void done() override;

  StoreSource& source_;
  Tally& stored_;
  std::deque<std::size_t> tiles_;  ///< of the stores under way
  const LoopPlan* plan_ = nullptr;
  std::uint64_t base_ = 0;
  std::size_t next_ = 0;
  sc_core::sc_event go_;
};

}  // namespace bcq::sim
