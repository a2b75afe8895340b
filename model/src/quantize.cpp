#include "bcq/quantize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "array_encoder.hpp"
#include "bcq/decoder.hpp"
#include "bcq/error.hpp"
#include "bcq/metrics.hpp"
#include "bcq/parallel.hpp"
#include "nearest_table.hpp"

namespace bcq {
namespace {

void encode_row(std::span<const float> row, std::size_t r, const NearestTable& table, ArrayEncoder& encoder,
                BcqTensor& out) {
  const auto la = static_cast<std::size_t>(out.format().la);
  const auto lb = static_cast<std::size_t>(out.format().lb);
  for (std::size_t a = 0; a * la < row.size(); ++a) {
    const std::size_t begin = a * la;
    const EncodedArray& array = encoder.encode(row.subspan(begin, std::min(la, row.size() - begin)));
    out.scales(r, a) = array.scale;
    std::copy(array.selectors.begin(), array.selectors.end(), out.selectors.row(r).subspan(begin / lb).begin());
    for (std::size_t i = 0; i < array.values.size(); ++i) {
      const std::size_t column = begin + i;
      const int nibble = table.index(array.values[i], array.selectors[i / lb]) << (column % 2 * kIndexBits);
      out.indices(r, column / 2) = static_cast<std::uint8_t>(out.indices(r, column / 2) | nibble);
    }
  }
}

void require_encodable(const Matrix<float>& x, const EncoderOptions& options) {
  const std::optional<float>& static_scale = options.tensor_scale;
  if (x.cols() > kMaxK) {
    throw InputError(fmt::format("quantize: K = {} exceeds {}; split the reduction", x.cols(), kMaxK));
  }
  if (static_scale && !(std::isfinite(*static_scale) && *static_scale > 0)) {
    throw InputError(fmt::format("quantize: static scale {}: not a positive finite number; give g > 0", *static_scale));
  }
}

/// An E4M3 magnitude: significand · 2^(exponent − 9).
struct ScaleValue {
  int significand;
  int exponent;
};

/// codeword · scale · g. Rounded once: codeword · scale has at most 12 significant bits.
float multiply(int codeword, ScaleValue scale, float g) {
  return std::ldexp(static_cast<float>(codeword * scale.significand), scale.exponent - 9) * g;
}

/// codeword / (scale · h), 0 for a zero scale. The divisor is exact in binary64.
float divide(int codeword, ScaleValue scale, float h) {
  if (codeword == 0 || scale.significand == 0) return 0.0F;
  return static_cast<float>(codeword / (std::ldexp(scale.significand, scale.exponent - 9) * static_cast<double>(h)));
}

}  // namespace

float tensor_scale(const Matrix<float>& x, const BcqFormat& format) {
  constexpr float kLargestScale = 448.0F;
  const float largest = max_magnitude(x.flat());
  if (largest == 0.0F) return 1.0F;
  if (format.scale == ScaleConvention::kEncode) {
    return std::min(static_cast<float>(format.max_codeword()) / largest, std::numeric_limits<float>::max());
  }
  const float g = largest / (kLargestScale * static_cast<float>(format.max_codeword()));
  return std::max(g, std::numeric_limits<float>::denorm_min());
}

BcqTensor quantize(const Matrix<float>& x, const CodebookSet& codebooks, const EncoderOptions& options) {
  require_encodable(x, options);
  const BcqFormat& format = codebooks.format;
  BcqTensor out;
  out.codebooks = codebooks;
  out.k = x.cols();
  out.tensor_scale = options.tensor_scale ? *options.tensor_scale : tensor_scale(x, format);
  out.indices = Matrix<std::uint8_t>(x.rows(), ceil_div(x.cols(), 2));
  out.selectors = Matrix<std::uint8_t>(x.rows(), format.blocks(x.cols()));
  out.scales = Matrix<std::uint8_t>(x.rows(), format.arrays(x.cols()));

  const NearestTable table(codebooks);
  parallel_ranges(x.rows(), [&](std::size_t begin, std::size_t end) {
    ArrayEncoder encoder(table, out.tensor_scale, format, options);
    for (std::size_t r = begin; r < end; ++r) encode_row(x.row(r), r, table, encoder, out);
  });
  return out;
}

Matrix<float> dequantize(const BcqTensor& tensor) {
  const DecodedTensor decoded = decode(tensor);
  const auto la = static_cast<std::size_t>(tensor.format().la);
  const ScaleConvention convention = tensor.format().scale;
  Matrix<float> out(tensor.rows(), tensor.k);
  for (std::size_t r = 0; r < out.rows(); ++r) {
    for (std::size_t i = 0; i < out.cols(); ++i) {
      const ScaleValue scale{decoded.significands(r, i / la), decoded.exponents(r, i / la)};
      const int codeword = decoded.codewords(r, i);
      out(r, i) = convention == ScaleConvention::kDecode ? multiply(codeword, scale, tensor.tensor_scale)
                                                         : divide(codeword, scale, tensor.tensor_scale);
    }
  }
  return out;
}

}  // namespace bcq
