// The whole machine at the corners where its cycles have a closed form.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>

#include "bcq/sim/machine/machine.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

constexpr std::uint64_t kPeriod = 2000;  // picoseconds

std::uint64_t ceil_cycles(std::uint64_t picoseconds) {
  return (picoseconds + kPeriod - 1) / kPeriod;
}

/// The array alone, docs/cycles.md.
std::uint64_t closed_form(const Arch& arch, std::uint64_t tiles, std::uint64_t beats) {
  const auto rows = static_cast<std::uint64_t>(arch.rows);
  return beats + (tiles - 1) * std::max(beats, rows) + 12 + rows;
}

/// Square, and memory that is no limit: a picosecond of latency, all channels.
Arch fast_arch(int side, int lanes) {
  Arch arch;
  arch.rows = arch.cols = side;
  arch.lanes = lanes;
  arch.memory.dram = {.channels = 64, .gb_per_s = 1e4, .burst_bytes = 64, .latency_ns = 0.001};
  return arch;
}

std::uint64_t all_waits(const MachineCycles& cycles) {
  return cycles.waits.activation + cycles.waits.weight + cycles.waits.both;
}

}  // namespace

TEST_CASE("With memory that is no limit the array's closed form starts with the first arrival", "[corners]") {
  const Arch arch = fast_arch(8, 16);
  Machine machine(arch);
  // B below, at and above ROWS; last panels that are not full; K that is no multiple of a beat.
  for (const GemmSize size :
       {GemmSize{8, 8, 1}, GemmSize{8, 8, 128}, GemmSize{40, 72, 16}, GemmSize{40, 72, 112}, GemmSize{40, 72, 128},
        GemmSize{41, 65, 144}, GemmSize{41, 65, 1000}, GemmSize{17, 100, 20'000}}) {
    CAPTURE(size.m, size.n, size.k);
    const LoopPlan plan(arch, size);
    const std::uint64_t tiles = plan.tiles(), beats = plan.beats_per_tile();
    const MachineCycles cycles = machine.run(size).cycles;
    CHECK(cycles.array == 1 + closed_form(arch, tiles, beats));
    CHECK(cycles.busy == tiles * beats);
    // The beat that arrives in cycle 1 is issued in cycle 2.
    CHECK(cycles.waits == OperandWaits{.activation = 0, .weight = 0, .both = 2});
    CHECK(cycles.drain_stall == (tiles - 1) * (beats < 8 ? 8 - beats : 0));
    CHECK(cycles.result_stall == 0);
    CHECK(cycles.cycles == cycles.array + 1);  // the last store takes a cycle
    CHECK(cycles.tail == cycles.cycles - cycles.busy - 2 - cycles.drain_stall);
  }
}

TEST_CASE("Latency and the first panels shift the closed form, whoever comes last", "[corners]") {
  Arch arch = fast_arch(8, 16);
  // 8 lines of 4 block arrays: 18 bursts, 9 ns each panel.
  arch.memory.dram = {.channels = 1, .gb_per_s = 128, .burst_bytes = 64, .latency_ns = 50.5};
  arch.memory.dma.outstanding = 16;
  Machine machine(arch);
  const MachineCycles two = machine.run({.m = 8, .n = 16, .k = 256}).cycles;
  const std::uint64_t activation = ceil_cycles(50'500 + 9'000), weight = ceil_cycles(50'500 + 18'000);
  CHECK(two.waits == OperandWaits{.activation = 0, .weight = weight - activation, .both = activation + 1});
  CHECK(two.array == weight + closed_form(arch, 2, 16));
}

namespace {

/// One activation panel stays, weight panels of 36 bursts stream past it, 128 beats for a tile; 40 cycles of latency
/// and `service` picoseconds for a panel.
Arch streaming_arch(double service) {
  Arch arch;
  arch.rows = arch.cols = 4;
  arch.lanes = 8;
  arch.memory.buffers = {.activation_kib = 5, .weight_kib = 5, .result_kib = 1};
  arch.memory.dram = {.channels = 1, .gb_per_s = 2304e3 / service, .burst_bytes = 64, .latency_ns = 80};
  arch.memory.resident = Resident::kActivation;
  return arch;
}

GemmSize streaming_size(std::size_t tiles) {
  return {.m = 4, .n = 4 * tiles, .k = 1024};
}

}  // namespace

// A half is asked for again in the cycle after its last issue, x + 1. The next tile's last issue is then x + 128, and
// the first beat after it has to be there in that very cycle: latency and service may take 127 cycles.
TEST_CASE("A panel that arrives in the last cycle that is early enough costs nothing", "[corners]") {
  const Arch arch = streaming_arch((127 - 40) * kPeriod);
  Machine machine(arch);
  const std::uint64_t first = 40 + 2 * 87;
  for (const std::size_t tiles : {1, 2, 3, 50}) {
    const MachineCycles cycles = machine.run(streaming_size(tiles)).cycles;
    CHECK(cycles.array == first + closed_form(arch, tiles, 128));
    CHECK(all_waits(cycles) == first + 1);
  }
}

// A late tile gives the next panel the cycle that it lacks: a half waits for itself, so two tiles take 257 cycles.
TEST_CASE("A panel that arrives a picosecond later costs every other tile a cycle", "[corners]") {
  const Arch arch = streaming_arch((127 - 40) * kPeriod + 1);
  Machine machine(arch);
  const std::uint64_t first = 40 + 2 * 87 + 1;
  for (const std::size_t tiles : {1, 2, 3, 50}) {
    const std::uint64_t late = (tiles - 1) / 2;
    const MachineCycles cycles = machine.run(streaming_size(tiles)).cycles;
    CHECK(cycles.array == first + closed_form(arch, tiles, 128) + late);
    CHECK(all_waits(cycles) == first + 1 + late);
  }
}

// Panels of 300 cycles and a bit: DRAM is always busy, since what comes next is asked for long before. After the first
// three panels a store comes between any two.
TEST_CASE("With memory as the limit a tile takes the DRAM time of what it loads and stores", "[corners]") {
  constexpr std::uint64_t kService = 300 * kPeriod + 77;
  const Arch arch = streaming_arch(kService);
  Machine machine(arch);
  const std::uint64_t store = (kService + 18) / 36;  // a tile's 64 bytes are a burst
  for (const std::uint64_t tiles : {3, 4, 5, 60}) {
    const MachineCycles cycles = machine.run(streaming_size(tiles)).cycles;
    const std::uint64_t last_panel = 80'000 + (1 + tiles) * kService + (tiles - 3) * store;
    CHECK(cycles.array == ceil_cycles(last_panel) + 128 + 12 + 4);
    CHECK(cycles.waits.activation == 0);
    CHECK(all_waits(cycles) == cycles.array - 12 - 4 + 1 - tiles * 128);
    // The last store goes at once: the one before it was served after the last panel.
    CHECK(cycles.cycles == cycles.array + ceil_cycles(80'000 + store));
    CHECK(cycles.result_stall == 0);
  }
}

namespace {

/// Tiles of 16 beats and 16 rows follow each other without a gap, all operands are there from cycle `latency` + 1 on,
/// and a tile has left the result buffer `latency` + 1 cycles after its last row came.
MachineCycles run_results(std::size_t tiles, int slots, std::uint64_t latency) {
  Arch arch = fast_arch(16, 16);
  arch.memory.buffers.result_kib = slots;  // a tile is a KiB
  arch.memory.dma.outstanding = 1024;
  arch.memory.dram.latency_ns = static_cast<double>(latency) * 2;
  arch.memory.resident = Resident::kWeight;
  Machine machine(arch);
  const MachineCycles cycles = machine.run({.m = 16, .n = 16 * tiles, .k = 256}).cycles;
  CHECK(all_waits(cycles) == latency + 2);
  return cycles;
}

/// A slot is free again `stored` cycles after its tile's last row: the first row of tile t + slots comes 16 + stored
/// cycles after the first of tile t, if that is later than without.
void check_results(std::uint64_t slots, std::uint64_t latency) {
  constexpr std::uint64_t kTiles = 41;
  const std::uint64_t stored = latency + 1;
  const std::uint64_t late = std::max(16 + stored, slots * 16) - slots * 16;
  const MachineCycles cycles = run_results(kTiles, static_cast<int>(slots), latency);
  CHECK(cycles.array == stored + closed_form(fast_arch(16, 16), kTiles, 16) + (kTiles - 1) / slots * late);
  CHECK(cycles.cycles == cycles.array + stored);
  // A late tile freezes the one behind it, and the last has none. Every frozen cycle is counted by what the rows do in
  // it: eight are in bcq_output, so they wait for the slot up to eight cycles before the freeze ends, from then on they
  // drain.
  const std::uint64_t freezes = (kTiles - 2) / slots;
  CHECK(cycles.result_stall == freezes * (std::max<std::uint64_t>(late, 8) - 8));
  CHECK(cycles.drain_stall == freezes * std::min<std::uint64_t>(late, 8));
}

}  // namespace

TEST_CASE("Two slots are enough for stores of a tile's time", "[corners]") {
  check_results(2, 15);
}
TEST_CASE("Two slots are not enough for stores of a cycle more", "[corners]") {
  check_results(2, 16);
}
TEST_CASE("Three slots are enough for stores of two tiles' time", "[corners]") {
  check_results(3, 31);
}
TEST_CASE("Two slots for stores of two tiles' time stall", "[corners]") {
  check_results(2, 31);
}
TEST_CASE("Three slots are not enough for stores of a cycle more", "[corners]") {
  check_results(3, 32);
}
TEST_CASE("Two slots for stores of three tiles' time halve the speed", "[corners]") {
  check_results(2, 47);
}
