#include "bcq/sim/machine/actions.hpp"

namespace bcq::sim {

ActionCounts count_actions(const Arch& arch, const LoopPlan& plan) {
  const auto rows = static_cast<std::uint64_t>(arch.rows);
  const auto cols = static_cast<std::uint64_t>(arch.cols);
  const auto lanes = static_cast<std::uint64_t>(arch.lanes);
  const std::uint64_t tiles = plan.tiles();
  const std::uint64_t beats = tiles * plan.beats_per_tile();
  const PanelLayout& activation = plan.layout(Operand::kActivation);
  const PanelLayout& weight = plan.layout(Operand::kWeight);
  const std::uint64_t result_bits = 8 * std::uint64_t{plan.size().m} * plan.size().n * sizeof(float);

  ActionCounts counts;
  counts.macs = plan.size().macs();
  counts.mac_slots = beats * rows * cols * lanes;
  counts.decodes = beats * (rows + cols) * lanes;
  counts.codebook_reads = arch.baseline == nullptr ? counts.decodes : 0;
  const std::uint64_t groups = tiles * activation.groups;
  const bool scaled = arch.group().scaled;
  counts.scale_multiplies = scaled ? groups * rows * cols : 0;
  counts.accumulations = (scaled ? groups : beats) * rows * cols;
  counts.output_multiplies = tiles * rows * cols;
  if (arch.memory.encoder_lanes > 0) {
    counts.encodes = std::uint64_t{plan.size().m} * plan.size().n;
    // Only the last group of a row ends within a beat.
    counts.encoder_beats =
        std::uint64_t{plan.size().m} * ceil_div(plan.size().n, static_cast<std::size_t>(arch.memory.encoder_lanes));
  }
  counts.activation_buffer = {8 * std::uint64_t{activation.bytes()} * weight.panels,
                              8 * plan.loaded_bytes(Operand::kActivation)};
  counts.weight_buffer = {8 * std::uint64_t{weight.bytes()} * activation.panels,
                          8 * plan.loaded_bytes(Operand::kWeight)};
  counts.result_buffer = {result_bits, result_bits};
  return counts;
}

}  // namespace bcq::sim
