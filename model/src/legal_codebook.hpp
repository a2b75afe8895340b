// Codebooks of codewords that a format can store.
#pragma once

#include "bcq/codebook.hpp"
#include "lloyd_max.hpp"

namespace bcq {

/// Every codeword to the nearest legal one; the one of smaller magnitude on a tie.
[[nodiscard]] Codebook nearest_legal_codebook(const RealCodebook& book, const BcqFormat& format);

/// The codebook of legal codewords with the least squared error on a histogram, found by dynamic programming over the
/// position of every codeword (Bruce, 1965; Wu and Rokne, 1989). A format with fewer than sixteen codewords repeats the
/// largest.
[[nodiscard]] Codebook best_legal_codebook(const Histogram& histogram, const BcqFormat& format);

/// In fixed-point steps.
[[nodiscard]] RealCodebook to_real(const Codebook& book);

}  // namespace bcq
