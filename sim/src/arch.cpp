#include "bcq/sim/arch.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"

namespace bcq::sim {
namespace {

constexpr std::array<std::string_view, 7> kSections{"array", "format", "buffers", "dma", "dram", "loop", "output"};
/// What means nothing to the array of another number format.
constexpr std::array<std::string_view, 7> kBcqAlone{"array.codebooks", "array.accumulator", "array.decode", "format.lb",
                                                    "format.la",       "format.nc",         "format.bc"};
const std::string kNamedArchs = BCQ_ARCHITECTURES;

[[noreturn]] void refuse(const std::string& path, const toml::node& node, const std::string& key,
                         const std::string& problem) {
  throw InputError(fmt::format("{}:{}: {}: {}", path, node.source().begin.line, key, problem));
}

int integer(const std::string& path, const toml::node& node, const std::string& key) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < 0 || *value > std::numeric_limits<int>::max())
    refuse(path, node, key, "expected a whole number; write e.g. 16");
  return static_cast<int>(*value);
}

double positive(const std::string& path, const toml::node& node, const std::string& key) {
  const auto value = node.value<double>();
  if (!node.is_number() || !value || !std::isfinite(*value) || *value <= 0)
    refuse(path, node, key, "expected a positive number; write e.g. 500.0");
  return *value;
}

std::string text(const std::string& path, const toml::node& node, const std::string& key) {
  const auto value = node.value_exact<std::string>();
  if (!value) refuse(path, node, key, "expected a string in quotes");
  return *value;
}

bool frozen(const std::string& path, const toml::node& node, const std::string& key) {
  const std::string value = text(path, node, key);
  if (value != "frozen" && value != "programmable") refuse(path, node, key, "expected \"programmable\" or \"frozen\"");
  return value == "frozen";
}

/// One of `kinds`, by its name.
template <class Kind>
Kind one_of(std::initializer_list<Kind> kinds, const std::string& path, const toml::node& node,
            const std::string& key) {
  const std::string value = text(path, node, key);
  std::string names;
  for (const Kind kind : kinds) {
    if (value == name_of(kind)) return kind;
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name_of(kind));
  }
  refuse(path, node, key, fmt::format("expected one of {}", names));
}

/// The array of a number format; nullptr: BCQ's.
const Baseline* baseline(const std::string& path, const toml::node& node, const std::string& key) {
  const std::string value = text(path, node, key);
  if (value == kBcq) return nullptr;
  std::string names = fmt::format("\"{}\"", kBcq);
  for (const Baseline& each : baselines()) {
    if (value == each.name) return &each;
    names += fmt::format(", \"{}\"", each.name);
  }
  refuse(path, node, key, fmt::format("expected one of {}", names));
}

using Setter = std::function<void(Arch&, const std::string& path, const toml::node&, const std::string& key)>;

Setter set_int(std::function<int&(Arch&)> member) {
  return [member](Arch& arch, const std::string& path, const toml::node& node, const std::string& key) {
    member(arch) = integer(path, node, key);
  };
}

Setter set_positive(std::function<double&(Arch&)> member) {
  return [member](Arch& arch, const std::string& path, const toml::node& node, const std::string& key) {
    member(arch) = positive(path, node, key);
  };
}

