#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/format_table.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/workload.hpp"
#include "commands.hpp"

namespace bcq::cli {
namespace {

using nlohmann::ordered_json;

/// Nominal bits per scalar of an entry with its defaults.
struct NominalBits {
  double weight, activation;
};

NominalBits nominal_bits(const FormatEntry& entry) {
  const OperandFormats formats = make_format(entry.name, sim::data_dir() / "codebooks").formats;
  return {formats.weight->nominal_bits(), formats.activation->nominal_bits()};
}

std::string bits_text(const NominalBits& bits) {
  if (bits.weight == bits.activation) return fmt::format("{:.6g} bits", bits.weight);
  return fmt::format("{:.6g} bits weight, {:.6g} activation", bits.weight, bits.activation);
}

std::string parameters_text(const std::vector<FormatParameter>& parameters) {
  std::string out;
  for (const FormatParameter& parameter : parameters) {
    out += fmt::format("    {}={}  {}, {} to {}\n", parameter.name, parameter.value, parameter.help, parameter.lowest,
                       parameter.highest);
  }
  return out;
}

template <class Row>
std::string row_text(const Row& row, const std::string& name, const std::string& bits) {
  return fmt::format("{:<18}{}{}{}\n    {}\n    {}\n", name, row.title, bits.empty() ? "" : ": ", bits, row.what,
                     row.source) +
         parameters_text(row.parameters);
}

ordered_json parameters_json(const std::vector<FormatParameter>& parameters) {
  ordered_json json = ordered_json::array();
  for (const FormatParameter& parameter : parameters) {
    json.push_back({{"name", parameter.name},
                    {"default", parameter.value},
                    {"lowest", parameter.lowest},
                    {"highest", parameter.highest},
                    {"integer", parameter.integer},
                    {"help", parameter.help}});
  }
  return json;
}

template <class Row>
ordered_json row_json(const Row& row) {
  return {{"name", row.name},
          {"title", row.title},
          {"what", row.what},
          {"source", row.source},
          {"parameters", parameters_json(row.parameters)}};
}

int run(const std::string& json_path, const std::string& command_line) {
  sim::require_outputs({json_path}, {});
  auto json = sim::origin_json(command_line);
  json["formats"] = ordered_json::array();
  json["modifiers"] = ordered_json::array();
  std::string table;
  for (const FormatEntry& entry : format_table()) {
    const NominalBits bits = nominal_bits(entry);
    table += row_text(entry, std::string(entry.name), bits_text(bits));
    auto row = row_json(entry);
    row["weight_nominal_bits_per_scalar"] = bits.weight;
    row["activation_nominal_bits_per_scalar"] = bits.activation;
    json["formats"].push_back(row);
  }
  if (!modifier_table().empty()) table += "\nModifiers, behind any format:\n";
  for (const FormatModifier& modifier : modifier_table()) {
    table += row_text(modifier, fmt::format("+{}", modifier.name), "");
    json["modifiers"].push_back(row_json(modifier));
  }
  sim::write_report(table, json, json_path);
  return sim::kSuccess;
}

}  // namespace

void add_formats(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("formats", "List the number formats with their parameters and sources");
  const auto json = std::make_shared<std::string>();
  sim::add_json_option(*command, *json);
  command->footer(
      "A format is written NAME[:PARAMETER=VALUE]...[+MODIFIER[:PARAMETER=VALUE]...]...; bits are nominal: per scalar "
      "of\n"
      "endless rows, with the default parameters.\n"
      "Example:\n"
      "  bcq formats --json formats.json\n"
      "Next: bcq compare LAYER --formats LIST measures them; docs/formats.md defines them to the bit.");
  command->callback(
      [json, &session] { session.command = [json, &session] { return run(*json, session.command_line); }; });
}

}  // namespace bcq::cli
