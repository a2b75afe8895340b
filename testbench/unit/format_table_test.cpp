// What holds for every format of the table, whatever its definition.
#include "bcq/format_table.hpp"

#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <set>

#include "bcq/error.hpp"
#include "bcq/metrics.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

const std::filesystem::path kCodebooks = BCQ_CODEBOOK_DIR;

/// Every entry with default parameters, and modifiers on formats of different kinds.
std::vector<std::string> specifications() {
  std::vector<std::string> names = {"fp32+opq", "nf4+opq", "bof4s+opq"};
  for (const FormatEntry& entry : format_table()) names.emplace_back(entry.name);
  return names;
}

/// Calls check(name, format) for both operands of every specification.
template <class Check>
void for_each_format(Check check) {
  for (const std::string& specification : specifications()) {
    const NamedFormat named = make_format(specification, kCodebooks);
    check(named.name, *named.formats.weight);
    if (named.formats.activation != named.formats.weight)
      check(named.name + " (activation)", *named.formats.activation);
  }
}

Matrix<float> filled(std::size_t rows, std::size_t cols, float value) {
  return Matrix<float>(rows, cols, value);
}

bool all_finite(const Matrix<float>& x) {
  return std::all_of(x.flat().begin(), x.flat().end(), [](float v) { return std::isfinite(v); });
}

Matrix<float> round_trip(const Format& format, const Matrix<float>& x) {
  return format.dequantize(format.quantize(x));
}

Matrix<float> gaussian(std::uint64_t seed, std::size_t rows, std::size_t cols) {
  Rng rng(seed);
  return random_matrix(rng, rows, cols, Data::kGaussian);
}

}  // namespace

TEST_CASE("Format names are unique and every entry says what it is and where it is defined", "[formats]") {
  std::set<std::string_view> names;
  for (const FormatEntry& entry : format_table()) {
    CAPTURE(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK_FALSE(entry.title.empty());
    CHECK_FALSE(entry.what.empty());
    CHECK_FALSE(entry.source.empty());
    for (const FormatParameter& parameter : entry.parameters) {
      CHECK(parameter.lowest <= parameter.value);
      CHECK(parameter.value <= parameter.highest);
      CHECK_FALSE(parameter.help.empty());
    }
  }
}

TEST_CASE("Entries of every field fit its bits, and the bits add up", "[formats]") {
  const Matrix<float> x = gaussian(1, 5, 2048);
  for_each_format([&](const std::string& name, const Format& format) {
    CAPTURE(name);
    const EncodedTensor encoded = format.quantize(x);
    double row_bits = 0.0;
    for (const Field& field : encoded.fields) {
      CAPTURE(field.layout.name);
      CHECK_FALSE(field.layout.name.empty());
      REQUIRE(field.layout.bits >= 1);
      REQUIRE(field.layout.bits <= 32);
      const auto& entries = field.entries.flat();
      CHECK(std::all_of(entries.begin(), entries.end(),
                        [&](std::uint32_t e) { return (std::uint64_t{e} >> field.layout.bits) == 0; }));
      if (field.layout.span != kPerTensor && field.layout.span != kPerRow) {
        row_bits += static_cast<double>(entries.size()) * field.layout.bits;
      }
    }
    CHECK(row_bits / static_cast<double>(x.flat().size()) == Approx(format.nominal_bits()));
    CHECK(encoded.bits_per_scalar() >= format.nominal_bits());
  });
}

TEST_CASE("Formats do not depend on the number of threads", "[formats]") {
  const Matrix<float> x = gaussian(2, 7, 200);
  for_each_format([&](const std::string& name, const Format& format) {
    CAPTURE(name);
    const auto encode_with = [&](int threads) {
      const ThreadCount scope(threads);
      return format.quantize(x);
    };
    CHECK(encode_with(1) == encode_with(3));
  });
}

TEST_CASE("Every format represents Gaussian data, ragged rows included", "[formats]") {
  for (const std::size_t k : {1UL, 2UL, 15UL, 16UL, 17UL, 33UL, 257UL, 1024UL}) {
    const Matrix<float> x = gaussian(3, 9, k);
    for_each_format([&](const std::string& name, const Format& format) {
      CAPTURE(name, k);
      const Matrix<float> y = round_trip(format, x);
      REQUIRE(y.rows() == x.rows());
      REQUIRE(y.cols() == x.cols());
      CHECK(nmse_db(x, y) < -8.0);
    });
  }
}

TEST_CASE("An all-zero tensor stays zero in every format that has a zero", "[formats]") {
  for (const std::size_t k : {1UL, 5UL, 70UL}) {
    const Matrix<float> x = filled(2, k, 0.0F);
    for_each_format([&](const std::string& name, const Format& format) {
      CAPTURE(name, k);
      const Matrix<float> y = round_trip(format, x);
      // Block logarithm has no zero: what it has instead is documented.
      const double largest = name == "bl4" || name == "bl8" ? 1e-30 : 0.0;
      CHECK(max_abs_error(x, y) <= largest);
    });
  }
}

TEST_CASE("Subnormal and extreme tensors give finite results in every format", "[formats]") {
  Matrix<float> mixed = gaussian(4, 3, 100);
  mixed(0, 3) = FLT_MAX;
  mixed(1, 50) = -FLT_MAX;
  mixed(2, 7) = FLT_TRUE_MIN;
  const Matrix<float> tensors[] = {filled(2, 40, FLT_TRUE_MIN), filled(2, 40, -FLT_MIN), filled(1, 40, FLT_MAX),
                                   filled(1, 1, -FLT_MAX), mixed};
  for (const Matrix<float>& x : tensors) {
    for_each_format([&](const std::string& name, const Format& format) {
      CAPTURE(name, x(0, 0), x.cols());
      CHECK(all_finite(round_trip(format, x)));
    });
  }
}

TEST_CASE("A specification that is wrong is refused with its part at fault", "[formats]") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(make_format("nofp4", kCodebooks), Contains("there is no 'nofp4'; use ") && Contains("bf16"));
  CHECK_THROWS_WITH(make_format("", kCodebooks), Contains("there is no ''"));
  CHECK_THROWS_WITH(make_format("fp32:group=4", kCodebooks), Contains("it has no parameter 'group'"));
  CHECK_THROWS_WITH(make_format("fp32+nopq", kCodebooks), Contains("there is no 'nopq'"));
}

}  // namespace bcq::test
