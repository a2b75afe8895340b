// Formats against implementations that are not ours: every vector that testbench/oracle/make_format_*.py has made.
#include <catch2/catch.hpp>
#include <filesystem>

#include "bcq/format_table.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

/// The files formats_*.json, in order of their names.
std::vector<std::string> vector_files() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(BCQ_VECTOR_DIR)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with("formats_") && name.ends_with(".json")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

const Field& field_named(const EncodedTensor& encoded, const std::string& name) {
  for (const Field& field : encoded.fields) {
    if (field.layout.name == name) return field;
  }
  throw std::runtime_error("the format has no field '" + name + "' that the vectors have");
}

Matrix<std::uint32_t> bits_of(const Matrix<float>& x) {
  Matrix<std::uint32_t> bits(x.rows(), x.cols());
  std::transform(x.flat().begin(), x.flat().end(), bits.flat().begin(), [](float v) { return test::bits_of(v); });
  return bits;
}

}  // namespace

TEST_CASE("Formats agree with foreign implementations bit for bit", "[formats][vectors]") {
  for (const std::string& file : vector_files()) {
    for (const auto& vector : read_cases(file)) {
      const std::string specification = vector.at("format");
      CAPTURE(file, specification, vector.at("name").get<std::string>());
      const OperandFormats formats = make_format(specification, BCQ_CODEBOOK_DIR).formats;
      const bool activation = vector.value("operand", "weight") == "activation";
      const Format& format = activation ? *formats.activation : *formats.weight;

      const EncodedTensor encoded = format.quantize(float_matrix(vector.at("x")));
      for (const auto& [name, rows] : vector.at("fields").items()) {
        CAPTURE(name);
        const Field& field = field_named(encoded, name);
        CHECK(field.entries == hex_matrix(rows, static_cast<std::size_t>(field.layout.bits + 3) / 4));
      }
      CHECK(bits_of(format.dequantize(encoded)) == hex_matrix(vector.at("y"), 8));
    }
  }
}

}  // namespace bcq::test
