// LO-BCQ calibration: codebooks from data (arXiv 2502.05376, section 3; docs/formats/bcq.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/matrix.hpp"

namespace bcq {

/// How the first clusters are found.
enum class Initialisation {
  kKmeansPlusPlus,  ///< k-means++ over blocks as multisets of scalars
  kNaive,           ///< every block in a random cluster
};

/// How many blocks every tensor contributes.
enum class Mixture {
  kProportional,  ///< in proportion to its size
  kEven,          ///< the same number, at least one; all it has when that is less
};

/// What the error of a block counts.
enum class Weighting {
  kBlock,   ///< every block alike, in codeword steps: the paper's objective
  kEnergy,  ///< as in the NMSE of its tensor: the squared codeword step over the tensor's mean square
};

struct CalibrationOptions {
  std::uint64_t seed = 1;
  std::size_t max_blocks = 200'000;  ///< blocks drawn from all tensors together, without replacement
  int max_iterations = 200;          ///< alternations of re-clustering and redesign, before and again after rounding
  double tolerance = 1e-5;           ///< stop when the error falls by less than this fraction
  Initialisation initialisation = Initialisation::kKmeansPlusPlus;
  Mixture mixture = Mixture::kProportional;
  Weighting weighting = Weighting::kBlock;
  int restarts = 1;           ///< initialisations tried on the same blocks; the one with the least final error stays
  bool mirror_pairs = false;  ///< codebook nc/2 + c is codebook c mirrored; nc ≥ 2
};

/// The codebooks and the error after every step, so that a user can see the descent. Errors are (weighted) mean squares
/// per scalar in codeword units.
struct Calibration {
  CodebookSet codebooks;
  std::vector<double> mse;          ///< of real-valued codebooks, Lloyd-Max; never rises
  std::vector<double> rounded_mse;  ///< of legal codebooks, from the rounding onwards, optimal redesign; never rises
  std::vector<double> restarts;     ///< the final error of every restart
  std::size_t blocks = 0;           ///< blocks used
};

/// Called after every iteration of either kind with (iteration, error); the count starts again at 1 for codewords that
/// have been rounded, and with every restart.
using CalibrationProgress = std::function<void(int, double)>;

/// Calibrates format.nc codebooks on the normalised blocks of all tensors. Every tensor is normalised by its own
/// scales; short blocks at row ends are left out. Deterministic for a seed. Throws InputError when every block drawn is
/// all zero, for mirror pairs of a single codebook and for less than one restart.
[[nodiscard]] Calibration calibrate(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                                    const CalibrationOptions& options, const CalibrationProgress& progress = {});

}  // namespace bcq
