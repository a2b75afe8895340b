#include "bcq/npy.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "bcq/half.hpp"
#include "file_error.hpp"
#include "float_elements.hpp"
#include "input_file.hpp"
#include "npy_header.hpp"

namespace bcq {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionAt = kMagic.size();
constexpr std::size_t kLengthAt = kVersionAt + 2;
constexpr std::size_t kMaxHeader = 65536;  ///< numpy writes 118 bytes; more is not a plain array
constexpr const char* kSave = "save it with numpy.save(file, numpy.ascontiguousarray(x, '<f4'))";

struct HeaderText {
  std::string text;
  std::size_t data_begin;
};

HeaderText read_header_text(const fs::path& path, const InputFile& input) {
  if (input.size() < kLengthAt + 4) refuse(path, "file", "is too short for a .npy file", "copy the file again");
  const std::vector<std::byte> prefix = input.read(0, kLengthAt + 4);
  const std::string_view text(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  if (!text.starts_with(kMagic)) refuse(path, "file", "does not begin like a .npy file", kSave);
  const int major = std::to_integer<int>(prefix[kVersionAt]);
  const int minor = std::to_integer<int>(prefix[kVersionAt + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    refuse(path, "version", fmt::format("{}.{} is not 1.0, 2.0 or 3.0", major, minor), kSave);
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;)
    length = length << 8 | std::to_integer<std::size_t>(prefix[kLengthAt + i]);
  const std::size_t begin = kLengthAt + length_bytes;
  if (length > kMaxHeader) refuse(path, "header length", fmt::format("{} exceeds {}", length, kMaxHeader), kSave);
  if (length > input.size() - begin) {
    refuse(path, "header length", fmt::format("{} exceeds the file of {} bytes", length, input.size()),
           "copy the file again");
  }
  const std::vector<std::byte> bytes = input.read(begin, length);
  return {{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, begin + length};
}

std::size_t element_bytes(const fs::path& path, const std::string& descr) {
  if (descr == "<f2") return 2;
  if (descr == "<f4") return 4;
  if (descr == "<f8") return 8;
  refuse(path, "descr", fmt::format("'{}' is not '<f2', '<f4' or '<f8'", excerpt(descr)), kSave);
}

/// Rounds to nearest even. A finite number that would become infinite is the user's to rescale.
void narrow_doubles(const fs::path& path, std::span<const std::byte> bytes, Matrix<float>& matrix) {
  convert_elements<double>(bytes, matrix.flat(), [](double x) { return static_cast<float>(x); });
  for (std::size_t i = 0; i < matrix.flat().size(); ++i) {
    if (std::isfinite(matrix.flat()[i])) continue;
    double x = 0;
    std::memcpy(&x, bytes.data() + i * sizeof(x), sizeof(x));
    if (!std::isfinite(x)) return;
    refuse(path, "array",
           fmt::format("element [{}, {}] is {}, too large for FP32", i / matrix.cols(), i % matrix.cols(), x),
           "rescale the array");
  }
}

}  // namespace

Matrix<float> read_npy(const fs::path& path) {
  const InputFile input(path);
  const HeaderText header_text = read_header_text(path, input);
  const NpyHeader header = parse_npy_header(path, header_text.text);
  const std::size_t element = element_bytes(path, header.descr);
  if (header.fortran_order) refuse(path, "fortran_order", "is True, columns are stored first", kSave);
  require_matrix_shape(path, "shape", header.shape);

  const std::size_t stored = input.size() - header_text.data_begin;
  std::size_t expected = element;
  for (const std::size_t extent : header.shape) {
    if (__builtin_mul_overflow(expected, extent, &expected)) {
      refuse(path, "shape", shape_text(header.shape) + " is larger than any file", kSave);
    }
  }
  if (stored != expected) {
    refuse(path, "data",
           fmt::format("has {} bytes where shape {} takes {}", stored, shape_text(header.shape), expected),
           "copy the file again");
  }

  const std::vector<std::byte> bytes = input.read(header_text.data_begin, stored);
  Matrix<float> matrix(header.shape[0], header.shape[1]);
  if (element == sizeof(std::uint16_t)) {
    convert_elements<std::uint16_t>(bytes, matrix.flat(), half_to_float);
  } else if (element == sizeof(float)) {
    convert_elements<float>(bytes, matrix.flat(), [](float x) { return x; });
  } else {
    narrow_doubles(path, bytes, matrix);
  }
  require_finite(path, "array", matrix);
  return matrix;
}

}  // namespace bcq
