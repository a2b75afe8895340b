// What GEMMs cost on the machine: cycles by cause, bytes per level, roofline, actions; as a table and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/gemm_list.hpp"
#include "bcq/sim/machine/actions.hpp"
#include "bcq/sim/machine/machine.hpp"

namespace bcq::sim {

/// One GEMM, and how often the workload has it. Everything is of one of them.
struct GemmCost {
  GemmShape shape;
  MachineRun run;
  ActionCounts actions;
  Operand outer = Operand::kActivation;                     ///< stayed in its buffer
  std::size_t outer_panels = 1;                             ///< at a time
  std::uint64_t dram_read_bytes = 0, dram_write_bytes = 0;  ///< whole bursts
};

/// The peaks of an architecture: what a roofline is made of. A MAC is two operations.
struct Roofline {
  double peak_gops = 0;
  double bandwidth_gb_per_s = 0;

  explicit Roofline(const Arch& arch);
  /// Operations per byte from which on the array is the limit.
  [[nodiscard]] double ridge() const { return peak_gops / bandwidth_gb_per_s; }
  /// The least time that the array or DRAM needs, as operations per second.
  [[nodiscard]] double attainable_gops(double intensity) const;
};

/// Sums over GEMMs, each as often as the workload has it. In FP64: MACs of large models exceed 64 bits.
struct CostSum {
  double gemms = 0, macs = 0, mac_slots = 0, cycles = 0, dram_bytes = 0, seconds = 0;
  double busy = 0, activation_wait = 0, weight_wait = 0, both_wait = 0, drain_stall = 0, result_stall = 0, tail = 0;

  [[nodiscard]] double gops() const { return 2 * macs / seconds / 1e9; }
  /// Operations per byte of DRAM.
  [[nodiscard]] double intensity() const { return 2 * macs / dram_bytes; }
  /// Of the MACs of busy cycles, those of rows, columns and lanes that do not exist.
  [[nodiscard]] double padding() const { return 1 - macs / mac_slots; }
  /// Of all MACs that the array could have made.
  [[nodiscard]] double utilization(const Arch& arch) const {
    return macs / (cycles * static_cast<double>(arch.macs_per_cycle()));
  }
};

struct MachineReport {
  std::string workload;  ///< name
  std::string remark;    ///< what is left out
  Arch arch;
  std::vector<GemmCost> gemms;

  [[nodiscard]] CostSum sum_of(const GemmCost& gemm, std::size_t count) const;
  [[nodiscard]] CostSum total() const;
};

/// What the machine did for one shape, put together with what its plan says.
[[nodiscard]] GemmCost cost_of(const Arch& arch, const GemmShape& shape, const MachineRun& run);

/// A line per GEMM, for all times that the workload has it, and their sum; in detail when there is only one.
[[nodiscard]] std::string to_table(const MachineReport& report);

/// Fields `workload`, `remark`, `configuration`, `roofline`, `gemms` (each of one of its `count`) and `total`.
[[nodiscard]] nlohmann::ordered_json to_json(const MachineReport& report);

}  // namespace bcq::sim
