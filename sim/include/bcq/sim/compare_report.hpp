// A comparison of formats for people and for programs (docs/compare.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bcq/sim/compare.hpp"

namespace bcq::sim {

/// The name of a sort key on the command line.
[[nodiscard]] std::string_view name_of(SortKey key);

/// The table of the first layer alone when there is no other; else the sum, and after it every layer if `per_layer`.
[[nodiscard]] std::string to_table(const Comparison& comparison, SortKey key, bool per_layer);

/// `stored_bits_per_scalar` of both operands, `weight`, `activation` and `output`.
[[nodiscard]] nlohmann::ordered_json to_json(const Measure& measure);

/// Names of the columns of csv_cells.
[[nodiscard]] std::vector<std::string> csv_columns();
/// The numbers of a measure, every digit.
[[nodiscard]] std::vector<std::string> csv_cells(const Measure& measure);

/// `layers` and `sum`, rows in the order of the table.
[[nodiscard]] nlohmann::ordered_json to_json(const Comparison& comparison);

/// One line per layer and format, then one per format for the sum.
[[nodiscard]] std::string to_csv(const Comparison& comparison);

/// The sum as a Markdown table, and the front of every layer.
[[nodiscard]] std::string to_markdown(const Comparison& comparison, SortKey key);

}  // namespace bcq::sim
