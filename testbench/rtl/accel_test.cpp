// bcq_accel: registers, refusals, halts and aborts (docs/accel.md). That its values and cycles are right is what
// co-verification shows; here a legal run is the reference for all others.
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "VAccel.h"
#include "VAccelFrozen.h"
#include "accel_host.hpp"
#include "bcq/beat.hpp"
#include "bcq/sim/registers.hpp"
#include "ports.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

namespace registers = sim::registers;

constexpr std::uint32_t kRows = 2, kCols = 3, kLanes = 2, kKMax = 32;
constexpr BcqFormat kFormat{.lb = 2, .la = 4, .nc = 2, .bc = 4};
constexpr std::uint32_t kOne = 0x3F800000;
constexpr std::uint32_t kScaleLsb = kLanes * 4 + 1;  // above the indices and the selector
constexpr std::uint32_t kBeatBits = kScaleLsb + 8;

/// A beat of an operand stream.
struct OperandBeat {
  std::vector<std::uint32_t> words;
  bool last = false;
};

/// Two operand streams of a run.
struct Operands {
  std::vector<OperandBeat> act, wgt;
};

/// What a run yielded.
struct Outcome {
  std::vector<std::uint32_t> words;  ///< [result beats, cols]
  std::size_t beats = 0;
  bool last_seen = false;
  std::size_t act_taken = 0, wgt_taken = 0;
};

OperandBeat random_beat(Random& random, std::uint32_t lines) {
  OperandBeat beat{std::vector<std::uint32_t>(4)};
  for (std::uint32_t line = 0; line < lines; ++line) {
    const std::uint32_t scale = static_cast<std::uint32_t>(random.between(0, 0x7E) | random.between(0, 1) << 7);
    BitSpan(beat.words).put(line * kBeatBits, kScaleLsb, random.word() & ((1U << kScaleLsb) - 1));
    BitSpan(beat.words).put(line * kBeatBits + kScaleLsb, 8, scale);
  }
  return beat;
}

void set_scale(OperandBeat& beat, std::uint32_t line, std::uint32_t code) {
  BitSpan(beat.words).put(line * kBeatBits + kScaleLsb, 8, code);
}

Operands random_operands(Random& random, std::size_t beats) {
  Operands operands;
  for (std::size_t i = 0; i < beats; ++i) {
    operands.act.push_back(random_beat(random, kRows));
    operands.wgt.push_back(random_beat(random, kCols));
  }
  operands.act.back().last = operands.wgt.back().last = true;
  return operands;
}

template <class Top>
class Bench {
 public:
  using Host = testbench::AccelHost<Top>;
  using Response = typename Host::Response;

  Bench() : host((unit_.settle(), *unit_.operator->())) { host.reset(); }

  Top& top() { return *unit_.operator->(); }

  void load() {
    std::vector<std::int32_t> codewords(2 * 16 * 2);
    for (std::size_t i = 0; i < codewords.size(); ++i) codewords[i] = static_cast<std::int32_t>(i % 15) - 7;
    host.load_codebooks(codewords, true);
  }

  /// Clears all events and returns what they were.
  std::uint32_t take_events() {
    const std::uint32_t events = host.read(registers::kEvents);
    host.write(registers::kEvents, events);
    return events;
  }

  /// Streams until nothing has moved for 50 cycles; writes an ABORT in cycle `abort_at`.
  Outcome stream(const Operands& operands, int stalls, int abort_at = -1) {
    Outcome out;
    bool act_valid = false, wgt_valid = false;
    for (int cycle = 0, quiet = 0; quiet < 50 || cycle <= abort_at; ++cycle, ++quiet) {
      top().s_axil_awvalid = top().s_axil_wvalid = cycle == abort_at;
      top().s_axil_awaddr = registers::kControl;
      top().s_axil_wdata = registers::kControlAbort;
      top().s_axil_wstrb = 0xF;
      act_valid = act_valid || (out.act_taken < operands.act.size() && !random.chance(stalls));
      wgt_valid = wgt_valid || (out.wgt_taken < operands.wgt.size() && !random.chance(stalls));
      top().s_axis_act_tvalid = act_valid;
      top().s_axis_wgt_tvalid = wgt_valid;
      if (act_valid) offer(operands.act[out.act_taken], top().s_axis_act_tdata, top().s_axis_act_tlast);
      if (wgt_valid) offer(operands.wgt[out.wgt_taken], top().s_axis_wgt_tdata, top().s_axis_wgt_tlast);
      top().m_axis_res_tready = !random.chance(stalls);
      host.settle();
      const bool act = act_valid && top().s_axis_act_tready;
      const bool wgt = wgt_valid && top().s_axis_wgt_tready;
      const bool res = top().m_axis_res_tvalid && top().m_axis_res_tready;
      if (res) {
        testbench::sample(top().m_axis_res_tdata, kCols, out.words);
        ++out.beats;
        if (out.last_seen) FAIL("a result beat after TLAST");
        out.last_seen = top().m_axis_res_tlast;
      }
      host.rising_edge();
      if (act) act_valid = false, ++out.act_taken;
      if (wgt) wgt_valid = false, ++out.wgt_taken;
      if (act || wgt || res || cycle == abort_at) quiet = 0;
    }
    top().m_axis_res_tready = 0;
    return out;
  }

