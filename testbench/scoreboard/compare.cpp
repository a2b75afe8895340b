#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "scoreboard.hpp"

namespace bcq::testbench {
namespace {

std::string hex(float value) {
  return fmt::format("{} (0x{:08x})", value, std::bit_cast<std::uint32_t>(value));
}

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

std::string counters_text(const sim::ArrayCounters& counters) {
  return fmt::format("busy {}, operand wait {}, drain stall {}", counters.busy, counters.operand_wait,
                     counters.drain_stall);
}

}  // namespace

Mismatches compare_values(const std::string& who, const Matrix<float>& golden, const Matrix<float>& output) {
  Mismatches mismatches;
  for (std::size_t m = 0; m < golden.rows(); ++m) {
    for (std::size_t n = 0; n < golden.cols() && mismatches.size() < kListedMismatches; ++n) {
      if (same_bits(golden(m, n), output(m, n))) continue;
      mismatches.push_back(fmt::format("C[{}, {}]: golden {}, {} {}", m, n, hex(golden(m, n)), who, hex(output(m, n))));
    }
  }
  return mismatches;
}

Mismatches compare_runs(const std::string& a_name, const sim::ArrayRun& a, const std::string& b_name,
                        const sim::ArrayRun& b) {
  Mismatches mismatches;
  if (a.beats() != b.beats()) {
    mismatches.push_back(fmt::format("{} has {} result beats, {} has {}", a_name, a.beats(), b_name, b.beats()));
  }
  const std::size_t beats = std::min(a.beats(), b.beats());
  for (std::size_t i = 0; i < beats && mismatches.size() < kListedMismatches; ++i) {
    if (a.beat_cycles[i] != b.beat_cycles[i]) {
      mismatches.push_back(fmt::format("result beat {}: {} in cycle {}, {} in cycle {}", i, a_name, a.beat_cycles[i],
                                       b_name, b.beat_cycles[i]));
    }
    if (a.values.empty() || b.values.empty()) continue;
    for (std::size_t c = 0; c < a.cols && mismatches.size() < kListedMismatches; ++c) {
      const float x = a.values[i * a.cols + c];
      const float y = b.values[i * b.cols + c];
      if (!same_bits(x, y))
        mismatches.push_back(
            fmt::format("result beat {}, column {}: {} {}, {} {}", i, c, a_name, hex(x), b_name, hex(y)));
    }
  }
  if (!(a.counters == b.counters)) {
    mismatches.push_back(
        fmt::format("counters: {} {}, {} {}", a_name, counters_text(a.counters), b_name, counters_text(b.counters)));
  }
  return mismatches;
}

Mismatches compare_record(const sim::Arch& arch, const sim::ArrayRecord& record, const sim::Replay& replay) {
  Mismatches mismatches;
  const auto expect = [&](const char* what, std::size_t number, std::uint64_t claimed, std::uint64_t stepped) {
    if (claimed == stepped || mismatches.size() >= kListedMismatches) return;
    mismatches.push_back(
        fmt::format("{} {}: machine in cycle {}, stepped in cycle {}", what, number, claimed, stepped));
  };
  expect("number of", 0, record.issues.size(), replay.issues.size());
  for (std::size_t i = 0; i < std::min(record.issues.size(), replay.issues.size()); ++i)
    expect("last issue of chunk", i, record.issues[i], replay.issues[i]);
  const auto rows = static_cast<std::size_t>(arch.rows);
  for (std::size_t tile = 0; tile < record.rows.size(); ++tile) {
    expect("first row of tile", tile, record.rows[tile].first, replay.run.beat_cycles[tile * rows]);
    expect("last row of tile", tile, record.rows[tile].last, replay.run.beat_cycles[(tile + 1) * rows - 1]);
  }
  return mismatches;
}

}  // namespace bcq::testbench
