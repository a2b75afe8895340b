// Decoding of all lines of a block array at once, for processors that load a vector from as many addresses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bcq/sim/operand_decoder.hpp"

namespace bcq::sim {

/// A block array of the lines of a panel, at least four bytes each, and where its codewords go.
struct GatherWork {
  const std::uint8_t* packed;  ///< [lines, layout.bytes]
  std::size_t lines;
  const BlockArrayLayout& layout;
  std::size_t lb, la;           ///< whole bytes of indices: lb > 1
  const CodewordPair* tables;   ///< [2, nc, 256]: of a sign, a selector and a byte of indices
  std::size_t tables_per_sign;  ///< nc
  CodewordPair* codewords;      ///< [la/2, pitch]
  std::int32_t* scales;         ///< [pitch]
  std::size_t pitch;            ///< a multiple of kLinePitch; lines that do not exist become 0
};

/// Whether the processor gathers: decode_by_gather() does nothing otherwise.
[[nodiscard]] bool can_gather();

void decode_by_gather(const GatherWork& work);

}  // namespace bcq::sim
