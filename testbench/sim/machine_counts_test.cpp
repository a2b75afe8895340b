// What the machine counts against counting one by one: actions, bytes, bursts, transfers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <string>

#include "bcq/sim/machine/actions.hpp"
#include "bcq/sim/machine/dram.hpp"
#include "bcq/sim/machine/machine.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

constexpr Operand kOperands[] = {Operand::kActivation, Operand::kWeight};

Arch random_arch(std::mt19937_64& random) {
  const auto upto = [&](int n) { return 1 + static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Arch arch;
  arch.rows = upto(9);
  arch.cols = upto(9);
  arch.lanes = 1 << (3 + random() % 4);
  arch.memory.buffers = {.activation_kib = upto(12), .weight_kib = upto(12), .result_kib = upto(3)};
  arch.memory.dma = {.transfer_kib = upto(4), .outstanding = upto(4)};
  arch.memory.dram.burst_bytes = 1 << (3 + random() % 5);
  arch.memory.resident = static_cast<Resident>(random() % 3);
  return arch;
}

GemmSize random_size(std::mt19937_64& random) {
  return {1 + random() % 60, 1 + random() % 60, 1 + random() % 2500};
}

std::uint64_t statistic(const MachineRun& run, const std::string& name) {
  const auto found = std::ranges::find(run.statistics, name, &Statistic::name);
  REQUIRE(found != run.statistics.end());
  return found->value;
}

}  // namespace

TEST_CASE("Larger buffers never load more bytes for the same resident operand", "[counts]") {
  std::mt19937_64 random(11);
  for (int i = 0; i < 400; ++i) {
    Arch arch = random_arch(random);
    arch.memory.resident = random() % 2 == 0 ? Resident::kActivation : Resident::kWeight;
    const GemmSize size = random_size(random);
    CAPTURE(i, size.m, size.n, size.k);
    const LoopPlan small(arch, size);
    arch.memory.buffers.activation_kib += static_cast<int>(random() % 12);
    arch.memory.buffers.weight_kib += static_cast<int>(random() % 12);
    const LoopPlan large(arch, size);
    for (const Operand operand : kOperands) CHECK(large.loaded_bytes(operand) <= small.loaded_bytes(operand));
  }
}

TEST_CASE("Actions are those of counting tile by tile, chunk by chunk", "[counts]") {
  std::mt19937_64 random(12);
  for (int i = 0; i < 200; ++i) {
    const Arch arch = random_arch(random);
    const LoopPlan plan(arch, random_size(random));
    CAPTURE(i, plan.size().m, plan.size().n, plan.size().k);
    const auto rows = static_cast<std::size_t>(arch.rows), cols = static_cast<std::size_t>(arch.cols);
    const auto lanes = static_cast<std::size_t>(arch.lanes), la = static_cast<std::size_t>(arch.format.la);
    ActionCounts counts;
    const auto buffer = [&](Operand operand) -> SramBits& {
      return operand == Operand::kActivation ? counts.activation_buffer : counts.weight_buffer;
    };
    for (std::size_t order = 0; order < plan.tiles(); ++order) {
      const TileAt at = plan.tile(order);
      const std::size_t lines[] = {std::min(rows, plan.size().m - at.m * rows),
                                   std::min(cols, plan.size().n - at.n * cols)};
      counts.macs += lines[0] * lines[1] * plan.size().k;
      for (std::size_t k = 0; k < plan.size().k; k += lanes) {
        counts.mac_slots += rows * cols * lanes;
        counts.decodes += (rows + cols) * lanes;
      }
      for (std::size_t k = 0; k < plan.size().k; k += la) counts.scale_multiplies += rows * cols;
      counts.output_multiplies += rows * cols;
      for (std::size_t chunk = 0; chunk < plan.chunks(); ++chunk) {
        for (const Operand operand : kOperands)
          buffer(operand).read += 8 * plan.transfer(operand, plan.use(order).transfer(operand, chunk)).bytes;
      }
      counts.result_buffer.read += 32 * lines[0] * lines[1];
      counts.result_buffer.written += 32 * lines[0] * lines[1];
    }
    for (const Operand operand : kOperands) {
      for (std::size_t n = 0; n < plan.transfers(operand); ++n)
        buffer(operand).written += 8 * plan.transfer(operand, n).bytes;
    }
    counts.codebook_reads = counts.decodes;
    counts.accumulations = counts.scale_multiplies;
    CHECK(count_actions(arch, plan) == counts);
  }
}

TEST_CASE("Statistics and bursts of a run are those of its plan", "[counts]") {
  std::mt19937_64 random(13);
  const Arch arch = random_arch(random);
  Machine machine(arch);
  for (int i = 0; i < 20; ++i) {
    const GemmSize size = random_size(random);
    const LoopPlan plan(arch, size);
    CAPTURE(i, size.m, size.n, size.k);
    const MachineRun run = machine.run(size);
    const DramSchedule dram(arch.memory.dram);
    std::uint64_t base = 0, bursts = 0;
    for (const Operand operand : kOperands) {
      for (std::size_t n = 0; n < plan.transfers(operand); ++n) {
        const Transfer transfer = plan.transfer(operand, n);
        bursts += dram.bursts(base + transfer.source, transfer.bytes);
      }
      base += (plan.layout(operand).bytes() + 4095) / 4096 * 4096;
    }
    CHECK(run.dram_read_bursts == bursts);
    CHECK(statistic(run, "dram.read_bursts") == bursts);
    CHECK(statistic(run, "activation_dma.bytes") == plan.loaded_bytes(Operand::kActivation));
    CHECK(statistic(run, "weight_dma.bytes") == plan.loaded_bytes(Operand::kWeight));
    CHECK(statistic(run, "result_dma.bytes") == size.m * size.n * sizeof(float));
    CHECK(statistic(run, "dram.writes") == plan.tiles());
    CHECK(statistic(run, "dram.reads") == plan.transfers(Operand::kActivation) + plan.transfers(Operand::kWeight));
  }
}
