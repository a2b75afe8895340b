#include "bcq/sim/machine/loop_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "bcq/error.hpp"

namespace bcq::sim {
namespace {

constexpr std::size_t kKib = 1024;

std::size_t half_bytes(int kib) {
  return static_cast<std::size_t>(kib) * kKib / 2;
}

PanelLayout layout_of(const OperandGroup& group, int lines, std::size_t matrix_rows, std::size_t k) {
  const auto height = static_cast<std::size_t>(lines);
  return {.lines = height,
          .matrix_rows = matrix_rows,
          .panels = ceil_div(matrix_rows, height),
          .groups = ceil_div(k, group.scalars),
          .group_bytes = group.bytes};
}

/// Groups along K that a half of the buffer holds of all lines.
std::size_t groups_in_half(const Arch& arch, const PanelLayout& layout, int kib, const char* key) {
  const std::size_t groups = half_bytes(kib) / (layout.lines * layout.group_bytes);
  if (groups > 0) return groups;
  throw InputError(fmt::format(
      "architecture \"{}\": buffers.{} = {}: a half does not hold one group of all {} lines ({} bytes); raise it",
      arch.name, key, kib, layout.lines, layout.lines * layout.group_bytes));
}

}  // namespace

std::size_t PanelLayout::lines_of(std::size_t panel) const {
  return std::min(lines, matrix_rows - panel * lines);
}

LoopPlan::LoopPlan(const Arch& arch, const GemmSize& size)
    : size_(size), group_scalars_(arch.group().scalars), lanes_(static_cast<std::size_t>(arch.lanes)) {
  layouts_[0] = layout_of(arch.group(), arch.rows, size.m, size.k);
  layouts_[1] = layout_of(arch.group(), arch.cols, size.n, size.k);
  const BufferConfig& buffers = arch.memory.buffers;
  const std::size_t in_half[2] = {groups_in_half(arch, layouts_[0], buffers.activation_kib, "activation_kib"),
                                  groups_in_half(arch, layouts_[1], buffers.weight_kib, "weight_kib")};

  chunk_groups_ = std::min({layouts_[0].groups, in_half[0], in_half[1]});
  for (int i = 0; i < 2; ++i) {
    const std::size_t transfer = static_cast<std::size_t>(arch.memory.dma.transfer_kib) * kKib;
    const std::size_t slice = layouts_[i].lines * layouts_[i].group_bytes;
    chunk_groups_ = std::min(chunk_groups_, std::max<std::size_t>(transfer / slice, 1));
    holds_panels_[i] = layouts_[i].panel_bytes() <= half_bytes(i == 0 ? buffers.activation_kib : buffers.weight_kib);
  }
  chunks_ = ceil_div(layouts_[0].groups, chunk_groups_);
  for (std::size_t chunk = 0; chunk < chunks_; ++chunk) beats_per_tile_ += beats_in(chunk);

  result_slots_ = static_cast<std::size_t>(buffers.result_kib) * kKib / result_slot_bytes();
  if (result_slots_ < 2) {
    throw InputError(
        fmt::format("architecture \"{}\": buffers.result_kib = {}: does not hold two tiles of {} bytes; raise it",
                    arch.name, buffers.result_kib, result_slot_bytes()));
  }
  if (arch.memory.encoder_lanes > 0) {
    encoded_la_ = group_scalars_;
    tiles_per_store_ = std::max<std::size_t>(encoded_la_ / layouts_[1].lines, 1);
  }
  choose_outer(arch);
}

/// Panels of the outer operand per fill; 0 when that order cannot be. Tiles wait in the result buffer for those that
/// complete their block arrays: twice as many as wait must fit, or all of them at the least.
std::size_t LoopPlan::block_with(const Arch& arch, Operand outer) const {
  const PanelLayout& layout = layouts_[index(outer)];
  const BufferConfig& buffers = arch.memory.buffers;
  const std::size_t half = half_bytes(outer == Operand::kActivation ? buffers.activation_kib : buffers.weight_kib);
  const std::size_t block = holds_panels(outer) ? std::min(half / layout.panel_bytes(), layout.panels) : 1;
  if (tiles_per_store_ == 1) return block;
  if (outer == Operand::kWeight) {
    if (result_slots_ < tiles_per_store_) return 0;
    return block == layout.panels ? block : block - block % tiles_per_store_;
  }
  if (result_slots_ < tiles_per_store_) return 0;
  return std::clamp<std::size_t>(result_slots_ / (2 * tiles_per_store_), 1, block);
}

void LoopPlan::choose_outer(const Arch& arch) {
  const auto plan_with = [&](Operand outer) {
    outer_ = outer;
    block_ = block_with(arch, outer);
    if (block_ == 0) return std::numeric_limits<std::uint64_t>::max();
    return loaded_bytes(Operand::kActivation) + loaded_bytes(Operand::kWeight);
  };
  if (arch.memory.resident == Resident::kAuto) {
    const std::uint64_t with_weight = plan_with(Operand::kWeight);
    if (plan_with(Operand::kActivation) > with_weight) plan_with(Operand::kWeight);
  } else {
    plan_with(arch.memory.resident == Resident::kActivation ? Operand::kActivation : Operand::kWeight);
  }
  if (block_ > 0) return;
  throw InputError(
      fmt::format("architecture \"{}\": the encoder waits for {} tiles at a time, which buffers.result_kib = {} or the "
                  "buffer of the "
                  "resident operand does not hold; raise them, or use output.encoder_lanes = 0",
                  arch.name, tiles_per_store_, arch.memory.buffers.result_kib));
}

std::size_t LoopPlan::groups_in(std::size_t chunk) const {
  return std::min(chunk_groups_, layouts_[0].groups - chunk * chunk_groups_);
}

std::size_t LoopPlan::scalars_in(std::size_t chunk) const {
  const std::size_t begin = chunk * chunk_groups_ * group_scalars_;
  return std::min(chunk_groups_ * group_scalars_, size_.k - begin);
}

std::size_t LoopPlan::beats_in(std::size_t chunk) const {
  return ceil_div(scalars_in(chunk), lanes_);
}

LoopPlan::Position LoopPlan::position(std::size_t order) const {
  const std::size_t inner_panels = layouts_[index(inner())].panels;
  const std::size_t outer_panels = layouts_[index(outer_)].panels;
  const std::size_t block = order / (block_ * inner_panels);
  const std::size_t in_block = order % (block_ * inner_panels);
  const std::size_t block_panels = std::min(block_, outer_panels - block * block_);
  return {block, in_block / block_panels, in_block % block_panels, block_panels};
}

TileAt LoopPlan::tile(std::size_t order) const {
  return use(order).tile;
}

TileUse LoopPlan::use(std::size_t order) const {
  const Position at = position(order);
  const std::size_t outer_panel = at.block * block_ + at.within;
  const std::size_t o = index(outer_), i = 1 - o;
  const bool last_of_block = at.within + 1 == at.block_panels;
  TileUse use{};
  use.tile = o == 0 ? TileAt{outer_panel, at.inner} : TileAt{at.inner, outer_panel};
  use.first_transfer[o] = (holds_panels_[o] ? outer_panel : order) * chunks_;
  use.first_transfer[i] = (holds_panels_[i] ? at.block * layouts_[i].panels + at.inner : order) * chunks_;
  use.releases_fill[o] = last_of_block && at.inner + 1 == layouts_[i].panels;
  use.releases_fill[i] = last_of_block;
  for (const std::size_t operand : {o, i}) use.releases_chunks[operand] = !holds_panels_[operand];
  return use;
}

std::size_t LoopPlan::transfers(Operand operand) const {
  if (!holds_panels(operand)) return tiles() * chunks_;
  const std::size_t panels = layout(operand).panels;
  if (operand == outer_) return panels * chunks_;
  return ceil_div(layouts_[index(outer_)].panels, block_) * panels * chunks_;
}

std::size_t LoopPlan::fill_of(Operand operand, std::size_t number) const {
  if (!holds_panels(operand)) return number;
  return operand == outer_ ? number / (chunks_ * block_) : number / chunks_;
}

Transfer LoopPlan::transfer(Operand operand, std::size_t number) const {
  const PanelLayout& layout = layouts_[index(operand)];
  Transfer out;
  out.chunk = number % chunks_;
  out.fill = fill_of(operand, number);
  const std::size_t panel_number = number / chunks_;
  if (!holds_panels(operand)) {
    const TileAt at = tile(panel_number);
    out.panel = operand == Operand::kActivation ? at.m : at.n;
  } else if (operand == outer_) {
    out.panel = panel_number;
  } else {
    out.panel = panel_number % layout.panels;
  }
  const std::size_t lines = layout.lines_of(out.panel);
  const std::size_t chunk_offset = out.chunk * chunk_groups_ * lines * layout.group_bytes;
  out.source = out.panel * layout.panel_bytes() + chunk_offset;
  out.target = holds_panels(operand) ? chunk_offset : 0;
  if (operand == outer_ && holds_panels(operand)) out.target += panel_number % block_ * layout.panel_bytes();
  out.bytes = groups_in(out.chunk) * lines * layout.group_bytes;
  return out;
}

std::uint64_t LoopPlan::loaded_bytes(Operand operand) const {
  const PanelLayout& layout = layouts_[index(operand)];
  const PanelLayout& other = layouts_[1 - index(operand)];
  if (!holds_panels(operand)) return static_cast<std::uint64_t>(layout.bytes()) * other.panels;
  if (operand == outer_) return layout.bytes();
  return static_cast<std::uint64_t>(layout.bytes()) * ceil_div(other.panels, block_);
}

std::size_t LoopPlan::stores_per_panel() const {
  return ceil_div(layouts_[1].panels, tiles_per_store_);
}

std::size_t LoopPlan::tiles_in(const StoreAt& store) const {
  return std::min(tiles_per_store_, layouts_[1].panels - store.group * tiles_per_store_);
}

std::size_t LoopPlan::columns_in(const StoreAt& store) const {
  const std::size_t width = tiles_per_store_ * layouts_[1].lines;
  return std::min(width, size_.n - store.group * width);
}

std::size_t LoopPlan::store_bytes(const StoreAt& store) const {
  const std::size_t lines = layouts_[0].lines_of(store.m);
  if (encoded_la_ == 0) return lines * columns_in(store) * sizeof(float);
  return lines * ceil_div(columns_in(store), encoded_la_) * layouts_[0].group_bytes;
}

std::size_t LoopPlan::store_offset(const StoreAt& store) const {
  const std::size_t above = store.m * layouts_[0].lines, lines = layouts_[0].lines_of(store.m);
  const std::size_t left = store.group * tiles_per_store_ * layouts_[1].lines;
  if (encoded_la_ == 0) return (above * size_.n + lines * left) * sizeof(float);
  return (above * ceil_div(size_.n, encoded_la_) + lines * (left / encoded_la_)) * layouts_[0].group_bytes;
}

std::uint64_t LoopPlan::result_bytes() const {
  if (encoded_la_ == 0) return std::uint64_t{size_.m} * size_.n * sizeof(float);
  return std::uint64_t{size_.m} * ceil_div(size_.n, encoded_la_) * layouts_[0].group_bytes;
}

}  // namespace bcq::sim
