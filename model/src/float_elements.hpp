// Stored floating-point elements as the finite FP32 that the model works on.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

#include "bcq/matrix.hpp"

namespace bcq {

static_assert(std::endian::native == std::endian::little, "files are little-endian and read without swapping");

/// Applies `convert` to every `Stored` in `bytes`, which need not be aligned.
template <class Stored, class Convert>
void convert_elements(std::span<const std::byte> bytes, std::span<float> out, Convert convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    out[i] = convert(stored);
  }
}

/// Throws InputError with the [row, col] of the first NaN or infinity.
void require_finite(const std::filesystem::path& file, std::string_view field, const Matrix<float>& matrix);

/// Throws InputError unless the shape is [rows, cols] and neither is zero.
void require_matrix_shape(const std::filesystem::path& file, std::string_view field,
                          std::span<const std::size_t> shape);

}  // namespace bcq
