// The sixteen levels of the published look-up formats.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace bcq {

/// Decoded values of the codes 0…15 for scale 1, ascending.
using Levels = std::array<float, 16>;

/// A table that its authors print for blocks of `block` scalars.
struct PublishedLevels {
  std::size_t block;
  Levels levels;
};

/// QLoRA, arXiv 2305.14314, with the digits of bitsandbytes (csrc/kernels.cu); the same for every block.
[[nodiscard]] const Levels& nf4_levels();

/// Yoshida, arXiv 2306.06965, with the digits of bitsandbytes (functional.py).
[[nodiscard]] std::span<const PublishedLevels> af4_published();

// BOF4, arXiv 2505.06653, appendix C, tables 6 and 7; optimised for squared or for absolute error.
[[nodiscard]] std::span<const PublishedLevels> bof4_published();
[[nodiscard]] std::span<const PublishedLevels> bof4_mae_published();
[[nodiscard]] std::span<const PublishedLevels> bof4s_published();
[[nodiscard]] std::span<const PublishedLevels> bof4s_mae_published();

}  // namespace bcq
