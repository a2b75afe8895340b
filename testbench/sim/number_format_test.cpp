// Arrays of other number formats in the machine: BCQ's cycles, traffic of their own (docs/machine.md, "In memory").
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>

#include "bcq/error.hpp"
#include "bcq/sim/machine/actions.hpp"
#include "bcq/sim/machine/machine.hpp"
#include "bcq/sim/machine/replay.hpp"
#include "bcq/sim/simulate.hpp"
#include "scoreboard.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

constexpr Operand kOperands[] = {Operand::kActivation, Operand::kWeight};

Arch arch_of(const std::string& number) {
  Arch arch;
  arch.baseline = &find_baseline(number);
  arch.rows = arch.cols = 8;
  return arch;
}

/// The array alone, docs/cycles.md.
std::uint64_t closed_form(const Arch& arch, const LoopPlan& plan) {
  const auto rows = static_cast<std::uint64_t>(arch.rows);
  return plan.beats_per_tile() + (plan.tiles() - 1) * std::max<std::uint64_t>(plan.beats_per_tile(), rows) + 12 + rows;
}

void check_fast(const std::string& number) {
  Arch arch = arch_of(number);
  arch.memory.dram = {.channels = 64, .gb_per_s = 1e4, .burst_bytes = 64, .latency_ns = 0.001};
  Machine machine(arch);
  for (const GemmSize size : {GemmSize{8, 8, 1}, GemmSize{40, 72, 112}, GemmSize{41, 65, 1000}}) {
    CAPTURE(number, size.m, size.n, size.k);
    const LoopPlan plan(arch, size);
    CHECK(plan.beats_per_tile() == ceil_div(size.k, 16));
    const MachineRun run = machine.run(size);
    CHECK(run.cycles.array == 1 + closed_form(arch, plan));
    CHECK(run.cycles.busy == plan.tiles() * plan.beats_per_tile());
    CHECK(run.cycles.waits == OperandWaits{.activation = 0, .weight = 0, .both = 2});
    CHECK(run.codebook_load_cycles == 0);
  }
}

void check_slow(const std::string& number) {
  Arch arch = arch_of(number);
  arch.lanes = 4;
  arch.memory.buffers = {.activation_kib = 5, .weight_kib = 6, .result_kib = 1};
  arch.memory.dma = {.transfer_kib = 1, .outstanding = 2};
  arch.memory.dram = {.channels = 1, .gb_per_s = 2.5, .burst_bytes = 32, .latency_ns = 90};
  Machine machine(arch);
  std::mt19937_64 random(7);
  for (int i = 0; i < 10; ++i) {
    const GemmSize size{1 + random() % 40, 1 + random() % 40, 1 + random() % 1500};
    CAPTURE(number, size.m, size.n, size.k);
    ArrayRecord record;
    const MachineRun run = machine.run(size, {.record = &record});
    const Replay stepped = replay(arch, size.k, record);
    CHECK(testbench::compare_record(arch, record, stepped).empty());
    CHECK(stepped.run.counters == run.counters);
    const LoopPlan plan(arch, size);
    std::uint64_t bytes = 0;
    for (const Operand operand : kOperands) bytes += plan.loaded_bytes(operand);
    const std::uint64_t read = run.dram_read_bursts * 32;
    CHECK(read >= bytes);
    // A transfer touches less than a burst too much at both ends.
    CHECK(read < bytes + 64 * (plan.transfers(Operand::kActivation) + plan.transfers(Operand::kWeight)));
  }
}

}  // namespace

TEST_CASE("A group is elements and a scale, in whole bytes", "[numbers]") {
  struct Expected {
    const char* number;
    std::size_t scalars, bytes;
    double bits;
  };
  for (const auto& [number, scalars, bytes, bits] :
       {Expected{"int8", 16, 17, 8.5}, Expected{"int6", 16, 13, 6.5}, Expected{"int4", 16, 9, 4.5},
        Expected{"nvfp4", 16, 9, 4.5}, Expected{"mxfp4", 32, 17, 4.25}, Expected{"fp8_exact", 64, 64, 8},
        Expected{"fp8_fp32", 64, 64, 8}}) {
    CAPTURE(number);
    const Arch arch = arch_of(number);
    CHECK(arch.number() == number);
    CHECK(arch.group().scalars == scalars);
    CHECK(arch.group().bytes == bytes);
    CHECK(arch.group().bits_per_scalar() == bits);
    // The last group of a row is stored whole.
    const LoopPlan plan(arch, {.m = 20, .n = 30, .k = 3 * scalars + 1});
    CHECK(plan.layout(Operand::kActivation).bytes() == 20 * 4 * bytes);
    CHECK(plan.layout(Operand::kWeight).bytes() == 30 * 4 * bytes);
  }
}

TEST_CASE("What has no scale multiplies none and adds every beat", "[numbers]") {
  const GemmSize size{.m = 16, .n = 24, .k = 320};  // 6 tiles of 20 beats of 64 PEs
  const auto counts_of = [&](const Arch& arch) { return count_actions(arch, LoopPlan(arch, size)); };
  const ActionCounts nvfp4 = counts_of(arch_of("nvfp4")), fp8 = counts_of(arch_of("fp8_exact"));
  Arch narrow = arch_of("mxfp4");
  narrow.lanes = 8;
  const ActionCounts mxfp4 = counts_of(narrow);
  CHECK(nvfp4.scale_multiplies == 6 * 20 * 64);
  CHECK(nvfp4.accumulations == 6 * 20 * 64);
  CHECK(mxfp4.scale_multiplies == 6 * 10 * 64);
  CHECK(fp8.scale_multiplies == 0);
  CHECK(fp8.accumulations == 6 * 20 * 64);
  for (const ActionCounts& counts : {nvfp4, mxfp4, fp8}) {
    CHECK(counts.macs == 16 * 24 * 320);
    CHECK(counts.decodes > 0);
    CHECK(counts.codebook_reads == 0);
  }
}

TEST_CASE("Lanes divide the group, results leave in FP32, and there are no data", "[numbers]") {
  Arch arch = arch_of("mxfp4");
  arch.lanes = 32;
  CHECK_NOTHROW(arch.validate("x"));
  arch.baseline = &find_baseline("nvfp4");
  CHECK_THROWS_WITH(arch.validate("x"), Catch::Contains("array.lanes = 32 does not divide the 16 scalars"));
  arch.lanes = 16;
  arch.memory.encoder_lanes = 8;
  CHECK_THROWS_WITH(arch.validate("x"), Catch::Contains("output.encoder_lanes = 8") && Catch::Contains("nvfp4"));
  CHECK_THROWS_WITH(require_operands_fit(arch, BcqTensor{}, BcqTensor{}), Catch::Contains("nvfp4"));
}

#define BCQ_NUMBER_CASE(number)                                                                            \
  TEST_CASE(number ": with memory that is no limit the cycles are BCQ's, the closed form", "[numbers]") {  \
    check_fast(number);                                                                                    \
  }                                                                                                        \
  TEST_CASE(number ": fed from slow memory, leaping is stepping, and bytes are the plan's", "[numbers]") { \
    check_slow(number);                                                                                    \
  }
BCQ_NUMBER_CASE("int8")
BCQ_NUMBER_CASE("int6")
BCQ_NUMBER_CASE("int4")
BCQ_NUMBER_CASE("nvfp4")
BCQ_NUMBER_CASE("mxfp4")
BCQ_NUMBER_CASE("fp8_exact")
BCQ_NUMBER_CASE("fp8_fp32")
