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

// if4.cpp, blockdialect.cpp
OperandFormats make_if4(const FormatArguments& arguments);
OperandFormats make_blockdialect(const FormatArguments& arguments);

}  // namespace bcq
