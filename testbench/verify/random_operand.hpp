// Random operands in packed form: every legal code, not only those that an encoder writes.
#pragma once

#include <cstdint>
#include <random>

#include "bcq/tensor.hpp"

namespace bcq::testbench {

/// Random codebooks (ascending, within ±Q, ends included now and then).
[[nodiscard]] CodebookSet random_codebooks(std::mt19937_64& random, const BcqFormat& format);

/// A random [rows, k] tensor: all indices and selectors, all 254 finite scale codes (zero, subnormal and negative ones
/// included), a tensor scale across the binades.
[[nodiscard]] BcqTensor random_operand(std::mt19937_64& random, const CodebookSet& codebooks, std::size_t rows,
                                       std::size_t k);

}  // namespace bcq::testbench
