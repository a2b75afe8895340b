// Files of the options of LO-BCQ: the metadata `codeword` and `scale` (docs/numerics.md section 8).
#include <catch2/catch.hpp>

#include "bcq/files.hpp"
#include "bcq/safetensors.hpp"
#include "file_support.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

const BcqFormat kFormats[] = {{8, 64, 8, 6, CodewordType::kInteger, ScaleConvention::kDecode},
                              {4, 16, 2, 6, CodewordType::kFloat, ScaleConvention::kDecode},
                              {8, 64, 4, 6, CodewordType::kInteger, ScaleConvention::kEncode},
                              {2, 32, 16, 6, CodewordType::kFloat, ScaleConvention::kEncode}};

/// Replaces a text of a file by another of the same length, so that nothing else moves.
void patch(const std::filesystem::path& path, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  std::string bytes = get(path);
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  put(path, bytes.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("Codebooks of every option survive a round trip", "[io][options]") {
  const ScratchFolder folder;
  Rng rng(41);
  for (const BcqFormat& format : kFormats) {
    CAPTURE(format.name());
    const CodebookSet set = random_codebooks(rng, format);
    const auto path = folder / "books.safetensors";
    write_codebooks(path, set, {{"codeword", "overruled"}, {"note", "kept"}});
    CHECK((read_codebooks(path) == set));
    const SafetensorsFile file = SafetensorsFile::read(path);
    CHECK(file.metadata_at("codeword") == (format.codeword == CodewordType::kFloat ? "e2m3" : "int"));
    CHECK(file.metadata_at("scale") == (format.scale == ScaleConvention::kEncode ? "encode" : "decode"));
    CHECK(file.metadata_at("note") == "kept");
  }
}

TEST_CASE("Packed tensors of every option survive a round trip", "[io][options]") {
  const ScratchFolder folder;
  Rng rng(42);
  for (const BcqFormat& format : kFormats) {
    CAPTURE(format.name());
    const BcqTensor tensor = random_tensor(rng, format, 5, 77, 0x1.234p-9F);
    const auto path = folder / "tensor.safetensors";
    write_tensor(path, tensor, {});
    CHECK((read_tensor(path) == tensor));
    const SafetensorsFile file = SafetensorsFile::read(path);
    CHECK(file.metadata_at("codeword") == (format.codeword == CodewordType::kFloat ? "e2m3" : "int"));
    CHECK(file.metadata_at("scale") == (format.scale == ScaleConvention::kEncode ? "encode" : "decode"));
  }
}

TEST_CASE("Files without the metadata of options have integers and decode scales", "[io][options]") {
  const ScratchFolder folder;
  Rng rng(43);
  const BcqTensor tensor = random_tensor(rng, {}, 3, 70, 0x1.234p-9F);
  const auto path = folder / "old.safetensors";
  write_tensor(path, tensor, {});
  patch(path, "\"codeword\":", "\"c_deword\":");
  patch(path, "\"scale\":", "\"sc_le\":");
  REQUIRE_FALSE(SafetensorsFile::read(path).metadata().contains("codeword"));
  REQUIRE_FALSE(SafetensorsFile::read(path).metadata().contains("scale"));
  CHECK((read_tensor(path) == tensor));
  write_codebooks(path, tensor.codebooks, {});
  patch(path, "\"codeword\":", "\"c_deword\":");
  patch(path, "\"scale\":", "\"sc_le\":");
  CHECK((read_codebooks(path) == tensor.codebooks));
}

TEST_CASE("Wrong metadata of options is refused", "[io][options]") {
  const ScratchFolder folder;
  Rng rng(44);
  const BcqFormat format{.codeword = CodewordType::kFloat, .scale = ScaleConvention::kEncode};
  const BcqTensor tensor = random_tensor(rng, format, 3, 70, 0x1.234p-9F);
  const auto tensor_path = folder / "tensor.safetensors";
  const auto books_path = folder / "books.safetensors";
  const std::pair<std::string, std::string> patches[] = {
      {"\"e2m3\"", "\"e3m2\""}, {"\"e2m3\"", "\"E2M3\""}, {"\"encode\"", "\"enc0de\""}, {"\"encode\"", "\"decod \""}};
  for (const auto& [from, to] : patches) {
    CAPTURE(to);
    const std::string key = from == "\"e2m3\"" ? "metadata 'codeword'" : "metadata 'scale'";
    write_tensor(tensor_path, tensor, {});
    patch(tensor_path, from, to);
    CHECK(refusal(tensor_path, [&] { static_cast<void>(read_tensor(tensor_path)); }).find(key) != std::string::npos);
    write_codebooks(books_path, tensor.codebooks, {});
    patch(books_path, from, to);
    CHECK(refusal(books_path, [&] { static_cast<void>(read_codebooks(books_path)); }).find(key) != std::string::npos);
  }
  // E2M3 codewords have six bits, and E2M3 has no 17.
  write_codebooks(books_path, tensor.codebooks, {});
  patch(books_path, "\"bc\":\"6\"", "\"bc\":\"7\"");
  refusal(books_path, [&] { static_cast<void>(read_codebooks(books_path)); });
  CodebookSet integers{{}, std::vector<Codebook>(8)};
  integers.codebooks[3][15] = 17;
  write_codebooks(books_path, integers, {});
  CHECK_NOTHROW(read_codebooks(books_path));
  integers.format.codeword = CodewordType::kFloat;
  write_codebooks(books_path, integers, {});
  refusal(books_path, [&] { static_cast<void>(read_codebooks(books_path)); });
}

TEST_CASE("There are universal codebooks of six-bit integers only, for both conventions of the scale",
          "[io][options]") {
  BcqFormat format{.la = 32, .scale = ScaleConvention::kEncode};
  const CodebookSet set = read_universal_codebooks(BCQ_CODEBOOK_DIR, format);
  CHECK(set.format == format);
  format.codeword = CodewordType::kFloat;
  CHECK_THROWS_AS(read_universal_codebooks(BCQ_CODEBOOK_DIR, format), InputError);
}

}  // namespace bcq::test
