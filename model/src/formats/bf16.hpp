// Stored BF16 numbers.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace bcq {

/// The upper half of an FP32 number, RNE; what rounds to infinity saturates at ±0x7F7F. x must be finite.
inline std::uint32_t encode_bf16(float x) {
  constexpr std::uint32_t kLargest = 0x7F7F;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t magnitude = bits & 0x7FFF'FFFF;
  const std::uint32_t rounded = (magnitude + 0x7FFF + ((magnitude >> 16) & 1)) >> 16;
  return ((bits >> 31) << 15) | std::min(rounded, kLargest);
}

inline float decode_bf16(std::uint32_t code) {
  return std::bit_cast<float>(code << 16);
}

}  // namespace bcq
