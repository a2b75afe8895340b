#include "bcq/sim/energy/estimates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <charconv>
#include <cmath>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "bcq/sim/arch.hpp"

namespace bcq::sim {
namespace {

const std::string kPath = BCQ_PPA_DIR "/estimates.toml";

[[noreturn]] void refuse(const std::string& what) {
  throw InputError(fmt::format("{}: {}; restore the file", kPath, what));
}

toml::table read_constants() {
  const std::vector<std::byte> bytes = read_file(kPath);
  try {
    return toml::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), kPath);
  } catch (const toml::parse_error& error) {
    refuse(std::string(error.description()));
  }
}

double constant(const toml::table& table, const std::string& key) {
  const auto value = table.at_path(key).value<double>();
  if (!value || !std::isfinite(*value) || *value <= 0) refuse(fmt::format("{}: expected a positive number", key));
  return *value;
}

int node_of(const std::string& key) {
  int node = 0;
  const char* end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data(), end, node);
  if (error != std::errc() || stop != end) refuse(fmt::format("scaling.node.{}: expected a whole number of nm", key));
  return node;
}

}  // namespace

Estimates::Estimates() {
  const toml::table table = read_constants();
  const auto sram = [&](const char* key) { return constant(table, fmt::format("sram.{}", key)); };
  sram_ = {.read_pj = sram("read_pj"),
           .exponent = sram("exponent"),
           .fit_bytes = sram("fit_bytes"),
           .fit_bits = sram("fit_bits"),
           .fit_energy = sram("fit_energy"),
           .fixed = sram("fixed"),
           .write_to_read = sram("write_to_read"),
           .efficiency = sram("efficiency"),
           .periphery = sram("periphery")};
  const toml::table* nodes = table.at_path("scaling.node").as_table();
  if (nodes == nullptr) refuse("scaling.node: expected a table");
  for (const auto& [name, entry] : *nodes) {
    const std::string key(name.str());
    const auto of_node = [&](const std::string& quantity) {
      return constant(table, fmt::format("scaling.node.{}.{}", key, quantity));
    };
    nodes_[node_of(key)] = {.area = of_node("area"),
                            .delay = of_node("delay"),
                            .energy = of_node("energy"),
                            .cell_um2 = sram(("cell_um2." + key).c_str()),
                            .leakage_pw_per_bit = sram(("leakage_pw_per_bit." + key).c_str())};
  }
  for (const DramKind kind : kDramKinds)
    dram_pj_per_bit_[kind] = constant(table, fmt::format("dram.{}.pj_per_bit", name_of(kind)));
}

std::vector<int> Estimates::nodes() const {
  std::vector<int> nodes;
  nodes.reserve(nodes_.size());
  for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) nodes.push_back(it->first);
  return nodes;
}

void Estimates::require_node(const std::string& where, int node) const {
  if (nodes_.contains(node)) return;
  throw InputError(
      fmt::format("{}: {} nm: no constants of this node; use one of {}", where, node, fmt::join(nodes(), ", ")));
}

double Estimates::sram_read_pj(std::uint64_t bytes, std::uint64_t bits, int node) const {
  const double width = sram_.fixed + (1 - sram_.fixed) * static_cast<double>(bits) / sram_.fit_bits;
  const double fitted = sram_.read_pj * std::pow(static_cast<double>(bytes) / sram_.fit_bytes, sram_.exponent) * width;
  return fitted * nodes_.at(node).energy / sram_.fit_energy;
}

double Estimates::sram_write_pj(std::uint64_t bytes, std::uint64_t bits, int node) const {
  return sram_read_pj(bytes, bits, node) * sram_.write_to_read;
}

double Estimates::sram_area_um2(std::uint64_t bytes, int node) const {
  const double bits = 8 * static_cast<double>(bytes);
  return bits * nodes_.at(node).cell_um2 / sram_.efficiency * (1 + sram_.periphery / std::sqrt(bits));
}

double Estimates::sram_leakage_uw(std::uint64_t bytes, int node) const {
  return 8 * static_cast<double>(bytes) * nodes_.at(node).leakage_pw_per_bit * 1e-6;
}

double Estimates::factor(Scaling scaling, int from_node, int to_node) const {
  const Node &from = nodes_.at(from_node), &to = nodes_.at(to_node);
  switch (scaling) {
    case Scaling::kArea:
      return to.area / from.area;
    case Scaling::kDelay:
      return to.delay / from.delay;
    case Scaling::kEnergy:
      break;
  }
  return to.energy / from.energy;
}

}  // namespace bcq::sim
