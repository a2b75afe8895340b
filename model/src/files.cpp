#include "bcq/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "bcq/error.hpp"
#include "bcq/npy.hpp"
#include "bcq/safetensors.hpp"
#include "file_error.hpp"

namespace bcq {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCodebookFormat = "bcq-codebooks";
constexpr const char* kTensorFormat = "bcq";
constexpr const char* kIntegerCodewords = "int";
constexpr const char* kE2m3Codewords = "e2m3";
constexpr const char* kDecodeScales = "decode";
constexpr const char* kEncodeScales = "encode";

void require_k(const fs::path& path, const std::string& field, std::size_t k) {
  if (k > kMaxK) refuse(path, field, fmt::format("K = {} exceeds {}", k, kMaxK), "split the reduction");
}

void require_format(const SafetensorsFile& file, const std::string& expected, const std::string& program) {
  const std::string& format = file.metadata_at("format");
  if (format == expected) return;
  refuse(file.path(), "metadata 'format'", fmt::format("'{}' is not '{}'", excerpt(format), expected),
         fmt::format("name a file made by {}", program));
}

int metadata_integer(const SafetensorsFile& file, const std::string& key) {
  const std::string& text = file.metadata_at(key);
  const char* end = text.data() + text.size();
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    refuse(file.path(), fmt::format("metadata '{}'", key), fmt::format("'{}' is not an integer", excerpt(text)),
           "make the file again");
  }
  return value;
}

/// Whether an optional metadata key, absent in files of version 0.1, has its second value rather than its first.
bool metadata_choice(const SafetensorsFile& file, const std::string& key, const char* first, const char* second) {
  if (!file.metadata().contains(key)) return false;
  const std::string& text = file.metadata_at(key);
  if (text != first && text != second) {
    refuse(file.path(), fmt::format("metadata '{}'", key),
           fmt::format("'{}' is neither '{}' nor '{}'", excerpt(text), first, second), "make the file again");
  }
  return text == second;
}

BcqFormat read_format(const SafetensorsFile& file) {
  const bool e2m3 = metadata_choice(file, "codeword", kIntegerCodewords, kE2m3Codewords);
  const bool encode = metadata_choice(file, "scale", kDecodeScales, kEncodeScales);
  const BcqFormat format{.lb = metadata_integer(file, "lb"),
                         .la = metadata_integer(file, "la"),
                         .nc = metadata_integer(file, "nc"),
                         .bc = metadata_integer(file, "bc"),
                         .codeword = e2m3 ? CodewordType::kFloat : CodewordType::kInteger,
                         .scale = encode ? ScaleConvention::kEncode : ScaleConvention::kDecode};
  format.validate(printable_path(file.path()));
  return format;
}

/// The metadata of a typed file. What describes its content wins over what a caller recorded under the same key.
void set_metadata(SafetensorsFile& file, const std::map<std::string, std::string>& recorded, const std::string& kind,
                  const BcqFormat& format) {
  for (const auto& [key, value] : recorded) file.set_metadata(key, value);
  file.set_metadata("format", kind);
  file.set_metadata("lb", std::to_string(format.lb));
  file.set_metadata("la", std::to_string(format.la));
  file.set_metadata("nc", std::to_string(format.nc));
  file.set_metadata("bc", std::to_string(format.bc));
  file.set_metadata("codeword", format.codeword == CodewordType::kFloat ? kE2m3Codewords : kIntegerCodewords);
  file.set_metadata("scale", format.scale == ScaleConvention::kEncode ? kEncodeScales : kDecodeScales);
}

CodebookSet codebooks_of(const SafetensorsFile& file) {
  CodebookSet set{.format = read_format(file), .codebooks = {}};
  const auto count = static_cast<std::size_t>(set.format.nc);
  const std::vector<std::int8_t> values =
      file.values<std::int8_t>("codebooks", std::array<std::size_t, 2>{count, kCodebookEntries});
  set.codebooks.resize(count);
  std::memcpy(set.codebooks.data(), values.data(), values.size());
  set.validate(printable_path(file.path()));
  return set;
}

void set_codebooks(SafetensorsFile& file, const CodebookSet& set) {
  std::vector<std::int8_t> values;
  for (const Codebook& book : set.codebooks) values.insert(values.end(), book.begin(), book.end());
  file.set<std::int8_t>("codebooks", {set.codebooks.size(), kCodebookEntries}, values);
}

Matrix<std::uint8_t> byte_matrix(const SafetensorsFile& file, const std::string& name, std::size_t rows,
                                 std::size_t cols) {
  const std::vector<std::uint8_t> values = file.values<std::uint8_t>(name, std::array{rows, cols});
  Matrix<std::uint8_t> matrix(rows, cols);
  std::copy(values.begin(), values.end(), matrix.flat().begin());
  return matrix;
}

