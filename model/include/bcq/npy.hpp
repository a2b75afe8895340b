// NumPy .npy files, read only (numpy.lib.format, versions 1.0 to 3.0).
#pragma once

#include <filesystem>

#include "bcq/matrix.hpp"

namespace bcq {

/// A rank-2, C-order, little-endian float16, float32 or float64 array as FP32 (float64 rounds RNE; an element that
/// overflows binary32 is refused). Throws InputError that names the file and the remedy, NaN and infinity with their
/// index included.
[[nodiscard]] Matrix<float> read_npy(const std::filesystem::path& path);

}  // namespace bcq
