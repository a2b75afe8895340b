#include "bcq/sim/array_datapath.hpp"

#include <algorithm>

namespace bcq::sim {

ArrayDatapath::Edge::Edge(int lines, int lanes, const CodebookSet& codebooks)
    : codewords(static_cast<std::size_t>(lines) * static_cast<std::size_t>(lanes)) {
  for (int i = 0; i < lines; ++i) decoders.push_back(std::make_unique<CodebookDecoder>(codebooks));
}

ArrayDatapath::ArrayDatapath(const Arch& arch, std::size_t k, const CodebookSet& activation, const CodebookSet& weight,
                             float scale)
    : layout_(arch.format, arch.lanes),
      k_(k),
      scale_(scale),
      activation_(arch.rows, arch.lanes, activation),
      weight_(arch.cols, arch.lanes, weight),
      p_(activation_.decoders.size() * weight_.decoders.size()),
      sums_(std::vector<ExactSum>(p_.size())),
      indices_(static_cast<std::size_t>(layout_.lanes)),
      selectors_(static_cast<std::size_t>(layout_.selectors)) {
  if (arch.accumulation == Accumulation::kFp32) sums_ = std::vector<Fp32Sum>(p_.size());
}

void ArrayDatapath::decode(Edge& edge, std::span<const std::uint32_t> words, const BeatPosition& position) {
  const auto lanes = indices_.size();
  const std::size_t lanes_in_k = std::min(lanes, k_ - position.first_scalar);
  std::size_t lsb = 0;
  for (std::size_t line = 0; line < edge.decoders.size(); ++line) {
    for (auto& index : indices_) {
      index = static_cast<std::uint8_t>(get_bits(words, lsb, kIndexBits));
      lsb += kIndexBits;
    }
    for (auto& selector : selectors_) {
      selector = static_cast<std::uint8_t>(get_bits(words, lsb, layout_.selector_bits));
      lsb += static_cast<std::size_t>(layout_.selector_bits);
    }
    const auto scale = static_cast<std::uint8_t>(get_bits(words, lsb, 8));
    lsb += 8;
    const auto codewords = std::span(edge.codewords).subspan(line * lanes, lanes);
    edge.decoders[line]->decode({indices_, selectors_, scale}, position.array_first, codewords);
    std::fill(codewords.begin() + static_cast<std::ptrdiff_t>(lanes_in_k), codewords.end(), std::int16_t{0});
  }
}

void ArrayDatapath::finish_block_array(bool tile_first) {
  const std::size_t cols = weight_.decoders.size();
  const auto add_to = [&](auto& sums) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const E4m3Parts a = activation_.decoders[i / cols]->scale();
      const E4m3Parts w = weight_.decoders[i % cols]->scale();
      if (tile_first) sums[i] = {};
      sums[i].add(p_[i], a.significand * w.significand, a.exponent + w.exponent);
    }
  };
  std::visit(add_to, sums_);
}

std::vector<float> ArrayDatapath::issue(std::span<const std::uint32_t> activation,
                                        std::span<const std::uint32_t> weight, const BeatPosition& position) {
  decode(activation_, activation, position);
  decode(weight_, weight, position);
  const std::size_t lanes = indices_.size();
  const std::size_t cols = weight_.decoders.size();
  for (std::size_t r = 0; r < activation_.decoders.size(); ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      const std::int32_t beat_sum = dot(&activation_.codewords[r * lanes], &weight_.codewords[c * lanes], lanes);
      std::int32_t& p = p_[r * cols + c];
      p = position.array_first ? beat_sum : p + beat_sum;
    }
  }
  if (position.array_last) finish_block_array(position.tile_first);
  if (!position.tile_last) return {};
  std::vector<float> tile;
  const auto convert = [&](const auto& sums) {
    for (const auto& sum : sums) tile.push_back(sum.value() * scale_);
  };
  std::visit(convert, sums_);
  return tile;
}

}  // namespace bcq::sim