  /// Takes back what waits on the operand streams, as a reset of the DMA does.
  void withdraw() { top().s_axis_act_tvalid = top().s_axis_wgt_tvalid = 0; }

 private:
  template <class Data, class Last>
  static void offer(const OperandBeat& beat, Data& data, Last& last) {
    testbench::drive(data, beat.words.data());
    last = beat.last;
  }

  Unit<Top> unit_;

 public:
  Host host;
  Random random;
};

using Programmable = Bench<VAccel>;
using Frozen = Bench<VAccelFrozen>;

constexpr std::uint32_t kK = 11, kTiles = 5;
constexpr std::size_t kBeatsPerTile = 6, kBeats = kTiles * kBeatsPerTile;

}  // namespace

TEMPLATE_TEST_CASE("accel: registers say what was built and start at 0", "[rtl][accel]", Programmable, Frozen) {
  TestType bench;
  const bool frozen = std::is_same_v<TestType, Frozen>;
  CHECK(bench.host.read(registers::kId) == 0x42435101);
  CHECK(bench.host.read(registers::kArray) == (kCols << 16 | kRows));
  CHECK(bench.host.read(registers::kBeat) == (4U << 16 | kLanes));
  CHECK(bench.host.read(registers::kFormat) == (frozen ? 1U << 20 : 0U) + (4U << 16 | 2U << 8 | 2U));
  CHECK(bench.host.read(registers::kKMax) == kKMax);
  CHECK(bench.host.read(registers::kControl) == 0);
  CHECK(bench.host.read(registers::kStatus) == (frozen ? registers::kStatusLoaded : 0U));
  for (std::uint32_t offset = registers::kEvents; offset <= registers::kResBeatsHi; offset += 4)
    CHECK(bench.host.read(offset) == 0);
}

TEST_CASE("accel: illegal accesses get SLVERR, are remembered and do nothing", "[rtl][accel]") {
  Programmable bench;
  using Response = Programmable::Response;
  CHECK(bench.host.write(registers::kK, 7) == Response::kOkay);
  CHECK(bench.take_events() == 0);
  for (const std::uint32_t offset : {registers::kId, registers::kStatus, registers::kTilesDone, registers::kCyclesLo,
                                     registers::kResBeatsHi, 0x6CU, 0x7CU, registers::kK + 1, registers::kK + 2}) {
    CAPTURE(offset);
    CHECK(bench.host.write(offset, ~0U) == Response::kSlaveError);
    CHECK(bench.take_events() == registers::kEventsErrAccess);
  }
  for (std::uint32_t strobes = 0; strobes < 0xF; ++strobes) {
    CHECK(bench.host.write(registers::kK, ~0U, strobes) == Response::kSlaveError);
    CHECK(bench.take_events() == registers::kEventsErrAccess);
  }
  CHECK(bench.host.read(registers::kK) == 7);
  for (const std::uint32_t offset : {0x6CU, 0x70U, 0x7CU, 0x25U, 0x26U, 0x27U}) {
    CHECK(bench.host.read(offset, Response::kSlaveError) == 0);
    CHECK(bench.take_events() == registers::kEventsErrAccess);
  }
}

TEST_CASE("accel: configuration registers hold what is written", "[rtl][accel]") {
  Programmable bench;
  for (const std::uint32_t offset : {registers::kK, registers::kScale, registers::kTiles}) {
    for (const std::uint32_t value : {~0U, 0x12345678U, 0U}) {
      bench.host.write(offset, value);
      CHECK(bench.host.read(offset) == value);
    }
  }
  bench.host.write(registers::kEnable, ~0U);
  CHECK(bench.host.read(registers::kEnable) == 0xFFFFF);
}

