// F16 and BF16 to FP32, exactly.
#pragma once

#include <cstdint>

namespace bcq {

/// IEEE 754 binary16 → binary32, subnormals, infinities and NaN included.
[[nodiscard]] float half_to_float(std::uint16_t bits);

/// bfloat16 → binary32: the upper half of the word.
[[nodiscard]] float bfloat16_to_float(std::uint16_t bits);

}  // namespace bcq
