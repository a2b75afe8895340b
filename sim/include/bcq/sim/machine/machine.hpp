// The machine: DRAM, DMA engines, buffers and the array, for one GEMM after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "bcq/matrix.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/array_run.hpp"
#include "bcq/sim/machine/array_leap.hpp"
#include "bcq/sim/machine/encoder.hpp"
#include "bcq/sim/machine/loop_plan.hpp"
#include "bcq/sim/machine/statistic.hpp"
#include "bcq/sim/machine/tile_array.hpp"
#include "bcq/sim/machine/timeline.hpp"
#include "bcq/tensor.hpp"

namespace bcq::sim {

/// Cycles of one GEMM, by what the array did in them; they add up to `cycles` (docs/machine.md, "What is counted").
struct MachineCycles {
  std::uint64_t cycles = 0;        ///< from the start to the last result in DRAM
  std::uint64_t array = 0;         ///< from the start to the last row that leaves the array
  std::uint64_t busy = 0;          ///< a beat of both operands was issued
  OperandWaits waits;              ///< nothing issued: operands missing in the buffers, filling of the slices included
  std::uint64_t drain_stall = 0;   ///< frozen: the tile before was still draining
  std::uint64_t result_stall = 0;  ///< frozen, and rows waited for a slot of the result buffer
  std::uint64_t tail = 0;          ///< after the last issue: draining, and storing the last tile

  friend bool operator==(const MachineCycles&, const MachineCycles&) = default;
};

/// What one GEMM did.
struct MachineRun {
  MachineCycles cycles;
  ArrayCounters counters;                  ///< as the driver read them from the registers
  std::uint64_t codebook_load_cycles = 0;  ///< before the run, not part of its cycles; 0 when frozen
  std::uint64_t host_cycles = 0;           ///< register accesses before and after the run, likewise
  std::uint64_t dram_read_bursts = 0, dram_write_bursts = 0;
  Statistics statistics;  ///< of all modules, of this GEMM alone
};

/// Data of a GEMM.
struct MachineOperands {
  const BcqTensor& activation;
  const BcqTensor& weight;
  const OutputEncoding* encoding = nullptr;  ///< needed where the architecture has an encoder
};

/// What is in DRAM at the end.
struct MachineResult {
  Matrix<float> fp32;                 ///< [M, N]; with an encoder, what it took
  std::vector<std::uint8_t> encoded;  ///< with an encoder: panels of an activation [M, N], see pack_panels
};

/// What a run may be asked for beside its cycles.
struct MachineOptions {
  Timeline* timeline = nullptr;
  ArrayRecord* record = nullptr;
  std::function<void(std::size_t done, std::size_t total)> progress{};  ///< tiles
};

/// SystemC elaborates once per process: make one machine, and run one GEMM after the other on it.
class Machine {
 public:
  explicit Machine(const Arch& arch);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Cycles alone. Throws InputError where LoopPlan does, or for a K beyond k_max.
  [[nodiscard]] MachineRun run(const GemmSize& size, const MachineOptions& options = {});
  /// The same cycles, and the result. Throws InputError like require_operands_fit.
  [[nodiscard]] MachineRun run(const MachineOperands& operands, MachineResult& result,
                               const MachineOptions& options = {});

 private:
  struct Modules;
  [[nodiscard]] MachineRun simulate(const LoopPlan& plan, const TileValues* values, const OutputEncoding* encoding,
                                    Matrix<float>* fp32, const MachineOptions& options);

  Arch arch_;
  std::unique_ptr<Modules> modules_;
};

}  // namespace bcq::sim