/// Every key that an architecture file may have.
const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> table = {
      {"name", [](Arch& a, const auto& p, const auto& n, const auto& k) { a.name = text(p, n, k); }},
      {"about", [](Arch& a, const auto& p, const auto& n, const auto& k) { a.about = text(p, n, k); }},
      {"array.rows", set_int([](Arch& a) -> int& { return a.rows; })},
      {"array.cols", set_int([](Arch& a) -> int& { return a.cols; })},
      {"array.lanes", set_int([](Arch& a) -> int& { return a.lanes; })},
      {"array.k_max", [](Arch& a, const auto& p, const auto& n,
                         const auto& k) { a.k_max = static_cast<std::size_t>(integer(p, n, k)); }},
      {"array.clock_mhz", set_positive([](Arch& a) -> double& { return a.clock_mhz; })},
      {"array.codebooks", [](Arch& a, const auto& p, const auto& n, const auto& k) { a.frozen = frozen(p, n, k); }},
      {"array.accumulator",
       [](Arch& a, const auto& p, const auto& n, const auto& k) {
         a.accumulation = one_of({Accumulation::kExact, Accumulation::kFp32}, p, n, k);
       }},
      {"array.decode",
       [](Arch& a, const auto& p, const auto& n, const auto& k) {
         a.decode = one_of({Decode::kPairs, Decode::kEdge, Decode::kPe}, p, n, k);
       }},
      {"format.number", [](Arch& a, const auto& p, const auto& n, const auto& k) { a.baseline = baseline(p, n, k); }},
      {"format.lb", set_int([](Arch& a) -> int& { return a.format.lb; })},
      {"format.la", set_int([](Arch& a) -> int& { return a.format.la; })},
      {"format.nc", set_int([](Arch& a) -> int& { return a.format.nc; })},
      {"format.bc", set_int([](Arch& a) -> int& { return a.format.bc; })},
      {"buffers.activation_kib", set_int([](Arch& a) -> int& { return a.memory.buffers.activation_kib; })},
      {"buffers.weight_kib", set_int([](Arch& a) -> int& { return a.memory.buffers.weight_kib; })},
      {"buffers.result_kib", set_int([](Arch& a) -> int& { return a.memory.buffers.result_kib; })},
      {"dma.transfer_kib", set_int([](Arch& a) -> int& { return a.memory.dma.transfer_kib; })},
      {"dma.outstanding", set_int([](Arch& a) -> int& { return a.memory.dma.outstanding; })},
      {"dram.channels", set_int([](Arch& a) -> int& { return a.memory.dram.channels; })},
      {"dram.gb_per_s", set_positive([](Arch& a) -> double& { return a.memory.dram.gb_per_s; })},
      {"dram.burst_bytes", set_int([](Arch& a) -> int& { return a.memory.dram.burst_bytes; })},
      {"dram.latency_ns", set_positive([](Arch& a) -> double& { return a.memory.dram.latency_ns; })},
      {"dram.kind",
       [](Arch& a, const auto& p, const auto& n, const auto& k) { a.memory.dram.kind = one_of(kDramKinds, p, n, k); }},
      {"output.encoder_lanes", set_int([](Arch& a) -> int& { return a.memory.encoder_lanes; })},
      {"loop.resident",
       [](Arch& a, const auto& p, const auto& n, const auto& k) {
         a.memory.resident = one_of({Resident::kAuto, Resident::kActivation, Resident::kWeight}, p, n, k);
       }},
  };
  return table;
}

std::string known_keys() {
  std::string keys;
  for (const auto& [key, setter] : setters()) keys += (keys.empty() ? "" : ", ") + key;
  return keys;
}

void apply(Arch& arch, const std::string& path, const toml::table& table, const std::string& prefix) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* section = node.as_table()) {
      if (std::ranges::find(kSections, key) == kSections.end())
        refuse(path, node, key, fmt::format("unknown section; use one of {}", fmt::join(kSections, ", ")));
      apply(arch, path, *section, key + ".");
      continue;
    }
    const auto setter = setters().find(key);
    if (setter == setters().end()) refuse(path, node, key, fmt::format("unknown key; use one of {}", known_keys()));
    setter->second(arch, path, node, key);
  }
}

toml::table read_toml(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  const std::string_view document(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    return toml::parse(document, path.string());
  } catch (const toml::parse_error& error) {
    throw InputError(
        fmt::format("{}:{}: {}; mend the TOML", path.string(), error.source().begin.line, error.description()));
  }
}

/// A complaint about a value, "PATH: key = …", with the line of the key where the file has it.
std::string with_line(const std::string& path, const toml::table& table, const std::string& complaint) {
  const std::string rest = complaint.substr(std::min(complaint.size(), path.size() + 2));
  const std::string key = rest.substr(0, rest.find_first_of(" :"));
  for (const std::string& full : {key, "format." + key}) {
    if (const auto node = table.at_path(full))
      return fmt::format("{}:{}: {}", path, node.node()->source().begin.line, rest);
  }
  return complaint;
}

