// Reading and writing what is right: conversions, atomic writes, round trips, files from Python.
#include <sys/resource.h>

#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <limits>

#include "bcq/atomic_file.hpp"
#include "bcq/files.hpp"
#include "bcq/half.hpp"
#include "bcq/npy.hpp"
#include "bcq/safetensors.hpp"
#include "file_support.hpp"

namespace {

namespace fs = std::filesystem;
using namespace bcq;
using bcq::test::get;
using bcq::test::refusal;
using bcq::test::ScratchFolder;

__extension__ using Half = _Float16;

fs::path vector_file(const std::string& name) {
  return fs::path(BCQ_VECTOR_DIR) / ("io_" + name);
}

/// The matrix that make_io_vectors.py writes.
Matrix<float> expected_matrix(std::size_t rows, std::size_t cols) {
  Matrix<float> m(rows, cols);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c)
      m(r, c) = (4.0F * static_cast<float>(r) + static_cast<float>(c) - 5.0F) / 8.0F;
  }
  return m;
}

BcqTensor sample_tensor() {
  BcqTensor tensor;
  tensor.codebooks.format = {.lb = 2, .la = 4, .nc = 2, .bc = 6};
  tensor.codebooks.codebooks = {{-31, -20, -12, -8, -6, -4, -2, -1, 0, 1, 2, 4, 7, 11, 19, 31},
                                {-8, -7, -6, -5, -4, -3, -2, -1, 0, 0, 1, 2, 3, 4, 5, 6}};
  tensor.k = 5;
  tensor.tensor_scale = 0x1.8p-9F;
  tensor.indices = Matrix<std::uint8_t>(2, 3, 0x0B);
  tensor.indices(1, 0) = 0xF7;
  tensor.selectors = Matrix<std::uint8_t>(2, 3, 1);
  tensor.scales = Matrix<std::uint8_t>(2, 2, 0x38);
  tensor.scales(0, 1) = 0xFE;
  return tensor;
}

/// Writes fail beyond this size, as they do on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

}  // namespace

TEST_CASE("every F16 and BF16 pattern widens exactly", "[io]") {
  for (std::uint32_t pattern = 0; pattern <= 0xFFFF; ++pattern) {
    const auto bits = static_cast<std::uint16_t>(pattern);
    const float half = half_to_float(bits);
    const auto expected = static_cast<float>(std::bit_cast<Half>(bits));
    const bool same = std::isnan(expected)
                          ? std::isnan(half)
                          : std::bit_cast<std::uint32_t>(half) == std::bit_cast<std::uint32_t>(expected);
    if (!same) FAIL("F16 pattern " << pattern << " gives " << half << ", not " << expected);
    if (std::bit_cast<std::uint32_t>(bfloat16_to_float(bits)) != pattern << 16) FAIL("BF16 pattern " << pattern);
  }
  CHECK(half_to_float(0x0001) == 0x1p-24F);
  CHECK(half_to_float(0x7BFF) == 65504.0F);
  CHECK(std::signbit(half_to_float(0x8000)));
}

