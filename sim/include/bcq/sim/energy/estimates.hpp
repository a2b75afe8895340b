// Estimates of what is not synthesized: SRAM, DRAM and the step to another process node (docs/estimates.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bcq/sim/memory.hpp"

namespace bcq::sim {

/// A factor between nodes, of the same circuit.
enum class Scaling { kArea, kDelay, kEnergy };

/// The twin of ppa/estimates.py, with the same constants. Nodes are in nm; capacities in bytes and widths in bits of
/// one bank.
class Estimates {
 public:
  /// Reads ppa/estimates.toml. Throws InputError for a constant that is missing or no positive number.
  Estimates();

  /// The nodes, the oldest first.
  [[nodiscard]] std::vector<int> nodes() const;
  /// Throws InputError, naming `where`, for a node that there are no constants of. The others must not be asked for.
  void require_node(const std::string& where, int node) const;

  /// Energy of reading or writing a word of so many bits.
  [[nodiscard]] double sram_read_pj(std::uint64_t bytes, std::uint64_t bits, int node) const;
  [[nodiscard]] double sram_write_pj(std::uint64_t bytes, std::uint64_t bits, int node) const;
  /// Periphery included.
  [[nodiscard]] double sram_area_um2(std::uint64_t bytes, int node) const;
  [[nodiscard]] double sram_leakage_uw(std::uint64_t bytes, int node) const;

  /// Read or written, at full bandwidth.
  [[nodiscard]] double dram_pj_per_bit(DramKind kind) const { return dram_pj_per_bit_.at(kind); }

  /// What an area, a delay or an energy is multiplied by.
  [[nodiscard]] double factor(Scaling scaling, int from_node, int to_node) const;

 private:
  struct Node {
    double area, delay, energy, cell_um2, leakage_pw_per_bit;
  };
  struct Sram {
    double read_pj, exponent, fit_bytes, fit_bits, fit_energy, fixed, write_to_read, efficiency, periphery;
  };

  Sram sram_{};
  std::map<int, Node> nodes_;
  std::map<DramKind, double> dram_pj_per_bit_;
};

/// The file of the constants, as reports name it.
inline constexpr const char* kEstimatesFile = "ppa/estimates.toml";

}  // namespace bcq::sim
