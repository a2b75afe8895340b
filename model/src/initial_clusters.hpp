// Where the alternation of LO-BCQ starts.
#pragma once

#include <cstdint>
#include <vector>

#include "calibration_blocks.hpp"

namespace bcq {

/// A selector below `nc` for every block. With mirror pairs, nc/2 clusters are found and a block that resembles the
/// mirror image of its cluster's seed more than the seed gets the selector of the pair's second half.
[[nodiscard]] std::vector<std::uint8_t> initial_clusters(const CalibrationBlocks& blocks, std::size_t nc,
                                                         const CalibrationOptions& options, Random& random);

}  // namespace bcq
