#include "cases.hpp"

namespace bcq::testbench {

std::vector<Corner> corners(const sim::Arch& arch, std::size_t group) {
  const auto rows = static_cast<std::size_t>(arch.rows);
  const auto cols = static_cast<std::size_t>(arch.cols);
  const auto lanes = static_cast<std::size_t>(arch.lanes);
  return {
      {{rows, cols, 1}, 1.0F, 1.0F},
      {{rows, cols, lanes}, 1.0F, 0x1.8p-3F},
      {{2 * rows, 3 * cols, group}, 0x1.234568p-9F, 0x1.fffffep-5F},
      {{2 * rows + 1, cols + 1, group + 1}, 0x1p-20F, 0x1.555556p-12F},
      {{3 * rows - 1, 2 * cols, 2 * group + lanes / 2 + 1}, 0x1p-10F, 0x1.9p-15F},
      {{rows, 2 * cols, arch.k_max}, 0x1.000002p-14F, 0x1.fp-14F},
      {{3 * rows, 4 * cols - 1, lanes + 1}, 0x1.7p-8F, 0x1.9p-8F},  // array_tb: full speed in, slow out
      {{rows, cols, 3 * group - 1}, 0x1.1p-90F, 0x1.3p-55F},
      {{rows, cols, group + lanes}, 0x1.1p60F, 0x1.3p66F},
  };
}

}  // namespace bcq::testbench
