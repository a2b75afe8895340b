// What `bcq compare` and `bcq compare --sweep` have in common.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bcq/sim/compare.hpp"
#include "bcq/sim/sweep.hpp"

namespace bcq::cli {

struct CompareOptions {
  std::vector<std::string> layers;
  std::string formats = "all";
  std::string sort = "output";  ///< the name of a sim::SortKey
  bool per_layer = false;
  bool sweep = false;
  sim::SweepOptions sweep_options;
  std::string json, csv, svg, markdown;
};

/// The report in every form.
struct CompareReport {
  std::string table, csv, markdown;
};

/// Refuses outputs that cannot be written, and --svg when `script` cannot draw: before long work.
void require_compare_outputs(const CompareOptions& options, const char* script);

/// Writes what the options ask for; the picture first, because it alone can fail.
void write_compare_outputs(const CompareOptions& options, const char* script, const CompareReport& report,
                           const nlohmann::ordered_json& json);

int run_sweep(const CompareOptions& options, const std::string& command_line);

}  // namespace bcq::cli
