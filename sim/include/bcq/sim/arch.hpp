// The architecture: size of the PE array, its clock and the format it is built for; read from a TOML file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bcq/baseline.hpp"
#include "bcq/bcq_format.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/memory.hpp"
#include "bcq/sim/operand_group.hpp"

namespace bcq::sim {

/// What stage D holds, and so where operands are decoded: the values of the RTL's parameter DECODE.
enum class Decode {
  kPe = 0,     ///< encoded beats: every PE decodes
  kEdge = 1,   ///< codewords
  kPairs = 2,  ///< factors of pairs of lanes, ready for the dot product
};

inline constexpr std::string_view kBcq = "bcq";

/// Everything that is fixed when the machine is built. Members in capitals are the parameters of rtl/bcq_array.sv.
struct Arch {
  std::string name = "default";
  std::string about;                                 ///< what it is for, in a line
  int rows = 16;                                     ///< ROWS: output rows (M) computed at once
  int cols = 16;                                     ///< COLS: output columns (N) computed at once
  int lanes = 16;                                    ///< LANES: scalars along K per PE and cycle
  std::size_t k_max = kMaxK;                         ///< K_MAX: longest reduction
  double clock_mhz = 500.0;                          ///< only turns cycles into time
  bool frozen = false;                               ///< codebooks are constants of the hardware
  Accumulation accumulation = Accumulation::kExact;  ///< ACCUM: what a PE sums block arrays in
  Decode decode = Decode::kPairs;                    ///< DECODE; neither results nor cycles depend on it
  BcqFormat format;
  /// The array is that of another number format (docs/baselines.md): it has cycles and traffic, but no data, and what
  /// is BCQ's alone (format, codebooks, ACCUM, DECODE) means nothing. nullptr: BCQ.
  const Baseline* baseline = nullptr;
  MemoryConfig memory;  ///< around the array; the RTL knows nothing of it

  /// Throws InputError (naming `where`) for a size out of range or parameters that do not divide.
  void validate(const std::string& where) const;

  [[nodiscard]] std::size_t macs_per_cycle() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * static_cast<std::size_t>(lanes);
  }
  /// Width of a PE's accumulator; of BCQ.
  [[nodiscard]] int accumulator_bits() const;

  /// Name of the number format: "bcq", or a baseline's.
  [[nodiscard]] std::string_view number() const { return baseline == nullptr ? kBcq : baseline->name; }
  /// The number format for people.
  [[nodiscard]] std::string format_text() const;
  /// How operands lie in memory.
  [[nodiscard]] OperandGroup group() const {
    return baseline == nullptr ? operand_group(format) : operand_group(*baseline);
  }
  /// Before a run, for the codebooks of both operands: a codeword per cycle, one operand after the other; 0 without
  /// any.
  [[nodiscard]] std::uint64_t codebook_cycles() const;
};

/// As in the architecture file: "exact" or "fp32".
[[nodiscard]] std::string_view name_of(Accumulation accumulation);

/// As in the architecture file: "pe", "edge" or "pairs".
[[nodiscard]] std::string_view name_of(Decode decode);

/// As in the architecture file: "auto", "activation" or "weight".
[[nodiscard]] std::string_view name_of(Resident resident);

/// As in the architecture file: "ddr4", "lpddr4" and so on.
[[nodiscard]] std::string_view name_of(DramKind kind);

/// Reads and validates an architecture file. Keys left out keep their default; unknown keys and wrong types are refused
/// with file, line and key.
[[nodiscard]] Arch read_arch(const std::filesystem::path& path);

/// The named architectures of architectures.toml, in the order of the file.
[[nodiscard]] std::vector<Arch> named_archs();

/// What `--arch` means: a file, if `choice` ends in ".toml" or has a folder, and the name of an architecture otherwise.
/// Throws InputError for a name that is not there.
[[nodiscard]] Arch find_arch(const std::string& choice);

}  // namespace bcq::sim
