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
  }
}

}  // namespace bcq
