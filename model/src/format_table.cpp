#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {

std::span<const FormatEntry> format_table() {
  static const std::vector<FormatParameter> kLevelBlock = {
      {"block", 64, 2, 4096, "scalars per scale; the levels are those for this size"}};
  static const FormatEntry kTable[] = {
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
      {"nf4",
       "NF4",
       "4-bit quantiles of a Gaussian, BF16 maximum of 64",
       "QLoRA, arXiv 2305.14314",
       {{"block", 64, 1, 4096, "scalars per scale"}},
       make_nf4},
      {"af4", "AF4", "4-bit levels, medians of normalised Gaussians, BF16 maximum of 64", "arXiv 2306.06965",
       kLevelBlock, make_af4},
      {"bof4", "BOF4", "4-bit levels of least squared error, BF16 maximum of 64", "arXiv 2505.06653", kLevelBlock,
       make_bof4},
      {"bof4-mae", "BOF4 (MAE)", "4-bit levels of least absolute error, BF16 maximum of 64", "arXiv 2505.06653",
       kLevelBlock, make_bof4_mae},
      {"bof4s", "BOF4-S", "4-bit levels of least squared error, signed BF16 maximum of 64", "arXiv 2505.06653",
       kLevelBlock, make_bof4s},
      {"bof4s-mae", "BOF4-S (MAE)", "4-bit levels of least absolute error, signed BF16 maximum of 64",
       "arXiv 2505.06653", kLevelBlock, make_bof4s_mae},
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  static const FormatModifier kTable[] = {
      {"opq",
       "OPQ",
       "outliers of a block in BF16 with a 64-bit position",
       "arXiv 2505.06653",
       {{"block", 64, 2, 4096, "scalars whose standard deviation decides what is an outlier"},
        {"quantile", 0.95, 0.01, 0.999999, "part of the maxima of Gaussian blocks that are no outliers", false}},
       wrap_opq},
  };
  return kTable;
}

}  // namespace bcq
