#include "bcq/sim/machine/replay.hpp"

#include <stdexcept>

#include "bcq/sim/array_timing.hpp"

namespace bcq::sim {

Surroundings surroundings_of(const Arch& arch, const ArrayRecord& record) {
  Surroundings out;
  for (const ArrayLeap::Run& run : record.runs) {
    out.activation.push_back({run.beats, run.activation_from});
    out.weight.push_back({run.beats, run.weight_from});
  }
  for (const std::uint64_t from : record.sinks) out.result.push_back({static_cast<std::uint64_t>(arch.rows), from});
  return out;
}

Replay replay(const Arch& arch, std::size_t k, const ArrayRecord& record) {
  const Surroundings around = surroundings_of(arch, record);
  ArrayTiming timing(arch, k);
  Pacer activation(around.activation), weight(around.weight), result(around.result);
  std::uint64_t beats = 0;
  for (const ArrayLeap::Run& run : record.runs) beats += run.beats;
  const std::uint64_t result_beats = record.sinks.size() * static_cast<std::uint64_t>(arch.rows);
  const std::uint64_t last_known = record.rows.empty() ? 0 : record.rows.back().last;

  Replay out;
  out.run.cols = static_cast<std::size_t>(arch.cols);
  std::uint64_t activations = 0, weights = 0, left_in_run = record.runs.empty() ? 0 : record.runs.front().beats;
  for (std::uint64_t cycle = 0; out.run.beats() < result_beats; ++cycle) {
    if (cycle > 2 * last_known + 1000) throw std::runtime_error("the stepped array hangs where the machine did not");
    const auto events = timing.clock({.act_valid = activations < beats && cycle >= activation.from(),
                                      .wgt_valid = weights < beats && cycle >= weight.from(),
                                      .res_ready = cycle >= result.from()});
    ++(events.issued        ? out.run.counters.busy
       : events.drain_stall ? out.run.counters.drain_stall
                            : out.run.counters.operand_wait);
    if (events.issued && --left_in_run == 0) {
      out.issues.push_back(cycle);
      if (out.issues.size() < record.runs.size()) left_in_run = record.runs[out.issues.size()].beats;
    }
    if (events.act_taken) {
      ++activations;
      activation.next();
    }
    if (events.wgt_taken) {
      ++weights;
      weight.next();
    }
    if (events.res_taken) {
      out.run.beat_cycles.push_back(cycle);
      result.next();
    }
  }
  return out;
}

}  // namespace bcq::sim
