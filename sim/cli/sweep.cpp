#include "bcq/sim/sweep.hpp"

#include <nlohmann/json.hpp>

#include "bcq/sim/program.hpp"
#include "bcq/sim/progress.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/sweep_report.hpp"
#include "compare.hpp"

namespace bcq::cli {
namespace {

constexpr const char* kScript = "sweep_plot.py";

}  // namespace

int run_sweep(const CompareOptions& options, const std::string& command_line) {
  require_compare_outputs(options, kScript);
  sim::Sweep sweep;
  {
    sim::ProgressBar bar("sweep");
    sweep = sim::sweep(
        options.layers, options.sweep_options,
        [&](std::size_t done, std::size_t total, const std::string& what) { bar.update(done, total, what); });
  }
  auto json = sim::origin_json(command_line, options.sweep_options.seed);
  json.update(sim::to_json(sweep));
  write_compare_outputs(options, kScript, {sim::to_table(sweep), sim::to_csv(sweep), sim::to_markdown(sweep)}, json);
  return sim::kSuccess;
}

}  // namespace bcq::cli
