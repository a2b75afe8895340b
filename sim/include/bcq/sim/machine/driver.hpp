// The host's driver: programs the registers, waits for the interrupt, reads the counters back.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>
#include <cstdint>
#include <systemc>
#include <tlm>

#include "bcq/sim/array_run.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/controller.hpp"
#include "bcq/sim/machine/register_file.hpp"

namespace bcq::sim {

/// Loosely timed with a quantum keeper: it runs ahead of the machine through its register writes and synchronises
/// before it waits.
class Driver : public sc_core::sc_module {
 public:
  /// What the counters said when the interrupt came.
  struct Counters {
    ArrayCounters array;
    std::uint64_t cycles = 0, activation_beats = 0, weight_beats = 0, result_beats = 0;
    std::uint32_t tiles_done = 0;
    std::uint64_t register_cycles = 0;  ///< that the driver took for its accesses, before and after the run
  };

  Driver(sc_core::sc_module_name name, const Clocking& clocking, const RegisterFile& registers, Controller& controller);

  tlm_utils::simple_initiator_socket<Driver> socket{"socket"};

  /// The next run, which begins with `codebook_cycles` for the codebook stream: sc_start() carries it out.
  void submit(const RunOrder& order, std::uint64_t codebook_cycles);
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  void drive();
  void write(std::uint32_t offset, std::uint32_t value);
  std::uint32_t read(std::uint32_t offset);
  std::uint64_t read_wide(std::uint32_t offset);
  std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value);

  Clocking clocking_;
  const RegisterFile& registers_;
  Controller& controller_;
  RunOrder order_{};
  bool waiting_ = false;  ///< the order, to be carried out
  std::uint64_t codebook_cycles_ = 0;
  Counters counters_;
  tlm_utils::tlm_quantumkeeper keeper_;
  sc_core::sc_event submitted_;
};

}  // namespace bcq::sim
