#include "bcq/sim/machine_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bcq/sim/report.hpp"
#include "bcq/sim/text.hpp"
#include "bcq/text.hpp"

namespace bcq::sim {
namespace {

using nlohmann::ordered_json;

/// The causes into which cycles fall, in the order of reports.
struct Cause {
  const char* key;
  const char* title;
  double CostSum::*cycles;
};
constexpr Cause kCauses[] = {
    {"busy", "busy", &CostSum::busy},
    {"activation_wait", "activation missing", &CostSum::activation_wait},
    {"weight_wait", "weight missing", &CostSum::weight_wait},
    {"both_wait", "both missing", &CostSum::both_wait},
    {"drain_stall", "drain stall", &CostSum::drain_stall},
    {"result_stall", "result buffer full", &CostSum::result_stall},
    {"tail", "tail", &CostSum::tail},
};

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.2f} MB", bytes / 1e6);
  return fmt::format("{:.2f} GB", bytes / 1e9);
}

std::string row(const std::string& name, const std::string& value, const std::string& remark = "") {
  return fmt::format("{:<22}{:>16}{}{}\n", name, value, remark.empty() ? "" : "  ", remark);
}

std::string whole(double value) {
  return grouped(static_cast<std::uint64_t>(value));
}

const char* bound(const Roofline& roofline, double intensity) {
  return intensity < roofline.ridge() ? "memory" : "compute";
}

std::string header(const MachineReport& report) {
  const Arch& arch = report.arch;
  const DramConfig& dram = arch.memory.dram;
  const BufferConfig& buffers = arch.memory.buffers;
  std::string out = fmt::format("{:<12}{}\n", "workload", printable(report.workload));
  if (!report.remark.empty()) out += fmt::format("{:<12}{}\n", "", printable(report.remark));
  out += fmt::format("{:<12}{}: {} x {} PEs, {} lanes, {} MHz; {}\n", "machine", printable(arch.name), arch.rows,
                     arch.cols, arch.lanes, arch.clock_mhz, arch.format_text());
  out += fmt::format("{:<12}buffers {} + {} + {} KiB; DRAM {} x {} GB/s, bursts of {} bytes, {} ns\n", "",
                     buffers.activation_kib, buffers.weight_kib, buffers.result_kib, dram.channels, dram.gb_per_s,
                     dram.burst_bytes, dram.latency_ns);
  return out;
}

std::string detail(const MachineReport& report) {
  const GemmCost& gemm = report.gemms.front();
  const CostSum sum = report.sum_of(gemm, 1);
  const Roofline roofline(report.arch);
  std::string out = row("cycles", whole(sum.cycles), time_text(sum.seconds));
  for (const Cause& cause : kCauses)
    out += row(fmt::format("  {}", cause.title), whole(sum.*cause.cycles),
               fmt::format("{:5.1f} %", 100 * sum.*cause.cycles / sum.cycles));
  out += row("before the run", whole(static_cast<double>(gemm.run.codebook_load_cycles + gemm.run.host_cycles)),
             fmt::format("codebooks {}, host {} cycles; not counted above", gemm.run.codebook_load_cycles,
                         gemm.run.host_cycles));
  out += row("utilization", fmt::format("{:.2f} %", 100 * sum.utilization(report.arch)),
             fmt::format("{:.1f} % of the MACs of busy cycles are padding", 100 * sum.padding()));
  out += row("GOPS", fmt::format("{:.1f}", sum.gops()),
             fmt::format("of {:.1f}; a MAC is two operations", roofline.peak_gops));
  out += row("DRAM", bytes_text(sum.dram_bytes),
             fmt::format("{} read, {} written", bytes_text(static_cast<double>(gemm.dram_read_bytes)),
                         bytes_text(static_cast<double>(gemm.dram_write_bytes))));
  out +=
      row("SRAM", bytes_text(static_cast<double>(gemm.actions.sram_read_bits() + gemm.actions.sram_write_bits()) / 8),
          fmt::format("{} read, {} written", bytes_text(static_cast<double>(gemm.actions.sram_read_bits()) / 8),
                      bytes_text(static_cast<double>(gemm.actions.sram_write_bits()) / 8)));
  out += row("operations per byte", fmt::format("{:.1f}", sum.intensity()),
             fmt::format("{} bound: the ridge is at {:.1f}", bound(roofline, sum.intensity()), roofline.ridge()));
  out += row("resident", gemm.outer == Operand::kActivation ? "activation" : "weight",
             fmt::format("{} at a time", counted(gemm.outer_panels, "panel")));
  return out;
}

