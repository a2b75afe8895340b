#include "bcq/sim/operand_group.hpp"

#include "bcq/sim/panel.hpp"

namespace bcq::sim {
namespace {

constexpr std::size_t kScaleBits = 8;
constexpr std::size_t kWithoutScale = 64;

}  // namespace

OperandGroup operand_group(const BcqFormat& format) {
  return {.scalars = static_cast<std::size_t>(format.la), .bytes = block_array_bytes(format), .scaled = true};
}

OperandGroup operand_group(const Baseline& baseline) {
  const bool scaled = baseline.group > 0;
  const std::size_t scalars = scaled ? baseline.group : kWithoutScale;
  const std::size_t bits = scalars * static_cast<std::size_t>(baseline.element_bits) + (scaled ? kScaleBits : 0);
  return {.scalars = scalars, .bytes = ceil_div(bits, 8), .scaled = scaled};
}

}  // namespace bcq::sim
