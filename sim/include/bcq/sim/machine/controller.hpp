// The tile controller: starts DMA engines and array when the host says so, and tells it when they are done.
#pragma once

#include <cstdint>
#include <optional>
#include <systemc>

#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/dma.hpp"
#include "bcq/sim/machine/encoder.hpp"
#include "bcq/sim/machine/loop_plan.hpp"
#include "bcq/sim/machine/register_file.hpp"
#include "bcq/sim/machine/tally.hpp"
#include "bcq/sim/machine/tile_array.hpp"

namespace bcq::sim {

/// What is to be computed and where it lies: the descriptors that a driver would leave for the DMA engines.
struct RunDescriptor {
  const LoopPlan* plan = nullptr;
  const TileValues* values = nullptr;  ///< nullptr: cycles only
  std::uint64_t bases[3] = {0, 0, 0};  ///< of activation, weight and result in DRAM
  Timeline* timeline = nullptr;
  ArrayRecord* record = nullptr;
  const OutputEncoding* encoding = nullptr;  ///< nullptr: the encoder has cycles only
  Matrix<float>* fp32 = nullptr;             ///< gets what the encoder took
};

/// Behind the registers. While a run is under way they show its tiles, and its counters only when DONE is raised: the
/// array leaps. The loops themselves are walked by engines and array, each by the plan.
class Controller : public sc_core::sc_module, public RunControl {
 public:
  /// What it starts, and whose progress it watches.
  struct Machinery {
    LoadDma& load_activations;
    LoadDma& load_weights;
    StoreDma& store_results;
    TileArray& array;
    ResultSlots& slots;
    PlainResults& plain_results;
    Encoder* encoder;  ///< nullptr: results leave as FP32
    Tally& computed;
    Tally& stored;
  };

  Controller(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, const Machinery& machinery);

  /// Where events go; the registers in turn know this controller.
  void bind(RegisterFile& registers) { registers_ = &registers; }
  /// For the next START.
  void prepare(const RunDescriptor& descriptor) { descriptor_ = descriptor; }
  /// The codebook stream has come to its end.
  void codebooks_loaded() { loaded_ = true; }

  /// Cycles of the last run up to its last result in DRAM.
  [[nodiscard]] std::uint64_t cycles() const { return end_ - base_; }

  void start(const RunOrder& order, const sc_core::sc_time& delay) override;
  void abort(const sc_core::sc_time& delay) override;
  [[nodiscard]] RunStatus status() const override;

 private:
  void begin();
  void watch();

  Clocking clocking_;
  std::uint64_t rows_;
  Machinery machinery_;
  RegisterFile* registers_ = nullptr;
  RunDescriptor descriptor_;
  bool loaded_, busy_ = false, storing_ = false;
  std::uint64_t base_ = 0, end_ = 0;
  sc_core::sc_event begin_;
};

}  // namespace bcq::sim
