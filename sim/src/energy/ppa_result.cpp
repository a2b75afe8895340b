#include "bcq/sim/energy/ppa_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "bcq/sim/report.hpp"

namespace bcq::sim {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSchema = "bcq-ppa-1";
constexpr int kFp32Precision = 24;  // significand bits of what leaves the array

/// A value of the file that knows where it stands, for complaints.
class Field {
 public:
  Field(const fs::path& file, const json& value, std::string name = "")
      : file_(file), value_(value), name_(std::move(name)) {}

  [[nodiscard]] Field operator[](const std::string& key) const {
    const std::string name = name_.empty() ? key : name_ + "." + key;
    if (!value_.is_object()) refuse("expected an object");
    const auto found = value_.find(key);
    if (found == value_.end()) refuse(file_, name, "missing");
    return {file_, *found, name};
  }

  [[nodiscard]] std::vector<Field> elements() const {
    if (!value_.is_array() || value_.empty()) refuse("expected a list that is not empty");
    std::vector<Field> elements;
    for (const json& element : value_)
      elements.emplace_back(file_, element, fmt::format("{}[{}]", name_, elements.size()));
    return elements;
  }

  [[nodiscard]] std::map<std::string, Field> members() const {
    if (!value_.is_object()) refuse("expected an object");
    std::map<std::string, Field> members;
    for (const auto& [key, member] : value_.items()) members.emplace(key, Field(file_, member, name_ + "." + key));
    return members;
  }

  [[nodiscard]] std::string text() const {
    if (!value_.is_string()) refuse("expected a string");
    return value_.get<std::string>();
  }

  [[nodiscard]] double number() const {
    if (!value_.is_number()) refuse("expected a number");
    return value_.get<double>();
  }

  [[nodiscard]] double amount() const {
    if (number() < 0) refuse("expected a number, 0 or more");
    return number();
  }

  [[nodiscard]] double positive() const {
    if (number() <= 0) refuse("expected a positive number");
    return number();
  }

  [[nodiscard]] int whole(int largest, const std::string& unit) const {
    const double value = positive();
    if (value != std::floor(value) || value > largest) refuse("expected a whole number of " + unit);
    return static_cast<int>(value);
  }

  [[nodiscard]] bool has(const std::string& key) const { return value_.is_object() && value_.contains(key); }
  [[nodiscard]] bool is_null() const { return value_.is_null(); }

  /// As JSON writes it.
  [[nodiscard]] std::string dump() const { return value_.dump(-1, ' ', false, json::error_handler_t::replace); }

  template <class Kind>
  [[nodiscard]] Kind one_of(const std::map<std::string, Kind>& kinds) const {
    const auto found = kinds.find(text());
    if (found != kinds.end()) return found->second;
    std::string names;
    for (const auto& [name, kind] : kinds) names += (names.empty() ? "" : ", ") + name;
    refuse("expected one of " + names);
  }

  [[noreturn]] void refuse(const std::string& problem) const { refuse(file_, name_, problem); }

 private:
  [[noreturn]] static void refuse(const fs::path& file, const std::string& name, const std::string& problem) {
    throw InputError(fmt::format("{}: {}{}{}; make the file anew with `bcq synth`", file.string(), name,
                                 name.empty() ? "" : ": ", problem));
  }

