#include "random_operand.hpp"

#include <algorithm>
#include <cmath>

#include "bcq/e4m3.hpp"

namespace bcq::testbench {
namespace {

/// Uniform in 0…count−1, the same on every machine.
std::uint64_t draw(std::mt19937_64& random, std::uint64_t count) {
  return (random() >> 11) % count;
}

}  // namespace

CodebookSet random_codebooks(std::mt19937_64& random, const BcqFormat& format) {
  const int q = format.max_codeword();
  CodebookSet set{format, std::vector<Codebook>(static_cast<std::size_t>(format.nc))};
  for (Codebook& book : set.codebooks) {
    for (auto& codeword : book)
      codeword = static_cast<std::int8_t>(static_cast<int>(draw(random, static_cast<std::uint64_t>(2 * q + 1))) - q);
    if (draw(random, 2) == 0) {
      book.front() = static_cast<std::int8_t>(-q);
      book.back() = static_cast<std::int8_t>(q);
    }
    std::sort(book.begin(), book.end());
  }
  return set;
}

BcqTensor random_operand(std::mt19937_64& random, const CodebookSet& codebooks, std::size_t rows, std::size_t k) {
  const BcqFormat& format = codebooks.format;
  BcqTensor out;
  out.codebooks = codebooks;
  out.k = k;
  out.tensor_scale =
      std::ldexp(1.0F + static_cast<float>(draw(random, 1 << 20)) * 0x1p-20F, static_cast<int>(draw(random, 60)) - 40);
  out.indices = Matrix<std::uint8_t>(rows, ceil_div(k, 2));
  out.selectors = Matrix<std::uint8_t>(rows, format.blocks(k));
  out.scales = Matrix<std::uint8_t>(rows, format.arrays(k));
  for (auto& byte : out.indices.flat()) byte = static_cast<std::uint8_t>(draw(random, 256));
  if (k % 2 == 1) {
    for (std::size_t r = 0; r < rows; ++r) out.indices(r, k / 2) &= 0xF;
  }
  for (auto& selector : out.selectors.flat())
    selector = static_cast<std::uint8_t>(draw(random, static_cast<std::uint64_t>(format.nc)));
  for (auto& scale : out.scales.flat()) {
    do {
      scale = static_cast<std::uint8_t>(draw(random, 256));
    } while (e4m3_is_nan(scale));
  }
  return out;
}

}  // namespace bcq::testbench
