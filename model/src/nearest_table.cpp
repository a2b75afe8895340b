#include "nearest_table.hpp"

#include <cstdlib>
#include <limits>

#include "normalise.hpp"

namespace bcq {

NearestTable::NearestTable(const CodebookSet& set)
    : limit_(normalised_limit(set.format)),
      nc_(set.codebooks.size()),
      errors_(static_cast<std::size_t>(2 * limit_ + 1) * nc_),
      indices_(errors_.size()) {
  for (std::int32_t v = -limit_; v <= limit_; ++v) {
    for (std::size_t c = 0; c < nc_; ++c) fill(v, c, set.codebooks[c]);
  }
}

void NearestTable::fill(std::int32_t v, std::size_t c, const Codebook& book) {
  std::int32_t best = std::numeric_limits<std::int32_t>::max();
  std::uint8_t best_index = 0;
  for (std::size_t i = 0; i < book.size(); ++i) {
    const std::int32_t distance = std::abs(v - book[i] * (1 << kFractionBits));
    if (distance < best) {
      best = distance;
      best_index = static_cast<std::uint8_t>(i);
    }
  }
  errors_[slot(v) + c] = static_cast<std::uint32_t>(best) * static_cast<std::uint32_t>(best);
  indices_[slot(v) + c] = best_index;
}

}  // namespace bcq
