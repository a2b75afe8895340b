// The register file of the machine model: what belongs to TLM, and the contract with the machine. That its registers
// are those of the RTL is what testbench/rtl/register_file_test.cpp shows.
#include "bcq/sim/machine/register_file.hpp"

#include <tlm_utils/simple_initiator_socket.h>
#include <array>
#include <catch2/catch.hpp>
#include <utility>
#include <vector>

#include "bcq/sim/registers.hpp"
#include "register_port.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

namespace reg = sim::registers;

constexpr std::uint32_t kOne = 0x3F800000;
constexpr std::uint32_t kMapEnd = reg::kResBeatsHi + 4;
const sc_core::sc_time kPeriod(2, sc_core::SC_NS);

/// A machine that does nothing but remember what it is told.
struct IdleMachine : RunControl {
  void start(const RunOrder& run, const sc_core::sc_time& delay) override { starts.emplace_back(run, delay); }
  void abort(const sc_core::sc_time& delay) override { aborts.push_back(delay); }
  [[nodiscard]] RunStatus status() const override { return shown; }

  RunStatus shown{.loaded = true};
  std::vector<std::pair<RunOrder, sc_core::sc_time>> starts;
  std::vector<sc_core::sc_time> aborts;
};

struct Bench {
  void configure(std::uint32_t k, std::uint32_t scale, std::uint32_t tiles) {
    port.write(reg::kK, k);
    port.write(reg::kScale, scale);
    port.write(reg::kTiles, tiles);
  }
  std::uint32_t take_events() {
    const std::uint32_t events = port.read(reg::kEvents).value;
    port.write(reg::kEvents, events);
    return events;
  }

  Arch arch;
  IdleMachine machine;
  RegisterFile registers{"registers", Clocking{kPeriod}, arch, machine};
  testbench::RegisterPort port{registers};
};

/// A read of `length` bytes at `address` into `data`.
struct Access : tlm::tlm_generic_payload {
  Access(sc_dt::uint64 address, unsigned char* data, unsigned length) {
    set_command(tlm::TLM_READ_COMMAND);
    set_address(address);
    set_data_ptr(data);
    set_data_length(length);
    set_streaming_width(length);
  }
};

}  // namespace

TEST_CASE("An access takes two cycles, whatever becomes of it", "[machine][registers]") {
  Bench bench;
  bench.port.time = 7 * kPeriod;
  bench.port.read(reg::kId);
  CHECK(bench.port.time == 9 * kPeriod);
  bench.port.write(reg::kK, 1);
  CHECK(bench.port.time == 11 * kPeriod);
  bench.port.read(kMapEnd);
  CHECK(bench.port.time == 13 * kPeriod);
}

