#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {

namespace {

constexpr const char* kBcqSource = "LO-BCQ, arXiv 2502.05376 (TMLR 2025)";

FormatParameter flag(std::string_view name, std::string_view help, bool on = false) {
  return {name, on ? 1.0 : 0.0, 0, 1, help};
}

/// Parameters of LO-BCQ, with or without the searches of the encoder.
std::vector<FormatParameter> bcq_parameters(bool search, std::vector<FormatParameter> more = {}) {
  std::vector<FormatParameter> out = {
      {"lb", 8, 1, 64, "scalars per block, a power of two"},
      {"la", 64, 1, 1024, "scalars per scale, a multiple of lb"},
      {"nc", 8, 1, 16, "codebooks, a power of two"},
      {"bc", 6, 4, 8, "bits per codeword"},
      flag("search", "try the scale codes -1 to +2 around the nearest", search),
      flag("mirror", "try negated codebooks for every scale: its sign bit", search),
      flag("encode", "scales as in the paper: the encoder multiplies, the decoder divides"),
      flag("e2m3", "E2M3 codewords in place of integers"),
  };
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::vector<FormatParameter> local_parameters(bool search) {
  return bcq_parameters(search, {flag("pairs", "mirror-paired codebooks: half of them are stored"),
                                 {"blocks", 50'000, 1, 1e9, "blocks to calibrate on"},
                                 {"seed", 1, 0, 1e9, "seed of the calibration"}});
}

}  // namespace

std::span<const FormatEntry> format_table() {
  static const FormatEntry kTable[] = {
      {"bcq", "LO-BCQ", "4-bit index into one of nc codebooks per block, E4M3 scale; universal codebooks", kBcqSource,
       bcq_parameters(false), make_bcq},
      {"bcq-search", "LO-BCQ search", "LO-BCQ with scale search and mirror bit", kBcqSource, bcq_parameters(true),
       make_bcq},
      {"bcq-local", "LO-BCQ local", "LO-BCQ with codebooks calibrated on the tensor itself", kBcqSource,
       local_parameters(false), make_bcq_local},
      {"bcq-local-search", "LO-BCQ local search", "both", kBcqSource, local_parameters(true), make_bcq_local},
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  return {};
}

}  // namespace bcq
