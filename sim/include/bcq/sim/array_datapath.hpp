// The values of the PE array: decoders at the edges, exact dot products, accumulators, output stage.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "bcq/beat.hpp"
#include "bcq/codebook.hpp"
#include "bcq/decoder.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_timing.hpp"

namespace bcq::sim {

/// Takes the beats that the array issues and yields the rows of finished tiles.
class ArrayDatapath {
 public:
  /// `scale` is RNE32(g_W·g_A); the codebooks must outlive the datapath.
  ArrayDatapath(const Arch& arch, std::size_t k, const CodebookSet& activation, const CodebookSet& weight, float scale);

  /// One beat for every row and every column. Returns the rows of the tile, [rows, cols], when it was the tile's last
  /// beat; an empty vector otherwise.
  [[nodiscard]] std::vector<float> issue(std::span<const std::uint32_t> activation,
                                         std::span<const std::uint32_t> weight, const BeatPosition& position);

 private:
  /// The decoders of one operand and the codewords of the present beat, [lines, lanes].
  struct Edge {
    std::vector<std::unique_ptr<BeatDecoder>> decoders;
    std::vector<std::int16_t> codewords;

    Edge(int lines, int lanes, const CodebookSet& codebooks);
  };

  void decode(Edge& edge, std::span<const std::uint32_t> words, const BeatPosition& position);
  void finish_block_array(bool tile_first);

  BeatLayout layout_;
  std::size_t k_;
  float scale_;
  Edge activation_;
  Edge weight_;
  std::vector<std::int32_t> p_;  ///< [rows, cols]: dot product of the block array so far
  std::variant<std::vector<ExactSum>, std::vector<Fp32Sum>> sums_;  ///< [rows, cols], of the architecture's kind
  std::vector<std::uint8_t> indices_, selectors_;
};

}  // namespace bcq::sim
