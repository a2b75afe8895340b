// Reading what is wrong: every damaged or hostile file ends in an InputError, never in anything else.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <sstream>

#include "bcq/files.hpp"
#include "bcq/npy.hpp"
#include "bcq/safetensors.hpp"
#include "file_support.hpp"

namespace {

namespace fs = std::filesystem;
using namespace bcq;
using bcq::test::get;
using bcq::test::put;
using bcq::test::refusal;
using bcq::test::ScratchFolder;

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

std::string safetensors(const std::string& header, std::size_t data_bytes) {
  return little_endian(header.size(), 8) + header + std::string(data_bytes, '\0');
}

std::string npy(const std::string& header, std::size_t data_bytes) {
  return "\x93NUMPY" + std::string("\x01\x00", 2) + little_endian(header.size(), 2) + header +
         std::string(data_bytes, '\0');
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

/// A packed tensor: the file with the most that can be wrong.
std::string packed_tensor(const ScratchFolder& folder) {
  BcqTensor tensor;
  tensor.codebooks = {.format = {.lb = 2, .la = 4, .nc = 1, .bc = 4},
                      .codebooks = {{-7, -6, -5, -4, -3, -2, -1, 0, 0, 1, 2, 3, 4, 5, 6, 7}}};
  tensor.k = 5;
  tensor.indices = Matrix<std::uint8_t>(2, 3);
  tensor.selectors = Matrix<std::uint8_t>(2, 3);
  tensor.scales = Matrix<std::uint8_t>(2, 2, 0x38);
  write_tensor(folder / "good.safetensors", tensor, {{"seed", "1"}});
  return get(folder / "good.safetensors");
}

std::string npy_array() {
  return npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24);
}

void expect_refused(const fs::path& path, const std::string& bytes, const std::string& expected) {
  put(path, bytes);
  const bool is_npy = path.extension() == ".npy";
  INFO(bytes.substr(0, 200));
  const std::string message = refusal(path, [&] {
    if (is_npy) {
      (void)read_npy(path);
    } else {
      (void)SafetensorsFile::read(path);
    }
  });
  CHECK_THAT(message, Catch::Contains(expected));
}

/// Reads damaged bytes; anything but success and InputError escapes to Catch and fails the test.
template <class Read>
bool survives(const fs::path& path, const std::string& bytes, Read read) {
  put(path, bytes);
  try {
    read(path);
    return true;
  } catch (const InputError& error) {
    CHECK(std::string_view(error.what()).find('\n') == std::string_view::npos);
    return false;
  }
}

template <class Read>
void truncate_everywhere(const fs::path& path, const std::string& good, Read read) {
  for (std::size_t length = 0; length < good.size(); ++length) {
    INFO("truncated to " << length << " of " << good.size());
    put(path, good.substr(0, length));
    (void)refusal(path, [&] { read(path); });
  }
  CHECK(survives(path, good, read));
}

template <class Read>
void mutate(const fs::path& path, const std::string& good, std::size_t header_bytes, Read read) {
  std::istringstream tokens(
      "-1 18446744073709551615 18446744073709551616 9223372036854775808 1e999 0 { [ \" , null "
      "\\u0000 \xff [[[[ {\"a\": '");
  const std::vector<std::string> splices(std::istream_iterator<std::string>(tokens), {});
  std::mt19937_64 random(20250216);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t trial = 0; trial < 4000; ++trial) {
    std::string bytes = good;
    const std::size_t edits = 1 + below(3);
    for (std::size_t edit = 0; edit < edits; ++edit) {
      // The first edit visits every byte of the header in turn, several times.
      const std::size_t at = edit == 0 ? trial % header_bytes : below(std::min(header_bytes, bytes.size()));
      const std::size_t kind = below(4);
      if (kind == 0) bytes[at] = static_cast<char>(below(256));
      if (kind == 1) bytes[at] = bytes[below(bytes.size())];
      if (kind == 2) bytes.replace(at, below(4), splices[below(splices.size())]);
      if (kind == 3) bytes.erase(at, 1 + below(8));
    }
    survives(path, bytes, read);
  }
}

}  // namespace