void set_byte_matrix(SafetensorsFile& file, const std::string& name, const Matrix<std::uint8_t>& matrix) {
  file.set<std::uint8_t>(name, {matrix.rows(), matrix.cols()}, matrix.flat());
}

}  // namespace

Layer read_layer(const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::read(path);
  Layer layer{.name = path.stem().string(),
              .weight = file.float_matrix("weight"),
              .activation = file.float_matrix("activation")};
  const std::size_t k = layer.weight.cols();
  if (layer.activation.cols() != k) {
    refuse(path, "tensor 'activation'",
           fmt::format("[{}, {}] has another K than weight [{}, {}]", layer.activation.rows(), layer.activation.cols(),
                       layer.weight.rows(), k),
           "store weight as [N, K] and activation as [M, K]");
  }
  require_k(path, "tensor 'weight'", k);
  return layer;
}

Matrix<float> read_matrix(const fs::path& path, const std::string& name) {
  const bool npy = path.extension() == ".npy";
  if (npy && !name.empty()) {
    refuse(path, fmt::format("tensor '{}'", excerpt(name)), "a .npy file holds one array without a name",
           "leave the name out");
  }
  Matrix<float> matrix = npy ? read_npy(path) : SafetensorsFile::read(path).float_matrix(name);
  require_k(path, npy ? "shape" : fmt::format("tensor '{}'", excerpt(name)), matrix.cols());
  return matrix;
}

CodebookSet read_codebooks(const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::read(path);
  require_format(file, kCodebookFormat, "bcq calibrate");
  return codebooks_of(file);
}

fs::path universal_codebooks_path(const fs::path& folder, const BcqFormat& format) {
  constexpr int kUniversalBc = 6;
  const fs::path path = folder / fmt::format("nc{}_lb{}.safetensors", format.nc, format.lb);
  if (format.bc == kUniversalBc && format.codeword == CodewordType::kInteger && fs::exists(path)) return path;
  throw InputError(fmt::format("codebooks: there is no universal set for {} in {}", format.name(), folder.string()));
}

CodebookSet read_universal_codebooks(const fs::path& folder, const BcqFormat& format) {
  const fs::path path = universal_codebooks_path(folder, format);
  CodebookSet set = read_codebooks(path);
  if (set.format.nc != format.nc || set.format.bc != format.bc || set.format.codeword != format.codeword) {
    refuse(path, "metadata",
           fmt::format("codebooks for {} are no universal set for {}", set.format.name(), format.name()),
           "make it again with `make codebooks`");
  }
  set.format = format;
  return set;
}

void write_codebooks(const fs::path& path, const CodebookSet& codebooks,
                     const std::map<std::string, std::string>& metadata) {
  SafetensorsFile file;
  set_metadata(file, metadata, kCodebookFormat, codebooks.format);
  set_codebooks(file, codebooks);
  file.write(path);
}

BcqTensor read_tensor(const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::read(path);
  require_format(file, kTensorFormat, "bcq quantize");
  BcqTensor tensor;
  tensor.codebooks = codebooks_of(file);
  const std::vector<std::int64_t> shape = file.values<std::int64_t>("shape", std::array<std::size_t, 1>{2});
  if (shape[0] < 1 || shape[1] < 1 || shape[1] > static_cast<std::int64_t>(kMaxK)) {
    refuse(path, "tensor 'shape'", fmt::format("[{}, {}] is no [rows, K] with K up to {}", shape[0], shape[1], kMaxK),
           "quantize the tensor again");
  }
  const auto rows = static_cast<std::size_t>(shape[0]);
  tensor.k = static_cast<std::size_t>(shape[1]);
  tensor.tensor_scale = file.values<float>("tensor_scale", std::array<std::size_t, 1>{1})[0];
  tensor.indices = byte_matrix(file, "indices", rows, ceil_div(tensor.k, 2));
  tensor.selectors = byte_matrix(file, "selectors", rows, tensor.format().blocks(tensor.k));
  tensor.scales = byte_matrix(file, "scales", rows, tensor.format().arrays(tensor.k));
  tensor.validate(printable_path(path));
  return tensor;
}

void write_tensor(const fs::path& path, const BcqTensor& tensor, const std::map<std::string, std::string>& metadata) {
  SafetensorsFile file;
  set_metadata(file, metadata, kTensorFormat, tensor.format());
  set_codebooks(file, tensor.codebooks);
  const std::array shape{static_cast<std::int64_t>(tensor.rows()), static_cast<std::int64_t>(tensor.k)};
  file.set<std::int64_t>("shape", {shape.size()}, shape);
  file.set<float>("tensor_scale", {1}, std::span(&tensor.tensor_scale, 1));
  set_byte_matrix(file, "indices", tensor.indices);
  set_byte_matrix(file, "selectors", tensor.selectors);
  set_byte_matrix(file, "scales", tensor.scales);
  file.write(path);
}

}  // namespace bcq
