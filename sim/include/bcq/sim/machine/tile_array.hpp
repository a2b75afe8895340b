// The array in the machine: whole tiles at once, the cycles of ArrayLeap, the values of TileDatapath.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/array_leap.hpp"
#include "bcq/sim/machine/loop_plan.hpp"
#include "bcq/sim/machine/result_path.hpp"
#include "bcq/sim/machine/statistic.hpp"
#include "bcq/sim/machine/tally.hpp"
#include "bcq/sim/machine/timeline.hpp"
#include "bcq/sim/operand_decoder.hpp"
#include "bcq/sim/tile_datapath.hpp"

namespace bcq::sim {

/// What a run needs beyond its plan in order to compute values.
struct TileValues {
  CodebookSet activation_codebooks, weight_codebooks;
  float output_scale = 1;
};

/// What the array's surroundings did in a run: enough to drive the RTL through the very same run. Cycles count from the
/// start of the run.
struct ArrayRecord {
  std::vector<ArrayLeap::Run> runs;   ///< of all tiles, in order
  std::vector<std::uint64_t> issues;  ///< of the last beat of each run
  std::vector<std::uint64_t> sinks;   ///< from when on the rows of each tile are taken
  std::vector<ArrayLeap::Rows> rows;  ///< of each tile
};

/// Reads its operands from two buffers and writes results into a third, loosely timed: data are there before the cycle
/// in which the array wants them. When they are wanted is ArrayLeap's business. Between the tallies the steady state
/// has no events.
class TileArray : public sc_core::sc_module {
 public:
  /// The tallies between the array and its surroundings.
  struct Ports {
    const Tally& activation_loaded;
    const Tally& weight_loaded;
    Tally& activation_released;
    Tally& weight_released;
    Tally& computed;      ///< tiles whose rows are all in the result buffer
    const Tally& stored;  ///< tiles that have left it
  };

  TileArray(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, const Ports& ports,
            const std::size_t (&half_bytes)[2], ResultSlots& slots);

  tlm_utils::simple_initiator_socket_tagged<TileArray> activations{"activations"};
  tlm_utils::simple_initiator_socket_tagged<TileArray> weights{"weights"};
  tlm_utils::simple_initiator_socket_tagged<TileArray> results{"results"};

  /// Starts a run at the present cycle, its cycle 0. Without `values` it has cycles only.
  void start(const LoopPlan& plan, const TileValues* values, Timeline* timeline, ArrayRecord* record);

  [[nodiscard]] const ArrayLeap& timing() const { return *leap_; }
  [[nodiscard]] std::uint64_t last_row() const { return last_row_; }
  [[nodiscard]] Statistics statistics() const;
  /// Called after every tile.
  std::function<void(std::size_t done)> on_tile;

 private:
  /// One operand: which transfers are there, since when, and what they hold.
  struct Feed {
    const Tally& loaded;
    Tally& released;
    std::size_t half_bytes;
    std::size_t first = 0;                 ///< number of arrivals.front()
    std::deque<std::uint64_t> arrivals{};  ///< cycles
    std::deque<std::size_t> fills{};
    std::deque<DecodedChunk> chunks{};  ///< empty without values
    std::vector<DecodedChunk> spare{};
    std::optional<OperandDecoder> decoder{};

    [[nodiscard]] std::size_t end() const { return first + arrivals.size(); }
  };

  void advance();
  void take_arrivals(Operand operand);
  bool push_run();
  bool finish_run();
  void release(Operand operand, std::uint64_t cycle);
  void finish_rows();
  void decode(Operand operand, const Transfer& transfer);
  void write_result(const TileAt& tile, std::uint64_t address, std::vector<float>& values);

  Clocking clocking_;
  Arch arch_;
  Feed feeds_[2];
  Tally& computed_;
  const Tally& stored_;
  ResultSlots& slots_;

  const LoopPlan* plan_ = nullptr;
  Timeline* timeline_ = nullptr;
  ArrayRecord* record_ = nullptr;
  std::uint64_t base_ = 0;  ///< cycle 0 of the run
  std::size_t order_ = 0, chunk_ = 0, opened_ = 0, finished_ = 0;
  bool pushed_ = false;
  TileUse use_{};  ///< of the tile whose chunks are pushed
  std::uint64_t tile_issue_ = 0, last_row_ = 0;
  std::uint64_t tile_count_ = 0, beat_count_ = 0, chunk_count_ = 0;  ///< of all runs
  std::optional<ArrayLeap> leap_;
  std::optional<TileDatapath> datapath_;
  std::deque<std::vector<float>> tiles_;  ///< computed, rows still to move
  std::vector<unsigned char> packed_;
  sc_core::sc_event go_;
};

}  // namespace bcq::sim
