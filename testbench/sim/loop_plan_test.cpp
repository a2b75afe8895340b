// The plan of a GEMM: every tile once, every byte where it belongs, reuse as the buffers allow.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "bcq/error.hpp"
#include "bcq/sim/machine/loop_plan.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

constexpr Operand kOperands[] = {Operand::kActivation, Operand::kWeight};

Arch small_arch(int rows, int cols) {
  Arch arch;
  arch.rows = rows;
  arch.cols = cols;
  arch.memory.buffers = {.activation_kib = 16, .weight_kib = 16, .result_kib = 4};
  arch.memory.dma.transfer_kib = 1;
  return arch;
}

/// Plays the loads and uses of a plan; checks that every use finds its fill and nothing is overwritten too early.
void check_plan(const LoopPlan& plan, std::size_t half_bytes) {
  std::set<std::pair<std::size_t, std::size_t>> tiles;
  std::vector<std::pair<std::size_t, std::size_t>> results;
  std::size_t released[2] = {0, 0};
  std::size_t used[2] = {0, 0};  // transfers used so far
  for (std::size_t order = 0; order < plan.tiles(); ++order) {
    const TileAt tile = plan.tile(order);
    CHECK(tiles.insert({tile.m, tile.n}).second);
    results.emplace_back(plan.store_offset(plan.store_of(tile)), plan.store_bytes(plan.store_of(tile)));
    std::size_t beats = 0;
    for (std::size_t chunk = 0; chunk < plan.chunks(); ++chunk) {
      beats += plan.beats_in(chunk);
      for (const Operand operand : kOperands) {
        const auto i = static_cast<std::size_t>(operand);
        const std::size_t number = plan.use(order).transfer(operand, chunk);
        const Transfer transfer = plan.transfer(operand, number);
        REQUIRE(transfer.panel == (i == 0 ? tile.m : tile.n));
        REQUIRE(transfer.chunk == chunk);
        REQUIRE(transfer.fill == released[i]);  // neither released before, nor in the half after the next
        REQUIRE(transfer.target + transfer.bytes <= half_bytes);
        REQUIRE(transfer.source + transfer.bytes <= plan.layout(operand).bytes());
        used[i] = std::max(used[i], number + 1);
        if (plan.use(order).releases(operand, chunk + 1 == plan.chunks())) ++released[i];
      }
    }
    CHECK(beats == plan.beats_per_tile());
  }
  CHECK(tiles.size() == plan.layout(Operand::kActivation).panels * plan.layout(Operand::kWeight).panels);
  std::ranges::sort(results);
  std::size_t end = 0;
  for (const auto& [offset, bytes] : results) {
    REQUIRE(offset == end);
    end += bytes;
  }
  CHECK(end == plan.size().m * plan.size().n * 4);
  for (const Operand operand : kOperands) {
    const auto i = static_cast<std::size_t>(operand);
    CHECK(used[i] == plan.transfers(operand));
    std::uint64_t bytes = 0;
    std::size_t last_fill = 0;
    for (std::size_t number = 0; number < plan.transfers(operand); ++number) {
      const Transfer transfer = plan.transfer(operand, number);
      bytes += transfer.bytes;
      REQUIRE(transfer.fill - last_fill <= 1);
      last_fill = transfer.fill;
    }
    CHECK(bytes == plan.loaded_bytes(operand));
    CHECK(released[i] == last_fill + 1);
  }
}

}  // namespace

TEST_CASE("A plan computes every tile once and loads what it uses", "[plan]") {
  std::mt19937_64 random(2);
  const auto upto = [&](std::size_t n) { return 1 + random() % n; };
  for (int i = 0; i < 300; ++i) {
    Arch arch = small_arch(static_cast<int>(upto(8)), static_cast<int>(upto(8)));
    arch.memory.buffers.activation_kib = static_cast<int>(upto(16));
    arch.memory.buffers.weight_kib = arch.memory.buffers.activation_kib;
    arch.memory.resident = static_cast<Resident>(random() % 3);
    const GemmSize size{upto(60), upto(60), upto(3000)};
    CAPTURE(i, arch.rows, arch.cols, size.m, size.n, size.k, arch.memory.buffers.activation_kib);
    check_plan(LoopPlan(arch, size), static_cast<std::size_t>(arch.memory.buffers.activation_kib) * 512);
  }
}

TEST_CASE("What is held is loaded once, what is not again and again", "[plan]") {
  // A panel of 4 lines of 1024 scalars: 16 block arrays of 36 bytes each, 2304 bytes; a half holds three of them.
  Arch arch = small_arch(4, 4);
  arch.memory.resident = Resident::kActivation;
  const LoopPlan plan(arch, {.m = 24, .n = 40, .k = 1024});
  CHECK(plan.block() == 3);
  CHECK(plan.loaded_bytes(Operand::kActivation) == 24 * 16 * 36);
  CHECK(plan.loaded_bytes(Operand::kWeight) == 2 * 40 * 16 * 36);

  // 64 block arrays of a panel fill 9216 bytes: a half holds none, every tile loads both.
  const LoopPlan streamed(arch, {.m = 24, .n = 40, .k = 4096});
  CHECK_FALSE(streamed.holds_panels(Operand::kActivation));
  CHECK(streamed.loaded_bytes(Operand::kActivation) == 10ULL * 24 * 64 * 36);
  CHECK(streamed.loaded_bytes(Operand::kWeight) == 6ULL * 40 * 64 * 36);
}

TEST_CASE("Left alone, a plan moves as little as either order can", "[plan]") {
  Arch arch = small_arch(4, 4);
  for (const GemmSize size : {GemmSize{24, 400, 1024}, GemmSize{400, 24, 1024}, GemmSize{64, 64, 5000}}) {
    const auto loaded = [&](Resident resident) {
      arch.memory.resident = resident;
      const LoopPlan plan(arch, size);
      return plan.loaded_bytes(Operand::kActivation) + plan.loaded_bytes(Operand::kWeight);
    };
    CHECK(loaded(Resident::kAuto) == std::min(loaded(Resident::kActivation), loaded(Resident::kWeight)));
  }
}

TEST_CASE("A buffer too small for one block array or two tiles is refused with its key", "[plan]") {
  Arch arch = small_arch(64, 4);
  arch.memory.buffers.activation_kib = 4;
  CHECK_THROWS_WITH(LoopPlan(arch, {8, 8, 64}),
                    Catch::Contains("buffers.activation_kib = 4") && Catch::Contains("2304"));
  arch = small_arch(64, 64);
  CHECK_THROWS_WITH(LoopPlan(arch, {8, 8, 64}), Catch::Contains("buffers.result_kib = 4"));
}
