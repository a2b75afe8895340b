// A timeline as a trace for Perfetto (ui.perfetto.dev) or chrome://tracing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bcq/sim/machine/timeline.hpp"

namespace bcq::sim {

/// Trace events (JSON object format): a complete event per span, times in microseconds; a thread per track, and more
/// where its spans overlap.
[[nodiscard]] nlohmann::json to_trace(const Timeline& timeline, const std::string& title);

}  // namespace bcq::sim
