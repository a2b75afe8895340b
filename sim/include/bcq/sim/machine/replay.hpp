// The array stepped, cycle by cycle, through what the machine around it did: every cycle that a run claims can be
// checked, and every beat gets its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_run.hpp"
#include "bcq/sim/machine/tile_array.hpp"
#include "bcq/sim/pacing.hpp"

namespace bcq::sim {

/// A record as the streams of the array see it: how many beats may move from when on.
struct Surroundings {
  std::vector<Stretch> activation, weight, result;
};

[[nodiscard]] Surroundings surroundings_of(const Arch& arch, const ArrayRecord& record);

/// What stepping finds.
struct Replay {
  ArrayRun run;                       ///< beats and counters, without values
  std::vector<std::uint64_t> issues;  ///< of the last beat of each run of the record
};

/// Steps ArrayTiming to the last result beat. Throws std::runtime_error when the array hangs.
[[nodiscard]] Replay replay(const Arch& arch, std::size_t k, const ArrayRecord& record);

}  // namespace bcq::sim
