// safetensors files: the container of layers, codebooks, packed tensors and results.
// Format: https://github.com/huggingface/safetensors (8-byte little-endian header length, JSON header, data).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bcq/matrix.hpp"

namespace bcq {

/// One tensor of a file: type name as in the header ("F32", "BF16", "U8", …), shape, raw little-endian bytes.
struct RawTensor {
  std::string dtype;
  std::vector<std::size_t> shape;
  std::vector<std::byte> bytes;

  [[nodiscard]] std::size_t elements() const;
};

/// A whole file in memory. Tensors are written in name order, each aligned to 8 bytes, so equal contents are equal
/// files.
class SafetensorsFile {
 public:
  /// Reads and checks a file: header length and JSON, types, shapes, overflow, overlapping or missing bytes.
  /// Throws InputError that names the file, the field and the remedy.
  [[nodiscard]] static SafetensorsFile read(const std::filesystem::path& path);

  /// Writes to a temporary file beside `path`, then renames: never a half-written output.
  void write(const std::filesystem::path& path) const;

  [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }
  [[nodiscard]] const std::map<std::string, RawTensor>& tensors() const { return tensors_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

  /// Throws InputError naming the file, the missing tensor and those that are there.
  [[nodiscard]] const RawTensor& at(const std::string& name) const;
  /// Throws InputError when the metadata string is missing.
  [[nodiscard]] const std::string& metadata_at(const std::string& key) const;

  /// A rank-2 tensor of type F32, F16 or BF16 as FP32; refuses other types and ranks, NaN and infinity (with its
  /// index).
  [[nodiscard]] Matrix<float> float_matrix(const std::string& name) const;
  /// A tensor of an exact type ("U8", "I8", "I64", "F32") and shape, as its elements; refuses anything else.
  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name, std::span<const std::size_t> shape) const;

  void set(const std::string& name, RawTensor tensor) { tensors_[name] = std::move(tensor); }
  /// T is float, uint8_t, int8_t or int64_t.
  template <class T>
  void set(const std::string& name, std::vector<std::size_t> shape, std::span<const T> values);
  void set_metadata(const std::string& key, const std::string& value) { metadata_[key] = value; }

  /// The file it was read from, for messages; empty for a new one.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::map<std::string, RawTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace bcq
