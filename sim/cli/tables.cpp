#include "tables.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bcq/sim/machine_report.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/text.hpp"
#include "bcq/text.hpp"

namespace bcq::cli {

std::string line(std::string_view label, std::string_view text) {
  return fmt::format("{:<14}{}\n", label, text);
}

std::string arch_table(const sim::Arch& arch) {
  std::string table = line("name", printable(arch.name));
  if (!arch.about.empty()) table += line("what for", printable(arch.about));
  table += line("array", fmt::format("{} x {} PEs (M x N), {} lanes: {} MACs per cycle", arch.rows, arch.cols,
                                     arch.lanes, sim::grouped(arch.macs_per_cycle())));
  table += line("longest K", std::to_string(arch.k_max));
  table += line("clock", fmt::format("{} MHz", arch.clock_mhz));
  if (arch.baseline == nullptr) {
    table += line("codebooks", arch.frozen ? "frozen" : "programmable");
    table += line("accumulator", fmt::format("{}, {} bits", sim::name_of(arch.accumulation), arch.accumulator_bits()));
    table += line("decode", std::string(sim::name_of(arch.decode)));
  }
  const double bits = arch.baseline == nullptr ? nominal_bits_per_scalar(arch.format) : arch.group().bits_per_scalar();
  table += line("format", fmt::format("{}, {:.4f} bits/scalar", arch.format_text(), bits));
  const auto& [dram, dma, buffers, resident, encoder_lanes] = arch.memory;
  table += line("buffers", fmt::format("activation {} KiB, weight {} KiB, result {} KiB", buffers.activation_kib,
                                       buffers.weight_kib, buffers.result_kib));
  table += line("DMA", fmt::format("transfers of up to {} KiB, {} under way", dma.transfer_kib, dma.outstanding));
  table += line("DRAM", fmt::format("{}, {} x {} GB/s, bursts of {} bytes, latency {} ns", sim::name_of(dram.kind),
                                    dram.channels, dram.gb_per_s, dram.burst_bytes, dram.latency_ns));
  const sim::Roofline roofline(arch);
  table += line("roofline", fmt::format("{:.1f} GOPS, {:.1f} GB/s: compute bound from {:.1f} operations per byte on",
                                        roofline.peak_gops, roofline.bandwidth_gb_per_s, roofline.ridge()));
  table += line("resident", std::string(sim::name_of(resident)));
  return table +
         line("results", encoder_lanes == 0 ? "FP32" : fmt::format("encoded, {} scalars per cycle", encoder_lanes));
}

std::string codebooks_table(const CodebookSet& set) {
  std::string out = line("codebooks", set.format.name());
  for (std::size_t c = 0; c < set.codebooks.size(); ++c) {
    out += fmt::format("{:>4}:", c);
    for (const int codeword : set.codebooks[c]) out += fmt::format("{:>5}", codeword);
    out += '\n';
  }
  return out;
}

nlohmann::ordered_json codebooks_json(const CodebookSet& set) {
  return set.codebooks;
}

std::string tensor_table(const BcqTensor& tensor) {
  return line("shape", fmt::format("{} x {} (rows x K)", tensor.rows(), tensor.k)) +
         line("format", tensor.format().name()) +
         line("bits/scalar", fmt::format("{:.4f} nominal, {:.4f} stored", nominal_bits_per_scalar(tensor.format()),
                                         sim::stored_bits_per_scalar(tensor))) +
         line("tensor scale", fmt::format("{}", tensor.tensor_scale));
}

nlohmann::ordered_json tensor_json(const BcqTensor& tensor) {
  return {{"shape", {tensor.rows(), tensor.k}},
          {"format", sim::to_json(tensor.format())},
          {"nominal_bits_per_scalar", nominal_bits_per_scalar(tensor.format())},
          {"stored_bits_per_scalar", sim::stored_bits_per_scalar(tensor)},
          {"tensor_scale", tensor.tensor_scale}};
}

std::string metadata_table(const std::map<std::string, std::string>& metadata) {
  std::string out = metadata.empty() ? "" : "metadata\n";
  for (const auto& [key, value] : metadata) out += fmt::format("  {:<20}  {}\n", printable(key), printable(value));
  return out;
}

}  // namespace bcq::cli
