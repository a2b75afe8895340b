#include "bcq/sim/array_run.hpp"

namespace bcq::sim {

Tiling::Tiling(const Arch& arch, std::size_t m_rows, std::size_t n_rows, std::size_t k_scalars)
    : m(m_rows),
      n(n_rows),
      k(k_scalars),
      m_tiles(ceil_div(m, static_cast<std::size_t>(arch.rows))),
      n_tiles(ceil_div(n, static_cast<std::size_t>(arch.cols))),
      beats_per_tile(ceil_div(k, static_cast<std::size_t>(arch.lanes))) {}

Matrix<float> assemble_output(const ArrayRun& run, const Arch& arch, const Tiling& tiling) {
  const auto rows = static_cast<std::size_t>(arch.rows);
  Matrix<float> out(tiling.m, tiling.n);
  for (std::size_t m = 0; m < tiling.m; ++m) {
    for (std::size_t n = 0; n < tiling.n; ++n) {
      const std::size_t tile = m / rows * tiling.n_tiles + n / run.cols;
      const std::size_t beat = tile * rows + m % rows;
      out(m, n) = run.values[beat * run.cols + n % run.cols];
    }
  }
  return out;
}

}  // namespace bcq::sim
