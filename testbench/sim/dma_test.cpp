// The DMA engines against schedules computed by hand: transfers under way, halves that have to be free first, places.
#include "bcq/sim/machine/dma.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "memory_bench.hpp"

using namespace bcq;
using namespace bcq::sim;
using testbench::MemoryBench;
using Cycles = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // asked for, ended

namespace {

constexpr std::uint64_t kBases[3] = {0, 1 << 16, 1 << 17};
constexpr std::uint64_t kLatency = 10, kDone = kLatency + 1;  // cycles
constexpr std::size_t kPanel = 36;                            // bytes: a line of one block array

/// Panels of one line of 64 scalars, each a transfer of one cycle after ten of latency.
Arch narrow_arch(int outstanding, Resident resident) {
  Arch arch;
  arch.rows = arch.cols = 1;
  arch.memory.dram = {.channels = 1, .gb_per_s = 18, .burst_bytes = 4, .latency_ns = 20};
  arch.memory.dma.outstanding = outstanding;
  arch.memory.resident = resident;
  arch.memory.buffers = {.activation_kib = 1, .weight_kib = 1, .result_kib = 1};
  return arch;
}

void run_to(const MemoryBench& bench, std::uint64_t cycle) {
  sc_core::sc_start(bench.clock.until_start_of(cycle));
}

/// Stores of four bytes, each from its own place of the result buffer.
struct Stores : StoreSource {
  explicit Stores(const Tally& computed) : computed_(computed) {}

  [[nodiscard]] const Tally& ready() const override { return computed_; }
  Store next() override {
    const std::size_t number = next_++;
    return {{.m = number, .group = 0}, 1000 - 4 * number, tiles};
  }
  std::size_t tiles = 1;  ///< of a store

 private:
  const Tally& computed_;
  std::size_t next_ = 0;
};

}  // namespace

TEST_CASE("A loading engine has up to `outstanding` transfers under way, never more", "[dma]") {
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);  // equal names
  constexpr std::size_t kPanels = 60;
  std::vector<std::unique_ptr<MemoryBench>> benches;
  Arch arch = narrow_arch(1, Resident::kActivation);
  arch.memory.buffers.activation_kib = 16;  // all panels are one fill
  const LoopPlan plan(arch, {.m = kPanels, .n = 1, .k = 64});
  for (int& n = arch.memory.dma.outstanding; n <= 13; ++n) benches.push_back(std::make_unique<MemoryBench>(arch));
  for (const auto& bench : benches) bench->load_activations.start(plan, 0);
  sc_core::sc_start();
  for (std::size_t n = 1; n <= benches.size(); ++n) {
    const MemoryBench& bench = *benches[n - 1];
    // With eleven, one per cycle hides the latency of the others; with ten, DRAM idles for a cycle in eleven.
    const std::size_t group = std::min<std::size_t>(n, kDone);
    Cycles expected;
    for (std::size_t i = 0; i < kPanels; ++i) {
      const std::uint64_t end = i / group * kDone + kDone + i % group;
      expected.emplace_back(i < n ? 0 : expected[i - n].second, end);
    }
    CAPTURE(n);
    CHECK(bench.transfers(Track::kActivationDma) == expected);
    CHECK(bench.dram_ports[0].most_under_way() == n);
    CHECK(bench.activation_loaded.count() == kPanels);
  }
}

TEST_CASE("Two fills are loaded at once; the next waits until the first has been released", "[dma]") {
  const Arch arch = narrow_arch(4, Resident::kWeight);
  MemoryBench bench(arch);
  const LoopPlan plan(arch, {.m = 6, .n = 1, .k = 64});  // a panel of the inner operand is a fill
  bench.load_activations.start(plan, 0);
  run_to(bench, 50);
  CHECK(bench.transfers(Track::kActivationDma) == Cycles{{0, kDone}, {0, kDone + 1}});
  bench.activation_released.add_at(60);
  run_to(bench, 59);
  CHECK(bench.dram_ports[0].transactions() == 2);
  run_to(bench, 80);
  CHECK(bench.transfers(Track::kActivationDma).back() == std::pair<std::uint64_t, std::uint64_t>(60, 60 + kDone));
  bench.activation_released.add_at(90);
  bench.activation_released.add_at(90);
  run_to(bench, 110);
  // Two halves are free, not three.
  CHECK(bench.transfers(Track::kActivationDma).size() == 5);
  bench.activation_released.add_at(111);
  sc_core::sc_start();
  const Cycles all = bench.transfers(Track::kActivationDma);
  CHECK(Cycles(all.begin() + 3, all.end()) == Cycles{{90, 90 + kDone}, {90, 91 + kDone}, {111, 111 + kDone}});
  CHECK(bench.activation_loaded.count() == 6);
}

