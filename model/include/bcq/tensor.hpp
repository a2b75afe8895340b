// A tensor in packed BCQ form (docs/numerics.md section 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "bcq/codebook.hpp"
#include "bcq/matrix.hpp"

namespace bcq {

/// A quantized [rows, k] matrix, blocked along k. Exactly what the packed file stores.
struct BcqTensor {
  CodebookSet codebooks;
  std::size_t k = 0;               ///< scalars per row
  float tensor_scale = 1.0F;       ///< g
  Matrix<std::uint8_t> indices;    ///< [rows, ⌈k/2⌉], even scalar in the low nibble
  Matrix<std::uint8_t> selectors;  ///< [rows, ⌈k/lb⌉]
  Matrix<std::uint8_t> scales;     ///< [rows, ⌈k/la⌉], E4M3

  bool operator==(const BcqTensor&) const = default;

  [[nodiscard]] const BcqFormat& format() const { return codebooks.format; }
  [[nodiscard]] std::size_t rows() const { return indices.rows(); }
  [[nodiscard]] std::uint8_t index(std::size_t row, std::size_t i) const {
    return static_cast<std::uint8_t>((indices(row, i / 2) >> (i % 2 * kIndexBits)) & 0xF);
  }

  /// Throws InputError (naming `where`) unless shapes, selectors, scales (no NaN), padding and g are legal.
  void validate(const std::string& where) const;
};

}  // namespace bcq
