// Area, energy and speed of a run: what it did times what that costs (docs/machine.md, "Area, power, energy").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bcq/sim/energy/estimates.hpp"
#include "bcq/sim/energy/ppa_result.hpp"
#include "bcq/sim/machine_report.hpp"

namespace bcq::sim {

/// The banks of one buffer, both halves: a word of a bank is what one line takes or gives in a cycle.
struct BufferBanks {
  const char* name;
  std::uint64_t banks = 0;
  std::uint64_t bytes = 0;  ///< of one bank
  std::uint64_t bits = 0;   ///< of its word
};

/// The buffers of an architecture: activation, weight, result.
[[nodiscard]] std::array<BufferBanks, 3> buffers_of(const Arch& arch);

/// What energies are multiplied with, over all GEMMs of a workload. In FP64: sums over models exceed 64 bits.
struct Activity {
  struct Bits {
    double read = 0, written = 0;
  };

  double macs = 0, cycles = 0;
  double beats = 0;    ///< issued: of both operands at once
  double results = 0;  ///< scalars that left the array, padding included
  double encoder_beats = 0;
  std::array<Bits, 3> buffers;
  double dram_bits = 0;
};

[[nodiscard]] Activity activity_of(const MachineReport& report);

/// What one part or several together cost a run.
struct Cost {
  double area_mm2 = 0;
  double switching_j = 0;  ///< what beats, results, accesses take
  double clock_j = 0;
  double leakage_j = 0;

  [[nodiscard]] double energy_j() const { return switching_j + clock_j + leakage_j; }
  Cost& operator+=(const Cost& other);
};

struct NamedCost {
  std::string name;
  Cost cost;
};

/// The machine at one node. `parts` and `encoder` alone can come from synthesis; all else is estimated.
struct HardwareCost {
  int node_nm = 0;
  double highest_clock_mhz = 0;  ///< of array and encoder
  double clock_mhz = 0;          ///< of the run: the architecture's, or the highest where that is lower
  double seconds = 0;
  double gops = 0;
  std::vector<NamedCost> parts;  ///< of the array
  std::optional<Cost> encoder;   ///< on line, where the architecture has one that has been synthesized
  std::vector<NamedCost> buffers;
  Cost dram;  ///< off-chip: no area

  [[nodiscard]] Cost array() const;
  [[nodiscard]] Cost chip() const;        ///< array, encoder and buffers
  [[nodiscard]] Cost everything() const;  ///< and DRAM
  [[nodiscard]] double power_w(const Cost& cost) const { return cost.energy_j() / seconds; }
  [[nodiscard]] double gops_per_w(const Cost& cost) const { return gops / power_w(cost); }
  [[nodiscard]] double gops_per_mm2(const Cost& cost) const { return gops / cost.area_mm2; }
};

/// At the library's node `parts` are those of synthesis; at any other one they are projected, without leakage, which
/// does not scale. There are estimates of both nodes.
[[nodiscard]] HardwareCost hardware_cost(const Arch& arch, const Activity& activity, const PpaResult& result,
                                         const Estimates& estimates, int node_nm);

}  // namespace bcq::sim
