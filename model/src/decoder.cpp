#include "bcq/decoder.hpp"

#include <algorithm>

#include "bcq/parallel.hpp"

namespace bcq {

void CodebookDecoder::decode(const EncodedBeat& beat, bool first, std::span<std::int16_t> codewords) {
  if (first) scale_ = e4m3_split(beat.scale);
  const auto lb = static_cast<std::size_t>(codebooks_.format.lb);
  const std::size_t selector_mask = codebooks_.codebooks.size() - 1;
  for (std::size_t lane = 0; lane < beat.indices.size(); ++lane) {
    const Codebook& book = codebooks_.codebooks[beat.selectors[lane / lb] & selector_mask];
    const std::int16_t codeword = book[beat.indices[lane]];
    codewords[lane] = scale_.negative ? static_cast<std::int16_t>(-codeword) : codeword;
  }
}

DecodedTensor decode(const BcqTensor& tensor) {
  const BcqFormat& format = tensor.format();
  const auto la = static_cast<std::size_t>(format.la);
  DecodedTensor out{Matrix<std::int16_t>(tensor.rows(), tensor.k),
                    Matrix<std::uint8_t>(tensor.rows(), tensor.scales.cols()),
                    Matrix<std::uint8_t>(tensor.rows(), tensor.scales.cols())};
  parallel_ranges(tensor.rows(), [&](std::size_t begin_row, std::size_t end_row) {
    CodebookDecoder decoder(tensor.codebooks);
    std::vector<std::uint8_t> indices(la);
    for (std::size_t r = begin_row; r < end_row; ++r) {
      for (std::size_t a = 0; a < tensor.scales.cols(); ++a) {
        const std::size_t begin = a * la;
        const std::size_t length = std::min(la, tensor.k - begin);
        for (std::size_t i = 0; i < length; ++i) indices[i] = tensor.index(r, begin + i);
        const std::size_t first_block = begin / static_cast<std::size_t>(format.lb);
        const EncodedBeat beat{std::span(indices).first(length),
                               tensor.selectors.row(r).subspan(first_block, format.blocks(length)),
                               tensor.scales(r, a)};
        decoder.decode(beat, true, out.codewords.row(r).subspan(begin, length));
        out.significands(r, a) = static_cast<std::uint8_t>(decoder.scale().significand);
        out.exponents(r, a) = static_cast<std::uint8_t>(decoder.scale().exponent);
      }
    }
  });
  return out;
}

}  // namespace bcq
