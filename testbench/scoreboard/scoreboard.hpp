// The scoreboard: golden model, SystemC and RTL get the same work; values and cycles are compared beat by beat.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bcq/matrix.hpp"
#include "bcq/sim/array_run.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/machine/replay.hpp"
#include "bcq/sim/stall_pattern.hpp"
#include "bcq/tensor.hpp"

namespace bcq::testbench {

/// One GEMM to be run by all three.
struct Work {
  sim::Arch arch;
  BcqTensor activation;
  BcqTensor weight;
  sim::StallPattern stalls;
  sim::Surroundings around;                    ///< when beats may move, beside the stalls; empty: always
  std::vector<sim::TileAt> order;              ///< of the tiles
  sim::DontCare fill = sim::DontCare::kNoise;  ///< noise: a bit that should not matter would show
};

/// A disagreement, in words: who, where, what.
using Mismatches = std::vector<std::string>;

/// The most mismatches that one comparison lists.
inline constexpr std::size_t kListedMismatches = 5;

/// Output values against the golden GEMM, bit for bit.
[[nodiscard]] Mismatches compare_values(const std::string& who, const Matrix<float>& golden,
                                        const Matrix<float>& output);

/// Two runs: number of result beats, the cycle of each, every word (padding included) where both have values, the
/// counters.
[[nodiscard]] Mismatches compare_runs(const std::string& a_name, const sim::ArrayRun& a, const std::string& b_name,
                                      const sim::ArrayRun& b);

/// What the machine claims about the array against the array stepped through the same arrivals: the last issue of every
/// chunk, first and last row of every tile.
[[nodiscard]] Mismatches compare_record(const sim::Arch& arch, const sim::ArrayRecord& record,
                                        const sim::Replay& replay);

/// Runs the work on the Verilated bcq_accel of the RTL in `rtl_dir`; builds it if need be (rtl_build.hpp).
[[nodiscard]] sim::ArrayRun run_rtl(const Work& work, const std::filesystem::path& rtl_dir);

}  // namespace bcq::testbench
