// The on-line encoder in the machine: the cycles of its RTL, one group after the other.
#include <algorithm>
#include <catch2/catch.hpp>

#include "bcq/sim/machine/actions.hpp"
#include "bcq/sim/machine/encoder.hpp"
#include "bcq/sim/machine/machine.hpp"

using namespace bcq::sim;

namespace {

Arch arch_with(int encoder_lanes) {
  Arch arch;
  arch.memory.encoder_lanes = encoder_lanes;
  return arch;
}

}  // namespace

TEST_CASE("A group takes the cycles of the encoder's contract", "[machine]") {
  // docs/encoder.md: a beat per cycle; min(B, LA/LANES) + 9 cycles from coming to leaving where LANES >= Lb.
  const EncoderCycles whole = encoder_cycles(arch_with(8), 16, 64);
  CHECK(whole.beats == 16 * 8);
  CHECK(whole.latency == 8 + 9);
  // A last group of two scalars: one beat a row.
  const EncoderCycles narrow = encoder_cycles(arch_with(8), 16, 2);
  CHECK(narrow.beats == 16);
  CHECK(narrow.latency == 1 + 9);
  // min(B, Lb/LANES) more where LANES < Lb.
  const EncoderCycles slow = encoder_cycles(arch_with(2), 3, 64);
  CHECK(slow.beats == 3 * 32);
  CHECK(slow.latency == 32 + 4 + 9);
  CHECK(encoder_cycles(arch_with(64), 1, 64).latency == 1 + 9);
}

TEST_CASE("Where the encoder is the slowest, it works without a pause", "[machine]") {
  // 8 x 8 tiles of 16 x 16; a block array of results is four tiles. Tiles take 8 beats, a group 16 rows x 64 beats.
  Arch arch = arch_with(1);
  arch.memory.dram.gb_per_s = 1000;
  arch.memory.buffers.result_kib = 16;  // sixteen tiles, a quarter of all
  Machine machine(arch);
  const MachineRun run = machine.run(GemmSize{128, 128, 128});
  constexpr std::uint64_t kGroups = 8 * 2, kGroupBeats = 16 * 64;
  CHECK(run.cycles.cycles > kGroups * kGroupBeats);
  // Beyond its work: the first group to come, the last to go.
  CHECK(run.cycles.cycles < kGroups * kGroupBeats + 1000);
  CHECK(run.cycles.result_stall > 0);
}

TEST_CASE("The beats that an energy model multiplies are those that the encoder takes", "[machine]") {
  const Arch arch = arch_with(4);
  Machine machine(arch);
  for (const GemmSize& size : {GemmSize{33, 3, 16}, GemmSize{5, 64, 40}, GemmSize{20, 131, 64}}) {
    const MachineRun run = machine.run(size);
    const auto beats = std::ranges::find(run.statistics, "encoder.beats", &Statistic::name);
    REQUIRE(beats != run.statistics.end());
    CHECK(beats->value == count_actions(arch, LoopPlan(arch, size)).encoder_beats);
  }
}

TEST_CASE("Encoded results are an eighth of the bytes, and hold nothing up where the encoder keeps up", "[machine]") {
  Arch plain = arch_with(0);
  // One machine per process elaborates at once: both are made before the first run.
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_INSTANCE_EXISTS_, sc_core::SC_DO_NOTHING);
  Machine without(plain), with(arch_with(64));
  const GemmSize size{128, 128, 4096};
  const MachineRun fp32 = without.run(size), encoded = with.run(size);
  CHECK(fp32.dram_write_bursts == 128 * 128 * 4 / 64);
  // 36 bytes for a block array of 64 results; two block arrays per row.
  CHECK(encoded.dram_write_bursts == 128 * 2 * 36 / 64);
  CHECK(encoded.cycles.result_stall == 0);
  CHECK(encoded.cycles.busy == fp32.cycles.busy);
}
