// HiFloat4 beyond its vectors: what the format promises whatever the data.
#include <catch2/catch.hpp>
#include <cfloat>

#include "bcq/format_table.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

constexpr std::size_t kGroup = 64;

const Format& hifloat4() {
  static const NamedFormat named = make_format("hifloat4", "");
  return *named.formats.weight;
}

Matrix<float> round_trip(const Matrix<float>& x) {
  return hifloat4().dequantize(hifloat4().quantize(x));
}

/// Fields as an encoder may leave them: an exponent is set only where a scalar needs it, and one scalar is 7 scales.
EncodedTensor random_canonical(Rng& rng, int scale) {
  EncodedTensor encoded = hifloat4().quantize(Matrix<float>(1, kGroup));
  Matrix<std::uint32_t>& elements = encoded.fields[0].entries;
  Matrix<std::uint32_t>& eights = encoded.fields[2].entries;
  Matrix<std::uint32_t>& fours = encoded.fields[3].entries;
  encoded.fields[1].entries(0, 0) = static_cast<std::uint32_t>(scale);
  for (auto& code : elements.flat()) code = static_cast<std::uint32_t>(draw(rng, 0, 15));
  for (std::size_t i = 0; i < fours.cols(); ++i) {
    fours(0, i) = static_cast<std::uint32_t>(i == 0 ? 1 : draw(rng, 0, 1));
    if (fours(0, i) != 0) elements(0, 4 * i) |= 4;
  }
  for (std::size_t i = 0; i < eights.cols(); ++i) {
    const bool allowed = (fours(0, 2 * i) | fours(0, 2 * i + 1)) != 0;
    eights(0, i) = static_cast<std::uint32_t>(i == 0 || (allowed && draw(rng, 0, 1) != 0));
  }
  elements(0, 1) |= 7;
  return encoded;
}

}  // namespace

TEST_CASE("HiFloat4 returns groups it can represent with a largest magnitude of 7 scales", "[formats][hifloat4]") {
  Rng rng(1);
  for (int round = 0; round < 500; ++round) {
    const EncodedTensor encoded = random_canonical(rng, 4 * draw(rng, 0, 63) + draw(rng, 0, 2));
    CHECK(hifloat4().quantize(hifloat4().dequantize(encoded)) == encoded);
  }
}

TEST_CASE("HiFloat4 saturates at 7 times its largest scale", "[formats][hifloat4]") {
  constexpr float kLargest = 7 * 49152.0F;
  for (const float x : {kLargest, 400000.0F, FLT_MAX}) {
    const Matrix<float> y = round_trip(Matrix<float>(1, 70, -x));
    CHECK(y == Matrix<float>(1, 70, -kLargest));
  }
}

TEST_CASE("HiFloat4 keeps the sign of what becomes zero", "[formats][hifloat4]") {
  Matrix<float> x(1, 4, 1.0F);
  x(0, 1) = -0.0F;
  x(0, 2) = -FLT_TRUE_MIN;
  x(0, 3) = FLT_TRUE_MIN;
  const Matrix<float> y = round_trip(x);
  CHECK(bits_of(y(0, 1)) == 0x80000000U);
  CHECK(bits_of(y(0, 2)) == 0x80000000U);
  CHECK(bits_of(y(0, 3)) == 0);
}

TEST_CASE("A rounded reciprocal costs HiFloat4 an exponent, as in the authors' code", "[formats][hifloat4]") {
  // Under scale 1.75 the reciprocal is 0.5703 instead of 0.5714: 4 scales pass for 3.99 and do not set the exponent of
  // eight scalars, so 7 becomes 1.75·2·1.75.
  Matrix<float> x(1, kGroup, 0.0F);
  x(0, 0) = 12.25F;
  x(0, 8) = 7.0F;
  const Matrix<float> y = round_trip(x);
  CHECK(y(0, 0) == 12.25F);
  CHECK(y(0, 8) == 6.125F);
}

}  // namespace bcq::test
