#include "bcq/codebook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "bcq/error.hpp"

namespace bcq {

void CodebookSet::validate(const std::string& where) const {
  format.validate(where);
  if (codebooks.size() != static_cast<std::size_t>(format.nc)) {
    throw InputError(fmt::format("{}: codebooks: {} of them where nc = {}; calibrate again with --nc {}", where,
                                 codebooks.size(), format.nc, format.nc));
  }
  for (std::size_t c = 0; c < codebooks.size(); ++c) {
    const Codebook& book = codebooks[c];
    if (!std::is_sorted(book.begin(), book.end())) {
      throw InputError(fmt::format("{}: codebooks[{}]: codewords are not ascending; sort them", where, c));
    }
    const int largest = std::max(std::abs(book.front()), std::abs(book.back()));
    if (largest > format.max_codeword()) {
      throw InputError(
          fmt::format("{}: codebooks[{}]: codeword of magnitude {} exceeds {} for bc = {}; use a larger bc", where, c,
                      largest, format.max_codeword(), format.bc));
    }
    for (const std::int8_t codeword : book) {
      if (!format.is_codeword(codeword)) {
        throw InputError(fmt::format("{}: codebooks[{}]: codeword {} is no E2M3 number times 8; calibrate again", where,
                                     c, codeword));
      }
    }
  }
}

bool CodebookSet::mirror_paired() const {
  const std::size_t half = codebooks.size() / 2;
  if (half == 0) return false;
  for (std::size_t c = 0; c < half; ++c) {
    if (codebooks[half + c] != mirrored(codebooks[c])) return false;
  }
  return true;
}

Codebook mirrored(const Codebook& book) {
  Codebook out{};
  std::transform(book.rbegin(), book.rend(), out.begin(), [](std::int8_t c) { return static_cast<std::int8_t>(-c); });
  return out;
}

std::size_t stored_bits(const CodebookSet& set, std::size_t rows, std::size_t k) {
  constexpr std::size_t kScaleBits = 8;
  constexpr std::size_t kTensorScaleBits = 32;
  const BcqFormat& format = set.format;
  const std::size_t per_row = k * kIndexBits + format.blocks(k) * static_cast<std::size_t>(format.selector_bits()) +
                              format.arrays(k) * kScaleBits;
  const std::size_t stored_books = set.mirror_paired() ? set.codebooks.size() / 2 : set.codebooks.size();
  return rows * per_row + stored_books * static_cast<std::size_t>(kCodebookEntries * format.bc) + kTensorScaleBits;
}

}  // namespace bcq
