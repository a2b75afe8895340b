// Decodes a panel's block arrays once, when they arrive, into what the tile's dot products read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/sim/aligned_vector.hpp"
#include "bcq/sim/panel.hpp"

namespace bcq::sim {

/// The codewords of two neighbouring scalars of K: the even one first.
using CodewordPair = std::array<std::int16_t, 2>;

/// Some block arrays of all lines of a tile. Lines side by side let a dot product of every line advance at once, a pair
/// of scalars at a time (an odd la is padded with 0). Its memory is reused from chunk to chunk.
struct DecodedChunk {
  std::size_t arrays = 0;                 ///< block arrays
  std::size_t pairs = 0;                  ///< ⌈la/2⌉, of a block array
  std::size_t pitch = 0;                  ///< lines of the tile, rounded up to whole vectors; the rest are not used
  AlignedVector<CodewordPair> codewords;  ///< [arrays, pairs, pitch], the sign of the scale applied
  AlignedVector<std::int32_t> scales;     ///< [arrays, pitch], m·2^e: magnitudes in units of 2⁻⁹, < 2¹⁸

  /// Makes room for `new_arrays` block arrays.
  void resize(std::size_t new_arrays, std::size_t new_pairs, std::size_t new_pitch);

  [[nodiscard]] const CodewordPair* codewords_of(std::size_t array) const { return &codewords[array * pairs * pitch]; }
  [[nodiscard]] const std::int32_t* scales_of(std::size_t array) const { return &scales[array * pitch]; }
};

/// Lines are rounded up to a multiple of this: the 32-bit lanes of the widest vector.
inline constexpr std::size_t kLinePitch = 16;

/// Table-driven: one look-up yields the codewords of a byte, two scalars.
class OperandDecoder {
 public:
  /// Of tiles of `lines` lines: the rows of an activation or the columns of a weight.
  OperandDecoder(const CodebookSet& codebooks, int lines);

  /// `packed` holds [arrays, existing_lines] block arrays of one panel (see pack_panels), of which the first `scalars`
  /// scalars of each line lie within K. What lies beyond, lines or scalars, is 0 in `out`, whatever its bits are.
  void decode(std::span<const std::uint8_t> packed, std::size_t existing_lines, std::size_t arrays, std::size_t scalars,
              DecodedChunk& out) const;

 private:
  using ByteTable = std::array<CodewordPair, 256>;
  [[nodiscard]] std::size_t selector(const std::uint8_t* packed, std::size_t lsb) const;
  void decode_line_by_line(std::span<const std::uint8_t> packed, CodewordPair* codewords, std::int32_t* scales) const;
  void decode_block_array(std::span<const std::uint8_t> packed, CodewordPair* line, std::int32_t& scale) const;
  void decode_blocks(const std::uint8_t* packed, const ByteTable* tables, CodewordPair* line) const;
  void decode_single_scalars(const std::uint8_t* packed, const ByteTable* tables, CodewordPair* line) const;

  BlockArrayLayout layout_;
  std::size_t first_selector_;  ///< where the first selector is read; with one codebook anywhere
  std::size_t selector_mask_;
  std::size_t lb_, la_;
  std::size_t lines_;
  std::size_t pitch_;
  std::vector<ByteTable> tables_;  ///< [2, nc]: those of negative scales behind those of positive ones
};

}  // namespace bcq::sim
