// Optimal levels for blocks of Gaussian scalars that are normalised by their largest magnitude.
#pragma once

#include <cstddef>

#include "lookup_tables.hpp"

namespace bcq {

/// What sixteen levels are optimised for. Level 7 is 0 and level 15 is 1 in every design.
struct LevelDesign {
  int power;         ///< errors of normalised scalars count with this power of their block's maximum
  bool median;       ///< absolute error (the centroid is a median) instead of squared error (a mean)
  bool symmetric;    ///< level 0 is −1: the maximum is divided by without its sign
  bool zero_splits;  ///< cells next to level 7 end at 0 and not half-way
};

inline constexpr LevelDesign kBof4Mse{2, false, true, false};
inline constexpr LevelDesign kBof4Mae{1, true, true, false};
inline constexpr LevelDesign kBof4sMse{2, false, false, false};
inline constexpr LevelDesign kBof4sMae{1, true, false, false};
inline constexpr LevelDesign kAf4{0, true, true, true};

/// Lloyd's iteration for blocks of `block` ≥ 2 scalars, by numerical integration: BOF4 (arXiv 2505.06653 appendix B.2)
/// and AF4 (the conditions that generate_af4.py of github.com/davisyoshida/abnormal-floats solves).
[[nodiscard]] Levels optimal_levels(const LevelDesign& design, std::size_t block);

}  // namespace bcq
