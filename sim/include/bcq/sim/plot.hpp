// Pictures of reports: Python scripts in sim/plot draw them with matplotlib, each a process of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bcq::sim {

/// Throws InputError, with the package to install, unless `script` of the folder of scripts (the environment variable
/// BCQ_PLOT_DIR, or else sim/plot of the sources) is there and can draw. Called before long work.
void require_plotting(const std::string& script);

/// The SVG that `script` draws of a report. Throws std::runtime_error, with what the script says, when it fails.
[[nodiscard]] std::string draw_svg(const std::string& script, const nlohmann::ordered_json& report);

}  // namespace bcq::sim
