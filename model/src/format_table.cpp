#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {

std::span<const FormatEntry> format_table() {
  static const FormatEntry kTable[] = {
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
      {"if4",
       "IF4",
       "E2M1 or INT4 per block, E4M3 scale whose sign says which, tensor maximum",
       "Adaptive Block-Scaled Data Types, arXiv 2603.28765",
       {{"block", 16, 1, 1024, "scalars per block"}},
       make_if4},
      {"blockdialect",
       "BlockDialect",
       "one of 16 FP4 dialects per block, 5-bit shared exponent",
       "BlockDialect, ICML 2025, arXiv 2501.01144",
       {{"block", 32, 1, 1024, "scalars per block"},
        {"two_stage", 1, 0, 1, "dialects of activations: 1 in two stages, 0 by squared error as for weights"}},
       make_blockdialect},
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  return {};
}

}  // namespace bcq
