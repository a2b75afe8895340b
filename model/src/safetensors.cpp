#include "bcq/safetensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "bcq/atomic_file.hpp"
#include "bcq/half.hpp"
#include "file_error.hpp"
#include "float_elements.hpp"
#include "input_file.hpp"
#include "safetensors_header.hpp"

namespace bcq {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);
constexpr std::size_t kMaxHeader = 100'000'000;  ///< the limit of the specification
constexpr std::size_t kNamesListed = 8;

template <class T>
constexpr const char* kDtypeOf = nullptr;
template <>
constexpr const char* kDtypeOf<float> = "F32";
template <>
constexpr const char* kDtypeOf<std::uint8_t> = "U8";
template <>
constexpr const char* kDtypeOf<std::int8_t> = "I8";
template <>
constexpr const char* kDtypeOf<std::int64_t> = "I64";

std::string tensor_field(const std::string& name) {
  return fmt::format("tensor '{}'", excerpt(name));
}

/// The first keys of a map, to show what a file has instead of what was asked for.
template <class Map>
std::string list_keys(const Map& map) {
  if (map.empty()) return "none";
  std::vector<std::string> names;
  for (auto it = map.begin(); it != map.end() && names.size() < kNamesListed; ++it) names.push_back(excerpt(it->first));
  return fmt::format("{}{}", fmt::join(names, ", "), map.size() > names.size() ? ", …" : "");
}

void append(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

std::size_t RawTensor::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

SafetensorsFile SafetensorsFile::read(const fs::path& path) {
  const InputFile input(path);
  if (input.size() < kLengthBytes) {
    refuse(path, "header length", fmt::format("the file has only {} bytes", input.size()), "copy the file again");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, input.read(0, kLengthBytes).data(), kLengthBytes);
  if (length > kMaxHeader) {
    refuse(path, "header length", fmt::format("{} exceeds the limit of {}", length, kMaxHeader),
           "make sure that this is a safetensors file");
  }
  if (length > input.size() - kLengthBytes) {
    refuse(path, "header length", fmt::format("{} exceeds the file of {} bytes", length, input.size()),
           "copy the file again");
  }
  const std::size_t data_begin = kLengthBytes + length;
  const std::vector<std::byte> text = input.read(kLengthBytes, length);
  SafetensorsHeader header = parse_safetensors_header(path, {reinterpret_cast<const char*>(text.data()), text.size()},
                                                      input.size() - data_begin);

  SafetensorsFile file;
  file.path_ = path;
  file.metadata_ = std::move(header.metadata);
  for (auto& [name, entry] : header.tensors) {
    std::vector<std::byte> bytes = input.read(data_begin + entry.begin, entry.end - entry.begin);
    file.tensors_.emplace(name, RawTensor{std::move(entry.dtype), std::move(entry.shape), std::move(bytes)});
  }
  return file;
}

void SafetensorsFile::write(const fs::path& path) const {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata_.empty()) header[kSafetensorsMetadataKey] = metadata_;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : tensors_) {
    const std::size_t end = offset + tensor.bytes.size();
    header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  // Metadata may quote a file name that is not UTF-8; that must not cost the user the result.
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');

  const std::uint64_t length = text.size();
  std::vector<std::byte> bytes;
  bytes.reserve(kLengthBytes + length + offset);
  append(bytes, std::as_bytes(std::span(&length, 1)));
  append(bytes, std::as_bytes(std::span(text)));
  for (const auto& [name, tensor] : tensors_) append(bytes, tensor.bytes);
  write_file_atomically(path, bytes);
}

const RawTensor& SafetensorsFile::at(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    refuse(path_, tensor_field(name), "is missing", fmt::format("the file has: {}", list_keys(tensors_)));
  }
  return found->second;
}

const std::string& SafetensorsFile::metadata_at(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) {
    refuse(path_, fmt::format("metadata '{}'", excerpt(key)), "is missing",
           fmt::format("the file has: {}", list_keys(metadata_)));
  }
  return found->second;
}

Matrix<float> SafetensorsFile::float_matrix(const std::string& name) const {
  const RawTensor& tensor = at(name);
  const std::string field = tensor_field(name);
  require_matrix_shape(path_, field, tensor.shape);
  Matrix<float> matrix(tensor.shape[0], tensor.shape[1]);
  if (tensor.dtype == "F32") {
    std::memcpy(matrix.flat().data(), tensor.bytes.data(), tensor.bytes.size());
  } else if (tensor.dtype == "F16") {
    convert_elements<std::uint16_t>(tensor.bytes, matrix.flat(), half_to_float);
  } else if (tensor.dtype == "BF16") {
    convert_elements<std::uint16_t>(tensor.bytes, matrix.flat(), bfloat16_to_float);
  } else {
    refuse(path_, field, fmt::format("type {} is not accepted", excerpt(tensor.dtype)), "store it as F32, F16 or BF16");
  }
  require_finite(path_, field, matrix);
  return matrix;
}

template <class T>
std::vector<T> SafetensorsFile::values(const std::string& name, std::span<const std::size_t> shape) const {
  const RawTensor& tensor = at(name);
  if (tensor.dtype != kDtypeOf<T> || !std::ranges::equal(tensor.shape, shape)) {
    refuse(path_, tensor_field(name),
           fmt::format("is {} {} where {} {} is expected", tensor.dtype, shape_text(tensor.shape), kDtypeOf<T>,
                       shape_text(shape)),
           "make the file again");
  }
  std::vector<T> out(tensor.elements());
  if (!out.empty()) std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
  return out;
}

template <class T>
void SafetensorsFile::set(const std::string& name, std::vector<std::size_t> shape, std::span<const T> values) {
  const std::span<const std::byte> raw = std::as_bytes(values);
  RawTensor tensor{kDtypeOf<T>, std::move(shape), {raw.begin(), raw.end()}};
  if (tensor.elements() != values.size()) {
    throw std::invalid_argument(
        fmt::format("{}: {} values for shape {}", name, values.size(), shape_text(tensor.shape)));
  }
  set(name, std::move(tensor));
}

template std::vector<float> SafetensorsFile::values(const std::string&, std::span<const std::size_t>) const;
template std::vector<std::uint8_t> SafetensorsFile::values(const std::string&, std::span<const std::size_t>) const;
template std::vector<std::int8_t> SafetensorsFile::values(const std::string&, std::span<const std::size_t>) const;
template std::vector<std::int64_t> SafetensorsFile::values(const std::string&, std::span<const std::size_t>) const;
template void SafetensorsFile::set(const std::string&, std::vector<std::size_t>, std::span<const float>);
template void SafetensorsFile::set(const std::string&, std::vector<std::size_t>, std::span<const std::uint8_t>);
template void SafetensorsFile::set(const std::string&, std::vector<std::size_t>, std::span<const std::int8_t>);
template void SafetensorsFile::set(const std::string&, std::vector<std::size_t>, std::span<const std::int64_t>);

}  // namespace bcq
