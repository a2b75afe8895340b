#include "bcq/sim/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <systemc>

#include "bcq/gemm.hpp"
#include "bcq/metrics.hpp"
#include "bcq/quantize.hpp"
#include "bcq/sim/simulate.hpp"
#include "bcq/sim/text.hpp"
#include "bcq/text.hpp"

namespace bcq::sim {
namespace {

using nlohmann::ordered_json;

OperandReport operand_report(const Matrix<float>& original, const BcqTensor& tensor) {
  return {.nominal_bits = nominal_bits_per_scalar(tensor.format()),
          .stored_bits = stored_bits_per_scalar(tensor),
          .nmse_db = nmse_db(original, dequantize(tensor)),
          .tensor_scale = tensor.tensor_scale};
}

ordered_json operand_json(const OperandReport& operand) {
  ordered_json json{{"nominal_bits_per_scalar", operand.nominal_bits},
                    {"stored_bits_per_scalar", operand.stored_bits},
                    {"tensor_scale", operand.tensor_scale}};
  json.update(nmse_json(operand.nmse_db));
  return json;
}

ordered_json timing_json(const TimingReport& timing) {
  return {{"cycles", timing.cycles},
          {"seconds", timing.seconds},
          {"utilization", timing.utilization},
          {"macs_per_cycle", timing.macs_per_cycle},
          {"gops", timing.gops},
          {"tiles", timing.tiles},
          {"operand_beats", timing.operand_beats},
          {"busy_cycles", timing.busy},
          {"operand_wait_cycles", timing.operand_wait},
          {"drain_stall_cycles", timing.drain_stall},
          {"codebook_load_cycles", timing.codebook_load_cycles}};
}

std::string operand_row(const char* name, const OperandReport& operand) {
  return fmt::format("{:<12}{:>12.4f}{:>12.4f}{:>12}\n", name, operand.nominal_bits, operand.stored_bits,
                     nmse_text(operand.nmse_db));
}

std::string timing_row(const char* name, const std::string& value, const std::string& remark) {
  return fmt::format("{:<22}{:>14}{}{}\n", name, value, remark.empty() ? "" : "  ", remark);
}

std::string timing_table(const TimingReport& timing, const Arch& arch) {
  const auto share = [&](std::uint64_t cycles) {
    return fmt::format("{:5.1f} %", 100.0 * static_cast<double>(cycles) / static_cast<double>(timing.cycles));
  };
  return timing_row("cycles", grouped(timing.cycles),
                    fmt::format("{} at {} MHz", time_text(timing.seconds), arch.clock_mhz)) +
         timing_row("  busy", grouped(timing.busy), share(timing.busy)) +
         timing_row("  operand wait", grouped(timing.operand_wait), share(timing.operand_wait)) +
         timing_row("  drain stall", grouped(timing.drain_stall), share(timing.drain_stall)) +
         timing_row("codebook load cycles", grouped(timing.codebook_load_cycles), "before the run, not counted above") +
         timing_row("tiles", grouped(timing.tiles), "") +
         timing_row("beats per operand", grouped(timing.operand_beats), "") +
         timing_row("MACs per cycle", fmt::format("{:.1f}", timing.macs_per_cycle),
                    fmt::format("of {}", grouped(arch.macs_per_cycle()))) +
         timing_row("utilization", fmt::format("{:.2f} %", 100 * timing.utilization), "") +
         timing_row("GOPS", fmt::format("{:.1f}", timing.gops), "a MAC is two operations");
}

}  // namespace

double stored_bits_per_scalar(const BcqTensor& tensor) {
  const auto scalars = static_cast<double>(tensor.rows()) * static_cast<double>(tensor.k);
  return static_cast<double>(stored_bits(tensor.codebooks, tensor.rows(), tensor.k)) / scalars;
}

GemmReport gemm_report(const QuantizedLayer& work, const Matrix<float>& output) {
  const Matrix<float> reference = reference_gemm(work.layer.activation, work.layer.weight);
  GemmReport report;
  report.layer = work.layer.name;
  report.codebooks = work.codebooks_source;
  report.arch = work.arch;
  report.m = work.layer.activation.rows();
  report.n = work.layer.weight.rows();
  report.k = work.layer.weight.cols();
  report.weight = operand_report(work.layer.weight, work.weight);
  report.activation = operand_report(work.layer.activation, work.activation);
  report.nmse_db = nmse_db(reference, output);
  report.max_abs_error = max_abs_error(reference, output);
  if (work.arch.accumulation != Accumulation::kExact)
    report.accumulation = measure_error(exact_gemm(work.activation, work.weight), output);
  return report;
}

TimingReport timing_report(const Arch& arch, const Tiling& tiling, const ArrayRun& run) {
  TimingReport timing;
  timing.cycles = run.cycles();
  const auto cycles = static_cast<double>(timing.cycles);
  timing.seconds = cycles / (arch.clock_mhz * 1e6);
  timing.macs_per_cycle = static_cast<double>(tiling.macs()) / cycles;
  timing.utilization = timing.macs_per_cycle / static_cast<double>(arch.macs_per_cycle());
  timing.gops = 2.0 * timing.macs_per_cycle * arch.clock_mhz / 1e3;
  timing.tiles = tiling.tiles();
  timing.operand_beats = tiling.tiles() * tiling.beats_per_tile;
  timing.busy = run.counters.busy;
  timing.operand_wait = run.counters.operand_wait;
  timing.drain_stall = run.counters.drain_stall;
  timing.codebook_load_cycles = arch.codebook_cycles();
  return timing;
}

std::string nmse_text(double nmse_db) {
  if (nmse_db == -std::numeric_limits<double>::infinity()) return "exact";
  if (std::isnan(nmse_db)) return "n/a";
  return fmt::format("{:.2f}", nmse_db);
}

std::string to_table(const GemmReport& report) {
  const Arch& arch = report.arch;
  std::string out =
      fmt::format("{:<12}{}: M = {}, N = {}, K = {}\n", "layer", printable(report.layer), report.m, report.n, report.k);
  out += fmt::format("{:<12}{}: {} x {} PEs, {} lanes, {} codebooks, {} accumulators\n", "array", printable(arch.name),
                     arch.rows, arch.cols, arch.lanes, arch.frozen ? "frozen" : "programmable",
                     name_of(arch.accumulation));
  out += fmt::format("{:<12}{}\n", "format", arch.format.name());
  out += fmt::format("{:<12}{}\n\n", "codebooks", printable(report.codebooks));
  out += fmt::format("{:<12}{:>12}{:>12}{:>12}{:>14}\n", "", "bits/scalar", "stored", "NMSE (dB)", "max |error|");
  out += operand_row("weight", report.weight);
  out += operand_row("activation", report.activation);
  out += fmt::format("{:<12}{:>12}{:>12}{:>12}{:>14.4g}\n", "result", "", "", nmse_text(report.nmse_db),
                     report.max_abs_error);
  if (report.accumulation) {
    out += fmt::format("{:<12}{:>36}{:>14.4g}  against exact accumulation\n", "accumulation",
                       nmse_text(report.accumulation->nmse_db), report.accumulation->max_abs_error);
  }
  if (report.timing) out += fmt::format("\n{}", timing_table(*report.timing, arch));
  return out;
}

ordered_json to_json(const GemmReport& report) {
  ordered_json json{{"layer", report.layer},
                    {"codebooks", report.codebooks},
                    {"configuration", to_json(report.arch)},
                    {"shape", {{"m", report.m}, {"n", report.n}, {"k", report.k}}},
                    {"weight", operand_json(report.weight)},
                    {"activation", operand_json(report.activation)},
                    {"result", nmse_json(report.nmse_db)}};
  json["result"]["max_abs_error"] = report.max_abs_error;
  if (report.accumulation) {
    json["accumulation"] = nmse_json(report.accumulation->nmse_db);
    json["accumulation"]["max_abs_error"] = report.accumulation->max_abs_error;
  }
  if (report.timing) json["timing"] = timing_json(*report.timing);
  return json;
}

ordered_json to_json(const BcqFormat& format) {
  ordered_json json{{"lb", format.lb}, {"la", format.la}, {"nc", format.nc}, {"bc", format.bc}};
  if (format.codeword == CodewordType::kFloat) json["codeword"] = "e2m3";
  if (format.scale == ScaleConvention::kEncode) json["scale"] = "encode";
  return json;
}

ordered_json to_json(const Arch& arch) {
  const auto& [dram, dma, buffers, resident, encoder_lanes] = arch.memory;
  ordered_json array{{"rows", arch.rows},
                     {"cols", arch.cols},
                     {"lanes", arch.lanes},
                     {"k_max", arch.k_max},
                     {"clock_mhz", arch.clock_mhz}};
  ordered_json format;
  if (arch.baseline == nullptr) {
    array.update({{"codebooks", arch.frozen ? "frozen" : "programmable"},
                  {"accumulator", name_of(arch.accumulation)},
                  {"decode", name_of(arch.decode)}});
    format = to_json(arch.format);
  } else {
    format["number"] = arch.number();
  }
  return {{"name", arch.name},
          {"array", array},
          {"format", format},
          {"buffers",
           {{"activation_kib", buffers.activation_kib},
            {"weight_kib", buffers.weight_kib},
            {"result_kib", buffers.result_kib}}},
          {"dma", {{"transfer_kib", dma.transfer_kib}, {"outstanding", dma.outstanding}}},
          {"dram",
           {{"channels", dram.channels},
            {"gb_per_s", dram.gb_per_s},
            {"burst_bytes", dram.burst_bytes},
            {"latency_ns", dram.latency_ns},
            {"kind", name_of(dram.kind)}}},
          {"loop", {{"resident", name_of(resident)}}},
          {"output", {{"encoder_lanes", encoder_lanes}}}};
}

ordered_json nmse_json(double nmse_db) {
  return {{"nmse_db", std::isfinite(nmse_db) ? ordered_json(nmse_db) : ordered_json(nullptr)},
          {"exact", nmse_db == -std::numeric_limits<double>::infinity()}};
}

ordered_json versions_json() {
  return {{"bcq", BCQ_VERSION}, {"systemc", sc_core::sc_release()}, {"compiler", BCQ_COMPILER}};
}

ordered_json origin_json(const std::string& command_line, std::optional<std::uint64_t> seed) {
  ordered_json json{{"command_line", command_line}, {"versions", versions_json()}};
  if (seed) json["seed"] = *seed;
  return json;
}

}  // namespace bcq::sim
