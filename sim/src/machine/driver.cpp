#include "bcq/sim/machine/driver.hpp"

#include <fmt/format.h>

#include <cstring>

#include "bcq/sim/machine/access.hpp"
#include "bcq/sim/registers.hpp"

namespace bcq::sim {

Driver::Driver(sc_core::sc_module_name name, const Clocking& clocking, const RegisterFile& registers,
               Controller& controller)
    : sc_module(name), clocking_(clocking), registers_(registers), controller_(controller) {
  SC_HAS_PROCESS(Driver);
  SC_THREAD(drive);
}

void Driver::submit(const RunOrder& order, std::uint64_t codebook_cycles) {
  order_ = order;
  codebook_cycles_ = codebook_cycles;
  waiting_ = true;
  submitted_.notify(sc_core::SC_ZERO_TIME);
}

void Driver::drive() {
  for (;;) {
    // The first order comes before the kernel starts, when nobody waits for the event yet.
    if (!waiting_) wait(submitted_);
    waiting_ = false;
    if (codebook_cycles_ > 0) {
      wait(clocking_.period * static_cast<double>(codebook_cycles_));
      controller_.codebooks_loaded();
    }
    const std::uint64_t begin = clocking_.now();
    keeper_.reset();
    write(registers::kEnable, ~0U);
    write(registers::kK, order_.k);
    write(registers::kScale, order_.scale_bits);
    write(registers::kTiles, order_.tiles);
    write(registers::kControl, registers::kControlStart);
    keeper_.sync();
    const std::uint64_t started = clocking_.now();
    while (!registers_.irq()) wait(registers_.irq_changed());
    const std::uint64_t interrupted = clocking_.now();
    keeper_.reset();
    const std::uint32_t events = read(registers::kEvents);
    if (events != registers::kEventsDone) SC_REPORT_FATAL(name(), fmt::format("EVENTS = {:#x}", events).c_str());
    counters_.tiles_done = read(registers::kTilesDone);
    counters_.cycles = read_wide(registers::kCyclesLo);
    counters_.array = {.busy = read_wide(registers::kBusyCyclesLo),
                       .operand_wait = read_wide(registers::kOperandWaitLo),
                       .drain_stall = read_wide(registers::kDrainStallLo)};
    counters_.activation_beats = read_wide(registers::kActBeatsLo);
    counters_.weight_beats = read_wide(registers::kWgtBeatsLo);
    counters_.result_beats = read_wide(registers::kResBeatsLo);
    write(registers::kEvents, events);
    keeper_.sync();
    counters_.register_cycles = started - begin + clocking_.now() - interrupted;
  }
}

void Driver::write(std::uint32_t offset, std::uint32_t value) {
  access(tlm::TLM_WRITE_COMMAND, offset, value);
}

std::uint32_t Driver::read(std::uint32_t offset) {
  return access(tlm::TLM_READ_COMMAND, offset, 0);
}

std::uint64_t Driver::read_wide(std::uint32_t offset) {
  const std::uint64_t low = read(offset);
  return low | static_cast<std::uint64_t>(read(offset + 4)) << 32;
}

std::uint32_t Driver::access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value) {
  sc_core::sc_time delay = keeper_.get_local_time();
  unsigned char data[sizeof value];
  std::memcpy(data, &value, sizeof value);
  if (transact(socket, command, offset, data, delay) != tlm::TLM_OK_RESPONSE)
    SC_REPORT_FATAL(name(), fmt::format("register {:#04x} refused an access", offset).c_str());
  std::memcpy(&value, data, sizeof value);
  keeper_.set(delay);
  if (keeper_.need_sync()) keeper_.sync();
  return value;
}

}  // namespace bcq::sim
