// The cycles of the array: docs/cycles.md against the state machine.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <vector>

#include "bcq/sim/array_run.hpp"
#include "bcq/sim/array_timing.hpp"
#include "bcq/sim/stall_pattern.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

struct Totals {
  std::vector<std::uint64_t> result_cycles;
  std::uint64_t issued = 0, drain_stalls = 0;
};

/// Runs `tiles` tiles with sources and sink that follow `stalls`.
Totals run(const Arch& arch, std::size_t k, std::size_t tiles, const StallPattern& stalls = {}) {
  ArrayTiming timing(arch, k);
  const std::size_t beats = ceil_div(k, static_cast<std::size_t>(arch.lanes)) * tiles;
  const std::size_t results = tiles * static_cast<std::size_t>(arch.rows);
  std::size_t act_sent = 0, wgt_sent = 0;
  bool act_offered = false, wgt_offered = false;
  Totals totals;
  for (std::uint64_t cycle = 0; totals.result_cycles.size() < results; ++cycle) {
    REQUIRE(cycle < 1000 * (beats + results + 100));
    act_offered = act_offered || (act_sent < beats && !stalls.stalled(Stream::kActivation, cycle));
    wgt_offered = wgt_offered || (wgt_sent < beats && !stalls.stalled(Stream::kWeight, cycle));
    const auto events = timing.clock({act_offered, wgt_offered, !stalls.stalled(Stream::kResult, cycle)});
    if (events.act_taken) {
      act_offered = false;
      ++act_sent;
    }
    if (events.wgt_taken) {
      wgt_offered = false;
      ++wgt_sent;
    }
    if (events.res_taken) totals.result_cycles.push_back(cycle);
    totals.issued += events.issued ? 1 : 0;
    totals.drain_stalls += events.drain_stall ? 1 : 0;
  }
  return totals;
}

Arch arch_of(int rows, int lanes, int la) {
  Arch arch;
  arch.rows = rows;
  arch.lanes = lanes;
  arch.format.la = la;
  return arch;
}

}  // namespace

TEST_CASE("Without stalls a GEMM takes B + (T-1) max(B, ROWS) + 12 + ROWS cycles", "[timing]") {
  for (const int rows : {1, 2, 3, 8, 16, 33}) {
    for (const int lanes : {1, 8, 64}) {
      const Arch arch = arch_of(rows, lanes, 64);
      for (const std::size_t k : {1U, 7U, 64U, 65U, 300U, 1000U}) {
        for (const std::size_t tiles : {1U, 2U, 5U}) {
          CAPTURE(rows, lanes, k, tiles);
          const std::size_t b = ceil_div(k, static_cast<std::size_t>(lanes));
          const auto r = static_cast<std::size_t>(rows);
          const Totals totals = run(arch, k, tiles);
          CHECK(totals.result_cycles.back() + 1 == b + (tiles - 1) * std::max(b, r) + 12 + r);
          CHECK(totals.issued == b * tiles);
        }
      }
    }
  }
}

TEST_CASE("A tile as long as the drain has no bubble, one beat less stalls by one cycle a tile", "[timing]") {
  const Arch arch = arch_of(16, 16, 64);
  CHECK(run(arch, 16 * 16, 10).drain_stalls == 0);
  // Of ten tiles nine wait, one cycle each.
  CHECK(run(arch, 15 * 16, 10).drain_stalls == 9);
}

TEST_CASE("The first result row of a tile comes thirteen cycles after its last beat", "[timing]") {
  const Totals totals = run(arch_of(4, 16, 64), 160, 1);
  const std::uint64_t last_beat_moves = 9;  // ten beats, the first in cycle 0
  CHECK(totals.result_cycles.front() == last_beat_moves + 13);
}

TEST_CASE("Stalls lose and duplicate nothing, and never make a run shorter", "[timing]") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; ++i) {
    const Arch arch = arch_of(1 + static_cast<int>(random() % 9), 1 << (random() % 6), 64);
    const std::size_t k = 1 + random() % 400;
    const std::size_t tiles = 1 + random() % 5;
    const auto percent = [&] { return static_cast<std::uint32_t>(random() % 95); };
    const StallPattern stalls{random(), {percent(), percent(), percent()}};
    CAPTURE(arch.rows, arch.lanes, k, tiles, stalls.percent[0], stalls.percent[1], stalls.percent[2]);
    const Totals free = run(arch, k, tiles);
    const Totals stalled = run(arch, k, tiles, stalls);
    CHECK(stalled.issued == free.issued);
    for (std::size_t beat = 0; beat < free.result_cycles.size(); ++beat) {
      REQUIRE(stalled.result_cycles[beat] >= free.result_cycles[beat]);
    }
  }
}

TEST_CASE("The sequencer marks block arrays and tiles as the contract says", "[timing]") {
  BeatSequencer sequencer(100, 32, 16);  // block arrays of 2, 2, 2 beats and a last one of 4 scalars
  const bool array_first[] = {true, false, true, false, true, false, true};
  const bool array_last[] = {false, true, false, true, false, true, true};
  for (int tile = 0; tile < 2; ++tile) {
    for (std::size_t beat = 0; beat < 7; ++beat) {
      const BeatPosition position = sequencer.position();
      CHECK(position.first_scalar == beat * 16);
      CHECK(position.array_first == array_first[beat]);
      CHECK(position.array_last == array_last[beat]);
      CHECK(position.tile_first == (beat < 2));
      CHECK(position.tile_last == (beat == 6));
      sequencer.next();
    }
  }
}

TEST_CASE("A stall pattern stalls its share of cycles, independently per stream", "[timing]") {
  const StallPattern pattern{42, {30, 30, 0}};
  int stalled = 0, equal = 0;
  constexpr int kCycles = 100'000;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const auto at = static_cast<std::uint64_t>(cycle);
    const bool act = pattern.stalled(Stream::kActivation, at);
    stalled += act ? 1 : 0;
    equal += act == pattern.stalled(Stream::kWeight, at) ? 1 : 0;
    REQUIRE_FALSE(pattern.stalled(Stream::kResult, at));
    if (!act) REQUIRE(pattern.next_free(Stream::kActivation, at) == at);
  }
  CHECK(stalled == Approx(0.30 * kCycles).margin(600));
  CHECK(equal == Approx((0.3 * 0.3 + 0.7 * 0.7) * kCycles).margin(800));
}