void refuse_bcq_alone(const Arch& arch, const std::string& path, const toml::table& table) {
  for (const std::string_view key : kBcqAlone) {
    if (const auto node = table.at_path(key)) {
      refuse(path, *node.node(), std::string(key),
             fmt::format("means nothing with format.number = \"{}\"; leave it out, or use number = \"{}\"",
                         arch.number(), kBcq));
    }
  }
}

Arch arch_of(const std::string& path, const toml::table& table, const std::string& name) {
  Arch arch;
  arch.name = name;
  apply(arch, path, table, "");
  if (arch.baseline != nullptr) refuse_bcq_alone(arch, path, table);
  try {
    arch.validate(path);
  } catch (const InputError& error) {
    throw InputError(with_line(path, table, error.what()));
  }
  return arch;
}

}  // namespace

std::string_view name_of(Accumulation accumulation) {
  return accumulation == Accumulation::kExact ? "exact" : "fp32";
}

std::string_view name_of(Decode decode) {
  switch (decode) {
    case Decode::kPe:
      return "pe";
    case Decode::kEdge:
      return "edge";
    case Decode::kPairs:
      break;
  }
  return "pairs";
}

std::string_view name_of(Resident resident) {
  switch (resident) {
    case Resident::kActivation:
      return "activation";
    case Resident::kWeight:
      return "weight";
    case Resident::kAuto:
      break;
  }
  return "auto";
}

std::string_view name_of(DramKind kind) {
  switch (kind) {
    case DramKind::kDdr4:
      return "ddr4";
    case DramKind::kLpddr5:
      return "lpddr5";
    case DramKind::kHbm2:
      return "hbm2";
    case DramKind::kHbm3:
      return "hbm3";
    case DramKind::kGddr5:
      return "gddr5";
    case DramKind::kLpddr4:
      break;
  }
  return "lpddr4";
}

int Arch::accumulator_bits() const {
  return accumulation == Accumulation::kExact ? bcq::accumulator_bits(k_max, format.bc) : 32;
}

std::string Arch::format_text() const {
  if (baseline == nullptr) return format.name();
  const std::string scale = baseline->group == 0 ? "" : fmt::format(", 8 bits of scale per {}", baseline->group);
  return fmt::format("{}: {} bits per element{}", baseline->name, baseline->element_bits, scale);
}

std::uint64_t Arch::codebook_cycles() const {
  if (frozen || baseline != nullptr) return 0;
  return 2 * static_cast<std::uint64_t>(format.nc) * kCodebookEntries;
}

Arch read_arch(const std::filesystem::path& path) {
  return arch_of(path.string(), read_toml(path), path.stem().string());
}

std::vector<Arch> named_archs() {
  const toml::table document = read_toml(kNamedArchs);
  std::vector<std::pair<std::uint32_t, Arch>> entries;  // by line
  for (const auto& [name, node] : document) {
    const auto* entry = node.as_table();
    if (entry == nullptr) refuse(kNamedArchs, node, std::string(name.str()), "expected an architecture, [name]");
    const auto& [line, arch] =
        entries.emplace_back(node.source().begin.line, arch_of(kNamedArchs, *entry, std::string(name.str())));
    if (arch.baseline != nullptr) {
      refuse(kNamedArchs, node, arch.name + ".format.number",
             "lint and co-verification run over the named architectures, and know BCQ alone; use a file of its own");
    }
    if (arch.about.empty()) refuse(kNamedArchs, node, arch.name, "say in `about` what it is for");
  }
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.first; });
  std::vector<Arch> archs;
  archs.reserve(entries.size());
  for (auto& [line, arch] : entries) archs.push_back(std::move(arch));
  return archs;
}

Arch find_arch(const std::string& choice) {
  const std::filesystem::path path(choice);
  if (path.extension() == ".toml" || path.has_parent_path()) return read_arch(path);
  std::string names;
  for (Arch& arch : named_archs()) {
    if (arch.name == choice) return std::move(arch);
    names += (names.empty() ? "" : ", ") + arch.name;
  }
  throw InputError(
      fmt::format("--arch {}: no architecture of that name; use one of {}, or a file NAME.toml", choice, names));
}

}  // namespace bcq::sim
