// The order in which a GEMM goes through the machine: which panels and chunks are moved when, and what each tile uses
// (docs/machine.md, "Loops"). Pure arithmetic; nothing is stored per tile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_run.hpp"

namespace bcq::sim {

/// C[M,N] = A[M,K]·W[N,K]ᵀ.
struct GemmSize {
  std::size_t m = 0, n = 0, k = 0;

  [[nodiscard]] std::size_t macs() const { return m * n * k; }
};

/// One operand in memory: panels of one tile's lines each, cut into chunks along K.
struct PanelLayout {
  std::size_t lines = 0;        ///< of a full panel: ROWS or COLS
  std::size_t matrix_rows = 0;  ///< M or N
  std::size_t panels = 0;       ///< ⌈matrix_rows/lines⌉
  std::size_t groups = 0;       ///< along K: OperandGroup
  std::size_t group_bytes = 0;  ///< of one line

  [[nodiscard]] std::size_t lines_of(std::size_t panel) const;
  [[nodiscard]] std::size_t panel_bytes() const { return lines * groups * group_bytes; }
  [[nodiscard]] std::size_t bytes() const { return matrix_rows * groups * group_bytes; }
};

/// A DMA transfer: one chunk of a panel from DRAM into a half of the operand's buffer.
struct Transfer {
  std::size_t fill = 0;    ///< content of a half; half fill mod 2
  std::size_t panel = 0;   ///< of the matrix
  std::size_t chunk = 0;   ///< of the panel
  std::size_t source = 0;  ///< bytes from the start of the operand in DRAM
  std::size_t target = 0;  ///< bytes from the start of the half
  std::size_t bytes = 0;
};

/// A store of the result: the `group`-th of m-panel `m`.
struct StoreAt {
  std::size_t m = 0, group = 0;
};

/// What a tile uses of both operands, [Operand].
struct TileUse {
  TileAt tile;
  std::size_t first_transfer[2];  ///< brings chunk 0; the others follow
  bool releases_fill[2];          ///< its last chunk is the last use of the fill
  bool releases_chunks[2];        ///< every chunk is a fill of its own, used once

  /// The transfer that brings a chunk.
  [[nodiscard]] std::size_t transfer(Operand operand, std::size_t chunk) const {
    return first_transfer[static_cast<std::size_t>(operand)] + chunk;
  }
  /// Whether nothing after a chunk, the tile's last or not, uses the fill that it lies in.
  [[nodiscard]] bool releases(Operand operand, bool last_chunk) const {
    const auto i = static_cast<std::size_t>(operand);
    return releases_chunks[i] || (last_chunk && releases_fill[i]);
  }
};

/// The plan of one GEMM. Throws InputError when a half of a buffer cannot hold one group of all its lines, the
/// result buffer not two tiles, or not those that have to wait for an encoder.
class LoopPlan {
 public:
  LoopPlan(const Arch& arch, const GemmSize& size);

  [[nodiscard]] const GemmSize& size() const { return size_; }
  [[nodiscard]] const PanelLayout& layout(Operand operand) const { return layouts_[index(operand)]; }
  [[nodiscard]] Operand outer() const { return outer_; }
  [[nodiscard]] Operand inner() const {
    return outer_ == Operand::kActivation ? Operand::kWeight : Operand::kActivation;
  }
  /// Whether a half of the buffer holds whole panels; chunks stream through it otherwise.
  [[nodiscard]] bool holds_panels(Operand operand) const { return holds_panels_[index(operand)]; }
  /// Panels of the outer operand per fill.
  [[nodiscard]] std::size_t block() const { return block_; }

  [[nodiscard]] std::size_t tiles() const { return layouts_[0].panels * layouts_[1].panels; }
  [[nodiscard]] std::size_t chunks() const { return chunks_; }  ///< per tile
  [[nodiscard]] std::size_t groups_in(std::size_t chunk) const;
  [[nodiscard]] std::size_t scalars_in(std::size_t chunk) const;
  [[nodiscard]] std::size_t beats_in(std::size_t chunk) const;
  [[nodiscard]] std::size_t beats_per_tile() const { return beats_per_tile_; }

  /// The tile that is computed `order`-th.
  [[nodiscard]] TileAt tile(std::size_t order) const;

  /// All that a tile uses, at once.
  [[nodiscard]] TileUse use(std::size_t order) const;

  [[nodiscard]] std::size_t transfers(Operand operand) const;
  /// The fill of a transfer.
  [[nodiscard]] std::size_t fill_of(Operand operand, std::size_t number) const;
  [[nodiscard]] Transfer transfer(Operand operand, std::size_t number) const;
  /// Bytes that all transfers of the operand move.
  [[nodiscard]] std::uint64_t loaded_bytes(Operand operand) const;

  /// Tiles that the result buffer holds.
  [[nodiscard]] std::size_t result_slots() const { return result_slots_; }
  /// What is stored at a time: a tile of FP32, or the tiles of an m-panel that make whole block arrays along N,
  /// encoded.
  [[nodiscard]] std::size_t tiles_per_store() const { return tiles_per_store_; }
  [[nodiscard]] std::size_t stores() const { return layouts_[0].panels * stores_per_panel(); }
  [[nodiscard]] std::size_t stores_per_panel() const;
  /// The store that a tile belongs to, and the tiles of a store.
  [[nodiscard]] StoreAt store_of(const TileAt& tile) const { return {tile.m, tile.n / tiles_per_store_}; }
  [[nodiscard]] std::size_t tiles_in(const StoreAt& store) const;
  /// Columns of the result in a store.
  [[nodiscard]] std::size_t columns_in(const StoreAt& store) const;
  [[nodiscard]] std::size_t result_slot_bytes() const { return layouts_[0].lines * layouts_[1].lines * sizeof(float); }
  /// Bytes of a store, what exists of it, and where they go: FP32 tile after tile, m first; encoded in the panels of
  /// an activation [M, N], ready for the next layer.
  [[nodiscard]] std::size_t store_bytes(const StoreAt& store) const;
  [[nodiscard]] std::size_t store_offset(const StoreAt& store) const;
  /// Of all stores.
  [[nodiscard]] std::uint64_t result_bytes() const;

 private:
  /// Where a tile lies in the loops.
  struct Position {
    std::size_t block;         ///< of outer panels
    std::size_t inner;         ///< panel
    std::size_t within;        ///< outer panel within its block
    std::size_t block_panels;  ///< of this block: the last may be short
  };

  static std::size_t index(Operand operand) { return static_cast<std::size_t>(operand); }
  [[nodiscard]] Position position(std::size_t order) const;
  void choose_outer(const Arch& arch);
  [[nodiscard]] std::size_t block_with(const Arch& arch, Operand outer) const;

  GemmSize size_;
  PanelLayout layouts_[2];
  std::size_t group_scalars_, lanes_;
  std::size_t chunk_groups_ = 0, chunks_ = 0, beats_per_tile_ = 0;
  bool holds_panels_[2] = {false, false};
  Operand outer_ = Operand::kActivation;
  std::size_t block_ = 1, result_slots_ = 0, tiles_per_store_ = 1;
  std::size_t encoded_la_ = 0;  ///< scalars per block array of the encoded result; 0: FP32
};

}  // namespace bcq::sim
