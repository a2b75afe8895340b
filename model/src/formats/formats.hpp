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

// if4.cpp, blockdialect.cpp
OperandFormats make_if4(const FormatArguments& arguments);
OperandFormats make_blockdialect(const FormatArguments& arguments);
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
// minifloat.cpp
OperandFormats make_minifloat8(const FormatArguments& arguments);
OperandFormats make_dmf8(const FormatArguments& arguments);
OperandFormats make_fp8(const FormatArguments& arguments);
OperandFormats make_fp8_e5m2(const FormatArguments& arguments);

// block_floating_point.cpp
OperandFormats make_bfp4(const FormatArguments& arguments);
OperandFormats make_bfp6(const FormatArguments& arguments);
OperandFormats make_bfp8(const FormatArguments& arguments);

// block_minifloat.cpp
OperandFormats make_bm8(const FormatArguments& arguments);
OperandFormats make_bm4(const FormatArguments& arguments);

// block_logarithm.cpp
OperandFormats make_bl8(const FormatArguments& arguments);
OperandFormats make_bl4(const FormatArguments& arguments);

// integer_group.cpp
OperandFormats make_int4(const FormatArguments& arguments);
OperandFormats make_int8(const FormatArguments& arguments);

// vsq.cpp
OperandFormats make_vsq(const FormatArguments& arguments);
// hifloat4.cpp
OperandFormats make_hifloat4(const FormatArguments& arguments);

// m2xfp.cpp
OperandFormats make_m2xfp(const FormatArguments& arguments);
// lookup4.cpp
OperandFormats make_nf4(const FormatArguments& arguments);
OperandFormats make_af4(const FormatArguments& arguments);
OperandFormats make_bof4(const FormatArguments& arguments);
OperandFormats make_bof4_mae(const FormatArguments& arguments);
OperandFormats make_bof4s(const FormatArguments& arguments);
OperandFormats make_bof4s_mae(const FormatArguments& arguments);

// opq.cpp
std::shared_ptr<const Format> wrap_opq(std::shared_ptr<const Format> inner, const FormatArguments& arguments);

}  // namespace bcq
