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

  /// Throws InputError (naming `where`) unless there are nc codebooks, ascending, within ±Q.
  void validate(const std::string& where) const;
};

}  // namespace bcq
