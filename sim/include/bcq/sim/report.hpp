// What a GEMM cost and how exact it was, as a table and as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "bcq/matrix.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/compare.hpp"
#include "bcq/sim/workload.hpp"

namespace bcq::sim {

struct ArrayRun;
struct Tiling;

struct OperandReport {
  double nominal_bits = 0;  ///< per scalar, of an endless row
  double stored_bits = 0;   ///< per scalar, exact: short blocks, codebooks and tensor scale included
  double nmse_db = 0;       ///< against the FP32 original
  float tensor_scale = 1;
};

struct TimingReport {
  std::uint64_t cycles = 0;
  double seconds = 0;         ///< at the architecture's clock
  double utilization = 0;     ///< MACs / (cycles · rows · cols · lanes)
  double macs_per_cycle = 0;  ///< MACs of the GEMM, padding not counted
  double gops = 0;            ///< 2 · MACs per second, in 10⁹
  std::size_t tiles = 0;
  std::size_t operand_beats = 0;  ///< per operand
  std::uint64_t busy = 0, operand_wait = 0, drain_stall = 0;
  std::uint64_t codebook_load_cycles = 0;  ///< before the run, not part of `cycles`; 0 when frozen
};

struct GemmReport {
  std::string layer;
  std::string codebooks;  ///< their file
  Arch arch;
  std::size_t m = 0, n = 0, k = 0;
  OperandReport weight, activation;
  double nmse_db = 0;                        ///< result against reference_gemm of the FP32 operands
  double max_abs_error = 0;                  ///< likewise
  std::optional<ErrorMeasure> accumulation;  ///< result against exact accumulation of the same operands, unless exact
  std::optional<TimingReport> timing;
};

/// Exact bits per scalar of a packed tensor: short blocks, codebooks and tensor scale included.
[[nodiscard]] double stored_bits_per_scalar(const BcqTensor& tensor);

/// Measures operands and result. Computes the FP64 reference: M·N·K multiplications.
[[nodiscard]] GemmReport gemm_report(const QuantizedLayer& work, const Matrix<float>& output);

[[nodiscard]] TimingReport timing_report(const Arch& arch, const Tiling& tiling, const ArrayRun& run);

/// Aligned lines with units, ending with a newline.
[[nodiscard]] std::string to_table(const GemmReport& report);

/// "-23.45", "exact" for −inf, "inf", or "n/a" for NaN.
[[nodiscard]] std::string nmse_text(double nmse_db);

/// Fields `layer`, `codebooks`, `configuration`, `shape`, `weight`, `activation`, `result` and, if measured, `timing`.
[[nodiscard]] nlohmann::ordered_json to_json(const GemmReport& report);

/// All fields of an architecture, with the sections and keys of its TOML file: those that mean something in its number
/// format.
[[nodiscard]] nlohmann::ordered_json to_json(const Arch& arch);

/// The fields lb, la, nc and bc; `codeword` = e2m3 and `scale` = encode where they are not integers and decode scales.
[[nodiscard]] nlohmann::ordered_json to_json(const BcqFormat& format);

/// `nmse_db` (null unless finite) and `exact`.
[[nodiscard]] nlohmann::ordered_json nmse_json(double nmse_db);

/// `bcq`, `systemc` and `compiler`.
[[nodiscard]] nlohmann::ordered_json versions_json();

/// How a result came about: `command_line`, `versions` and, where there is one, `seed`. Reports are appended to it with
/// `update`.
[[nodiscard]] nlohmann::ordered_json origin_json(const std::string& command_line,
                                                 std::optional<std::uint64_t> seed = std::nullopt);

}  // namespace bcq::sim
