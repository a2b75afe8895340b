// A sweep of LO-BCQ for people and for programs (docs/compare.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bcq/sim/sweep.hpp"

namespace bcq::sim {

/// Grids of bits and NMSE in sum, the further codeword bits, and how the trends fare.
[[nodiscard]] std::string to_table(const Sweep& sweep);

/// `options`, `layers`, `points` and `trends`.
[[nodiscard]] nlohmann::ordered_json to_json(const Sweep& sweep);

/// One line per point and layer, then one per point for the sum.
[[nodiscard]] std::string to_csv(const Sweep& sweep);

/// The tables in Markdown.
[[nodiscard]] std::string to_markdown(const Sweep& sweep);

}  // namespace bcq::sim
