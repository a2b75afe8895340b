#include "bcq/sim/operand_decoder.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "bcq/e4m3.hpp"
#include "gather_decoder.hpp"

namespace bcq::sim {
namespace {

/// The eight bits at `lsb`; reads no byte beyond them.
std::uint8_t get_byte(const std::uint8_t* bytes, std::size_t lsb) {
  unsigned window = bytes[lsb / 8];
  if (lsb % 8 != 0) window |= static_cast<unsigned>(bytes[lsb / 8 + 1]) << 8;
  return static_cast<std::uint8_t>(window >> (lsb % 8));
}

/// What the indices of a byte, the even scalar in the low nibble, stand for.
CodewordPair pair_of(const Codebook& book, std::size_t byte, int sign) {
  const auto codeword = [&](std::size_t index) { return static_cast<std::int16_t>(sign * book[index]); };
  return {codeword(byte & 0xF), codeword(byte >> kIndexBits)};
}

/// Clears block array j from scalar `scalars` on.
void mask(DecodedChunk& chunk, std::size_t j, std::size_t scalars) {
  const auto array = std::span(chunk.codewords).subspan(j * chunk.pairs * chunk.pitch, chunk.pairs * chunk.pitch);
  if (scalars % 2 != 0) {
    for (CodewordPair& pair : array.subspan(scalars / 2 * chunk.pitch, chunk.pitch)) pair[1] = 0;
  }
  std::ranges::fill(array.subspan(ceil_div(scalars, 2) * chunk.pitch), CodewordPair{});
}

}  // namespace

void DecodedChunk::resize(std::size_t new_arrays, std::size_t new_pairs, std::size_t new_pitch) {
  arrays = new_arrays;
  pairs = new_pairs;
  pitch = new_pitch;
  // Never shrinks: a short chunk between long ones costs nothing.
  if (codewords.size() < arrays * pairs * pitch) codewords.resize(arrays * pairs * pitch);
  if (scales.size() < arrays * pitch) scales.resize(arrays * pitch);
}

OperandDecoder::OperandDecoder(const CodebookSet& codebooks, int lines)
    : layout_(codebooks.format),
      first_selector_(layout_.selector_bits == 0 ? 0 : layout_.selectors),
      selector_mask_((std::size_t{1} << layout_.selector_bits) - 1),
      lb_(static_cast<std::size_t>(codebooks.format.lb)),
      la_(static_cast<std::size_t>(codebooks.format.la)),
      lines_(static_cast<std::size_t>(lines)),
      pitch_(ceil_div(lines_, kLinePitch) * kLinePitch) {
  for (const int sign : {1, -1}) {
    for (const Codebook& book : codebooks.codebooks) {
      ByteTable& table = tables_.emplace_back();
      for (std::size_t byte = 0; byte < table.size(); ++byte) table[byte] = pair_of(book, byte, sign);
    }
  }
}

std::size_t OperandDecoder::selector(const std::uint8_t* packed, std::size_t lsb) const {
  std::uint16_t window = 0;  // the scale's bits follow the last selector: both bytes exist
  std::memcpy(&window, packed + lsb / 8, sizeof window);
  return (window >> (lsb % 8)) & selector_mask_;
}

void OperandDecoder::decode_blocks(const std::uint8_t* packed, const ByteTable* tables, CodewordPair* line) const {
  const std::uint8_t* indices = packed;
  std::size_t lsb = first_selector_;
  for (std::size_t block = 0; block < la_ / lb_; ++block, lsb += layout_.selector_bits) {
    const ByteTable& table = tables[selector(packed, lsb)];
    for (std::size_t pair = 0; pair < lb_ / 2; ++pair, line += pitch_) *line = table[*indices++];
  }
}

// Blocks of one scalar: the two of a byte look into a table each.
void OperandDecoder::decode_single_scalars(const std::uint8_t* packed, const ByteTable* tables,
                                           CodewordPair* line) const {
  const auto codeword = [&](std::size_t scalar) {
    const std::size_t lsb = first_selector_ + scalar * layout_.selector_bits;
    return tables[selector(packed, lsb)][packed[scalar / 2]][scalar % 2];
  };
  for (std::size_t scalar = 0; scalar < la_; ++scalar) line[scalar / 2 * pitch_][scalar % 2] = codeword(scalar);
}

void OperandDecoder::decode_block_array(std::span<const std::uint8_t> packed, CodewordPair* line,
                                        std::int32_t& scale) const {
  const E4m3Parts parts = e4m3_split(get_byte(packed.data(), layout_.scale));
  scale = parts.significand << parts.exponent;
  const ByteTable* tables = tables_.data() + (parts.negative ? tables_.size() / 2 : 0);
  if (lb_ == 1) {
    decode_single_scalars(packed.data(), tables, line);
  } else {
    decode_blocks(packed.data(), tables, line);
  }
}

void OperandDecoder::decode_line_by_line(std::span<const std::uint8_t> packed, CodewordPair* codewords,
                                         std::int32_t* scales) const {
  for (std::size_t i = 0; i * layout_.bytes < packed.size(); ++i) {
    decode_block_array(packed.subspan(i * layout_.bytes, layout_.bytes), codewords + i, scales[i]);
  }
}

void OperandDecoder::decode(std::span<const std::uint8_t> packed, std::size_t existing_lines, std::size_t arrays,
                            std::size_t scalars, DecodedChunk& out) const {
  assert(0 < existing_lines && existing_lines <= lines_ && scalars <= arrays * la_);
  assert(packed.size() == arrays * existing_lines * layout_.bytes);
  out.resize(arrays, ceil_div(la_, 2), pitch_);
  const std::size_t array_bytes = existing_lines * layout_.bytes;
  const bool gathers = lb_ > 1 && layout_.bytes >= 4 && can_gather();
  if (!gathers && existing_lines < lines_) {  // the chunk may hold lines of a taller panel
    std::ranges::fill(out.codewords, CodewordPair{});
    std::ranges::fill(out.scales, 0);
  }
  for (std::size_t j = 0; j < arrays; ++j) {
    const auto array = packed.subspan(j * array_bytes, array_bytes);
    CodewordPair* codewords = &out.codewords[j * out.pairs * pitch_];
    std::int32_t* scales = &out.scales[j * pitch_];
    if (gathers) {
      decode_by_gather({array.data(), existing_lines, layout_, lb_, la_, tables_.data()->data(), tables_.size() / 2,
                        codewords, scales, pitch_});
    } else {
      decode_line_by_line(array, codewords, scales);
    }
  }
  for (std::size_t j = scalars / la_; j < arrays; ++j) mask(out, j, scalars - std::min(scalars, j * la_));
}

}  // namespace bcq::sim
