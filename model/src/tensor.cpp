#include "bcq/tensor.hpp"

#include <fmt/format.h>

#include <cmath>

#include "bcq/e4m3.hpp"
#include "bcq/error.hpp"

namespace bcq {
namespace {

template <class T>
void require_shape(const std::string& where, const char* field, const Matrix<T>& m, std::size_t rows,
                   std::size_t cols) {
  if (m.rows() == rows && m.cols() == cols) return;
  throw InputError(fmt::format("{}: {}: shape [{}, {}] where [{}, {}] is expected; quantize the tensor again", where,
                               field, m.rows(), m.cols(), rows, cols));
}

}  // namespace

void BcqTensor::validate(const std::string& where) const {
  codebooks.validate(where);
  const BcqFormat& f = format();
  if (rows() == 0 || k == 0)
    throw InputError(fmt::format("{}: shape: empty tensor [{}, {}]; nothing to do", where, rows(), k));
  if (k > kMaxK) throw InputError(fmt::format("{}: shape: K = {} exceeds {}; split the reduction", where, k, kMaxK));
  require_shape(where, "indices", indices, rows(), ceil_div(k, 2));
  require_shape(where, "selectors", selectors, rows(), f.blocks(k));
  require_shape(where, "scales", scales, rows(), f.arrays(k));
  if (!(std::isfinite(tensor_scale) && tensor_scale > 0)) {
    throw InputError(fmt::format("{}: tensor_scale: {} is not a positive finite number; quantize the tensor again",
                                 where, tensor_scale));
  }
  for (std::size_t r = 0; r < rows(); ++r) {
    for (std::size_t b = 0; b < selectors.cols(); ++b) {
      if (selectors(r, b) >= f.nc) {
        throw InputError(fmt::format("{}: selectors[{}, {}]: {} where nc = {}; the file is damaged", where, r, b,
                                     selectors(r, b), f.nc));
      }
    }
    for (std::size_t a = 0; a < scales.cols(); ++a) {
      if (e4m3_is_nan(scales(r, a))) {
        throw InputError(fmt::format("{}: scales[{}, {}]: E4M3 NaN; quantize the tensor again", where, r, a));
      }
    }
    if (k % 2 == 1 && indices(r, k / 2) > 0xF) {
      throw InputError(
          fmt::format("{}: indices[{}, {}]: padding nibble is not 0; the file is damaged", where, r, k / 2));
    }
  }
}

}  // namespace bcq