TEST_CASE("accel: what must not start does not, and says why", "[rtl][accel]") {
  Programmable bench;
  const auto refused = [&](std::uint32_t k, std::uint32_t scale, std::uint32_t tiles) {
    bench.host.start(k, scale, tiles);
    CHECK((bench.host.read(registers::kStatus) & registers::kStatusBusy) == 0);
    return bench.take_events();
  };
  CHECK(refused(1, kOne, 1) == registers::kEventsErrUnloaded);
  bench.load();
  CHECK(refused(0, kOne, 1) == registers::kEventsErrK);
  CHECK(refused(kKMax + 1, kOne, 1) == registers::kEventsErrK);
  CHECK(refused(0x80000001, kOne, 1) == registers::kEventsErrK);
  CHECK(refused(1, kOne, 0) == registers::kEventsErrTiles);
  for (const std::uint32_t scale : {0x7F800000U, 0xFF800000U, 0x7FC00000U, 0x7F800001U})
    CHECK(refused(1, scale, 1) == registers::kEventsErrScale);
  CHECK(refused(0, 0x7F800000, 0) ==
        (registers::kEventsErrK | registers::kEventsErrTiles | registers::kEventsErrScale));
  bench.host.write(registers::kControl, registers::kControlStart | registers::kControlAbort);
  bench.host.rising_edge();
  bench.host.rising_edge();
  CHECK((bench.take_events() & (registers::kEventsErrBusy | registers::kEventsAborted)) ==
        (registers::kEventsErrBusy | registers::kEventsAborted));
  for (const std::uint32_t scale : {0U, 0x80000000U, 1U, 0x7F7FFFFFU}) {
    bench.host.start(kKMax, scale, 1);
    CHECK(bench.host.read(registers::kStatus) == (registers::kStatusBusy | registers::kStatusLoaded));
    bench.host.write(registers::kControl, registers::kControlAbort);
    for (int i = 0; i < 4; ++i) bench.host.rising_edge();
    CHECK(bench.take_events() == registers::kEventsAborted);
  }
}

TEST_CASE("accel: a run locks its configuration, whatever the timing", "[rtl][accel]") {
  for (int wait = 0; wait < 3; ++wait) {
    Programmable bench;
    bench.load();
    bench.host.write(registers::kK, kK);
    bench.host.write(registers::kScale, kOne);
    bench.host.write(registers::kTiles, kTiles);
    bench.host.write(registers::kControl, registers::kControlStart);
    for (int i = 0; i < wait; ++i) bench.host.rising_edge();
    for (const std::uint32_t offset : {registers::kK, registers::kScale, registers::kTiles}) {
      CHECK(bench.host.write(offset, 1) == Programmable::Response::kSlaveError);
      CHECK(bench.take_events() == (registers::kEventsErrBusy | registers::kEventsErrAccess));
    }
    bench.host.write(registers::kControl, registers::kControlStart);
    CHECK(bench.take_events() == registers::kEventsErrBusy);
    CHECK(bench.host.read(registers::kK) == kK);
    const Outcome out = bench.stream(random_operands(bench.random, kBeats), 30);
    CHECK(out.beats == kTiles * kRows);
    CHECK(bench.take_events() == registers::kEventsDone);
    // START one, two or three cycles after an ABORT: never lost in silence.
    bench.host.write(registers::kControl, registers::kControlAbort);
    for (int i = 0; i < wait; ++i) bench.host.rising_edge();
    bench.host.write(registers::kControl, registers::kControlStart);
    bench.host.rising_edge();
    const bool busy = (bench.host.read(registers::kStatus) & registers::kStatusBusy) != 0;
    const bool error = (bench.take_events() & registers::kEventsErrBusy) != 0;
    CHECK(busy != error);
  }
}

TEST_CASE("accel: events interrupt where they are enabled", "[rtl][accel]") {
  Programmable bench;
  bench.host.start(1, kOne, 1);  // not loaded
  CHECK_FALSE(bench.top().irq);
  bench.host.write(registers::kEnable, ~registers::kEventsErrUnloaded);
  bench.host.rising_edge();
  CHECK_FALSE(bench.top().irq);
  bench.host.write(registers::kEnable, registers::kEventsErrUnloaded);
  bench.host.rising_edge();
  CHECK(bench.top().irq);
  bench.host.write(registers::kEvents, ~registers::kEventsErrUnloaded);
  CHECK(bench.top().irq);
  bench.host.write(registers::kEvents, registers::kEventsErrUnloaded);
  bench.host.rising_edge();
  CHECK_FALSE(bench.top().irq);
}

