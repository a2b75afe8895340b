// The data of a calibration: normalised blocks drawn from tensors.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "bcq/calibrate.hpp"

namespace bcq {

using Random = std::mt19937_64;

/// Uniform in [0, 1) from the top 53 bits: the standard's distributions differ between libraries, this does not.
[[nodiscard]] double uniform(Random& random);

struct CalibrationBlocks {
  Matrix<std::int32_t> values;        ///< [blocks, lb], normalised as the encoder sees them
  std::vector<std::int64_t> weights;  ///< of every block, at least 1
};

/// Draws at most max_blocks whole blocks (an even mixture at least one of every tensor), within a tensor each with the
/// same probability.
[[nodiscard]] CalibrationBlocks draw_blocks(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                                            const CalibrationOptions& options, Random& random);

}  // namespace bcq
