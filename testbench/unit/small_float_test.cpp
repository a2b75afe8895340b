// Element types against ml_dtypes, and what ml_dtypes does not have: binary64 inputs and saturation.
#include <catch2/catch.hpp>
#include <cfloat>
#include <cmath>
#include <limits>
#include <map>

#include "vectors.hpp"

// After the codeword types of LO-BCQ, one of which has the name of an element type.
#include "formats/e8m0.hpp"
#include "formats/small_float.hpp"

namespace bcq::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::map<std::string, SmallFloat> kTypes = {
    {"e2m1", kE2m1}, {"e2m3", kE2m3}, {"e3m2", kE3m2}, {"e4m3", kE4m3}, {"e5m2", kE5m2}};

/// The concatenated hex numbers of a field of a case.
std::vector<std::uint32_t> hex_row(const nlohmann::json& vector, const char* field, std::size_t digits) {
  const Matrix<std::uint32_t> row = hex_matrix(nlohmann::json::array({vector.at(field)}), digits);
  return {row.flat().begin(), row.flat().end()};
}

}  // namespace

TEST_CASE("Elements round as in ml_dtypes", "[small_float][vectors]") {
  for (const auto& vector : read_cases("small_float.json")) {
    const std::string name = vector.at("type");
    if (!vector.contains("x")) continue;
    const SmallFloat& type = kTypes.at(name);
    const std::vector<std::uint32_t> x = hex_row(vector, "x", 8);
    const std::vector<std::uint32_t> codes = hex_row(vector, "code", 2);
    REQUIRE(x.size() == codes.size());
    REQUIRE(x.size() > 2 * type.max_code);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CAPTURE(name, from_bits(x[i]));
      CHECK(type.encode(from_bits(x[i])) == codes[i]);
    }
  }
}

TEST_CASE("Codes have the values of ml_dtypes", "[small_float][vectors]") {
  for (const auto& vector : read_cases("small_float.json")) {
    const std::string name = vector.at("type");
    const std::vector<std::uint32_t> values = hex_row(vector, "decode", 8);
    for (std::uint32_t code = 0; code < values.size(); ++code) {
      CAPTURE(name, code);
      const double value = from_bits(values[code]);
      if (name == "e8m0") {
        CHECK(std::ldexp(1.0, e8m0::decode(code)) == value);
        CHECK(e8m0::encode(e8m0::decode(code)) == code);
      } else {
        const SmallFloat& type = kTypes.at(name);
        CHECK(type.decode(code) == value);
        CHECK(type.decode(code | type.sign_bit()) == -value);
      }
    }
  }
}

TEST_CASE("The last bit of a binary64 number decides beside a tie", "[small_float]") {
  for (const auto& [name, type] : kTypes) {
    for (std::uint32_t code = 0; code < type.max_code; ++code) {
      CAPTURE(name, code);
      const double tie = (type.decode(code) + type.decode(code + 1)) / 2;
      CHECK(type.encode(std::nextafter(tie, 0.0)) == code);
      CHECK(type.encode(tie) == code + code % 2);
      CHECK(type.encode(std::nextafter(tie, kInfinity)) == code + 1);
    }
  }
}

TEST_CASE("Elements saturate and keep the sign of zero", "[small_float]") {
  for (const auto& [name, type] : kTypes) {
    CAPTURE(name);
    const double above = std::nextafter(type.max_value(), kInfinity);
    for (const double x : {above, 1.5 * type.max_value(), static_cast<double>(FLT_MAX), DBL_MAX, kInfinity}) {
      CAPTURE(x);
      CHECK(type.encode(x) == type.max_code);
      CHECK(type.encode(-x) == (type.max_code | type.sign_bit()));
    }
    for (const double x : {0.0, DBL_TRUE_MIN, DBL_MIN, 1e-300}) {
      CHECK(type.encode(x) == 0);
      CHECK(type.encode(-x) == type.sign_bit());
    }
  }
}

}  // namespace bcq::test
