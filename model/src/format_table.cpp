#include "bcq/format_table.hpp"

#include "formats/formats.hpp"

namespace bcq {

std::span<const FormatEntry> format_table() {
  static const FormatEntry kTable[] = {
      {"fp32", "FP32", "IEEE 754 binary32", "IEEE 754-2019", {}, make_fp32},
      {"bf16", "BF16", "upper half of FP32, RNE", "Intel BFLOAT16 Hardware Numerics Definition, 2018", {}, make_bf16},
  };
  return kTable;
}

std::span<const FormatModifier> modifier_table() {
  return {};
}

}  // namespace bcq
