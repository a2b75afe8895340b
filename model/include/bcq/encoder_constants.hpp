// What the on-line encoder in hardware must be told about a tensor scale (rtl/bcq_encoder.sv, docs/encoder.md).
#pragma once

#include <array>
#include <cstdint>

#include "bcq/bcq_format.hpp"

namespace bcq {

/// Constants of one static tensor scale g = G·2^γ, computed once by the host; the numbers of the encoder's ports.
struct EncoderConstants {
  std::array<std::uint32_t, 8> reciprocals;  ///< R_m of m = 8…15 modulo 2²⁴: 0 stands for 2²⁴
  std::uint32_t divisor;                     ///< D, the significand of Q·g: bc + 23 bits, the highest of them set
  std::int32_t code_bias;                    ///< δ + bc + 142, where Q·g = D·2^δ
  std::int32_t shift_base;                   ///< γ + 187

  bool operator==(const EncoderConstants&) const = default;
};

/// The constants of g for a format of decode scales and integer codewords. Throws InputError for another format and for
/// a g that is not positive and finite.
[[nodiscard]] EncoderConstants encoder_constants(float g, const BcqFormat& format);

}  // namespace bcq