std::string list(const MachineReport& report) {
  const Roofline roofline(report.arch);
  std::size_t width = 8;
  for (const GemmCost& gemm : report.gemms) width = std::max(width, printable(gemm.shape.name).size());
  const auto line = [&](const std::string& name, const std::string& times, const std::string& shape,
                        const CostSum& sum) {
    const auto share = [&](double cycles) { return 100 * cycles / sum.cycles; };
    return fmt::format(
        "{:<{}}{:>6}{:>22}{:>18}{:>12}{:>8.2f}{:>7.1f}{:>7.1f}{:>7.1f}{:>7.1f}{:>7.1f}{:>11}{:>10.1f}  {}\n", name,
        width, times, shape, whole(sum.cycles), time_text(sum.seconds), 100 * sum.utilization(report.arch),
        100 * sum.padding(), share(sum.activation_wait), share(sum.weight_wait), share(sum.both_wait),
        share(sum.drain_stall + sum.result_stall), bytes_text(sum.dram_bytes), sum.intensity(),
        bound(roofline, sum.intensity()));
  };
  constexpr const char* kHeader = "{:<{}}{:>6}{:>22}{:>18}{:>12}{:>8}{:>7}{:>7}{:>7}{:>7}{:>7}{:>11}{:>10}  {}\n";
  std::string out =
      fmt::format(kHeader, "", width, "", "", "", "", "util", "pad", "act", "wgt", "both", "stall", "", "ops/", "");
  out += fmt::format(kHeader, "GEMM", width, "times", "M x N x K", "cycles", "time", "%", "%", "wait %", "wait %",
                     "wait %", "%", "DRAM", "byte", "bound");
  for (const GemmCost& gemm : report.gemms) {
    out += line(printable(gemm.shape.name), std::to_string(gemm.shape.count),
                fmt::format("{} x {} x {}", gemm.shape.m, gemm.shape.n, gemm.shape.k),
                report.sum_of(gemm, gemm.shape.count));
  }
  const CostSum total = report.total();
  return out + line("total", whole(total.gemms), "", total);
}

/// A whole number, as such where JSON's readers can take it.
ordered_json count_json(double value) {
  constexpr double kMostExact = 9007199254740992;  // 2^53
  return value <= kMostExact ? ordered_json(static_cast<std::uint64_t>(value)) : ordered_json(value);
}

ordered_json cycles_json(const CostSum& sum) {
  ordered_json json{{"cycles", count_json(sum.cycles)}};
  for (const Cause& cause : kCauses) json[fmt::format("{}_cycles", cause.key)] = count_json(sum.*cause.cycles);
  return json;
}

ordered_json sum_json(const MachineReport& report, const CostSum& sum) {
  const Roofline roofline(report.arch);
  ordered_json json = cycles_json(sum);
  json.update({{"seconds", sum.seconds},
               {"macs", count_json(sum.macs)},
               {"utilization", sum.utilization(report.arch)},
               {"padding", sum.padding()},
               {"gops", sum.gops()},
               {"dram_bytes", count_json(sum.dram_bytes)},
               {"operations_per_byte", sum.intensity()},
               {"bound", bound(roofline, sum.intensity())},
               {"attainable_gops", roofline.attainable_gops(sum.intensity())}});
  return json;
}

ordered_json actions_json(const GemmCost& gemm) {
  const ActionCounts& actions = gemm.actions;
  return {{"macs", actions.macs},
          {"mac_slots", actions.mac_slots},
          {"decodes", actions.decodes},
          {"codebook_reads", actions.codebook_reads},
          {"scale_multiplies", actions.scale_multiplies},
          {"accumulations", actions.accumulations},
          {"output_multiplies", actions.output_multiplies},
          {"encodes", actions.encodes},
          {"encoder_beats", actions.encoder_beats},
          {"sram_read_bits", actions.sram_read_bits()},
          {"sram_write_bits", actions.sram_write_bits()},
          {"dram_read_bits", 8 * gemm.dram_read_bytes},
          {"dram_write_bits", 8 * gemm.dram_write_bytes}};
}

ordered_json statistics_json(const Statistics& statistics) {
  auto json = ordered_json::array();
  for (const Statistic& statistic : statistics)
    json.push_back({{"name", statistic.name},
                    {"unit", statistic.unit},
                    {"description", statistic.description},
                    {"value", statistic.value}});
  return json;
}