TEST_CASE("A refused access says why and is remembered", "[machine][registers]") {
  Bench bench;
  const auto remembered = [&] { return bench.take_events() == reg::kEventsErrAccess; };
  CHECK(bench.port.read(kMapEnd).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(remembered());
  CHECK(bench.port.read(reg::kK + 2).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(remembered());
  CHECK(bench.port.read((sc_dt::uint64{1} << 32) + reg::kId).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(remembered());
  CHECK(bench.port.write(kMapEnd, 1) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(remembered());
  CHECK(bench.port.write(reg::kStatus, 1) == tlm::TLM_COMMAND_ERROR_RESPONSE);
  CHECK(remembered());
  CHECK(bench.port.write(reg::kK, 1, 0x7) == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  CHECK(remembered());
  bench.machine.shown.halted = true;
  CHECK(bench.port.write(reg::kK, 1) == tlm::TLM_GENERIC_ERROR_RESPONSE);
  CHECK(bench.take_events() == (reg::kEventsErrAccess | reg::kEventsErrBusy));
  CHECK(bench.port.read(reg::kK).value == 0);
}

TEST_CASE("What AXI4-Lite cannot express is refused", "[machine][registers]") {
  Bench bench;
  std::array<unsigned char, 8> data{};
  for (const unsigned length : {1U, 2U, 3U, 5U, 8U}) {
    CAPTURE(length);
    Access transaction(reg::kId, data.data(), length);
    CHECK(bench.port.send(transaction) == tlm::TLM_BURST_ERROR_RESPONSE);
    CHECK(bench.take_events() == reg::kEventsErrAccess);
  }
  Access streaming(reg::kId, data.data(), 4);
  streaming.set_streaming_width(2);
  CHECK(bench.port.send(streaming) == tlm::TLM_BURST_ERROR_RESPONSE);
  std::array<unsigned char, 2> enables = {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  Access halves(reg::kId, data.data(), 4);
  halves.set_byte_enable_ptr(enables.data());
  halves.set_byte_enable_length(2);
  CHECK(bench.port.send(halves) == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  halves.set_byte_enable_length(1);  // the one enable counts for all bytes
  CHECK(bench.port.send(halves) == tlm::TLM_OK_RESPONSE);
  CHECK_FALSE(halves.is_dmi_allowed());
  Access nothing(reg::kId, data.data(), 4);
  nothing.set_command(tlm::TLM_IGNORE_COMMAND);
  CHECK(bench.port.send(nothing) == tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST_CASE("A run is ordered at the end of the access, an abort likewise", "[machine][registers]") {
  Bench bench;
  bench.configure(64, kOne, 3);
  const sc_core::sc_time before = bench.port.time;
  bench.port.write(reg::kControl, reg::kControlStart);
  REQUIRE(bench.machine.starts.size() == 1);
  const auto& [run, delay] = bench.machine.starts.front();
  CHECK(run.k == 64);
  CHECK(run.scale_bits == kOne);
  CHECK(run.tiles == 3);
  CHECK(delay == before + 2 * kPeriod);
  CHECK(bench.machine.aborts.empty());
  bench.port.write(reg::kControl, reg::kControlStart | reg::kControlAbort);
  CHECK(bench.machine.starts.size() == 1);
  REQUIRE(bench.machine.aborts.size() == 1);
  CHECK(bench.machine.aborts.front() == before + 4 * kPeriod);
  CHECK(bench.take_events() == reg::kEventsErrBusy);
}

TEST_CASE("Registers show what the machine reports, all 64 bits of it", "[machine][registers]") {
  Bench bench;
  constexpr std::uint64_t kBig = std::uint64_t{1} << 32;
  bench.machine.shown = {.busy = true,
                         .halted = true,
                         .tiles_done = 9,
                         .cycles = {.busy = 5 * kBig + 1, .operand_wait = 6 * kBig + 2, .drain_stall = 7 * kBig + 3},
                         .act_beats = 8 * kBig + 4,
                         .wgt_beats = 9 * kBig + 5,
                         .res_beats = 10 * kBig + 6};
  CHECK(bench.port.read(reg::kStatus).value == (reg::kStatusBusy | reg::kStatusHalted));
  CHECK(bench.port.read(reg::kTilesDone).value == 9);
  const std::vector<std::uint64_t> expected = {18 * kBig + 6, 5 * kBig + 1, 6 * kBig + 2, 7 * kBig + 3,
                                               8 * kBig + 4,  9 * kBig + 5, 10 * kBig + 6};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(reg::kCounters[i].name);
    const std::uint64_t low = bench.port.read(reg::kCounters[i].offset).value;
    const std::uint64_t high = bench.port.read(reg::kCounters[i].offset + 4).value;
    CHECK((high << 32 | low) == expected[i]);
  }
}

TEST_CASE("The debug interface reads registers and changes nothing", "[machine][registers]") {
  Bench bench;
  bench.configure(64, kOne, 3);
  bench.machine.shown.tiles_done = 2;
  auto& target = bench.registers.socket.get_base_interface();
  std::array<std::uint32_t, kMapEnd / 4 + 1> words{};
  auto* bytes = reinterpret_cast<unsigned char*>(words.data());
  Access all(0, bytes, sizeof(words));
  CHECK(target.transport_dbg(all) == kMapEnd);
  CHECK(words[reg::kId / 4] == bench.port.read(reg::kId).value);
  CHECK(words[reg::kTiles / 4] == 3);
  CHECK(words[reg::kTilesDone / 4] == 2);
  CHECK(words[reg::kStatus / 4] == reg::kStatusLoaded);
  Access beyond(kMapEnd, bytes, 4);
  CHECK(target.transport_dbg(beyond) == 0);
  Access between(reg::kK + 1, bytes, 4);
  CHECK(target.transport_dbg(between) == 0);
  Access write(reg::kControl, bytes, 4);
  write.set_command(tlm::TLM_WRITE_COMMAND);
  words[0] = reg::kControlStart | reg::kControlAbort;
  CHECK(target.transport_dbg(write) == 0);
  CHECK(bench.machine.starts.empty());
  CHECK(bench.machine.aborts.empty());
  CHECK(bench.take_events() == 0);
}

TEST_CASE("A reset restores what was there at the beginning", "[machine][registers]") {
  Bench bench;
  bench.configure(64, kOne, 3);
  bench.port.write(reg::kEnable, ~0U);
  bench.registers.raise(reg::kEventsDone);
  CHECK(bench.registers.irq());
  bench.registers.reset();
  CHECK_FALSE(bench.registers.irq());
  for (const std::uint32_t offset : {reg::kEvents, reg::kEnable, reg::kK, reg::kScale, reg::kTiles})
    CHECK(bench.port.read(offset).value == 0);
  CHECK(bench.port.read(reg::kKMax).value == bench.arch.k_max);
}

namespace {

/// Waits for interrupts through a bound socket, and counts the changes of the level.
struct Host : sc_core::sc_module {
  Host(sc_core::sc_module_name name, RegisterFile& file) : sc_module(name), registers(file) {
    SC_HAS_PROCESS(Host);
    SC_THREAD(run);
    SC_METHOD(count);
    sensitive << registers.irq_changed();
    dont_initialize();
    socket.bind(registers.socket);
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    Access transaction(offset, reinterpret_cast<unsigned char*>(&value), sizeof(value));
    transaction.set_command(tlm::TLM_WRITE_COMMAND);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(transaction, delay);
    wait(delay);
  }

  void run() {
    write(reg::kEnable, reg::kEventsDone);
    wait(registers.irq_changed());
    raised_at = sc_core::sc_time_stamp();
    changes_at.push_back(changes);
    write(reg::kEvents, ~reg::kEventsErrK);
    changes_at.push_back(changes);
    write(reg::kEnable, reg::kEventsErrK);  // has waited for it
    changes_at.push_back(changes);
    write(reg::kEnable, reg::kEventsErrK | reg::kEventsDone);
    changes_at.push_back(changes);
    write(reg::kEnable, 0);
    changes_at.push_back(changes);
  }
  void count() { ++changes; }

  tlm_utils::simple_initiator_socket<Host> socket{"socket"};
  RegisterFile& registers;
  sc_core::sc_time raised_at;
  int changes = 0;
  std::vector<int> changes_at;
};

/// Raises an event that is not enabled, and DONE, in cycle 10.
struct Raiser : sc_core::sc_module {
  Raiser(sc_core::sc_module_name name, RegisterFile& file) : sc_module(name), registers(file) {
    SC_HAS_PROCESS(Raiser);
    SC_THREAD(run);
  }
  void run() {
    wait(10 * kPeriod);
    registers.raise(reg::kEventsErrK);
    registers.raise(reg::kEventsDone);
  }
  RegisterFile& registers;
};

}  // namespace

TEST_CASE("A host is told of every change of the interrupt", "[machine][registers]") {
  Bench bench;
  Host host("host", bench.registers);
  Raiser raiser("raiser", bench.registers);
  sc_core::sc_start();
  CHECK(host.raised_at == 10 * kPeriod);
  CHECK(host.changes_at == std::vector{1, 2, 3, 3, 4});
  CHECK_FALSE(bench.registers.irq());
  CHECK(sc_core::sc_time_stamp() == 18 * kPeriod);
}
