#include "bcq/sim/machine/register_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>

#include "bcq/sim/registers.hpp"

namespace bcq::sim {
namespace {

constexpr unsigned kWordBytes = sizeof(std::uint32_t);
constexpr std::uint32_t kMagic = 'B' << 16 | 'C' << 8 | 'Q';
constexpr std::uint32_t kMapVersion = 1;
/// EVENTS and ENABLE end with the last event; bits without a name below it can be enabled, but never are set.
constexpr std::uint32_t kAllEvents = 2 * registers::kEventsErrWgtLength - 1;

/// `value` where the field lies.
template <class Integer>
std::uint32_t field(std::uint32_t mask, Integer value) {
  return static_cast<std::uint32_t>(value) << std::countr_zero(mask) & mask;
}

bool whole_word(const tlm::tlm_generic_payload& transaction) {
  return transaction.get_data_length() == kWordBytes && transaction.get_streaming_width() >= kWordBytes;
}

/// For a whole word; enables repeat if they are fewer than its bytes.
bool all_bytes_enabled(const tlm::tlm_generic_payload& transaction) {
  if (transaction.get_byte_enable_ptr() == nullptr) return true;
  const std::span enables(transaction.get_byte_enable_ptr(),
                          std::min(transaction.get_byte_enable_length(), kWordBytes));
  return std::ranges::all_of(enables, [](unsigned char enable) { return enable == TLM_BYTE_ENABLED; });
}

}  // namespace

RegisterFile::Map RegisterFile::map_of(const Arch& arch) {
  using namespace registers;
  const std::uint32_t id = field(kIdMagic, kMagic) | field(kIdVersion, kMapVersion);
  const std::uint32_t array = field(kArrayRows, arch.rows) | field(kArrayCols, arch.cols);
  const std::uint32_t beat = field(kBeatLanes, arch.lanes) | field(kBeatLa, arch.group().scalars);
  const std::uint32_t bcq = field(kFormatLb, arch.format.lb) | field(kFormatNc, arch.format.nc) |
                            field(kFormatBc, arch.format.bc) | field(kFormatFrozen, arch.frozen) |
                            field(kFormatAccum, arch.accumulation == Accumulation::kFp32) |
                            field(kFormatDecode, arch.decode);
  const std::uint32_t format = arch.baseline == nullptr ? bcq : 0;
  const auto row = [](Access access, std::uint32_t reset, std::uint32_t writable) {
    return Register{access, reset, writable, reset};
  };
  const auto read_only = [&](std::uint32_t reset) { return row(Access::kReadOnly, reset, 0); };
  Map map = {
      {kId, read_only(id)},
      {kArray, read_only(array)},
      {kBeat, read_only(beat)},
      {kFormat, read_only(format)},
      {kKMax, read_only(static_cast<std::uint32_t>(arch.k_max))},
      {kControl, row(Access::kCommand, 0, 0)},
      {kStatus, read_only(0)},
      {kEvents, row(Access::kWriteOneToClear, 0, 0)},
      {kEnable, row(Access::kReadWrite, 0, kAllEvents)},
      {kK, row(Access::kConfiguration, 0, ~0U)},
      {kScale, row(Access::kConfiguration, 0, ~0U)},
      {kTiles, row(Access::kConfiguration, 0, ~0U)},
      {kTilesDone, read_only(0)},
  };
  for (const Counter& counter : kCounters) {
    map.emplace(counter.offset, read_only(0));
    map.emplace(counter.offset + kWordBytes, read_only(0));
  }
  return map;
}

RegisterFile::RegisterFile(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch,
                           RunControl& machine)
    : sc_module(name), latency_(kAccessCycles * clocking.period), machine_(machine), map_(map_of(arch)) {
  socket.register_b_transport(this, &RegisterFile::b_transport);
  socket.register_transport_dbg(this, &RegisterFile::transport_dbg);
}

void RegisterFile::reset() {
  for (auto& [offset, row] : map_) row.value = row.reset;
  follow_irq();
}

void RegisterFile::raise(std::uint32_t events) {
  map_.at(registers::kEvents).value |= events;
  follow_irq();
}

bool RegisterFile::irq() const {
  return (value(registers::kEvents) & value(registers::kEnable)) != 0;
}

void RegisterFile::follow_irq() {
  if (irq() == irq_) return;
  irq_ = !irq_;
  irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void RegisterFile::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  delay += latency_;
  const tlm::tlm_response_status status = access(transaction, delay);
  if (status != tlm::TLM_OK_RESPONSE) raise(registers::kEventsErrAccess);
  transaction.set_dmi_allowed(false);
  transaction.set_response_status(status);
}

tlm::tlm_response_status RegisterFile::access(tlm::tlm_generic_payload& transaction, const sc_core::sc_time& end) {
  if (!whole_word(transaction)) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (!all_bytes_enabled(transaction)) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  // An address that is no multiple of 4 is no key either.
  const auto found = map_.find(transaction.get_address());
  const bool known = found != map_.end();
  if (transaction.is_read()) {
    show_machine();
    const std::uint32_t word = known ? found->second.value : 0;
    std::memcpy(transaction.get_data_ptr(), &word, kWordBytes);
    return known ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  if (!transaction.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (!known) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  std::uint32_t word = 0;
  std::memcpy(&word, transaction.get_data_ptr(), kWordBytes);
  return write(found->second, word, end);
}

tlm::tlm_response_status RegisterFile::write(Register& row, std::uint32_t value, const sc_core::sc_time& end) {
  switch (row.access) {
    case Access::kReadOnly:
      return tlm::TLM_COMMAND_ERROR_RESPONSE;
    case Access::kCommand:
      command(value, end);
      break;
    case Access::kWriteOneToClear:
      row.value &= ~value;
      break;
    case Access::kConfiguration:
      if (locked()) {
        raise(registers::kEventsErrBusy);
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
      }
      [[fallthrough]];
    case Access::kReadWrite:
      row.value = value & row.writable;
      break;
  }
  follow_irq();
  return tlm::TLM_OK_RESPONSE;
}

void RegisterFile::command(std::uint32_t commands, const sc_core::sc_time& end) {
  const bool abort = (commands & registers::kControlAbort) != 0;
  if ((commands & registers::kControlStart) != 0) {
    const std::uint32_t reasons = refusals(abort);
    raise(reasons);
    if (reasons == 0) {
      const RunOrder run = {value(registers::kK), value(registers::kScale), value(registers::kTiles)};
      machine_.start(run, end);
    }
  }
  if (abort) machine_.abort(end);
}

/// Events that say why a START does nothing: all that apply.
std::uint32_t RegisterFile::refusals(bool with_abort) const {
  const std::uint32_t k = value(registers::kK);
  std::uint32_t events = 0;
  if (locked() || with_abort) events |= registers::kEventsErrBusy;
  if (k == 0 || k > value(registers::kKMax)) events |= registers::kEventsErrK;
  if (!std::isfinite(std::bit_cast<float>(value(registers::kScale)))) events |= registers::kEventsErrScale;
  if (value(registers::kTiles) == 0) events |= registers::kEventsErrTiles;
  if (!machine_.status().loaded) events |= registers::kEventsErrUnloaded;
  return events;
}

bool RegisterFile::locked() const {
  const RunStatus status = machine_.status();
  return status.busy || status.halted;
}

/// Copies what the machine reports into the registers that show it.
void RegisterFile::show_machine() {
  const RunStatus status = machine_.status();
  const ArrayCounters& cycles = status.cycles;
  const auto count = [&](std::uint32_t offset, std::uint64_t number) {
    map_.at(offset).value = static_cast<std::uint32_t>(number);
    map_.at(offset + kWordBytes).value = static_cast<std::uint32_t>(number >> 32);
  };
  map_.at(registers::kStatus).value = field(registers::kStatusBusy, status.busy) |
                                      field(registers::kStatusHalted, status.halted) |
                                      field(registers::kStatusLoaded, status.loaded);
  map_.at(registers::kTilesDone).value = status.tiles_done;
  count(registers::kCyclesLo, cycles.busy + cycles.operand_wait + cycles.drain_stall);
  count(registers::kBusyCyclesLo, cycles.busy);
  count(registers::kOperandWaitLo, cycles.operand_wait);
  count(registers::kDrainStallLo, cycles.drain_stall);
  count(registers::kActBeatsLo, status.act_beats);
  count(registers::kWgtBeatsLo, status.wgt_beats);
  count(registers::kResBeatsLo, status.res_beats);
}

unsigned RegisterFile::transport_dbg(tlm::tlm_generic_payload& transaction) {
  if (!transaction.is_read()) return 0;
  show_machine();
  unsigned bytes = 0;
  for (; bytes + kWordBytes <= transaction.get_data_length(); bytes += kWordBytes) {
    const auto found = map_.find(transaction.get_address() + bytes);
    if (found == map_.end()) break;
    std::memcpy(transaction.get_data_ptr() + bytes, &found->second.value, kWordBytes);
  }
  return bytes;
}

}  // namespace bcq::sim