ordered_json gemm_json(const MachineReport& report, const GemmCost& gemm) {
  ordered_json json{{"name", gemm.shape.name},
                    {"count", gemm.shape.count},
                    {"shape", {{"m", gemm.shape.m}, {"n", gemm.shape.n}, {"k", gemm.shape.k}}}};
  json.update(sum_json(report, report.sum_of(gemm, 1)));
  json["array_cycles"] = gemm.run.cycles.array;
  json["codebook_load_cycles"] = gemm.run.codebook_load_cycles;
  json["host_cycles"] = gemm.run.host_cycles;
  json["resident"] = gemm.outer == Operand::kActivation ? "activation" : "weight";
  json["resident_panels"] = gemm.outer_panels;
  json["actions"] = actions_json(gemm);
  json["statistics"] = statistics_json(gemm.run.statistics);
  return json;
}

}  // namespace

Roofline::Roofline(const Arch& arch)
    : peak_gops(2.0 * static_cast<double>(arch.macs_per_cycle()) * arch.clock_mhz / 1e3),
      bandwidth_gb_per_s(arch.memory.dram.channels * arch.memory.dram.gb_per_s) {}

double Roofline::attainable_gops(double intensity) const {
  return std::min(peak_gops, intensity * bandwidth_gb_per_s);
}

GemmCost cost_of(const Arch& arch, const GemmShape& shape, const MachineRun& run) {
  const LoopPlan plan(arch, {shape.m, shape.n, shape.k});
  GemmCost cost{shape, run, count_actions(arch, plan), plan.outer(), plan.block()};
  const auto burst = static_cast<std::uint64_t>(arch.memory.dram.burst_bytes);
  cost.dram_read_bytes = run.dram_read_bursts * burst;
  cost.dram_write_bytes = run.dram_write_bursts * burst;
  return cost;
}

CostSum MachineReport::sum_of(const GemmCost& gemm, std::size_t count) const {
  const auto times = static_cast<double>(count);
  const auto scaled = [&](auto value) { return times * static_cast<double>(value); };
  const MachineCycles& cycles = gemm.run.cycles;
  CostSum sum;
  sum.gemms = times;
  sum.macs =
      times * static_cast<double>(gemm.shape.m) * static_cast<double>(gemm.shape.n) * static_cast<double>(gemm.shape.k);
  sum.cycles = scaled(cycles.cycles);
  sum.seconds = sum.cycles / (arch.clock_mhz * 1e6);
  sum.dram_bytes = scaled(gemm.dram_read_bytes + gemm.dram_write_bytes);
  sum.mac_slots = scaled(gemm.actions.mac_slots);
  sum.busy = scaled(cycles.busy);
  sum.activation_wait = scaled(cycles.waits.activation);
  sum.weight_wait = scaled(cycles.waits.weight);
  sum.both_wait = scaled(cycles.waits.both);
  sum.drain_stall = scaled(cycles.drain_stall);
  sum.result_stall = scaled(cycles.result_stall);
  sum.tail = scaled(cycles.tail);
  return sum;
}

CostSum MachineReport::total() const {
  CostSum total;
  for (const GemmCost& gemm : gemms) {
    const CostSum sum = sum_of(gemm, gemm.shape.count);
    for (double CostSum::*member : {&CostSum::gemms, &CostSum::macs, &CostSum::mac_slots, &CostSum::cycles,
                                    &CostSum::dram_bytes, &CostSum::seconds})
      total.*member += sum.*member;
    for (const Cause& cause : kCauses) total.*cause.cycles += sum.*cause.cycles;
  }
  return total;
}

std::string to_table(const MachineReport& report) {
  const bool single = report.gemms.size() == 1 && report.gemms.front().shape.count == 1;
  return header(report) + "\n" + (single ? detail(report) : list(report));
}

ordered_json to_json(const MachineReport& report) {
  const Roofline roofline(report.arch);
  ordered_json json{{"workload", report.workload},
                    {"remark", report.remark},
                    {"configuration", to_json(report.arch)},
                    {"roofline",
                     {{"peak_gops", roofline.peak_gops},
                      {"bandwidth_gb_per_s", roofline.bandwidth_gb_per_s},
                      {"ridge_operations_per_byte", roofline.ridge()}}},
                    {"gemms", ordered_json::array()}};
  for (const GemmCost& gemm : report.gemms) json["gemms"].push_back(gemm_json(report, gemm));
  json["total"] = sum_json(report, report.total());
  return json;
}

}  // namespace bcq::sim
