// The header of a .npy file: the literal of a Python dict with three known keys.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bcq {

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

/// Accepts what numpy writes and nothing that would need a Python interpreter. Throws InputError otherwise.
[[nodiscard]] NpyHeader parse_npy_header(const std::filesystem::path& file, std::string_view text);

}  // namespace bcq
