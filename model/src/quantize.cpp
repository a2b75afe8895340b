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

/// codeword · significand · 2^(exponent − 9) · g of every codeword. Rounded once: what stands before g has at most 12
/// significant bits.
void multiply(std::span<const std::int16_t> codewords, int significand, int exponent, float g, std::span<float> out) {
  const float unit = std::ldexp(1.0F, exponent - 9);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(codewords[i] * significand) * unit * g;
}

/// codeword / (significand · 2^(exponent − 9) · h) of every codeword. The divisor is exact in binary64.
void divide(std::span<const std::int16_t> codewords, int significand, int exponent, float h, std::span<float> out) {
  const double divisor = std::ldexp(significand, exponent - 9) * static_cast<double>(h);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = codewords[i] == 0 || significand == 0 ? 0.0F : static_cast<float>(codewords[i] / divisor);
  }
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
  const auto decode_array = tensor.format().scale == ScaleConvention::kDecode ? multiply : divide;
  Matrix<float> out(tensor.rows(), tensor.k);
  parallel_ranges(out.rows(), [&](std::size_t first, std::size_t last) {
    for (std::size_t r = first; r < last; ++r) {
      for (std::size_t a = 0; a < tensor.scales.cols(); ++a) {
        const std::size_t begin = a * la;
        const std::size_t n = std::min(la, tensor.k - begin);
        decode_array(decoded.codewords.row(r).subspan(begin, n), decoded.significands(r, a), decoded.exponents(r, a),
                     tensor.tensor_scale, out.row(r).subspan(begin, n));
      }
    }
  });
  return out;
}

}  // namespace bcq