  fs::path file_;
  const json& value_;
  std::string name_;
};

json read_json(const fs::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  try {
    return json::parse(begin, begin + bytes.size());
  } catch (const json::exception&) {
    Field(path, {}).refuse("content: not JSON");
  }
}

bool is_result(const json& document) {
  return document.is_object() && document.value("schema", json()) == kSchema;
}

PpaLibrary library_of(const Field& field) {
  if (field["node_nm"].is_null()) field["node_nm"].refuse("not known of this library; write it there, in nm");
  return {.name = field["name"].text(),
          .sha256 = field["sha256"].text(),
          .voltage = field["voltage"].positive(),
          .temperature = field["temperature"].number(),
          .node_nm = field["node_nm"].whole(10'000, "nm")};
}

PpaPart part_of(const Field& field) {
  static const std::map<std::string, PartUnit> units{
      {"pe", PartUnit::kPe}, {"row", PartUnit::kRow}, {"column", PartUnit::kColumn}, {"array", PartUnit::kArray}};
  static const std::map<std::string, PartEvent> events{
      {"beat", PartEvent::kBeat}, {"result", PartEvent::kResult}, {"cycle", PartEvent::kCycle}};
  return {.name = field["part"].text(),
          .unit = field["unit"].one_of(units),
          .event = field["event"].one_of(events),
          .cells = field["cells"].amount(),
          .flip_flops = field["flip_flops"].amount(),
          .area_um2 = field["area_um2"].amount(),
          .leakage_uw = field["leakage_uw"].amount(),
          .energy_pj = field["energy_pj"].amount(),
          .clock_pj = field["clock_pj"].amount()};
}

std::string crc_of(const Field& field) {
  std::string text = field.text();
  if (text.size() != 8 || text.find_first_not_of("0123456789abcdef") != std::string::npos)
    field.refuse("expected 8 hexadecimal digits in lower case");
  return text;
}

void read_rtl(const Field& field, PpaRtl& rtl) {
  rtl.rtl_crc32 = crc_of(field["rtl_crc32"]);
  for (const Field& name : field["rtl_files"].elements()) rtl.rtl_files.push_back(name.text());
}

/// Nothing ran on the gates where workload is missing.
void require_workload(const Field& field) {
  if (!field.has("workload")) field.refuse("workload: missing, so nothing ran on the gates and energies are not known");
}

PpaEncoder encoder_from(const Field& field) {
  if (field["precision"].positive() != kFp32Precision)
    field["precision"].refuse(fmt::format("expected {}: what leaves the array is FP32", kFp32Precision));
  require_workload(field);
  PpaEncoder encoder;
  read_rtl(field, encoder);
  encoder.lanes = field["lanes"].whole(1024, "scalars");
  encoder.critical_path_ns = field["critical_path_ns"].positive();
  encoder.highest_clock_mhz = field["highest_clock_mhz"].positive();
  encoder.cells = field["cells"].amount();
  encoder.flip_flops = field["flip_flops"].amount();
  encoder.area_um2 = field["area_um2"].amount();
  encoder.leakage_uw = field["leakage_uw"].amount();
  encoder.energy_pj = field["energy_pj"].amount();
  encoder.clock_pj = field["clock_pj"].amount();
  return encoder;
}

PpaResult result_of(const fs::path& path, const json& document) {
  const Field file(path, document);
  if (file["schema"].text() != kSchema) file["schema"].refuse(fmt::format("expected \"{}\"", kSchema));
  PpaResult result;
  result.path = path;
  result.name = file["name"].text();
  result.command = file["command"].text();
  result.number_format = file.has("number_format") ? file["number_format"].text() : std::string(kBcq);
  require_workload(file);
  result.library = library_of(file["library"]);
  for (const auto& [tool, version] : file["tools"].members()) result.tools[tool] = version.text();
  for (const auto& [key, value] : file["parameters"].members()) result.parameters[key] = value.dump();
  read_rtl(file, result);
  result.clock_ns = file["clock_ns"].positive();
  result.critical_path_ns = file["critical_path_ns"].positive();
  result.highest_clock_mhz = file["highest_clock_mhz"].positive();
  for (const Field& part : file["parts"].elements()) result.parts.push_back(part_of(part));
  if (file.has("encoder")) result.encoder = encoder_from(file["encoder"]);
  return result;
}

/// What the RTL is built with, each as its JSON text.
std::map<std::string, std::string> parameters_of(const Arch& arch) {
  const nlohmann::ordered_json configuration = to_json(arch);
  std::map<std::string, std::string> parameters;
  for (const char* section : {"array", "format"})
    for (const auto& [key, value] : configuration[section].items()) parameters[key] = value.dump();
  parameters.erase("clock_mhz");
  parameters.erase("number");  // has a field of its own in results
  return parameters;
}

/// All .json files of a folder, sorted; none when there is no such folder.
std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

fs::path ppa_results_dir() {
  const char* folder = std::getenv("BCQ_PPA_RESULTS");
  return folder != nullptr && *folder != '\0' ? fs::path(folder) : fs::path(BCQ_PPA_DIR "/results");
}

PpaResult read_ppa_result(const fs::path& path) {
  return result_of(path, read_json(path));
}

std::string difference(const PpaResult& result, const Arch& arch) {
  if (result.number_format != arch.number())
    return fmt::format("number_format = {} instead of {}", result.number_format, arch.number());
  const auto wanted = parameters_of(arch);
  for (const auto& [key, value] : wanted) {
    const auto found = result.parameters.find(key);
    if (found == result.parameters.end()) return fmt::format("no {}", key);
    if (found->second != value) return fmt::format("{} = {} instead of {}", key, found->second, value);
  }
  // What is written of BCQ's parameters beside another number format means nothing.
  if (arch.baseline != nullptr) return "";
  // A parameter that an architecture has not is of another kind of array.
  for (const auto& [key, value] : result.parameters)
    if (!wanted.contains(key)) return fmt::format("{} = {}", key, value);
  return "";
}

const PpaEncoder* encoder_of(const PpaResult& result, const Arch& arch) {
  return result.encoder && result.encoder->lanes == arch.memory.encoder_lanes ? &*result.encoder : nullptr;
}

PpaLookup find_ppa_result(const Arch& arch, const fs::path& folder) {
  PpaLookup found{.result = {},
                  .missing = fmt::format("no results of synthesis for this array in {}", folder.string())};
  const std::string own = arch.name + ".json";
  std::vector<fs::path> files = json_files(folder);
  std::stable_partition(files.begin(), files.end(), [&](const fs::path& path) { return path.filename() == own; });
  for (const fs::path& path : files) {
    const json document = read_json(path);
    if (path.filename() != own && !is_result(document)) continue;
    PpaResult result = result_of(path, document);
    const std::string different = difference(result, arch);
    if (!different.empty()) {
      if (path.filename() == own) found.missing += fmt::format(": {} there has {}", own, different);
      continue;
    }
    const bool whole = arch.memory.encoder_lanes == 0 || encoder_of(result, arch) != nullptr;
    if (whole || !found.result) found.result = std::move(result);
    if (whole) break;
  }
  if (found.result) found.missing.clear();
  return found;
}

PpaResult ppa_result_for(const Arch& arch, const fs::path& path) {
  PpaResult result = read_ppa_result(path);
  const std::string different = difference(result, arch);
  if (different.empty()) return result;
  throw InputError(
      fmt::format("{}: parameters: {}, so not of architecture \"{}\"; name other results with --ppa, or none",
                  path.string(), different, arch.name));
}

}  // namespace bcq::sim