TEST_CASE("accel: codebooks are loaded whole and legal or not at all", "[rtl][accel]") {
  Programmable bench;
  const std::vector<std::int32_t> zeros(200);
  const auto load = [&](std::size_t codewords, std::size_t bad_at, std::int32_t bad) {
    std::vector<std::int32_t> set(codewords, 7);
    if (bad_at < codewords) set[bad_at] = bad;
    bench.host.load_codebooks(set, true);
    const bool loaded = (bench.host.read(registers::kStatus) & registers::kStatusLoaded) != 0;
    const std::uint32_t events = bench.take_events();
    CHECK(loaded == (events == 0));
    return events;
  };
  const std::size_t none = 1000;
  CHECK(load(64, none, 0) == 0);
  CHECK(load(64, 63, -7) == 0);
  for (const std::size_t length : {1U, 32U, 63U, 65U, 128U, 200U})
    CHECK(load(length, none, 0) == registers::kEventsErrCbLength);
  CHECK(load(64, none, 0) == 0);
  for (const std::int32_t bad : {8, -8, 127, -128, 9, 16, 64, -9})
    for (const std::size_t place : {0U, 31U, 63U}) CHECK(load(64, place, bad) == registers::kEventsErrCodeword);
  CHECK(load(64, 0, 0) == 0);
  // A set under way: not loaded from its first codeword on.
  bench.host.load_codebooks(std::vector<std::int32_t>(1), false);
  CHECK(bench.host.read(registers::kStatus) == 0);
  bench.host.start(1, kOne, 1);
  CHECK(bench.take_events() == registers::kEventsErrUnloaded);
  bench.host.load_codebooks(std::vector<std::int32_t>(63), true);
  CHECK(bench.host.read(registers::kStatus) == registers::kStatusLoaded);
}

TEMPLATE_TEST_CASE("accel: runs follow each other, beats beyond a run wait for the next", "[rtl][accel]", Programmable,
                   Frozen) {
  TestType bench;
  if (std::is_same_v<TestType, Programmable>) bench.load();
  const Operands one = random_operands(bench.random, kBeats);
  bench.host.start(kK, kOne, kTiles);
  const Outcome reference = bench.stream(one, 0);
  CHECK(reference.beats == kTiles * kRows);
  CHECK(reference.last_seen);
  CHECK(bench.take_events() == registers::kEventsDone);

  Operands two = one;
  two.act.insert(two.act.end(), one.act.begin(), one.act.end());
  two.wgt.insert(two.wgt.end(), one.wgt.begin(), one.wgt.end());
  bench.host.start(kK, kOne, kTiles);
  const Outcome first = bench.stream(two, 40);
  CHECK(first.words == reference.words);
  CHECK(first.act_taken == kBeats);
  CHECK(first.wgt_taken == kBeats);
  CHECK(bench.host.read_counter(registers::kActBeatsLo) == kBeats);
  two.act.erase(two.act.begin(), two.act.begin() + kBeats);
  two.wgt.erase(two.wgt.begin(), two.wgt.begin() + kBeats);
  CHECK(bench.take_events() == registers::kEventsDone);
  bench.host.start(kK, kOne, kTiles);
  const Outcome second = bench.stream(two, 40);
  CHECK(second.words == reference.words);
  CHECK(bench.take_events() == registers::kEventsDone);
}

namespace {

/// One fault in an operand stream, and what it must cause.
struct Fault {
  std::string_view name;
  bool weight;
  enum Kind { kNan, kEarlyLast, kMissingLast } kind;
  std::uint32_t event;
};

constexpr std::array<Fault, 6> kFaults = {{
    {"NaN activation", false, Fault::kNan, registers::kEventsErrActNan},
    {"NaN weight", true, Fault::kNan, registers::kEventsErrWgtNan},
    {"early TLAST, activation", false, Fault::kEarlyLast, registers::kEventsErrActLength},
    {"early TLAST, weight", true, Fault::kEarlyLast, registers::kEventsErrWgtLength},
    {"no TLAST, activation", false, Fault::kMissingLast, registers::kEventsErrActLength},
    {"no TLAST, weight", true, Fault::kMissingLast, registers::kEventsErrWgtLength},
}};

/// Puts the fault into the stream; returns the index of the beat that must be refused.
std::size_t inject(const Fault& fault, Operands& operands, Random& random) {
  auto& beats = fault.weight ? operands.wgt : operands.act;
  if (fault.kind == Fault::kMissingLast) {
    beats.back().last = false;
    return kBeats - 1;
  }
  auto place = static_cast<std::size_t>(random.between(0, kBeats - 2));
  if (fault.kind == Fault::kEarlyLast) {
    beats[place].last = true;
    return place;
  }
  place -= place % kBeatsPerTile % 2;  // two beats are a block array
  const std::uint32_t lines = fault.weight ? kCols : kRows;
  set_scale(beats[place], static_cast<std::uint32_t>(random.between(0, lines - 1)), random.chance(50) ? 0x7F : 0xFF);
  return place;
}

}  // namespace

