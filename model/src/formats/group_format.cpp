#include "group_format.hpp"

#include <algorithm>

#include "bcq/bcq_format.hpp"
#include "bcq/parallel.hpp"

namespace bcq {
namespace {

bool shared(const FieldLayout& layout) {
  return layout.span == kPerRow || layout.span == kPerTensor;
}

/// The entries of scalars [begin, begin + n) of row r in every field.
template <class Entry, class Fields>
GroupEntries<Entry> group_entries(Fields& fields, std::size_t r, std::size_t begin, std::size_t n) {
  GroupEntries<Entry> group;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const std::size_t span = fields[f].layout.span;
    if (span == kPerTensor) {
      group.set(f, fields[f].entries.flat());
    } else if (span == kPerRow) {
      group.set(f, fields[f].entries.row(r));
    } else {
      group.set(f, fields[f].entries.row(r).subspan(begin / span, ceil_div(n, span)));
    }
  }
  return group;
}

}  // namespace

GroupFormat::GroupFormat(std::size_t group, std::vector<FieldLayout> layout)
    : group_(group), layout_(std::move(layout)) {}

EncodedTensor GroupFormat::quantize(const Matrix<float>& x) const {
  EncodedTensor out{x.rows(), x.cols(), {}};
  for (const FieldLayout& layout : layout_) {
    const std::size_t rows = layout.span == kPerTensor ? 1 : x.rows();
    const std::size_t cols = shared(layout) ? 1 : ceil_div(x.cols(), layout.span);
    out.fields.push_back({layout, Matrix<std::uint32_t>(rows, cols)});
  }
  encode_shared(x, out.fields);
  parallel_ranges(x.rows(), [&](std::size_t first, std::size_t last) {
    for (std::size_t r = first; r < last; ++r) {
      for (std::size_t begin = 0; begin < x.cols(); begin += group_) {
        const std::size_t n = std::min(group_, x.cols() - begin);
        encode_group(x.row(r).subspan(begin, n), group_entries<std::uint32_t>(out.fields, r, begin, n));
      }
    }
  });
  return out;
}

Matrix<float> GroupFormat::dequantize(const EncodedTensor& encoded) const {
  Matrix<float> out(encoded.rows, encoded.k);
  parallel_ranges(out.rows(), [&](std::size_t first, std::size_t last) {
    for (std::size_t r = first; r < last; ++r) {
      for (std::size_t begin = 0; begin < out.cols(); begin += group_) {
        const std::size_t n = std::min(group_, out.cols() - begin);
        decode_group(group_entries<const std::uint32_t>(encoded.fields, r, begin, n), out.row(r).subspan(begin, n));
      }
    }
  });
  return out;
}

double GroupFormat::nominal_bits() const {
  double bits = 0.0;
  for (const FieldLayout& layout : layout_) {
    if (!shared(layout)) bits += layout.bits / static_cast<double>(layout.span);
  }
  return bits;
}

void GroupFormat::encode_shared(const Matrix<float>& /*x*/, std::vector<Field>& /*fields*/) const {}

}  // namespace bcq
