#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {
namespace {

constexpr std::string_view kOcpMx = "OCP Microscaling Formats (MX) Specification v1.0, 2023";
constexpr std::string_view kMicroexponents = "Darvish Rouhani et al., arXiv 2302.08007 (ISCA 2023)";
constexpr std::string_view kTransformerEngine = "NVIDIA TransformerEngine, reference_nvfp4.py, 2026";

const FormatParameter kMxGroup{"group", 32, 1, 1024, "scalars that share a scale"};
const FormatParameter kNvfp4Group{"group", 16, 1, 1024, "scalars that share a scale"};

}  // namespace

std::span<const FormatEntry> format_table() {
  static const FormatEntry kTable[] = {
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
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
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  return {};
}

}  // namespace bcq
