// A set of N_c codebooks of sixteen integer codewords (docs/numerics.md section 1).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bcq/bcq_format.hpp"

namespace bcq {

/// Sixteen codewords in ascending order.
using Codebook = std::array<std::int8_t, kCodebookEntries>;

/// The codebooks of a tensor, together with the format they were calibrated for.
struct CodebookSet {
  BcqFormat format;
  std::vector<Codebook> codebooks;  ///< format.nc of them

  bool operator==(const CodebookSet&) const = default;

  /// Throws InputError (naming `where`) unless there are nc codebooks, ascending, of legal codewords.
  void validate(const std::string& where) const;

  /// Whether codebook nc/2 + c is codebook c mirrored, for every c < nc/2: then half of them need to be stored.
  [[nodiscard]] bool mirror_paired() const;
};

/// The negated codewords, ascending: index i of one is index 15 − i of the other.
[[nodiscard]] Codebook mirrored(const Codebook& book);

/// Exact stored bits of a [rows, k] tensor: indices, selectors and scales of short blocks, codebooks (half of them when
/// mirror-paired), tensor scale.
[[nodiscard]] std::size_t stored_bits(const CodebookSet& set, std::size_t rows, std::size_t k);

}  // namespace bcq
