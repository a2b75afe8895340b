#include "bcq/sim/edge_stream.hpp"

#include <algorithm>
#include <random>

#include "bcq/beat.hpp"

namespace bcq::sim {
namespace {

constexpr int kScaleBits = 8;

/// Writes the beats of one line; knows where each lies in its block array.
class LinePacker {
 public:
  LinePacker(const BcqTensor& tensor, int lanes, DontCare fill)
      : tensor_(tensor), layout_(tensor.format(), lanes), fill_(fill) {}

  [[nodiscard]] const BeatLayout& layout() const { return layout_; }

  /// Packs beat `beat` of `row` at `lsb`; a row beyond the tensor is a line of zeros.
  void pack(std::size_t row, std::size_t beat, std::size_t lsb, BitSpan out) {
    const auto lanes = static_cast<std::size_t>(layout_.lanes);
    const auto lb = static_cast<std::size_t>(tensor_.format().lb);
    const auto la = static_cast<std::size_t>(tensor_.format().la);
    const bool real = row < tensor_.rows();
    const std::size_t begin = beat * lanes;

    for (std::size_t lane = 0; lane < lanes; ++lane, lsb += kIndexBits) {
      const std::size_t i = begin + lane;
      out.put(lsb, kIndexBits, real && i < tensor_.k ? tensor_.index(row, i) : noise());
    }
    for (int s = 0; s < layout_.selectors; ++s, lsb += static_cast<std::size_t>(layout_.selector_bits)) {
      const std::size_t block = begin / lb + static_cast<std::size_t>(s);
      out.put(lsb, layout_.selector_bits,
              real && block < tensor_.selectors.cols() ? tensor_.selectors(row, block) : noise());
    }
    const bool first = begin % la == 0;
    const std::uint32_t scale = real ? tensor_.scales(row, begin / la) : 0;
    out.put(lsb, kScaleBits, first ? scale : noise());
  }

 private:
  std::uint32_t noise() { return fill_ == DontCare::kNoise ? static_cast<std::uint32_t>(random_()) : 0; }

  const BcqTensor& tensor_;
  BeatLayout layout_;
  DontCare fill_;
  std::mt19937_64 random_{1};
};

}  // namespace

EdgeStream pack_edge(const BcqTensor& tensor, int lines, int lanes, DontCare fill) {
  LinePacker packer(tensor, lanes, fill);
  const auto line_count = static_cast<std::size_t>(lines);
  const std::size_t beat_bits = packer.layout().bits();

  EdgeStream stream;
  stream.tiles = ceil_div(tensor.rows(), line_count);
  stream.beats_per_tile = ceil_div(tensor.k, static_cast<std::size_t>(lanes));
  stream.words_per_beat = ceil_div(line_count * beat_bits, 32);
  stream.words.resize(stream.tiles * stream.beats_per_tile * stream.words_per_beat);
  for (std::size_t tile = 0; tile < stream.tiles; ++tile) {
    for (std::size_t beat = 0; beat < stream.beats_per_tile; ++beat) {
      const std::size_t at = (tile * stream.beats_per_tile + beat) * stream.words_per_beat;
      const BitSpan out(std::span(stream.words).subspan(at, stream.words_per_beat));
      for (std::size_t line = 0; line < line_count; ++line)
        packer.pack(tile * line_count + line, beat, line * beat_bits, out);
    }
  }
  return stream;
}

}  // namespace bcq::sim
