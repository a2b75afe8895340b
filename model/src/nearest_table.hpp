// The nearest codewords of every normalised value in every codebook (docs/numerics.md section 3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bcq/codebook.hpp"

namespace bcq {

/// Errors and nearest indices of every normalised value, one lane per codebook: the encoder adds whole rows of it, so
/// the cost of a scalar is one cache line whatever the number of codebooks.
class NearestTable {
 public:
  explicit NearestTable(const CodebookSet& set);

  [[nodiscard]] std::size_t nc() const { return nc_; }
  /// Squared distances of v to each codebook, nc() of them, in squared fixed-point steps.
  [[nodiscard]] const std::uint32_t* errors(std::int32_t v) const { return &errors_[slot(v)]; }
  [[nodiscard]] std::uint8_t index(std::int32_t v, std::size_t codebook) const { return indices_[slot(v) + codebook]; }

 private:
  [[nodiscard]] std::size_t slot(std::int32_t v) const { return static_cast<std::size_t>(v + limit_) * nc_; }
  void fill(std::int32_t v, std::size_t c, const Codebook& book);

  std::int32_t limit_;
  std::size_t nc_;
  std::vector<std::uint32_t> errors_;
  std::vector<std::uint8_t> indices_;
};

}  // namespace bcq