TEST_CASE("malformed safetensors headers are refused", "[io]") {
  const ScratchFolder folder;
  const fs::path path = folder / "bad.safetensors";
  const auto header = [&](const std::string& json, std::size_t data, const std::string& expected) {
    expect_refused(path, safetensors(json, data), expected);
  };
  const auto entry = [&](const std::string& fields, std::size_t data, const std::string& expected) {
    header("{\"x\":{" + fields + "}}", data, expected);
  };

  expect_refused(path, "", "has only 0 bytes");
  expect_refused(path, little_endian(3, 8) + "{}", "exceeds the file");
  expect_refused(path, little_endian(~0ULL, 8) + "{}", "exceeds the limit of 100000000");
  header("", 0, "does not begin with '{'");
  header(" {}", 0, "does not begin with '{'");
  header("[]", 0, "does not begin with '{'");
  header("{", 0, "not valid JSON at byte");
  header("{} x", 0, "not valid JSON at byte");
  header("{\"\xff\":{}}", 0, "not valid JSON at byte");
  header("{\"x\":" + std::string(1'000'000, '[') + "}", 0, "a list stands where an object");
  header("{\"x\":1}", 0, "a number stands where an object");
  header("{\"x\":null}", 0, "null stands where an object");
  header("{\"\\n\\u001b[31m\":1}", 0, "tensor '\\x0a\\x1b[31m'");
  header("{\"__metadata__\":{\"a\":1}}", 0, "metadata 'a': a number stands where a string");
  header("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0, "key occurs twice");
  header("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "name occurs twice");
  const std::string good = R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]})";
  header("{\"x\":" + good + ",\"x\":" + good + "}", 2, "tensor 'x': name occurs twice");
  header("{\"x\":" + good + ",\"y\":" + good + "}", 2, "overlaps");
  header("{\"x\":" + good + "}", 3, "has 3 bytes of which the tensors cover 2");
  header("{}", 1, "has 1 bytes of which the tensors cover 0");

  entry("", 0, "dtype: field is missing");
  entry(R"("dtype":"U8","dtype":"U8")", 0, "field occurs twice");
  entry(R"("strides":[1])", 0, "field is not part of the format");
  entry(R"("dtype":8)", 0, "dtype: a number stands where a string");
  entry(R"("shape":[[1]])", 0, "shape: a list stands where a");
  entry(R"("shape":[-1])", 0, "the number -1 stands where a non-negative integer");
  entry(R"("shape":[1.0])", 0, "the number 1.0 stands");
  entry(R"("shape":[18446744073709551616])", 0, "stands where a non-negative integer");
  entry(R"("shape":["1"])", 0, "a string stands where a non-negative integer");
  entry(R"("shape":{})", 0, "an object stands where a list");
  entry("\"shape\":[0" + repeated(",0", 64) + "]", 0, "has more than 64 entries");
  entry(R"("dtype":"F31","shape":[],"data_offsets":[0,0])", 0, "type 'F31' is not known");
  entry(R"("dtype":"F4","shape":[3],"data_offsets":[0,1])", 1, "no whole number of bytes");
  entry(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])", 0, "larger than any file");
  entry(R"("dtype":"F32","shape":[2],"data_offsets":[0])", 8, "is not [begin, end]");
  entry(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])", 8, "ends before it begins");
  entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])", 7, "exceeds the 7 data bytes");
  entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,7])", 7, "holds 7 bytes where F32 [2] takes 8");
  entry(R"("dtype":"F32","shape":[2],"data_offsets":[1,9])", 9, "leaves a gap");
}

TEST_CASE("malformed npy headers are refused", "[io]") {
  const ScratchFolder folder;
  const fs::path path = folder / "bad.npy";
  const auto header = [&](const std::string& text, const std::string& expected) {
    expect_refused(path, npy(text, 24), expected);
  };
  expect_refused(path, "PK\x03\x04 an .npz is a zip file", "does not begin like");
  expect_refused(path, "\x93NUMPY\x04" + std::string(8, '\0'), "4.0 is not 1.0");
  expect_refused(path, "\x93NUMPY\x02" + std::string(1, '\0') + "\xff\xff\xff\xff", "exceeds 65536");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4)}", "has 24 bytes where shape [2, 4] takes 32");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "larger than any file");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616, 1)}", "is not a length");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}", "is not a length");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}", "where ')' is expected");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::string(200, '1') + ")}", "is not a length");
  header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}", "is not True or False");
  header("{'descr': __import__('os'), 'fortran_order': False, 'shape': (2, 3)}", "is not a plain string");
  header("{'descr': '<f4', 'shape': (2, 3)}", "lacks one of");
  header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", "occurs twice");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", "is not a key");
  header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + {}", "after the dict");
  header("{'descr': '<f4", "no closing quote");
  header("", "where '{' is expected");
}