TEST_CASE("a write replaces the whole file or nothing", "[io]") {
  const ScratchFolder folder;
  const fs::path path = folder / "out.txt";
  write_file_atomically(path, std::string_view("old"));
  CHECK(get(path) == "old");

  SECTION("replaced") {
    write_file_atomically(path, std::string_view("new"));
    CHECK(get(path) == "new");
    const std::vector<std::byte> bytes = read_file(path);
    CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == "new");
  }
  SECTION("disk full") {
    const std::string large(100'000, 'x');
    const FileSizeLimit limit(4096);
    const std::string message = refusal(path, [&] { write_file_atomically(path, std::string_view(large)); });
    CHECK_THAT(message, Catch::Contains("cannot be written"));
    CHECK(get(path) == "old");
  }
  SECTION("links are followed") {
    fs::create_symlink("out.txt", folder / "link");
    write_file_atomically(folder / "link", std::string_view("new"));
    CHECK(get(path) == "new");
    CHECK(fs::is_symlink(folder / "link"));
    fs::remove(folder / "link");
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("impossible targets and sources are refused", "[io]") {
  const ScratchFolder folder;
  const auto write_to = [](const fs::path& path) {
    return refusal(path, [&] { write_file_atomically(path, std::string_view("x")); });
  };
  CHECK_THAT(write_to(folder / "missing/out.txt"), Catch::Contains("No such file or directory"));
  CHECK_THAT(write_to(folder / "."), Catch::Contains("folder"));
  CHECK_THAT(write_to("/dev/null"), Catch::Contains("device"));
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(folder.entries() == 0);

  const auto read_from = [](const fs::path& path) { return refusal(path, [&] { (void)read_file(path); }); };
  CHECK_THAT(read_from(folder / "missing"), Catch::Contains("No such file"));
  CHECK_THAT(read_from(folder / "."), Catch::Contains("folder"));
  CHECK_THAT(read_from("/dev/zero"), Catch::Contains("device"));
}

TEST_CASE("a safetensors file is read as it was written", "[io]") {
  const ScratchFolder folder;
  SafetensorsFile file;
  const std::vector<float> reals = {1.5F, -0.0F, 0x1p-149F};
  const std::vector<std::int64_t> longs = {std::numeric_limits<std::int64_t>::min(), 7};
  const std::vector<std::uint8_t> bytes = {0, 255, 3};
  file.set<float>("z", {1, 3}, reals);
  file.set<std::int64_t>("a", {2}, longs);
  file.set<std::uint8_t>("odd \"name\"\n", {3, 1}, bytes);
  file.set<std::int8_t>("empty", {0, 4}, {});
  file.set_metadata("note", "quotes \" and\nlines");
  file.write(folder / "a.safetensors");

  const SafetensorsFile read = SafetensorsFile::read(folder / "a.safetensors");
  CHECK(read.tensors().size() == 4);
  CHECK(read.metadata() == file.metadata());
  CHECK(read.values<float>("z", std::array<std::size_t, 2>{1, 3}) == reals);
  CHECK(std::signbit(read.float_matrix("z")(0, 1)));
  CHECK(read.values<std::int64_t>("a", std::array<std::size_t, 1>{2}) == longs);
  CHECK(read.values<std::uint8_t>("odd \"name\"\n", std::array<std::size_t, 2>{3, 1}) == bytes);
  CHECK(read.values<std::int8_t>("empty", std::array<std::size_t, 2>{0, 4}).empty());

  read.write(folder / "b.safetensors");
  CHECK(get(folder / "a.safetensors") == get(folder / "b.safetensors"));
  CHECK_THROWS_AS(file.set<float>("short", {2, 2}, reals), std::invalid_argument);

  SafetensorsFile foreign;
  foreign.set_metadata("source", "not \xff UTF-8");
  foreign.write(folder / "c.safetensors");
  CHECK(SafetensorsFile::read(folder / "c.safetensors").metadata_at("source") == "not \uFFFD UTF-8");
}

TEST_CASE("codebooks and packed tensors are read as they were written", "[io]") {
  const ScratchFolder folder;
  const BcqTensor tensor = sample_tensor();
  const fs::path codebook_file = folder / "c.safetensors";
  const fs::path tensor_file = folder / "t.safetensors";

  write_codebooks(codebook_file, tensor.codebooks, {{"seed", "1"}, {"lb", "overruled"}});
  CHECK(read_codebooks(codebook_file) == tensor.codebooks);
  CHECK(SafetensorsFile::read(codebook_file).metadata_at("seed") == "1");
  write_tensor(tensor_file, tensor, {{"source", "test"}});
  CHECK(read_tensor(tensor_file) == tensor);

  CHECK_THAT(refusal(tensor_file, [&] { (void)read_codebooks(tensor_file); }), Catch::Contains("bcq calibrate"));
  CHECK_THAT(refusal(codebook_file, [&] { (void)read_tensor(codebook_file); }), Catch::Contains("bcq quantize"));
}

TEST_CASE("files of the Python package safetensors are read", "[io]") {
  for (const char* name : {"layer.safetensors", "shuffled.safetensors"}) {
    const Layer layer = read_layer(vector_file(name));
    CHECK(layer.weight == expected_matrix(3, 5));
    CHECK(layer.activation == expected_matrix(2, 5));
    CHECK(layer.name + ".safetensors" == "io_" + std::string(name));
  }
  const SafetensorsFile file = SafetensorsFile::read(vector_file("layer.safetensors"));
  CHECK(file.tensors().size() == 6);
  CHECK(file.metadata_at("Grüße") == "naïve “text”\n");
  CHECK(file.at("scalar").elements() == 1);
  CHECK_THAT(refusal(file.path(), [&] { (void)file.float_matrix("fp8"); }), Catch::Contains("F32, F16 or BF16"));
  CHECK_THAT(refusal(file.path(), [&] { (void)file.float_matrix("scalar"); }), Catch::Contains("rank 0"));
}

TEST_CASE("files of numpy are read", "[io]") {
  for (const char* name : {"f2.npy", "f4.npy", "f8.npy", "v2.npy", "v3.npy"}) {
    INFO(name);
    CHECK(read_npy(vector_file(name)) == expected_matrix(3, 5));
    CHECK(read_matrix(vector_file(name), "") == expected_matrix(3, 5));
  }
  const fs::path path = vector_file("f4.npy");
  CHECK_THAT(refusal(path, [&] { (void)read_matrix(path, "weight"); }), Catch::Contains("leave the name out"));
}

TEST_CASE("arrays of numpy that are no FP32 matrix are refused", "[io]") {
  const auto check = [](const std::string& name, const std::string& expected) {
    const fs::path path = vector_file(name);
    CHECK_THAT(refusal(path, [&] { (void)read_npy(path); }), Catch::Contains(expected));
  };
  check("fortran.npy", "fortran_order: is True");
  check("big_endian.npy", "descr: '>f4' is not");
  check("integer.npy", "descr: '<i4' is not");
  check("structured.npy", "descr");
  check("rank1.npy", "rank 1");
  check("empty.npy", "empty dimension");
  check("nan.npy", "element [1, 1] is NaN");
  check("too_large.npy", "element [1, 0] is -1e+39, too large");
}
