#include "bcq/sim/energy/energy_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "bcq/sim/text.hpp"
#include "bcq/text.hpp"

namespace bcq::sim {
namespace {

using nlohmann::ordered_json;

constexpr const char* kProjection = "Stillmaker & Baas";
constexpr const char* kEstimated = " *";  ///< marks what is estimated, in tables

/// A sum of the report, and whether everything in it was synthesized.
struct Total {
  const char* key;
  const char* title;
  Cost cost;
  bool synthesized;
  bool has_area;
};

std::array<Total, 3> totals_of(const HardwareCost& cost, bool synthesized) {
  return {{{"array", "array", cost.array(), synthesized, true},
           {"chip", "chip", cost.chip(), false, true},
           {"everything", "with DRAM", cost.everything(), false, false}}};
}

/// A value with the largest unit that leaves it at least 1.
std::string scaled_text(double value, const char* unit) {
  constexpr std::pair<double, const char*> kPrefixes[] = {{1, ""}, {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}};
  for (const auto& [factor, prefix] : kPrefixes)
    if (value >= factor) return fmt::format("{:.3f} {}{}", value / factor, prefix, unit);
  return fmt::format("{:.3f} p{}", value / 1e-12, unit);
}

std::string title(const std::string& name, bool synthesized) {
  return printable(name) + (synthesized ? "" : kEstimated);
}

std::string line(const std::string& label, const std::string& text) {
  return fmt::format("{:<12}{}\n", label, text);
}

std::string clock_text(const EnergyReport& report) {
  const PpaResult& result = *report.hardware.synthesis.result;
  const double wanted = report.arch.clock_mhz, highest = report.cost->highest_clock_mhz;
  const std::string library =
      printable(result.library.name) + (highest < result.highest_clock_mhz ? ", which the encoder limits" : "");
  if (wanted <= highest)
    return line("clock",
                fmt::format("{:.4g} MHz of the architecture; {:.4g} MHz highest in {}", wanted, highest, library));
  return line("clock",
              fmt::format("{:.4g} MHz of the architecture, {:.4g} MHz highest in {}: energy and area are of the",
                          wanted, highest, library)) +
         line("", fmt::format("library; GOPS, power, GOPS/W and GOPS/mm2 at {:.4g} MHz", highest));
}

/// Why the on-line encoder is not counted; empty where it is or there is none.
std::string missing_encoder(const EnergyReport& report) {
  const int lanes = report.arch.memory.encoder_lanes;
  if (lanes == 0 || report.cost->encoder) return "";
  const auto& measured = report.hardware.synthesis.result->encoder;
  if (!measured) return "these results have none";
  return fmt::format("these results have one of {} scalars per cycle instead of {}", measured->lanes, lanes);
}

std::string header(const EnergyReport& report) {
  const PpaResult& result = *report.hardware.synthesis.result;
  const PpaLibrary& library = result.library;
  std::string out = line(
      "hardware", fmt::format("{}: synthesized to {}, {} nm, {} V, {} C", printable(result.path.filename().string()),
                              printable(library.name), library.node_nm, library.voltage, library.temperature));
  if (report.stale) {
    out += line("", fmt::format("STALE: the RTL has changed since; `{}` makes the results anew",
                                printable(report.hardware.command)));
  }
  if (const std::string missing = missing_encoder(report); !missing.empty())
    out += line("", fmt::format("without the on-line encoder: {}; `{}` measures it", missing,
                                printable(report.hardware.command)));
  return out + clock_text(report);
}

std::string cost_row(const EnergyReport& report, const std::string& name, const Cost& cost, bool has_area,
                     const std::string& remark = "") {
  const double energy = cost.energy_j();
  const auto share = [&](double part) { return energy > 0 ? 100 * part / energy : 0.0; };
  return fmt::format("{:<22}{:>12}{:>14}{:>12.4g}{:>9.1f}{:>9.1f}{}{}\n", name,
                     has_area ? fmt::format("{:.4g}", cost.area_mm2) : "", scaled_text(energy, "J"),
                     energy * 1e12 / report.activity.macs, share(cost.clock_j), share(cost.leakage_j),
                     remark.empty() ? "" : "  ", remark);
}

/// Area and energy by part, by level of memory, and the sums of both.
std::string cost_table(const EnergyReport& report, const HardwareCost& cost, bool synthesized) {
  const auto totals = totals_of(cost, synthesized);
  const auto total_row = [&](const Total& total) {
    return cost_row(report, title(total.title, total.synthesized), total.cost, total.has_area);
  };
  std::string out =
      fmt::format("{:<22}{:>12}{:>14}{:>12}{:>9}{:>9}\n", "", "area mm2", "energy", "pJ/MAC", "clock %", "leak %");
  for (const NamedCost& part : cost.parts) out += cost_row(report, title(part.name, synthesized), part.cost, true);
  out += total_row(totals[0]);
  if (cost.encoder) {
    out += cost_row(report, title("encoder", synthesized), *cost.encoder, true,
                    fmt::format("{} scalars per beat", report.arch.memory.encoder_lanes));
  }
  const auto buffers = buffers_of(report.arch);
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    out += cost_row(report, title(cost.buffers[i].name, false), cost.buffers[i].cost, true,
                    fmt::format("{} banks of {} bytes, {} bits wide", buffers[i].banks, grouped(buffers[i].bytes),
                                buffers[i].bits));
  }
  out += total_row(totals[1]);
  out += cost_row(report, title("DRAM", false), cost.dram, false,
                  fmt::format("{}, {} pJ per bit", name_of(report.arch.memory.dram.kind),
                              report.hardware.estimates.dram_pj_per_bit(report.arch.memory.dram.kind)));
  return out + total_row(totals[2]);
}

std::string speed_table(const HardwareCost& cost, bool synthesized) {
  std::string head = fmt::format("{:<22}", ""), power = fmt::format("{:<22}", "power");
  std::string per_w = fmt::format("{:<22}", "GOPS/W"), per_mm2 = fmt::format("{:<22}", "GOPS/mm2");
  for (const Total& total : totals_of(cost, synthesized)) {
    head += fmt::format("{:>20}", title(total.title, total.synthesized));
    power += fmt::format("{:>20}", scaled_text(cost.power_w(total.cost), "W"));
    per_w += fmt::format("{:>20.4g}", cost.gops_per_w(total.cost));
    if (total.has_area) per_mm2 += fmt::format("{:>20.4g}", cost.gops_per_mm2(total.cost));
  }
  return head + "\n" + power + "\n" + per_w + "\n" + per_mm2 + "\n" +
         fmt::format("{:<22}{:>20.4g}  at {:.4g} MHz\n", "GOPS", cost.gops, cost.clock_mhz);
}

std::string projection_table(const EnergyReport& report) {
  const HardwareCost& cost = *report.projection;
  return fmt::format("projected to {} nm (estimate, {}): the array without leakage; {:.4g} MHz highest\n\n",
                     cost.node_nm, kProjection, cost.highest_clock_mhz) +
         cost_table(report, cost, false) + "\n" + speed_table(cost, false);
}

ordered_json cost_json(const EnergyReport& report, const Cost& cost, bool synthesized, bool has_area = true) {
  ordered_json json{{"estimate", !synthesized}};
  if (has_area) json["area_mm2"] = cost.area_mm2;
  json.update({{"energy_j", cost.energy_j()},
               {"switching_j", cost.switching_j},
               {"clock_j", cost.clock_j},
               {"leakage_j", cost.leakage_j},
               {"pj_per_mac", cost.energy_j() * 1e12 / report.activity.macs}});
  return json;
}

ordered_json memory_json(const EnergyReport& report, const HardwareCost& cost) {
  ordered_json json = ordered_json::array();
  const auto buffers = buffers_of(report.arch);
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    json.push_back({{"level", buffers[i].name},
                    {"banks", buffers[i].banks},
                    {"bank_bytes", buffers[i].bytes},
                    {"word_bits", buffers[i].bits},
                    {"read_bits", report.activity.buffers[i].read},
                    {"written_bits", report.activity.buffers[i].written}});
    json.back().update(cost_json(report, cost.buffers[i].cost, false));
  }
  const DramKind kind = report.arch.memory.dram.kind;
  json.push_back({{"level", "DRAM"},
                  {"kind", name_of(kind)},
                  {"bits", report.activity.dram_bits},
                  {"pj_per_bit", report.hardware.estimates.dram_pj_per_bit(kind)},
                  {"estimate", true},
                  {"energy_j", cost.dram.energy_j()},
                  {"pj_per_mac", cost.dram.energy_j() * 1e12 / report.activity.macs}});
  return json;
}

