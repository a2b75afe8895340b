// What every number format is to the laboratory: stored fields out of a matrix, and a matrix out of stored fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "bcq/matrix.hpp"

namespace bcq {

/// Scalars that share an entry when a whole row shares it.
inline constexpr std::size_t kPerRow = std::numeric_limits<std::size_t>::max();
/// Marks fields that belong to the tensor, however many entries they have.
inline constexpr std::size_t kPerTensor = 0;

/// One kind of stored number: its name, its width and how many scalars of a row share an entry.
struct FieldLayout {
  std::string_view name;  ///< the field's standard term: "element", "scale", "selector"…
  int bits = 0;           ///< per entry, 1…32
  std::size_t span = 1;   ///< scalars per entry: 1 for elements, the group size for scales, kPerRow or kPerTensor

  bool operator==(const FieldLayout&) const = default;
};

/// A field of an encoded tensor. Entry (r, i) belongs to scalars i·span … of row r; a short last group has an entry
/// like any other. Fields of the tensor have what rows and columns they need.
struct Field {
  FieldLayout layout;
  Matrix<std::uint32_t> entries;  ///< every entry < 2^bits

  bool operator==(const Field&) const = default;
};

/// A quantized [rows, k] matrix: everything that must be stored to get it back, and nothing else.
struct EncodedTensor {
  std::size_t rows = 0;
  std::size_t k = 0;
  std::vector<Field> fields;  ///< in the order of the format

  bool operator==(const EncodedTensor&) const = default;

  /// All stored bits, side information included.
  [[nodiscard]] std::size_t bits() const;
  [[nodiscard]] double bits_per_scalar() const;
};

/// A number format. Its object holds the parameters only, so one object serves any tensor and any thread.
class Format {
 public:
  Format() = default;
  virtual ~Format() = default;
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;

  /// Encodes x [rows, k], every element finite, groups along k. Deterministic: the same fields for every thread count.
  /// What a degenerate tensor becomes is documented with the format (docs/formats.md).
  [[nodiscard]] virtual EncodedTensor quantize(const Matrix<float>& x) const = 0;

  /// Decodes what quantize() of the same format returned, from its fields alone.
  [[nodiscard]] virtual Matrix<float> dequantize(const EncodedTensor& encoded) const = 0;

  /// Stored bits per scalar of endless rows: what remains when the fields of rows and tensor cost nothing.
  [[nodiscard]] virtual double nominal_bits() const = 0;
};

}  // namespace bcq
