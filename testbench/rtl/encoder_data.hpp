// Numbers for the benches of the encoder: scalars, tensor scales and codebooks that reach into every corner.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "bcq/beat.hpp"
#include "bcq/codebook.hpp"
#include "bcq/encoder_constants.hpp"
#include "unit.hpp"

namespace bcq::test {

/// The bits of a finite binary32 number: any, or one at an edge of the format.
inline std::uint32_t bit_pattern(Random& random) {
  const std::uint32_t sign = random.word() & 0x80000000;
  switch (random.between(0, 9)) {
    case 0:
      return sign;
    case 1:
      return sign | (random.word() & 0x7FFFFF) >> random.between(0, 22);  // subnormal
    case 2:
      return sign | (random.chance(50) ? 0x00800000U : 0x007FFFFFU);
    case 3:
      return sign | 0x7F7FFFFF;
    default:
      return sign | (static_cast<std::uint32_t>(random.between(0, 254)) << 23) | (random.word() & 0x7FFFFF);
  }
}

/// Scalars side by side, as the encoder with significands of `precision` bits takes them: the upper bits of binary32.
inline void put_scalars(BitSpan out, std::span<const std::uint32_t> words, int precision) {
  std::size_t lsb = 0;
  for (const std::uint32_t word : words) {
    out.put(lsb, precision + 8, word >> (24 - precision));
    lsb += static_cast<std::size_t>(precision + 8);
  }
}

inline void put_reciprocals(BitSpan out, const EncoderConstants& constants) {
  for (std::size_t m = 0; m < constants.reciprocals.size(); ++m) out.put(m * 24, 24, constants.reciprocals[m]);
}

/// Tensor scales: ordinary ones, powers of two, the ends of the range.
inline std::vector<float> tensor_scales(Random& random, int count) {
  std::vector<float> scales{1.0F,
                            0x1.fffffep0F,
                            std::numeric_limits<float>::denorm_min(),
                            0x1.8p-148F,
                            0x1.fffffcp-127F,
                            std::numeric_limits<float>::min(),
                            std::numeric_limits<float>::max(),
                            0x1.000002p-9F};
  while (static_cast<int>(scales.size()) < count) {
    const float g = std::bit_cast<float>(bit_pattern(random) & 0x7FFFFFFF);
    if (g > 0) scales.push_back(g);
  }
  return scales;
}

/// Ascending codewords with some neighbours equal, at either end too.
inline Codebook random_codebook(Random& random, const BcqFormat& format) {
  const int q = format.max_codeword();
  const int spread = random.chance(30) ? static_cast<int>(random.between(0, 4)) : q;  // few values: many equal
  Codebook book{};
  for (auto& codeword : book) codeword = static_cast<std::int8_t>(random.between(-spread, spread));
  if (random.chance(50)) book.front() = static_cast<std::int8_t>(-q);
  if (random.chance(50)) book.back() = static_cast<std::int8_t>(q);
  std::sort(book.begin(), book.end());
  return book;
}

inline CodebookSet random_codebooks(Random& random, const BcqFormat& format) {
  CodebookSet set{format, {}};
  for (int c = 0; c < format.nc; ++c) set.codebooks.push_back(random_codebook(random, format));
  return set;
}

}  // namespace bcq::test
