// How an operand lies in DRAM and SRAM: block arrays in bytes, panels of a tile's lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bcq/bcq_format.hpp"
#include "bcq/tensor.hpp"

namespace bcq::sim {

/// Where the fields of a packed block array lie, in bits, LSB first: la × 4-bit index, then la/lb × selector, then the
/// 8-bit E4M3 scale; padded with 0 to whole bytes.
struct BlockArrayLayout {
  std::size_t selectors;      ///< first bit of the first selector
  std::size_t selector_bits;  ///< of one selector; 0 with one codebook
  std::size_t scale;          ///< first bit of the scale
  std::size_t bytes;          ///< all of it

  explicit BlockArrayLayout(const BcqFormat& format);
};

/// Bytes of a packed block array: 36 in the default format.
[[nodiscard]] std::size_t block_array_bytes(const BcqFormat& format);

/// The panels of a tensor one after the other. A panel holds `lines` rows, the last one those that are left, as
/// [block array][row]: any range of block arrays is contiguous. The last block array of a row is stored whole, scalars
/// and blocks beyond K as 0. The scale byte is the tensor's, its sign (the mirror bit) included.
[[nodiscard]] std::vector<std::uint8_t> pack_panels(const BcqTensor& tensor, int lines);

}  // namespace bcq::sim
