// Makers of the formats in the table (format_table.cpp), one file each; the parameters they read are in the table.
#pragma once

#include <memory>
#include <utility>

#include "bcq/format_table.hpp"

namespace bcq {

/// Weights and activations in one format.
template <class T, class... Arguments>
OperandFormats same_for_both(Arguments&&... arguments) {
  const auto format = std::make_shared<const T>(std::forward<Arguments>(arguments)...);
  return {format, format};
}

// reference.cpp
OperandFormats make_fp32(const FormatArguments& arguments);
OperandFormats make_bf16(const FormatArguments& arguments);

// mx.cpp
OperandFormats make_mxfp4(const FormatArguments& arguments);
OperandFormats make_mxfp6_e2m3(const FormatArguments& arguments);
OperandFormats make_mxfp6_e3m2(const FormatArguments& arguments);
OperandFormats make_mxfp8_e4m3(const FormatArguments& arguments);
OperandFormats make_mxfp8_e5m2(const FormatArguments& arguments);
OperandFormats make_mxint8(const FormatArguments& arguments);

// smx.cpp
OperandFormats make_smx4(const FormatArguments& arguments);
OperandFormats make_smx6(const FormatArguments& arguments);
OperandFormats make_smx9(const FormatArguments& arguments);

// nvfp4.cpp
OperandFormats make_nvfp4(const FormatArguments& arguments);
OperandFormats make_nvfp4_46(const FormatArguments& arguments);
OperandFormats make_nvfp4_search(const FormatArguments& arguments);

}  // namespace bcq
