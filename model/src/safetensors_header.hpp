// The JSON header of a safetensors file, checked against the size of the data that follows it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bcq {

inline constexpr const char* kSafetensorsMetadataKey = "__metadata__";

/// Where a tensor lies: bytes [begin, end) of the data section.
struct TensorEntry {
  std::string dtype;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
};

/// Every entry has a type of the specification and exactly the bytes of its shape; together the entries cover the
/// `data_size` bytes once. Throws InputError otherwise.
[[nodiscard]] SafetensorsHeader parse_safetensors_header(const std::filesystem::path& file, std::string_view json,
                                                         std::size_t data_size);

}  // namespace bcq