TEST_CASE("truncated and mutated files are refused or read, and nothing else", "[io]") {
  const ScratchFolder folder;
  const std::string packed = packed_tensor(folder);
  const auto read_packed = [](const fs::path& path) { (void)read_tensor(path); };
  const auto read_array = [](const fs::path& path) { (void)read_npy(path); };
  truncate_everywhere(folder / "t.safetensors", packed, read_packed);
  truncate_everywhere(folder / "t.npy", npy_array(), read_array);
  mutate(folder / "m.safetensors", packed, packed.size() - 60, read_packed);
  mutate(folder / "m.npy", npy_array(), npy_array().size() - 24, read_array);
}

TEST_CASE("a layer that does not fit together is refused", "[io]") {
  const ScratchFolder folder;
  const fs::path path = folder / "layer.safetensors";
  SafetensorsFile file;
  const auto put_matrix = [&](const std::string& name, std::size_t rows, std::size_t cols, float value = 1) {
    file.set<float>(name, {rows, cols}, std::vector<float>(rows * cols, value));
  };
  const auto expect = [&](const std::string& expected) {
    file.write(path);
    CHECK_THAT(refusal(path, [&] { (void)read_layer(path); }), Catch::Contains(expected));
  };
  put_matrix("weight", 2, 3);
  expect("tensor 'activation': is missing; the file has: weight");
  put_matrix("activation", 4, 5);
  expect("tensor 'activation': [4, 5] has another K than weight [2, 3]");
  put_matrix("activation", 0, 3);
  expect("tensor 'activation': shape [0, 3] has an empty dimension");
  file.set<float>("activation", {3}, std::vector<float>(3));
  expect("tensor 'activation': shape [3] has rank 1, not 2");
  file.set<std::int64_t>("activation", {1, 3}, std::vector<std::int64_t>(3));
  expect("type I64 is not accepted; store it as F32, F16 or BF16");
  file.set<float>("activation", {2, 3}, std::vector<float>{0, 1, 2, 3, std::nanf(""), 5});
  expect("tensor 'activation': element [1, 1] is NaN");
  file.set<float>("activation", {2, 3}, std::vector<float>{0, 1, 2, 3, 4, -std::numeric_limits<float>::infinity()});
  expect("element [1, 2] is infinity");
  file.set("activation", {.dtype = "F16", .shape = {1, 3}, .bytes = {{}, {}, {}, std::byte{0x7C}, {}, {}}});
  expect("element [0, 1] is infinity");
  put_matrix("weight", 1, kMaxK + 1);
  put_matrix("activation", 1, kMaxK + 1);
  expect("K = 65537 exceeds 65536");
  CHECK_THAT(refusal(path, [&] { (void)read_matrix(path, "weight"); }), Catch::Contains("exceeds 65536"));
}

TEST_CASE("a packed tensor that contradicts itself is refused", "[io]") {
  const ScratchFolder folder;
  packed_tensor(folder);
  SafetensorsFile file = SafetensorsFile::read(folder / "good.safetensors");
  const fs::path path = folder / "bad.safetensors";
  const auto expect = [&](const std::string& expected) {
    file.write(path);
    CHECK_THAT(refusal(path, [&] { (void)read_tensor(path); }), Catch::Contains(expected));
  };
  const auto set_shape = [&](std::int64_t rows, std::int64_t k) {
    file.set<std::int64_t>("shape", {2}, std::array{rows, k});
  };
  SECTION("metadata") {
    for (const char* text : {"", "2x", " 2", "+2", "99999999999", "2.0"}) {
      file.set_metadata("lb", text);
      expect("metadata 'lb': '" + std::string(text) + "' is not an integer");
    }
    file.set_metadata("lb", "0");
    expect("lb = 0");
    file.set_metadata("lb", "-8");
    expect("lb = -8");
  }
  SECTION("shape") {
    set_shape(2, 7);
    expect("tensor 'indices': is U8 [2, 3] where U8 [2, 4] is expected");
    set_shape(std::numeric_limits<std::int64_t>::max(), 5);
    expect("where U8 [9223372036854775807, 3] is expected");
    for (const std::int64_t k : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{65537}}) {
      set_shape(2, k);
      expect("is no [rows, K]");
    }
    set_shape(0, 5);
    expect("is no [rows, K]");
  }
  SECTION("content") {
    file.set<float>("tensor_scale", {1}, std::array{-1.0F});
    expect("tensor_scale");
    file.set<float>("tensor_scale", {1}, std::array{1.0F});
    file.set<std::uint8_t>("scales", {2, 2}, std::array<std::uint8_t, 4>{0, 0, 0xFF, 0});
    expect("scales[1, 0]");
    file.set<std::uint8_t>("selectors", {2, 3}, std::array<std::uint8_t, 6>{0, 0, 0, 0, 0, 1});
    expect("selectors[");
  }
}
