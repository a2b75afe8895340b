// The alternation of LO-BCQ: blocks to codebooks, codebooks to blocks.
#pragma once

#include <vector>

#include "calibration_blocks.hpp"
#include "lloyd_max.hpp"

namespace bcq {

/// One descent from one initialisation. Clusters are kept as histograms, so a redesign costs nothing and sums are
/// exact. Of mirror-paired codebooks only the first half exists here; a block that uses the second half counts negated.
class Alternation {
 public:
  Alternation(const CalibrationBlocks& blocks, const BcqFormat& format, const CalibrationOptions& options,
              Random& random);

  /// Step (i): every block moves to the codebook with the least squared error.
  void recluster();

  /// Step (ii), real-valued: Lloyd-Max per cluster from the present codebook; a codebook without blocks stays.
  void redesign();

  /// Step (ii), legal codewords: the best codebook of all for every cluster.
  void redesign_legal();

  /// Takes every codeword to the nearest legal one.
  void round();

  /// Weighted mean squared error per scalar in codeword units.
  [[nodiscard]] double mse() const;

  /// The codebooks after round(), the mirrored half included.
  [[nodiscard]] std::vector<Codebook> codebooks() const;

 private:
  void collect();

  const CalibrationBlocks& blocks_;
  const BcqFormat& format_;
  bool mirror_pairs_;
  std::int32_t limit_;
  std::vector<std::uint8_t> selectors_;
  std::vector<Histogram> histograms_;
  std::vector<RealCodebook> books_;
};

}  // namespace bcq
