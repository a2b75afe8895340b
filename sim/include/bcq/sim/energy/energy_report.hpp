// Area, power and energy of a run, as a table and as JSON; what is estimated is marked wherever it stands.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "bcq/sim/energy/energy.hpp"

namespace bcq::sim {

/// What is known before a run: the results of synthesis, if any, and the estimates.
struct Hardware {
  PpaLookup synthesis;
  std::string command;  ///< makes the results
  Estimates estimates;
  std::optional<int> project_nm;  ///< --project
};

/// Looks everything up. `arch_choice` is what `--arch` said, `file` what `--ppa` said; both may be empty. Throws
/// InputError for a file that is no good and for a node that there is no projection to.
[[nodiscard]] Hardware find_hardware(const Arch& arch, const std::string& arch_choice, const std::string& file,
                                     std::optional<int> project_nm);

struct EnergyReport {
  Hardware hardware;
  Arch arch;
  Activity activity;
  bool stale = false;                      ///< the RTL, of the encoder too, has changed since it was synthesized
  std::optional<HardwareCost> cost;        ///< nothing without results of synthesis
  std::optional<HardwareCost> projection;  ///< to another node
};

[[nodiscard]] EnergyReport energy_report(const MachineReport& report, Hardware hardware);

/// Aligned lines, ending with a newline; two, with the remedy, without results of synthesis.
[[nodiscard]] std::string to_table(const EnergyReport& report);

/// The value of the report's field `physical`.
[[nodiscard]] nlohmann::ordered_json to_json(const EnergyReport& report);

}  // namespace bcq::sim
