// The cycles of the PE array: the state of rtl/bcq_array.sv without its data (docs/cycles.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bcq/sim/arch.hpp"

namespace bcq::sim {

/// Stages of rtl/bcq_output.sv in front of its register slice.
inline constexpr int kOutputStages = 6;

/// Where a beat lies in its block array and tile; rtl/bcq_sequencer.sv.
struct BeatPosition {
  std::size_t first_scalar = 0;  ///< of the tile's K
  bool array_first = false;
  bool array_last = false;
  bool tile_first = false;  ///< belongs to the tile's first block array
  bool tile_last = false;
};

/// Walks the beats of tiles that follow each other without a gap.
class BeatSequencer {
 public:
  BeatSequencer(std::size_t k, int la, int lanes);

  [[nodiscard]] BeatPosition position() const;
  void next();

 private:
  std::size_t k_, la_, lanes_;
  std::size_t issued_ = 0;
};

/// A Moore machine: outputs depend on the state, clock() moves to the next cycle.
class ArrayTiming {
 public:
  /// What the surroundings do in a cycle.
  struct Inputs {
    bool act_valid;
    bool wgt_valid;
    bool res_ready;
  };
  /// What happened in a cycle.
  struct Events {
    bool act_taken;  ///< an activation beat entered its register slice
    bool wgt_taken;
    bool issued;  ///< a beat of each operand left the slices for the decoders
    bool res_taken;
    bool drain_stall;  ///< the pipeline was frozen because results had not left
  };

  ArrayTiming(const Arch& arch, std::size_t k);

  [[nodiscard]] bool act_ready() const { return act_slice_ < kSliceDepth; }
  [[nodiscard]] bool wgt_ready() const { return wgt_slice_ < kSliceDepth; }
  [[nodiscard]] bool res_valid() const { return res_slice_ > 0; }
  /// The beat that is issued next.
  [[nodiscard]] BeatPosition position() const { return sequencer_.position(); }

  Events clock(const Inputs& inputs);

 private:
  static constexpr int kSliceDepth = 2;  // bcq_skid

  struct Stage {
    bool valid = false;
    bool array_last = false;
    bool tile_last = false;
  };

  BeatSequencer sequencer_;
  int rows_;
  int act_slice_ = 0, wgt_slice_ = 0, res_slice_ = 0;
  Stage d_, m_, p_, t_;
  int rows_waiting_ = 0;                      // bcq_drain
  std::array<bool, kOutputStages> output_{};  // bcq_output
};

}  // namespace bcq::sim
