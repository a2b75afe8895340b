// The common part of formats that encode groups of a row independently: all but a few.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bcq/format.hpp"
#include "bcq/metrics.hpp"

namespace bcq {

/// The entries of one group: a span per field of the layout, in its order. A field of span s has ⌈n/s⌉ entries for a
/// group of n scalars; fields of the row show their one entry, fields of the tensor all of theirs.
template <class Entry>
class GroupEntries {
 public:
  void set(std::size_t field, std::span<Entry> entries) { fields_[field] = entries; }

  [[nodiscard]] std::span<Entry> operator[](std::size_t field) const { return fields_[field]; }

  /// The only entry of a field that the group shares.
  [[nodiscard]] Entry& one(std::size_t field) const { return fields_[field][0]; }

 private:
  std::array<std::span<Entry>, 8> fields_{};
};

using GroupWriter = GroupEntries<std::uint32_t>;
using GroupReader = GroupEntries<const std::uint32_t>;

/// A format whose rows fall into groups of `group()` scalars (the last may be short), each encoded by itself once the
/// fields of rows and tensor are known.
class GroupFormat : public Format {
 public:
  /// Every span of the layout must divide `group`, or be kPerRow or kPerTensor. At most 8 fields.
  GroupFormat(std::size_t group, std::vector<FieldLayout> layout);

  [[nodiscard]] EncodedTensor quantize(const Matrix<float>& x) const final;
  [[nodiscard]] Matrix<float> dequantize(const EncodedTensor& encoded) const final;
  [[nodiscard]] double nominal_bits() const final;

 protected:
  [[nodiscard]] std::size_t group() const { return group_; }

  /// Fills the fields of rows ([rows, 1]) and tensor ([1, 1], or another shape that it assigns); called once, before
  /// any group. All entries are 0 until written.
  virtual void encode_shared(const Matrix<float>& x, std::vector<Field>& fields) const;

  /// Encodes 1…group() scalars. Every entry is 0 beforehand. Fields of rows and tensor are for reading.
  virtual void encode_group(std::span<const float> x, const GroupWriter& entries) const = 0;

  virtual void decode_group(const GroupReader& entries, std::span<float> x) const = 0;

 private:
  std::size_t group_;
  std::vector<FieldLayout> layout_;
};

}  // namespace bcq
