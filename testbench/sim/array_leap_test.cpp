// Leaping against stepping: the recurrences of ArrayLeap yield the very cycles of ArrayTiming.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <vector>

#include "bcq/sim/array_timing.hpp"
#include "bcq/sim/machine/array_leap.hpp"

using namespace bcq::sim;

namespace {

/// Tiles of equal length, cut into runs with an arrival each, and the cycles from which their rows are taken.
struct Case {
  Arch arch;
  std::size_t k = 0;
  std::vector<std::vector<ArrayLeap::Run>> tiles;
  std::vector<std::uint64_t> sinks;
};

/// What both models tell.
struct Outcome {
  std::vector<std::uint64_t> issues;  ///< of the last beat of every run
  std::vector<std::uint64_t> first_rows, last_rows;
  OperandWaits waits;
  std::uint64_t frozen = 0, result_full = 0, issued = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome step(const Case& c) {
  ArrayTiming timing(c.arch, c.k);
  std::vector<ArrayLeap::Run> runs;
  for (const auto& tile : c.tiles) runs.insert(runs.end(), tile.begin(), tile.end());
  const auto rows = static_cast<std::uint64_t>(c.arch.rows);
  std::uint64_t taken[2] = {0, 0}, rows_taken = 0, all_beats = 0;
  std::vector<std::uint64_t> ends;
  for (const auto& run : runs) ends.push_back(all_beats += run.beats);
  const auto from = [&](int operand) {
    const auto run = runs[static_cast<std::size_t>(std::ranges::upper_bound(ends, taken[operand]) - ends.begin())];
    return operand == 0 ? run.activation_from : run.weight_from;
  };
  Outcome out;
  std::size_t run = 0;
  for (std::uint64_t cycle = 0; rows_taken < rows * c.tiles.size(); ++cycle) {
    REQUIRE(cycle < 1'000'000);
    const bool offers[2] = {taken[0] < all_beats && cycle >= from(0), taken[1] < all_beats && cycle >= from(1)};
    const bool ready = cycle >= c.sinks[rows_taken / rows];
    const bool missing[2] = {taken[0] == out.issued, taken[1] == out.issued};
    const bool waiting_row = timing.res_valid() && !ready;
    const auto events = timing.clock({offers[0], offers[1], ready});
    if (!events.issued && !events.drain_stall && out.issued < all_beats) {
      out.waits.both += missing[0] && missing[1] ? 1 : 0;
      out.waits.activation += missing[0] && !missing[1] ? 1 : 0;
      out.waits.weight += missing[1] && !missing[0] ? 1 : 0;
    }
    out.frozen += events.drain_stall ? 1 : 0;
    out.result_full += events.drain_stall && waiting_row ? 1 : 0;
    if (events.issued && ++out.issued == ends[run]) {
      out.issues.push_back(cycle);
      ++run;
    }
    taken[0] += events.act_taken ? 1 : 0;
    taken[1] += events.wgt_taken ? 1 : 0;
    if (!events.res_taken) continue;
    if (rows_taken % rows == 0) out.first_rows.push_back(cycle);
    if (++rows_taken % rows == 0) out.last_rows.push_back(cycle);
  }
  return out;
}

/// Opens sinks `ahead` of need (all of them at once, or only when nothing else goes on).
Outcome leap(const Case& c, bool ahead) {
  ArrayLeap array(c.arch.rows);
  Outcome out;
  std::size_t opened = 0;
  std::uint64_t known = 0;  // what was learnt last: nothing that followed from it may lie before
  const auto open = [&] {
    REQUIRE(opened < c.sinks.size());
    known = c.sinks[opened];
    array.open_sink(c.sinks[opened++]);
  };
  const auto collect = [&] {
    while (const auto rows = array.rows()) {
      out.first_rows.push_back(rows->first);
      out.last_rows.push_back(rows->last);
      if (!ahead) CHECK(rows->last >= known);
    }
  };
  while (ahead && opened < c.sinks.size()) open();
  for (const auto& tile : c.tiles) {
    for (const auto& run : tile) {
      array.push(run);
      auto issued = array.issue();
      const bool held = !issued;
      while (!issued) {
        open();
        collect();
        issued = array.issue();
      }
      if (held) CHECK(*issued >= known);
      out.issues.push_back(*issued);
      collect();
    }
  }
  while (opened < c.sinks.size()) {
    open();
    collect();
  }
  out.waits = array.waits();
  out.frozen = array.frozen().cycles;
  out.result_full = array.frozen().result_full;
  out.issued = array.issued();
  return out;
}

Case random_case(std::mt19937_64& random) {
  Case c;
  const auto upto = [&](std::uint64_t n) { return random() % (n + 1); };
  c.arch.rows = 1 + static_cast<int>(upto(random() % 4 == 0 ? 40 : 6));
  c.arch.lanes = 1;
  c.k = 1 + upto(random() % 3 == 0 ? 200 : 8);
  const std::uint64_t slowness = 1 + upto(random() % 2 == 0 ? 4 : 60);
  std::uint64_t arrivals[2] = {upto(20), upto(20)}, sink = 0;
  const std::size_t tiles = 1 + upto(12);
  for (std::size_t t = 0; t < tiles; ++t) {
    auto& runs = c.tiles.emplace_back();
    for (std::uint64_t left = c.k; left > 0;) {
      const std::uint64_t beats = std::min(left, 1 + upto(random() % 2 == 0 ? left : 5));
      left -= beats;
      runs.push_back({beats, arrivals[0], arrivals[1], left == 0});
      if (random() % 2 == 0) arrivals[random() % 2] += upto(beats * slowness);
    }
    c.sinks.push_back(sink);
    if (random() % 3 == 0) sink += upto((c.k + static_cast<std::uint64_t>(c.arch.rows)) * slowness);
  }
  return c;
}

}  // namespace

TEST_CASE("Leaping gives the cycles of stepping, whatever arrives when", "[leap]") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 6000; ++i) {
    const Case c = random_case(random);
    CAPTURE(i, c.arch.rows, c.k, c.tiles.size());
    const Outcome stepped = step(c);
    for (const bool ahead : {true, false}) {
      CAPTURE(ahead);
      const Outcome leaped = leap(c, ahead);
      CHECK(leaped.issues == stepped.issues);
      CHECK(leaped.first_rows == stepped.first_rows);
      CHECK(leaped.last_rows == stepped.last_rows);
      CHECK(leaped.waits == stepped.waits);
      CHECK(leaped.frozen == stepped.frozen);
      CHECK(leaped.result_full == stepped.result_full);
      REQUIRE(leaped == stepped);
    }
  }
}

TEST_CASE("Without waits leaping gives the closed form", "[leap]") {
  ArrayLeap array(16);
  constexpr std::uint64_t kTiles = 1000, kBeats = 500;
  for (std::uint64_t tile = 0; tile < kTiles; ++tile) {
    array.open_sink(0);
    array.push({kBeats, 0, 0, true});
    REQUIRE(array.issue());
  }
  std::uint64_t last = 0;
  while (const auto rows = array.rows()) last = rows->last;
  CHECK(last + 1 == kBeats + (kTiles - 1) * kBeats + 12 + 16);
  CHECK(array.frozen().cycles == 0);
}
