// Lines of stage D as bits: what bcq_convert makes of codewords, written down a second time.
#pragma once

#include <span>

#include "bcq/beat.hpp"

namespace bcq::test {

/// The parameter DECODE: the form of a line.
enum Form { kEncoded = 0, kCodewords = 1, kFactors = 2 };

/// Codewords, or a codebook, side by side in two's complement.
template <class Codewords>
void put_codewords(BitSpan out, const Codewords& codewords, int bc) {
  std::size_t lsb = 0;
  for (const auto codeword : codewords) {
    out.put(lsb, bc, static_cast<std::uint32_t>(codeword));
    lsb += static_cast<std::size_t>(bc);
  }
}

/// Factors of pairs of lanes. Activations: a0, a1, a0 + a1; weights: per bit "w0 only", "w1 only", "both".
inline void put_factors(BitSpan out, std::span<const std::int16_t> codewords, int bc, bool weight) {
  const auto width = static_cast<std::size_t>(bc);
  for (std::size_t p = 0; p < (codewords.size() + 1) / 2; ++p) {
    const std::int32_t even = codewords[2 * p];
    const std::int32_t odd = 2 * p + 1 < codewords.size() ? codewords[2 * p + 1] : 0;
    if (weight) {
      for (std::size_t i = 0; i < width; ++i) {
        const bool first = (even >> i & 1) != 0, second = (odd >> i & 1) != 0;
        const std::uint32_t selects = first && second ? 4 : second ? 2 : first ? 1 : 0;
        out.put((p * width + i) * 3, 3, selects);
      }
    } else {
      const std::size_t lsb = p * (3 * width + 1);
      const std::uint32_t mask = (1U << bc) - 1;
      out.put(lsb, bc, static_cast<std::uint32_t>(even) & mask);
      out.put(lsb + width, bc, static_cast<std::uint32_t>(odd) & mask);
      out.put(lsb + 2 * width, bc + 1, static_cast<std::uint32_t>(even + odd) & (2 * mask + 1));
    }
  }
}

}  // namespace bcq::test
