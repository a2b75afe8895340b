#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {
namespace {

constexpr std::string_view kLoBcq = "LO-BCQ, arXiv 2502.05376 (TMLR 2025)";
constexpr std::string_view kOcpMx = "OCP Microscaling Formats (MX) Specification v1.0, 2023";
constexpr std::string_view kMicroexponents = "Darvish Rouhani et al., arXiv 2302.08007 (ISCA 2023)";
constexpr std::string_view kTransformerEngine = "NVIDIA TransformerEngine, reference_nvfp4.py, 2026";
constexpr std::string_view kZhangEtAl = "Zhang et al., arXiv 2310.05079 (EMNLP 2023)";
constexpr std::string_view kOfp8 = "OCP 8-bit Floating Point Specification (OFP8) 1.0";
constexpr std::string_view kVsQuant = "Dai et al., VS-Quant, arXiv 2102.04503 (MLSys 2021)";
constexpr std::string_view kBof4 = "Blumenberg et al., BOF4, arXiv 2505.06653";

FormatParameter flag(std::string_view name, std::string_view help, bool on = false) {
  return {name, on ? 1.0 : 0.0, 0, 1, help};
}

FormatParameter group(double size, std::string_view shared) {
  return {"group", size, 1, 1024, shared};
}

/// Parameters of LO-BCQ with universal codebooks, with or without the searches of the encoder.
std::vector<FormatParameter> bcq_parameters(bool search) {
  return {
      {"lb", 8, 1, 64, "scalars per block, a power of two"},
      {"la", 64, 1, 1024, "scalars per scale, a multiple of lb"},
      {"nc", 8, 1, 16, "codebooks, a power of two"},
      flag("search", "try the scale codes -1 to +2 around the nearest", search),
      flag("mirror", "try negated codebooks for every scale: its sign bit", search),
      flag("encode", "scales as in the paper: the encoder multiplies, the decoder divides"),
  };
}

/// What the codewords are is a choice where codebooks are made.
std::vector<FormatParameter> local_bcq_parameters(bool search) {
  std::vector<FormatParameter> out = bcq_parameters(search);
  out.push_back({"bc", 6, 4, 8, "bits per codeword"});
  out.push_back(flag("e2m3", "E2M3 codewords in place of integers"));
  out.push_back(flag("pairs", "mirror-paired codebooks: half of them are stored"));
  out.push_back({"blocks", 50'000, 1, 1e9, "blocks to calibrate on"});
  out.push_back({"seed", 1, 0, 1e9, "seed of the calibration"});
  return out;
}

/// `size`: the default, 0 for rows.
FormatParameter integer_group(double size) {
  return {"group", size, 0, 65536, "scalars that share a scale, 0 for a whole row"};
}

std::vector<FormatParameter> vsq_parameters(double weight, double activation, double scale) {
  return {
      group(16, "scalars of a vector"),
      {"weight", weight, 2, 8, "bits of a weight"},
      {"activation", activation, 2, 8, "bits of an activation"},
      {"scale", scale, 1, 8, "bits of a vector's scale"},
      flag("rounded", "1: elements are rounded with the stored vector scale; 0: with the one before rounding", true)};
}

FormatParameter level_block(double smallest) {
  return {"block", 64, smallest, 4096, "scalars per scale; levels that depend on it are made for it"};
}

const FormatParameter kMxGroup = group(32, "scalars that share a scale");
const FormatParameter kNvfp4Group = group(16, "scalars that share a scale");
const FormatParameter kExponentGroup = group(16, "scalars that share an exponent");

}  // namespace

std::span<const FormatEntry> format_table() {
  static const FormatEntry kTable[] = {
      // docs/formats/bcq.md
      {"bcq", "LO-BCQ", "4-bit index into one of nc codebooks per block, E4M3 scale; universal codebooks", kLoBcq,
       bcq_parameters(false), make_bcq},
      {"bcq-search", "LO-BCQ search", "LO-BCQ with scale search and mirror bit", kLoBcq, bcq_parameters(true),
       make_bcq},
      {"bcq-local", "LO-BCQ local", "LO-BCQ with codebooks calibrated on the tensor itself", kLoBcq,
       local_bcq_parameters(false), make_bcq_local},
      {"bcq-local-search", "LO-BCQ local search", "LO-BCQ with both", kLoBcq, local_bcq_parameters(true),
       make_bcq_local},
      // docs/formats/mx.md
      {"mxfp4", "MXFP4", "E2M1, power of two per 32", kOcpMx, {kMxGroup}, make_mxfp4},
      {"mxfp6-e2m3", "MXFP6 E2M3", "E2M3, power of two per 32", kOcpMx, {kMxGroup}, make_mxfp6_e2m3},
      {"mxfp6-e3m2", "MXFP6 E3M2", "E3M2, power of two per 32", kOcpMx, {kMxGroup}, make_mxfp6_e3m2},
      {"mxfp8-e4m3", "MXFP8 E4M3", "E4M3, power of two per 32", kOcpMx, {kMxGroup}, make_mxfp8_e4m3},
      {"mxfp8-e5m2", "MXFP8 E5M2", "E5M2, power of two per 32", kOcpMx, {kMxGroup}, make_mxfp8_e5m2},
      {"mxint8", "MXINT8", "-127/64...127/64, power of two per 32", kOcpMx, {kMxGroup}, make_mxint8},
      {"smx4", "SMX4", "sign and 2 bits, power of two per 16, shift per 2", kMicroexponents, {}, make_smx4},
      {"smx6", "SMX6", "sign and 4 bits, power of two per 16, shift per 2", kMicroexponents, {}, make_smx6},
      {"smx9", "SMX9", "sign and 7 bits, power of two per 16, shift per 2", kMicroexponents, {}, make_smx9},
      {"nvfp4", "NVFP4", "E2M1, E4M3 scale per 16, FP32 per tensor", kTransformerEngine, {kNvfp4Group}, make_nvfp4},
      {"nvfp4-46",
       "NVFP4 4/6",
       "NVFP4, the largest of a group taken to 4 or 6",
       "Cook et al., Four Over Six, arXiv 2512.02010; TransformerEngine",
       {kNvfp4Group},
       make_nvfp4_46},
      {"nvfp4-search",
       "NVFP4 search",
       "NVFP4, the best of the scale codes around the usual one",
       "ours, on NVFP4",
       {kNvfp4Group,
        {"down", 1, 0, 16, "scale codes tried below the usual one"},
        {"up", 2, 0, 16, "scale codes tried above the usual one"}},
       make_nvfp4_search},
      // docs/formats/shared_exponent.md
      {"bfp4", "BFP4", "sign and 3-bit fraction, 8-bit exponent per 16", kZhangEtAl, {kExponentGroup}, make_bfp4},
      {"bfp6", "BFP6", "sign and 5-bit fraction, 8-bit exponent per 16", kZhangEtAl, {kExponentGroup}, make_bfp6},
      {"bfp8", "BFP8", "sign and 7-bit fraction, 8-bit exponent per 16", kZhangEtAl, {kExponentGroup}, make_bfp8},
      {"bm4", "BM4", "E2M1, 8-bit exponent bias per 16", kZhangEtAl, {kExponentGroup}, make_bm4},
      {"bm8", "BM8", "E4M3, 8-bit exponent bias per 16", kZhangEtAl, {kExponentGroup}, make_bm8},
      {"bl4", "BL4", "sign and 3-bit exponent, 8-bit exponent bias per 16", kZhangEtAl, {kExponentGroup}, make_bl4},
      {"bl8", "BL8", "sign and 7-bit exponent, 8-bit exponent bias per 16", kZhangEtAl, {kExponentGroup}, make_bl8},
      {"minifloat8", "MiniFloat8", "E4M3, numbers only, no scale", kZhangEtAl, {}, make_minifloat8},
      {"dmf8", "DMF8", "E4M3 without implicit bit, no scale", kZhangEtAl, {}, make_dmf8},
      {"fp8", "FP8 E4M3", "E4M3, FP32 scale per tensor", kOfp8, {}, make_fp8},
      {"fp8-e5m2", "FP8 E5M2", "E5M2, FP32 scale per tensor", kOfp8, {}, make_fp8_e5m2},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      // docs/formats/integer.md
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
      // docs/formats/lookup.md
      {"nf4",
       "NF4",
       "4-bit quantiles of a Gaussian, BF16 maximum of 64",
       "Dettmers et al., QLoRA, arXiv 2305.14314 (NeurIPS 2023); bitsandbytes",
       {level_block(1)},
       make_nf4},
      {"af4",
       "AF4",
       "4-bit levels, medians of normalised Gaussians, BF16 maximum of 64",
       "Yoshida, arXiv 2306.06965",
       {level_block(2)},
       make_af4},
      {"bof4", "BOF4", "4-bit levels of least squared error, BF16 maximum of 64", kBof4, {level_block(2)}, make_bof4},
      {"bof4-mae",
       "BOF4 (MAE)",
       "4-bit levels of least absolute error, BF16 maximum of 64",
       kBof4,
       {level_block(2)},
       make_bof4_mae},
      {"bof4s",
       "BOF4-S",
       "4-bit levels of least squared error, signed BF16 maximum of 64",
       kBof4,
       {level_block(2)},
       make_bof4s},
      {"bof4s-mae",
       "BOF4-S (MAE)",
       "4-bit levels of least absolute error, signed BF16 maximum of 64",
       kBof4,
       {level_block(2)},
       make_bof4s_mae},
      // docs/formats/rivals.md
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
  static const FormatModifier kTable[] = {
      {"opq",
       "OPQ",
       "outliers of a block in BF16 with a 64-bit position",
       kBof4,
       {{"block", 64, 2, 4096, "scalars whose standard deviation decides what is an outlier"},
        {"quantile", 0.95, 0.01, 0.999999, "part of the maxima of Gaussian blocks that are no outliers", false}},
       wrap_opq},
  };
  return kTable;
}

}  // namespace bcq
