// Committed results of synthesis, ppa/results/NAME.json: what the parts of an array cost. Made by `bcq synth`.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bcq/sim/arch.hpp"

namespace bcq::sim {

/// What a part of the array is there for once.
enum class PartUnit { kPe, kRow, kColumn, kArray };

/// What a part spends its energy on: an issued beat, a result scalar that leaves the array, a cycle.
enum class PartEvent { kBeat, kResult, kCycle };

/// One part, per unit. Energy of a result is not per unit: it is that of one scalar.
struct PpaPart {
  std::string name;
  PartUnit unit = PartUnit::kArray;
  PartEvent event = PartEvent::kBeat;
  double cells = 0, flip_flops = 0;
  double area_um2 = 0, leakage_uw = 0;
  double energy_pj = 0;
  double clock_pj = 0;  ///< every cycle, busy or not
};

struct PpaLibrary {
  std::string name, sha256;
  double voltage = 0, temperature = 0;
  int node_nm = 0;
};

/// The RTL that was synthesized.
struct PpaRtl {
  std::string rtl_crc32;  ///< of rtl_files at that time, as rtl_crc32() writes it
  std::vector<std::string> rtl_files;
};

/// The on-line encoder, a part beside the array.
struct PpaEncoder : PpaRtl {
  int lanes = 0;  ///< scalars per beat
  double critical_path_ns = 0, highest_clock_mhz = 0;
  double cells = 0, flip_flops = 0;
  double area_um2 = 0, leakage_uw = 0;
  double energy_pj = 0;  ///< of a beat
  double clock_pj = 0;   ///< every cycle, busy or not
};

struct PpaResult : PpaRtl {
  std::filesystem::path path;
  std::string name, command;
  std::string number_format;  ///< "bcq", or that of an array it is compared with
  PpaLibrary library;
  std::map<std::string, std::string> tools;       ///< versions
  std::map<std::string, std::string> parameters;  ///< of the array, each as its JSON text
  double clock_ns = 0, critical_path_ns = 0, highest_clock_mhz = 0;
  std::vector<PpaPart> parts;
  std::optional<PpaEncoder> encoder;
};

/// Where results lie: the environment variable BCQ_PPA_RESULTS, or else ppa/results of the sources.
[[nodiscard]] std::filesystem::path ppa_results_dir();

/// Reads one file. Throws InputError, naming file, field and remedy, unless every field is there and makes sense.
[[nodiscard]] PpaResult read_ppa_result(const std::filesystem::path& path);

/// The first parameter in which a result and an architecture differ, "rows = 8 instead of 16"; empty when all are
/// equal: the number format, rows, columns, lanes, k_max, and what BCQ has beside them. Neither names nor clocks nor
/// the memory around the array are parameters.
[[nodiscard]] std::string difference(const PpaResult& result, const Arch& arch);

/// The encoder of a result if it is that of the architecture; nullptr otherwise.
[[nodiscard]] const PpaEncoder* encoder_of(const PpaResult& result, const Arch& arch);

/// The results for an architecture, or why there are none.
struct PpaLookup {
  std::optional<PpaResult> result;
  std::string missing;
};

/// Looks for NAME.json of the folder, then for any file of it with the array's parameters, rather one with the
/// architecture's encoder, if it has one. Throws InputError for results that it comes across and cannot read.
[[nodiscard]] PpaLookup find_ppa_result(const Arch& arch, const std::filesystem::path& folder);

/// The results of a file that the user names. Throws InputError for those of another array.
[[nodiscard]] PpaResult ppa_result_for(const Arch& arch, const std::filesystem::path& path);

/// CRC-32 of sources, 8 hexadecimal digits: comments, empty lines and white space at the end of lines do not count.
/// Nothing when a file cannot be read.
[[nodiscard]] std::optional<std::string> rtl_crc32(const std::vector<std::string>& files,
                                                   const std::filesystem::path& folder);

/// Whether the RTL in `folder`, by default that of the sources, is no longer what was synthesized.
[[nodiscard]] bool stale(const PpaRtl& rtl, const std::filesystem::path& folder);
[[nodiscard]] bool stale(const PpaRtl& rtl);

}  // namespace bcq::sim
