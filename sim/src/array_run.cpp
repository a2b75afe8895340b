#include "bcq/sim/array_run.hpp"

#include <algorithm>

namespace bcq::sim {

Tiling::Tiling(const Arch& arch, std::size_t m_rows, std::size_t n_rows, std::size_t k_scalars)
    : m(m_rows),
      n(n_rows),
      k(k_scalars),
      m_tiles(ceil_div(m, static_cast<std::size_t>(arch.rows))),
      n_tiles(ceil_div(n, static_cast<std::size_t>(arch.cols))),
      beats_per_tile(ceil_div(k, static_cast<std::size_t>(arch.lanes))) {}

std::vector<TileAt> tiles_in_order(const Tiling& tiling) {
  std::vector<TileAt> order;
  for (std::size_t m = 0; m < tiling.m_tiles; ++m) {
    for (std::size_t n = 0; n < tiling.n_tiles; ++n) order.push_back({m, n});
  }
  return order;
}

Matrix<float> assemble_output(const ArrayRun& run, const Arch& arch, const Tiling& tiling,
                              const std::vector<TileAt>& order) {
  const auto rows = static_cast<std::size_t>(arch.rows);
  Matrix<float> out(tiling.m, tiling.n);
  for (std::size_t tile = 0; tile < order.size(); ++tile) {
    const std::size_t m = order[tile].m * rows, n = order[tile].n * run.cols;
    for (std::size_t r = 0; r < std::min(rows, tiling.m - m); ++r) {
      const auto row = run.values.begin() + static_cast<std::ptrdiff_t>((tile * rows + r) * run.cols);
      std::copy_n(row, std::min(run.cols, tiling.n - n), &out(m + r, n));
    }
  }
  return out;
}

}  // namespace bcq::sim
