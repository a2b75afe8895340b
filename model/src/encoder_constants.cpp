#include "bcq/encoder_constants.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "bcq/error.hpp"
#include "normalise.hpp"

namespace bcq {
namespace {

// How exponents meet in the hardware, with E the exponent field of a scalar (1 for a subnormal), |x| = X·2^(E−150):
// V = X·R_m·2^(4 + (E−150) − γ − (e−9) − 50) is X·R_m·2^(E − e − (γ+187)).
constexpr int kShiftBase = 187;
// a/(Q·g) = (X/2²⁴)/(D/2^w) · 2^(E−150+24−w−δ), where w is the width of D. A quotient of significands 1.ddd stands for
// itself; E4M3 has the bias 7.
constexpr int kCodeBias = 150 - 24 - 7;

}  // namespace

EncoderConstants encoder_constants(float g, const BcqFormat& format) {
  if (format.codeword != CodewordType::kInteger || format.scale != ScaleConvention::kDecode) {
    throw InputError(
        fmt::format("encoder: {}: the on-line encoder has decode scales and integer codewords only", format.name()));
  }
  if (!(std::isfinite(g) && g > 0)) {
    throw InputError(fmt::format("encoder: tensor scale {}: not a positive finite number; give g > 0", g));
  }
  const NormalisedScale scale = normalise_scale(g);

  EncoderConstants constants{};
  for (std::size_t i = 0; i < constants.reciprocals.size(); ++i) {
    constants.reciprocals[i] = static_cast<std::uint32_t>(reciprocal((8 + i) * scale.significand)) & 0xFFFFFF;
  }
  const std::uint64_t product = scale.significand * static_cast<std::uint64_t>(format.max_codeword());
  const int width = format.bc + 23;  // of Q·G: this many bits or one less
  const int shift = width - static_cast<int>(std::bit_width(product));
  constants.divisor = static_cast<std::uint32_t>(product << shift);
  constants.code_bias = scale.exponent - shift + width + kCodeBias;
  constants.shift_base = scale.exponent + kShiftBase;
  return constants;
}

}  // namespace bcq