TEST_CASE("A half holds whole panels of the outer operand; the fill after the next waits", "[dma]") {
  const Arch arch = narrow_arch(64, Resident::kWeight);
  MemoryBench bench(arch);
  constexpr std::size_t kBlock = 512 / kPanel;  // in half of a KiB
  const LoopPlan plan(arch, {.m = 1, .n = 3 * kBlock + 1, .k = 64});
  REQUIRE(plan.block() == kBlock);
  std::vector<std::uint8_t>& dram = bench.fill(1 << 18);
  for (std::size_t i = 0; i < dram.size(); ++i) dram[i] = static_cast<std::uint8_t>(i * 7 / 3);
  bench.load_weights.start(plan, kBases[1]);
  run_to(bench, 200);
  CHECK(bench.weight_loaded.count() == 2 * kBlock);
  const auto panel_at = [&](std::size_t panel, std::uint64_t address) {
    const auto* source = dram.data() + kBases[1] + panel * kPanel;
    return bench.array[1].read(address, kPanel) == std::vector<std::uint8_t>(source, source + kPanel);
  };
  for (std::size_t i = 0; i < kBlock; ++i) {
    CHECK(panel_at(i, i * kPanel));
    CHECK(panel_at(kBlock + i, 512 + i * kPanel));
  }
  bench.weight_released.add_at(300);
  run_to(bench, 400);
  CHECK(bench.weight_loaded.count() == 3 * kBlock);
  CHECK(bench.transfers(Track::kWeightDma)[2 * kBlock].first == 300);
  for (std::size_t i = 0; i < kBlock; ++i) {
    CHECK(panel_at(2 * kBlock + i, i * kPanel));
    CHECK(panel_at(kBlock + i, 512 + i * kPanel));  // untouched
  }
  bench.weight_released.add_at(401);
  sc_core::sc_start();
  CHECK(panel_at(3 * kBlock, 512));
  CHECK(panel_at(kBlock + 1, 512 + kPanel));
}

TEST_CASE("What no half holds streams through it, a chunk in each in turn", "[dma]") {
  const Arch arch = narrow_arch(8, Resident::kWeight);
  MemoryBench bench(arch);
  const LoopPlan plan(arch, {.m = 1, .n = 1, .k = std::size_t{64} * 40});  // 14 + 14 + 12 block arrays
  REQUIRE(plan.chunks() == 3);
  bench.load_weights.start(plan, 0);
  run_to(bench, 200);
  CHECK(bench.transfers(Track::kWeightDma) == Cycles{{0, kLatency + 14}, {0, kLatency + 28}});
  bench.weight_released.add_at(200);
  sc_core::sc_start();
  CHECK(bench.transfers(Track::kWeightDma).back() == std::pair<std::uint64_t, std::uint64_t>(200, 200 + kLatency + 12));
}

TEST_CASE("A storing engine stores what is ready, up to `outstanding` at a time, from where it lies", "[dma]") {
  const Arch arch = narrow_arch(2, Resident::kActivation);
  MemoryBench bench(arch);
  Tally ready("ready", bench.clock);
  Stores source(ready);
  StoreDma engine("engine", bench.clock, arch.memory.dma.outstanding, source, bench.stored);
  testbench::ProtocolChecker port("port");
  engine.memory.bind(port.initiator);
  port.target.bind(bench.dram.ports);
  Sram buffer("buffer", 1024);
  engine.buffer.bind(buffer.dma);
  testbench::BufferPort array("array_port");
  array.socket.bind(buffer.array);
  engine.record(&bench.timeline);
  engine.set_data(true);
  buffer.set_storage(true);
  std::vector<std::uint8_t>& dram = bench.fill(1 << 18);
  const LoopPlan plan(arch, {.m = 6, .n = 1, .k = 64});
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  std::vector<std::uint8_t> results(24);
  for (std::size_t i = 0; i < results.size(); ++i) results[i] = static_cast<std::uint8_t>(i + 1);
  for (std::size_t i = 0; i < 6; ++i)
    array.access(tlm::TLM_WRITE_COMMAND, 1000 - 4 * i, std::span(results).subspan(4 * i, 4));

  engine.start(plan, kBases[2]);
  run_to(bench, 5);
  CHECK(port.transactions() == 0);
  ready.add_at(20);
  for (int i = 0; i < 4; ++i) ready.add_at(40);
  run_to(bench, 200);
  // A burst of four bytes takes a ninth of a cycle.
  CHECK(bench.transfers(Track::kResultDma) ==
        Cycles{{20, 20 + kDone}, {40, 40 + kDone}, {40, 40 + kDone}, {51, 51 + kDone}, {51, 51 + kDone}});
  CHECK(port.most_under_way() == 2);
  CHECK(bench.stored.count() == 5);
  source.tiles = 3;  // a store may free several slots
  ready.add_at(200);
  sc_core::sc_start();
  CHECK(bench.stored.count() == 8);
  CHECK(std::ranges::equal(results, std::span(dram).subspan(kBases[2], 24)));
}

TEST_CASE("The engines count what they move, and an error of DRAM ends the simulation", "[dma]") {
  sc_core::sc_report_handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
  const Arch arch = narrow_arch(4, Resident::kActivation);
  MemoryBench bench(arch);
  bench.fill(2 * kPanel);
  const LoopPlan plan(arch, {.m = 2, .n = 1, .k = 64});
  bench.load_activations.start(plan, 0);
  sc_core::sc_start();
  const Statistics statistics = bench.load_activations.statistics();
  REQUIRE(statistics.size() == 2);
  CHECK(statistics[0].name == "load_activations.transfers");
  CHECK(statistics[0].value == 2);
  CHECK(statistics[1].name == "load_activations.bytes");
  CHECK(statistics[1].unit == "bytes");
  CHECK(statistics[1].value == 2 * kPanel);
  bench.load_weights.start(plan, kPanel + 1);  // a byte too far
  CHECK_THROWS_WITH(sc_core::sc_start(), Catch::Contains("TLM_ADDRESS_ERROR_RESPONSE"));
}

TEST_CASE("A buffer takes accesses up to its last byte", "[dma]") {
  MemoryBench bench(narrow_arch(1, Resident::kActivation));
  bench.fill(0);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  std::vector<std::uint8_t> data = {1, 2, 3, 4};
  const auto read = [&](std::uint64_t address) { return bench.array[0].access(tlm::TLM_READ_COMMAND, address, data); };
  CHECK(read(1020) == tlm::TLM_OK_RESPONSE);
  CHECK(read(1021) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(read(~std::uint64_t{0} - 1) == tlm::TLM_ADDRESS_ERROR_RESPONSE);  // its end wraps around
}