TEST_CASE("accel: an illegal beat halts the run, and every result that leaves is right", "[rtl][accel]") {
  Programmable bench;
  bench.load();
  for (int round = 0; round < 300; ++round) {
    const Operands good = random_operands(bench.random, kBeats);
    bench.host.start(kK, kOne, kTiles);
    const Outcome reference = bench.stream(good, 0);
    REQUIRE(bench.take_events() == registers::kEventsDone);

    const Fault& fault = kFaults[static_cast<std::size_t>(round) % kFaults.size()];
    CAPTURE(round, fault.name);
    Operands bad = good;
    const std::size_t refused = inject(fault, bad, bench.random);
    bench.host.start(kK, kOne, kTiles);
    const Outcome out = bench.stream(bad, static_cast<int>(bench.random.between(0, 3)) * 25);
    REQUIRE(bench.take_events() == fault.event);
    REQUIRE(bench.host.read(registers::kStatus) == (registers::kStatusHalted | registers::kStatusLoaded));
    REQUIRE((fault.weight ? out.wgt_taken : out.act_taken) == refused);
    REQUIRE(bench.host.read_counter(fault.weight ? registers::kWgtBeatsLo : registers::kActBeatsLo) == refused);
    const std::size_t complete = std::min(out.act_taken, out.wgt_taken) / kBeatsPerTile;
    REQUIRE(out.beats == complete * kRows);
    REQUIRE(bench.host.read(registers::kTilesDone) == complete);
    REQUIRE(std::equal(out.words.begin(), out.words.end(), reference.words.begin()));
    REQUIRE_FALSE(out.last_seen);

    bench.host.write(registers::kControl, registers::kControlStart);
    REQUIRE(bench.take_events() == registers::kEventsErrBusy);
    bench.host.write(registers::kControl, registers::kControlAbort);
    for (int i = 0; i < 4; ++i) bench.host.rising_edge();
    bench.withdraw();
    REQUIRE(bench.take_events() == registers::kEventsAborted);
    REQUIRE(bench.host.read(registers::kStatus) == registers::kStatusLoaded);
  }
}

TEST_CASE("accel: NaN bits that are no scale do no harm", "[rtl][accel]") {
  Programmable bench;
  bench.load();
  Operands operands = random_operands(bench.random, kBeats);
  bench.host.start(kK, kOne, kTiles);
  const Outcome reference = bench.stream(operands, 0);
  for (std::size_t i = 0; i < kBeats; ++i) {
    if (i % kBeatsPerTile % 2 == 0) continue;
    for (std::uint32_t line = 0; line < kRows; ++line) set_scale(operands.act[i], line, 0x7F);
    for (std::uint32_t line = 0; line < kCols; ++line) set_scale(operands.wgt[i], line, 0xFF);
  }
  bench.host.start(kK, kOne, kTiles);
  CHECK(bench.stream(operands, 25).words == reference.words);
  CHECK(bench.take_events() == registers::kEventsDone);
}

TEST_CASE("accel: an abort lets complete tiles leave and drops the rest", "[rtl][accel]") {
  Programmable bench;
  bench.load();
  std::size_t cut_short = 0;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const Operands operands = random_operands(bench.random, kBeats);
    bench.host.start(kK, kOne, kTiles);
    const Outcome reference = bench.stream(operands, 0);
    REQUIRE(bench.take_events() == registers::kEventsDone);
    bench.host.start(kK, kOne, kTiles);
    const Outcome out = bench.stream(operands, 30, static_cast<int>(bench.random.between(0, 100)));
    const std::size_t complete = std::min(out.act_taken, out.wgt_taken) / kBeatsPerTile;
    REQUIRE(out.beats == complete * kRows);
    REQUIRE(std::equal(out.words.begin(), out.words.end(), reference.words.begin()));
    bench.withdraw();
    const std::uint32_t events = bench.take_events();
    REQUIRE((events & ~registers::kEventsDone) == registers::kEventsAborted);
    REQUIRE(((events & registers::kEventsDone) != 0) == (complete == kTiles));
    cut_short += complete < kTiles;
  }
  CHECK(cut_short > 100);
}

}  // namespace bcq::test
