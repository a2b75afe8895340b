// LO-BCQ calibration: codebooks from data (arXiv 2502.05376, section 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/matrix.hpp"

namespace bcq {

struct CalibrationOptions {
  std::uint64_t seed = 1;
  std::size_t max_blocks = 200'000;  ///< blocks drawn from all tensors together, without replacement
  int max_iterations = 200;          ///< alternations of re-clustering and Lloyd-Max
  double tolerance = 1e-5;           ///< stop when the error falls by less than this fraction
};

/// The codebooks and the error after every step, so that a user can see the descent.
struct Calibration {
  CodebookSet codebooks;
  std::vector<double> mse;  ///< mean squared error per scalar in codeword units, before integer rounding; never rises
  double rounded_mse = 0;   ///< the same blocks with the integer codebooks
  std::size_t blocks = 0;   ///< blocks used
};

/// Called after every iteration with (iteration, mse).
using CalibrationProgress = std::function<void(int, double)>;

/// Calibrates format.nc codebooks on the normalised blocks of all tensors. Every tensor is normalised by its own scales
/// and contributes blocks in proportion to its size; short blocks at row ends are left out. Deterministic for a seed.
/// Throws InputError when every block drawn is all zero.
[[nodiscard]] Calibration calibrate(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                                    const CalibrationOptions& options, const CalibrationProgress& progress = {});

}  // namespace bcq
