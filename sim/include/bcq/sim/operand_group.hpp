// What the machine has to know of a number format: how a line of an operand lies in memory.
#pragma once

#include <cstddef>

#include "bcq/baseline.hpp"
#include "bcq/bcq_format.hpp"

namespace bcq::sim {

/// Scalars of a line that lie together in whole bytes, with what belongs to them: the least that is moved.
struct OperandGroup {
  std::size_t scalars = 0;
  std::size_t bytes = 0;
  bool scaled = false;  ///< there is a scale, which the sum over the group is multiplied by

  [[nodiscard]] double bits_per_scalar() const { return 8 * static_cast<double>(bytes) / static_cast<double>(scalars); }
};

/// A block array.
[[nodiscard]] OperandGroup operand_group(const BcqFormat& format);

/// Elements, and the scale that they share; of a format without scales as many elements as a block array has.
[[nodiscard]] OperandGroup operand_group(const Baseline& baseline);

}  // namespace bcq::sim
