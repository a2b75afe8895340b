// The registers of bcq_accel as a TLM-2.0 target: rtl/bcq_registers.sv behind rtl/bcq_axil.sv (docs/registers.md).
#pragma once

#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <map>
#include <systemc>
#include <tlm>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_run.hpp"
#include "bcq/sim/clocking.hpp"

namespace bcq::sim {

/// A run as the registers order it; it has passed all checks.
struct RunOrder {
  std::uint32_t k;           ///< 1..K_MAX
  std::uint32_t scale_bits;  ///< binary32, finite
  std::uint32_t tiles;       ///< >= 1
};

/// What the registers show of the machine. The figures are those of this run, or of the last.
struct RunStatus {
  bool busy = false;    ///< a run is under way, or results still leave, or an abort has not taken effect
  bool halted = false;  ///< an error stopped the run; only an abort helps
  bool loaded = false;  ///< codebooks are complete
  std::uint32_t tiles_done = 0;
  ArrayCounters cycles{};  ///< CYCLES is their sum
  std::uint64_t act_beats = 0;
  std::uint64_t wgt_beats = 0;
  std::uint64_t res_beats = 0;
};

/// The machine, as its registers see it. Neither command waits, and both show at once: from the call on the machine is
/// busy, and the figures of a run that starts are 0. What happens later the machine tells with RegisterFile::raise().
class RunControl {
 public:
  virtual ~RunControl() = default;
  /// A run begins: its cycle 0 is `delay` from now. Only called while neither busy nor halted, and loaded.
  virtual void start(const RunOrder& run, const sc_core::sc_time& delay) = 0;
  /// From `delay` on no operand beat is accepted unless it already was on offer; complete tiles leave, then ABORTED is
  /// raised. Called in any state, idle and during an abort included.
  virtual void abort(const sc_core::sc_time& delay) = 0;
  [[nodiscard]] virtual RunStatus status() const = 0;
};

/// Loosely timed: an access acts when b_transport is called and ends kAccessCycles after its `delay`; nothing waits. An
/// initiator that polls synchronises first, because it sees the machine as it is at the call. Whatever AXI4-Lite
/// answers with SLVERR gets an error response and sets ERR_ACCESS, and so does what AXI4-Lite cannot even express:
///   TLM_BURST_ERROR_RESPONSE        not a single word
///   TLM_BYTE_ENABLE_ERROR_RESPONSE  not the whole word
///   TLM_ADDRESS_ERROR_RESPONSE      no register there; a read yields 0
///   TLM_COMMAND_ERROR_RESPONSE      a write to a read-only register; neither a read nor a write
///   TLM_GENERIC_ERROR_RESPONSE      a write to K, SCALE or TILES while busy or halted
/// transport_dbg reads any number of whole registers and writes none.
class RegisterFile : public sc_core::sc_module {
 public:
  /// What an access takes of the bus: one cycle for address and data, one for the answer. It is also what a command
  /// takes: the START that is taken in cycle n makes cycle n + 2 the run's cycle 0.
  static constexpr int kAccessCycles = 2;

  RegisterFile(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, RunControl& machine);

  tlm_utils::simple_target_socket<RegisterFile> socket{"socket"};

  /// Sets bits of EVENTS (registers::kEvents...). Accesses come at the start of a cycle; what happens in the cycle is
  /// raised after it, so that no write clears what it could not know.
  void raise(std::uint32_t events);

  /// The interrupt's level: an enabled event is set.
  [[nodiscard]] bool irq() const;
  /// Notified in the delta cycle after every change of irq().
  [[nodiscard]] const sc_core::sc_event& irq_changed() const { return irq_changed_; }

  /// As `aresetn`, of the registers alone.
  void reset();

 private:
  enum class Access {
    kReadOnly,
    kReadWrite,
    kConfiguration,    ///< written while neither busy nor halted
    kWriteOneToClear,  ///< events
    kCommand,          ///< writing 1 acts, reads 0
  };
  /// A row of the map.
  struct Register {
    Access access;
    std::uint32_t reset;
    std::uint32_t writable;  ///< bits that keep what is written
    std::uint32_t value;     ///< what a read yields
  };
  using Map = std::map<sc_dt::uint64, Register>;  ///< by offset

  static Map map_of(const Arch& arch);

  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& transaction);
  tlm::tlm_response_status access(tlm::tlm_generic_payload& transaction, const sc_core::sc_time& end);
  tlm::tlm_response_status write(Register& row, std::uint32_t value, const sc_core::sc_time& end);
  void command(std::uint32_t commands, const sc_core::sc_time& end);
  [[nodiscard]] std::uint32_t refusals(bool with_abort) const;
  [[nodiscard]] bool locked() const;
  void show_machine();
  void follow_irq();
  [[nodiscard]] std::uint32_t value(std::uint32_t offset) const { return map_.at(offset).value; }

  sc_core::sc_time latency_;
  RunControl& machine_;
  Map map_;
  bool irq_ = false;
  sc_core::sc_event irq_changed_{"irq_changed"};
};

}  // namespace bcq::sim
