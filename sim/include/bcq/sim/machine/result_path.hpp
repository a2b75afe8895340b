// Between the result buffer and its DMA engine: results as they are, or through the on-line encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "bcq/sim/machine/loop_plan.hpp"
#include "bcq/sim/machine/tally.hpp"

namespace bcq::sim {

/// What the storing engine moves at a time.
struct Store {
  StoreAt at;
  std::uint64_t buffer_address;
  std::size_t tiles;  ///< whose slots of the result buffer it frees
};

/// Where the storing engine learns what to store next.
class StoreSource {
 public:
  virtual ~StoreSource() = default;
  /// Stores that are ready to be moved.
  [[nodiscard]] virtual const Tally& ready() const = 0;
  /// The next of them; each is asked for once, in order.
  virtual Store next() = 0;
};

/// The slots of the result buffer: which tile lies where. Tiles come in order, and go in any.
class ResultSlots {
 public:
  void reset(const LoopPlan& plan);
  /// A slot for the next tile; one is free.
  std::size_t take();
  /// Where the tile that was computed `order`-th lies, in bytes.
  [[nodiscard]] std::uint64_t address(std::size_t order) const;
  /// It has been read.
  void free(std::size_t order);

 private:
  std::size_t slot_bytes_ = 0, first_ = 0;
  std::deque<std::size_t> slots_;  ///< of tiles from first_ on; kFree for those that have gone
  std::vector<std::size_t> free_;
};

/// Results leave as FP32, tile after tile.
class PlainResults : public StoreSource {
 public:
  PlainResults(const Tally& computed, ResultSlots& slots) : computed_(computed), slots_(slots) {}

  void start(const LoopPlan& plan);
  [[nodiscard]] const Tally& ready() const override { return computed_; }
  Store next() override;

 private:
  const Tally& computed_;
  ResultSlots& slots_;
  const LoopPlan* plan_ = nullptr;
  std::size_t next_ = 0;
};

}  // namespace bcq::sim