/// One node: clocks, parts, memory, totals.
ordered_json node_json(const EnergyReport& report, const HardwareCost& cost, bool synthesized) {
  ordered_json json{{"node_nm", cost.node_nm},       {"highest_clock_mhz", cost.highest_clock_mhz},
                    {"clock_mhz", cost.clock_mhz},   {"clock_is_limited", cost.clock_mhz < report.arch.clock_mhz},
                    {"seconds", cost.seconds},       {"gops", cost.gops},
                    {"parts", ordered_json::array()}};
  for (const NamedCost& part : cost.parts) {
    json["parts"].push_back({{"part", part.name}});
    json["parts"].back().update(cost_json(report, part.cost, synthesized));
  }
  if (cost.encoder) {
    json["encoder"] = {{"lanes", report.arch.memory.encoder_lanes}, {"beats", report.activity.encoder_beats}};
    json["encoder"].update(cost_json(report, *cost.encoder, synthesized));
  }
  json["memory"] = memory_json(report, cost);
  for (const Total& total : totals_of(cost, synthesized)) {
    ordered_json& entry = json["totals"][total.key] = cost_json(report, total.cost, total.synthesized, total.has_area);
    entry["power_w"] = cost.power_w(total.cost);
    entry["gops_per_w"] = cost.gops_per_w(total.cost);
    if (total.has_area) entry["gops_per_mm2"] = cost.gops_per_mm2(total.cost);
  }
  return json;
}

