#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {
namespace {

constexpr std::string_view kZhangEtAl = "Zhang et al., arXiv 2310.05079 (EMNLP 2023)";
constexpr std::string_view kVsQuant = "Dai et al., VS-Quant, arXiv 2102.04503 (MLSys 2021)";
constexpr std::string_view kOfp8 = "OCP 8-bit Floating Point Specification (OFP8) 1.0";

const FormatParameter kBlock{"group", 16, 1, 1024, "scalars that share an exponent"};

/// `group`: the default, 0 for rows.
FormatParameter integer_group(double group) {
  return {"group", group, 0, 65536, "scalars that share a scale, 0 for a whole row"};
}

std::vector<FormatParameter> vsq_parameters(double weight, double activation, double scale) {
  return {
      {"group", 16, 1, 1024, "scalars of a vector"},
      {"weight", weight, 2, 8, "bits of a weight"},
      {"activation", activation, 2, 8, "bits of an activation"},
      {"scale", scale, 1, 8, "bits of a vector's scale"},
      {"rounded", 1, 0, 1, "1: elements are rounded with the stored vector scale; 0: with the one before rounding"}};
}

}  // namespace

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
      {"bfp4", "BFP4", "sign and 3-bit fraction, 8-bit exponent per 16", kZhangEtAl, {kBlock}, make_bfp4},
      {"bfp6", "BFP6", "sign and 5-bit fraction, 8-bit exponent per 16", kZhangEtAl, {kBlock}, make_bfp6},
      {"bfp8", "BFP8", "sign and 7-bit fraction, 8-bit exponent per 16", kZhangEtAl, {kBlock}, make_bfp8},
      {"bm4", "BM4", "E2M1, 8-bit exponent bias per 16", kZhangEtAl, {kBlock}, make_bm4},
      {"bm8", "BM8", "E4M3, 8-bit exponent bias per 16", kZhangEtAl, {kBlock}, make_bm8},
      {"bl4", "BL4", "sign and 3-bit exponent, 8-bit exponent bias per 16", kZhangEtAl, {kBlock}, make_bl4},
      {"bl8", "BL8", "sign and 7-bit exponent, 8-bit exponent bias per 16", kZhangEtAl, {kBlock}, make_bl8},
      {"minifloat8", "MiniFloat8", "E4M3, numbers only, no scale", kZhangEtAl, {}, make_minifloat8},
      {"dmf8", "DMF8", "E4M3 without implicit bit, no scale", kZhangEtAl, {}, make_dmf8},
      {"fp8", "FP8 E4M3", "E4M3, FP32 scale per tensor", kOfp8, {}, make_fp8},
      {"fp8-e5m2", "FP8 E5M2", "E5M2, FP32 scale per tensor", kOfp8, {}, make_fp8_e5m2},
      {"int4",
       "INT4",
       "-7...7, FP16 scale per 128",
       "largest magnitude per group; group of GPTQ and AWQ, arXiv 2210.17323, 2306.00978",
       {integer_group(128)},
       make_int4},
      {"int8",
       "INT8",
       "-127...127, FP16 scale per row",
       "weights per channel, activations per token: SmoothQuant, arXiv 2211.10438",
       {integer_group(0)},
       make_int8},
      {"vsq", "VSQ", "-7...7, UINT8 scale per 16, FP32 scale per row of weights, per tensor of activations", kVsQuant,
       vsq_parameters(4, 4, 8), make_vsq},
      {"vsq-s4", "VSQ-S4", "VSQ with UINT4 scales", kVsQuant, vsq_parameters(4, 4, 4), make_vsq},
      {"vsq-w8", "VSQ-W8", "VSQ with weights -127...127", kVsQuant, vsq_parameters(8, 4, 8), make_vsq},
      {"if4",
       "IF4",
       "E2M1 or INT4 per block, E4M3 scale whose sign says which, tensor maximum",
       "Adaptive Block-Scaled Data Types, arXiv 2603.28765",
       {{"group", 16, 1, 1024, "scalars of a block"}},
       make_if4},
      {"hifloat4",
       "HiFloat4",
       "S1P2, E6M2 scale per 64, 1-bit exponents per 8 and per 4",
       "Luo et al., HiFloat4 Format for Language Model Inference, arXiv 2602.11287",
       {},
       make_hifloat4},
      {"m2xfp",
       "M2XFP",
       "E2M1, E8M0 scale per 32; per 8 a 2-bit mantissa, of the scale of weights, of the largest activation",
       "Hu et al., M2XFP, arXiv 2601.19213 (ASPLOS 2026)",
       {},
       make_m2xfp},
      {"blockdialect",
       "BlockDialect",
       "one of 16 FP4 dialects per block, 5-bit shared exponent",
       "BlockDialect, ICML 2025, arXiv 2501.01144",
       {{"group", 32, 1, 1024, "scalars of a block"},
        {"two_stage", 1, 0, 1, "dialects of activations: 1 in two stages, 0 by squared error as for weights"}},
       make_blockdialect},
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  return {};
}

}  // namespace bcq
