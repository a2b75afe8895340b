#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {

std::span<const FormatEntry> format_table() {
  static const FormatEntry kTable[] = {
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
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
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  return {};
}

}  // namespace bcq
