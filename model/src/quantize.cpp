#include "bcq/quantize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "bcq/decoder.hpp"
#include "bcq/error.hpp"
#include "bcq/parallel.hpp"
#include "normalise.hpp"

namespace bcq {
namespace {

/// Errors and nearest indices of every normalised value, one lane per codebook: the encoder adds whole rows of it, so
/// the cost of a scalar is one cache line whatever the number of codebooks.
class NearestTable {
 public:
  explicit NearestTable(const CodebookSet& set)
      : limit_((1 << (set.format.bc + kFractionBits)) - 1),
        nc_(set.codebooks.size()),
        errors_(static_cast<std::size_t>(2 * limit_ + 1) * nc_),
        indices_(errors_.size()) {
    for (std::int32_t v = -limit_; v <= limit_; ++v) {
      for (std::size_t c = 0; c < nc_; ++c) fill(v, c, set.codebooks[c]);
    }
  }

  [[nodiscard]] std::size_t nc() const { return nc_; }
  [[nodiscard]] const std::uint32_t* errors(std::int32_t v) const { return &errors_[slot(v)]; }
  [[nodiscard]] std::uint8_t index(std::int32_t v, std::size_t codebook) const { return indices_[slot(v) + codebook]; }

 private:
  [[nodiscard]] std::size_t slot(std::int32_t v) const { return static_cast<std::size_t>(v + limit_) * nc_; }

  void fill(std::int32_t v, std::size_t c, const Codebook& book) {
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

  std::int32_t limit_;
  std::size_t nc_;
  std::vector<std::uint32_t> errors_;
  std::vector<std::uint8_t> indices_;
};

float max_abs(std::span<const float> values) {
  float largest = 0.0F;
  for (const float value : values) largest = std::max(largest, std::fabs(value));
  return largest;
}

/// The selector with the least squared error of one block; the lowest on a tie.
std::size_t best_codebook(const NearestTable& table, std::span<const std::int32_t> block) {
  std::array<std::uint32_t, 16> sums{};
  for (const std::int32_t v : block) {
    const std::uint32_t* errors = table.errors(v);
    for (std::size_t c = 0; c < table.nc(); ++c) sums[c] += errors[c];
  }
  return static_cast<std::size_t>(
      std::min_element(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(table.nc())) - sums.begin());
}

void encode_row(std::span<const float> row, std::size_t r, const NearestTable& table, Normaliser& normaliser,
                BcqTensor& out) {
  const BcqFormat& format = out.format();
  const auto la = static_cast<std::size_t>(format.la);
  const auto lb = static_cast<std::size_t>(format.lb);
  std::vector<std::int32_t> normalised(row.size());

  for (std::size_t a = 0; a * la < row.size(); ++a) {
    const auto array = row.subspan(a * la, std::min(la, row.size() - a * la));
    const std::uint8_t scale = array_scale(max_abs(array), out.tensor_scale, format.max_codeword());
    out.scales(r, a) = scale;
    normaliser.set_scale(scale);
    for (std::size_t i = 0; i < array.size(); ++i) normalised[a * la + i] = normaliser.normalise(array[i]);
  }
  for (std::size_t b = 0; b * lb < row.size(); ++b) {
    const std::size_t begin = b * lb;
    const auto block = std::span<const std::int32_t>(normalised).subspan(begin, std::min(lb, row.size() - begin));
    const std::size_t selector = best_codebook(table, block);
    out.selectors(r, b) = static_cast<std::uint8_t>(selector);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::size_t column = begin + i;
      const int nibble = table.index(block[i], selector) << (column % 2 * kIndexBits);
      out.indices(r, column / 2) = static_cast<std::uint8_t>(out.indices(r, column / 2) | nibble);
    }
  }
}

void require_encodable(const Matrix<float>& x, const std::optional<float>& static_scale) {
  if (x.cols() > kMaxK) {
    throw InputError(fmt::format("quantize: K = {} exceeds {}; split the reduction", x.cols(), kMaxK));
  }
  if (static_scale && !(std::isfinite(*static_scale) && *static_scale > 0)) {
    throw InputError(fmt::format("quantize: static scale {}: not a positive finite number; give g > 0", *static_scale));
  }
}

}  // namespace

float tensor_scale(const Matrix<float>& x, const BcqFormat& format) {
  constexpr float kLargestScale = 448.0F;
  const float largest = max_abs(x.flat());
  if (largest == 0.0F) return 1.0F;
  const float g = largest / (kLargestScale * static_cast<float>(format.max_codeword()));
  return std::max(g, std::numeric_limits<float>::denorm_min());
}

BcqTensor quantize(const Matrix<float>& x, const CodebookSet& codebooks, std::optional<float> static_scale) {
  require_encodable(x, static_scale);
  const BcqFormat& format = codebooks.format;
  BcqTensor out;
  out.codebooks = codebooks;
  out.k = x.cols();
  out.tensor_scale = static_scale ? *static_scale : tensor_scale(x, format);
  out.indices = Matrix<std::uint8_t>(x.rows(), ceil_div(x.cols(), 2));
  out.selectors = Matrix<std::uint8_t>(x.rows(), format.blocks(x.cols()));
  out.scales = Matrix<std::uint8_t>(x.rows(), format.arrays(x.cols()));

  const NearestTable table(codebooks);
  parallel_ranges(x.rows(), [&](std::size_t begin, std::size_t end) {
    Normaliser normaliser(out.tensor_scale, format);
    for (std::size_t r = begin; r < end; ++r) encode_row(x.row(r), r, table, normaliser, out);
  });
  return out;
}

Matrix<float> dequantize(const BcqTensor& tensor) {
  const DecodedTensor decoded = decode(tensor);
  const auto la = static_cast<std::size_t>(tensor.format().la);
  Matrix<float> out(tensor.rows(), tensor.k);
  for (std::size_t r = 0; r < out.rows(); ++r) {
    for (std::size_t i = 0; i < out.cols(); ++i) {
      const int scaled = decoded.codewords(r, i) * decoded.significands(r, i / la);
      // Exact: at most 12 significant bits.
      const float value = std::ldexp(static_cast<float>(scaled), decoded.exponents(r, i / la) - 9);
      out(r, i) = value * tensor.tensor_scale;
    }
  }
  return out;
}

}  // namespace bcq
