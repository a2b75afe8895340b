#include "float_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "file_error.hpp"

namespace bcq {

void require_finite(const std::filesystem::path& file, std::string_view field, const Matrix<float>& matrix) {
  const std::span<const float> flat = matrix.flat();
  const auto bad = std::find_if_not(flat.begin(), flat.end(), [](float x) { return std::isfinite(x); });
  if (bad == flat.end()) return;
  const auto i = static_cast<std::size_t>(bad - flat.begin());
  const char* what = std::isnan(*bad) ? "NaN" : "infinity";
  refuse(file, field, fmt::format("element [{}, {}] is {}", i / matrix.cols(), i % matrix.cols(), what),
         "every element must be finite, replace or clip it");
}

void require_matrix_shape(const std::filesystem::path& file, std::string_view field,
                          std::span<const std::size_t> shape) {
  if (shape.size() != 2) {
    refuse(file, field, fmt::format("shape {} has rank {}, not 2", shape_text(shape), shape.size()),
           "reshape it to [rows, K]");
  }
  if (shape[0] == 0 || shape[1] == 0) {
    refuse(file, field, fmt::format("shape {} has an empty dimension", shape_text(shape)),
           "store at least one row and one column");
  }
}

}  // namespace bcq
