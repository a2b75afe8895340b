#include "tables.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

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
  table += line("codebooks", arch.frozen ? "frozen" : "programmable");
  table += line("accumulator", fmt::format("{}, {} bits", sim::name_of(arch.accumulation), arch.accumulator_bits()));
  return table + line("format",
                      fmt::format("{}, {:.4f} bits/scalar", arch.format.name(), nominal_bits_per_scalar(arch.format)));
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
