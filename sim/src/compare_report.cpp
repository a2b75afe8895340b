#include "bcq/sim/compare_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bcq/sim/report.hpp"
#include "bcq/sim/text.hpp"
#include "bcq/text.hpp"

namespace bcq::sim {
namespace {

using nlohmann::ordered_json;

// A title and eight numbers fill 120 columns.
constexpr std::size_t kLongestTitle = 44;
constexpr const char* kFrontRemark = "* on the Pareto front of bits per scalar (both operands) and NMSE of the output";

std::string error_text(double error) {
  return std::isnan(error) ? "n/a" : fmt::format("{:.4g}", error);
}

/// Bits, NMSE and largest errors of a row as the tables print them.
std::array<std::string, 8> numbers(const Measure& measure) {
  return {fmt::format("{:.3f}", measure.weight.bits_per_scalar()),
          fmt::format("{:.3f}", measure.activation.bits_per_scalar()),
          nmse_text(measure.weight.error.nmse_db),
          nmse_text(measure.activation.error.nmse_db),
          nmse_text(measure.output.nmse_db),
          error_text(measure.weight.error.max_abs_error),
          error_text(measure.activation.error.max_abs_error),
          error_text(measure.output.max_abs_error)};
}

std::size_t title_width(const std::vector<ComparedFormat>& rows) {
  std::size_t width = 12;
  for (const ComparedFormat& row : rows) width = std::max(width, row.title.size());
  return std::min(width, kLongestTitle);
}

std::string row_text(const ComparedFormat& row, std::size_t width) {
  std::string out = fmt::format("{} {:<{}}", row.front ? '*' : ' ', row.title, width);
  if (row.title.size() > width) out += fmt::format("\n  {:<{}}", "", width);
  const auto cells = numbers(row.measure);
  for (std::size_t i = 0; i < cells.size(); ++i) out += fmt::format("{:>{}}", cells[i], i < 2 ? 8 : i < 5 ? 9 : 10);
  return out + '\n';
}

std::string rows_text(const std::vector<ComparedFormat>& rows) {
  const std::size_t width = title_width(rows);
  std::string out =
      fmt::format("  {:<{}}{:>16}{:>27}{:>30}\n", "", width, "bits per scalar", "NMSE (dB)", "max |error|");
  out += fmt::format("  {:<{}}{:>8}{:>8}{:>9}{:>9}{:>9}{:>10}{:>10}{:>10}\n", "format", width, "weight", "act.",
                     "weight", "act.", "output", "weight", "act.", "output");
  for (const ComparedFormat& row : rows) out += row_text(row, width);
  return out;
}

std::string shape_text(const ComparedLayer& layer) {
  return fmt::format("M = {}, N = {}, K = {}", layer.m, layer.n, layer.k);
}

std::string layer_text(const ComparedLayer& layer) {
  return fmt::format("{}: {}\n", printable(layer.file), shape_text(layer)) + rows_text(layer.formats);
}

std::string scalars_text(const Comparison& comparison) {
  const Measure& measure = comparison.sum.front().measure;
  return fmt::format("{}, {} scalars of weights and {} of activations", counted(comparison.layers.size(), "layer"),
                     grouped(measure.weight.scalars), grouped(measure.activation.scalars));
}

ordered_json error_json(const ErrorMeasure& error) {
  ordered_json json = nmse_json(error.nmse_db);
  json["max_abs_error"] =
      std::isfinite(error.max_abs_error) ? ordered_json(error.max_abs_error) : ordered_json(nullptr);
  return json;
}

ordered_json operand_json(const OperandMeasure& operand) {
  ordered_json json{{"scalars", operand.scalars},
                    {"stored_bits", operand.stored_bits},
                    {"nominal_bits_per_scalar", operand.nominal_bits},
                    {"stored_bits_per_scalar", operand.bits_per_scalar()}};
  json.update(error_json(operand.error));
  return json;
}

ordered_json rows_json(const std::vector<ComparedFormat>& rows) {
  ordered_json json = ordered_json::array();
  for (const ComparedFormat& row : rows) {
    json.push_back({{"format", row.name}, {"title", row.title}, {"front", row.front}});
    json.back().update(to_json(row.measure));
  }
  return json;
}

std::string csv_rows(const std::string& scope, const ComparedLayer& layer) {
  std::string out;
  for (const ComparedFormat& row : layer.formats) {
    std::vector<std::string> cells{scope, layer.name, layer.file, row.name, row.title, row.front ? "1" : "0"};
    std::ranges::copy(csv_cells(row.measure), std::back_inserter(cells));
    out += csv_line(cells);
  }
  return out;
}

std::string front_names(const ComparedLayer& layer) {
  std::vector<ComparedFormat> front;
  std::ranges::copy_if(layer.formats, std::back_inserter(front), &ComparedFormat::front);
  sort_rows(front, SortKey::kBits);
  std::string out;
  for (const ComparedFormat& row : front) out += (out.empty() ? "" : ", ") + row.title;
  return out;
}

}  // namespace

std::string_view name_of(SortKey key) {
  constexpr std::array kNames{"output", "weight", "activation", "bits"};
  return kNames.at(static_cast<std::size_t>(key));
}

std::string to_table(const Comparison& comparison, SortKey key, bool per_layer) {
  const bool single = comparison.layers.size() == 1;
  std::string out;
  if (!single) out += fmt::format("sum of {}\n{}\n", scalars_text(comparison), rows_text(comparison.sum));
  if (single || per_layer) {
    for (const ComparedLayer& layer : comparison.layers) out += layer_text(layer) + '\n';
  }
  return out + fmt::format("{}\nsorted by {}\n", kFrontRemark, name_of(key));
}

ordered_json to_json(const Measure& measure) {
  return {{"stored_bits_per_scalar", measure.bits_per_scalar()},
          {"weight", operand_json(measure.weight)},
          {"activation", operand_json(measure.activation)},
          {"output", error_json(measure.output)}};
}

std::vector<std::string> csv_columns() {
  return {"stored_bits_per_scalar",
          "weight_stored_bits_per_scalar",
          "activation_stored_bits_per_scalar",
          "weight_nominal_bits_per_scalar",
          "activation_nominal_bits_per_scalar",
          "weight_nmse_db",
          "activation_nmse_db",
          "output_nmse_db",
          "weight_max_abs_error",
          "activation_max_abs_error",
          "output_max_abs_error"};
}

std::vector<std::string> csv_cells(const Measure& measure) {
  std::vector<std::string> cells;
  for (const double value :
       {measure.bits_per_scalar(), measure.weight.bits_per_scalar(), measure.activation.bits_per_scalar(),
        measure.weight.nominal_bits, measure.activation.nominal_bits, measure.weight.error.nmse_db,
        measure.activation.error.nmse_db, measure.output.nmse_db, measure.weight.error.max_abs_error,
        measure.activation.error.max_abs_error, measure.output.max_abs_error}) {
    cells.push_back(number_text(value));
  }
  return cells;
}

ordered_json to_json(const Comparison& comparison) {
  ordered_json layers = ordered_json::array();
  for (const ComparedLayer& layer : comparison.layers) {
    layers.push_back({{"layer", layer.name},
                      {"file", layer.file},
                      {"shape", {{"m", layer.m}, {"n", layer.n}, {"k", layer.k}}},
                      {"formats", rows_json(layer.formats)}});
  }
  return {{"layers", layers}, {"sum", rows_json(comparison.sum)}};
}

std::string to_csv(const Comparison& comparison) {
  std::vector<std::string> columns{"scope", "layer", "file", "format", "title", "front"};
  std::ranges::copy(csv_columns(), std::back_inserter(columns));
  std::string out = csv_line(columns);
  for (const ComparedLayer& layer : comparison.layers) out += csv_rows("layer", layer);
  return out + csv_rows("sum", {"", "", 0, 0, 0, comparison.sum});
}

std::string to_markdown(const Comparison& comparison, SortKey key) {
  std::string out = fmt::format(
      "{}; {}; sorted by {}.\n\n", scalars_text(comparison),
      "**bold**: on the Pareto front of bits per scalar (both operands) and NMSE of the output", name_of(key));
  out += markdown_row({"format", "bits weight", "bits activation", "NMSE weight (dB)", "NMSE activation (dB)",
                       "NMSE output (dB)", "max error weight", "max error activation", "max error output"});
  out += "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const ComparedFormat& row : comparison.sum) {
    std::vector<std::string> cells{row.front ? fmt::format("**{}**", row.title) : row.title};
    std::ranges::copy(numbers(row.measure), std::back_inserter(cells));
    out += markdown_row(cells);
  }
  out += "\nThe front of every layer, by bits:\n\n" + markdown_row({"layer", "M", "N", "K", "front"}) +
         "|---|--:|--:|--:|---|\n";
  for (const ComparedLayer& layer : comparison.layers) {
    out += markdown_row({printable(layer.name), std::to_string(layer.m), std::to_string(layer.n),
                         std::to_string(layer.k), front_names(layer)});
  }
  return out;
}

}  // namespace bcq::sim
