#include "bcq/sim/panel.hpp"

#include <algorithm>
#include <span>

namespace bcq::sim {
namespace {

/// Sets `width` ≤ 8 bits at `lsb` of a little-endian bit string; the bits must be 0 before.
void put_bits(std::span<std::uint8_t> bytes, std::size_t lsb, std::size_t width, std::uint8_t value) {
  const auto shifted = static_cast<unsigned>(value) << (lsb % 8);
  if (width > 0) bytes[lsb / 8] |= static_cast<std::uint8_t>(shifted);
  if (lsb % 8 + width > 8) bytes[lsb / 8 + 1] |= static_cast<std::uint8_t>(shifted >> 8);
}

/// Packs block array j of a row into bytes that are 0.
void pack_block_array(const BcqTensor& tensor, const BlockArrayLayout& layout, std::size_t row, std::size_t j,
                      std::span<std::uint8_t> out) {
  const auto la = static_cast<std::size_t>(tensor.format().la);
  const std::size_t scalars = std::min(la, tensor.k - j * la);
  for (std::size_t i = 0; i < scalars; ++i) put_bits(out, i * kIndexBits, kIndexBits, tensor.index(row, j * la + i));
  const std::size_t first_block = j * tensor.format().blocks(la);
  for (std::size_t b = 0; b < tensor.format().blocks(scalars); ++b) {
    const std::size_t lsb = layout.selectors + b * layout.selector_bits;
    put_bits(out, lsb, layout.selector_bits, tensor.selectors(row, first_block + b));
  }
  put_bits(out, layout.scale, 8, tensor.scales(row, j));
}

}  // namespace

BlockArrayLayout::BlockArrayLayout(const BcqFormat& format)
    : selectors(static_cast<std::size_t>(format.la) * kIndexBits),
      selector_bits(static_cast<std::size_t>(format.selector_bits())),
      scale(selectors + format.blocks(static_cast<std::size_t>(format.la)) * selector_bits),
      bytes(ceil_div(scale + 8, 8)) {}

std::size_t block_array_bytes(const BcqFormat& format) {
  return BlockArrayLayout(format).bytes;
}

std::vector<std::uint8_t> pack_panels(const BcqTensor& tensor, int lines) {
  const BlockArrayLayout layout(tensor.format());
  const auto height = static_cast<std::size_t>(lines);
  const std::size_t arrays = tensor.scales.cols();
  std::vector<std::uint8_t> packed(tensor.rows() * arrays * layout.bytes);
  std::span<std::uint8_t> rest(packed);
  for (std::size_t first = 0; first < tensor.rows(); first += height) {
    const std::size_t end = std::min(first + height, tensor.rows());
    for (std::size_t j = 0; j < arrays; ++j) {
      for (std::size_t row = first; row < end; ++row) {
        pack_block_array(tensor, layout, row, j, rest.first(layout.bytes));
        rest = rest.subspan(layout.bytes);
      }
    }
  }
  return packed;
}

}  // namespace bcq::sim
