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

// bcq.cpp
OperandFormats make_bcq(const FormatArguments& arguments);
OperandFormats make_bcq_local(const FormatArguments& arguments);

// reference.cpp
OperandFormats make_fp32(const FormatArguments& arguments);
OperandFormats make_bf16(const FormatArguments& arguments);

}  // namespace bcq