ordered_json synthesis_json(const EnergyReport& report) {
  const PpaResult& result = *report.hardware.synthesis.result;
  const PpaLibrary& library = result.library;
  return {{"file", result.path.string()},
          {"name", result.name},
          {"command", result.command},
          {"stale", report.stale},
          {"rtl_crc32", result.rtl_crc32},
          {"tools", result.tools},
          {"library",
           {{"name", library.name},
            {"sha256", library.sha256},
            {"voltage", library.voltage},
            {"temperature", library.temperature},
            {"node_nm", library.node_nm}}}};
}

}  // namespace

Hardware find_hardware(const Arch& arch, const std::string& arch_choice, const std::string& file,
                       std::optional<int> project_nm) {
  Hardware hardware{.synthesis = {}, .command = {}, .estimates = {}, .project_nm = project_nm};
  if (project_nm) hardware.estimates.require_node("--project", *project_nm);
  const std::filesystem::path folder = file.empty() ? ppa_results_dir() : std::filesystem::path(file).parent_path();
  hardware.command = fmt::format("bcq synth --arch {} -o {}", arch_choice.empty() ? arch.name : arch_choice,
                                 folder.empty() ? "." : folder.string());
  if (file.empty()) {
    hardware.synthesis = find_ppa_result(arch, folder);
  } else {
    hardware.synthesis.result = ppa_result_for(arch, file);
  }
  if (const auto& result = hardware.synthesis.result)
    hardware.estimates.require_node(result->path.string() + ": library.node_nm", result->library.node_nm);
  return hardware;
}

EnergyReport energy_report(const MachineReport& machine, Hardware hardware) {
  EnergyReport report{.hardware = std::move(hardware),
                      .arch = machine.arch,
                      .activity = activity_of(machine),
                      .cost = {},
                      .projection = {}};
  const auto& result = report.hardware.synthesis.result;
  if (!result) return report;
  const PpaEncoder* encoder = encoder_of(*result, report.arch);
  report.stale = stale(*result) || (encoder != nullptr && stale(*encoder));
  const auto cost_at = [&](int node) {
    return hardware_cost(report.arch, report.activity, *result, report.hardware.estimates, node);
  };
  report.cost = cost_at(result->library.node_nm);
  if (report.hardware.project_nm) report.projection = cost_at(*report.hardware.project_nm);
  return report;
}

std::string to_table(const EnergyReport& report) {
  if (!report.cost) {
    return line("hardware", "area, power and energy are not known: " + printable(report.hardware.synthesis.missing)) +
           line("", fmt::format("`{}` makes them", printable(report.hardware.command)));
  }
  std::string out = header(report) + "\n" + cost_table(report, *report.cost, true) + "\n" +
                    speed_table(*report.cost, true) + "* estimated, or a sum with estimates (docs/estimates.md)\n";
  if (report.projection) out += "\n" + projection_table(report);
  return out;
}

ordered_json to_json(const EnergyReport& report) {
  if (!report.cost) return {{"missing", report.hardware.synthesis.missing}, {"command", report.hardware.command}};
  ordered_json json{{"synthesis", synthesis_json(report)},
                    {"estimates", kEstimatesFile},
                    {"architecture_clock_mhz", report.arch.clock_mhz},
                    {"activity",
                     {{"macs", report.activity.macs},
                      {"cycles", report.activity.cycles},
                      {"beats", report.activity.beats},
                      {"results", report.activity.results}}}};
  if (const std::string missing = missing_encoder(report); !missing.empty())
    json["encoder"] = {{"missing", missing}, {"command", report.hardware.command}};
  json.update(node_json(report, *report.cost, true));
  if (report.projection) {
    json["projection"] = {{"method", kProjection}, {"array_leakage", "left out"}};
    json["projection"].update(node_json(report, *report.projection, false));
  }
  return json;
}

}  // namespace bcq::sim
