// The constants of the on-line encoder against their definition, in integers.
#include "bcq/encoder_constants.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "bcq/error.hpp"
#include "vectors.hpp"

namespace bcq::test {
namespace {

/// a·2^ea = b·2^eb for positive a and b below 2^64.
bool equal(std::uint64_t a, int ea, std::uint64_t b, int eb) {
  const int za = std::countr_zero(a);
  const int zb = std::countr_zero(b);
  return a >> za == b >> zb && ea + za == eb + zb;
}

}  // namespace

TEST_CASE("Encoder constants are those of the contract for every kind of g", "[encoder]") {
  std::mt19937 random(5);
  std::vector<float> scales{1.0F, 0x1p-149F, 0x1.8p-148F, 0x1.fffffcp-127F, 0x1p-126F, 0x1.fffffep127F};
  while (scales.size() < 3000) {
    const float g = from_bits(static_cast<std::uint32_t>(random()) & 0x7FFFFFFF);
    if (std::isfinite(g) && g > 0) scales.push_back(g);
  }
  for (int bc = 4; bc <= 8; ++bc) {
    const BcqFormat format{8, 64, 8, bc};
    for (const float g : scales) {
      CAPTURE(bc, g);
      const EncoderConstants constants = encoder_constants(g, format);
      int gamma = 0;
      const auto significand = static_cast<std::uint64_t>(std::ldexp(std::frexp(static_cast<double>(g), &gamma), 24));
      gamma -= 24;
      if (constants.shift_base != gamma + 187) FAIL("shift base");
      for (std::uint64_t m = 8; m < 16; ++m) {
        // |R·m·G − 2⁵⁰| < m·G/2 in doubled integers.
        const std::uint64_t stored = constants.reciprocals[m - 8];
        const std::uint64_t r = stored == 0 ? 1U << 24 : stored;
        const auto error = static_cast<std::int64_t>(2 * r * m * significand - (std::uint64_t{1} << 51));
        if (r <= 1U << 22 || r > 1U << 24 || std::abs(error) >= static_cast<std::int64_t>(m * significand))
          FAIL("R_" << m);
      }
      if (static_cast<int>(std::bit_width(constants.divisor)) != bc + 23) FAIL("width of D");
      const std::uint64_t product = significand * static_cast<std::uint64_t>(format.max_codeword());
      if (!equal(constants.divisor, constants.code_bias - bc - 142, product, gamma)) FAIL("D·2^δ is not Q·g");
      // What the ports hold.
      if (constants.code_bias < -512 || constants.code_bias > 511 || constants.shift_base < 0 ||
          constants.shift_base > 511) {
        FAIL("an exponent exceeds ten bits");
      }
    }
  }
  SUCCEED("all scales agreed");
}

TEST_CASE("Encoder constants are refused where the hardware has no counterpart", "[encoder]") {
  BcqFormat format;
  for (const float g : {0.0F, -1.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    CHECK_THROWS_AS(encoder_constants(g, format), InputError);
  }
  format.scale = ScaleConvention::kEncode;
  CHECK_THROWS_AS(encoder_constants(1.0F, format), InputError);
  format.scale = ScaleConvention::kDecode;
  format.codeword = CodewordType::kFloat;
  CHECK_THROWS_AS(encoder_constants(1.0F, format), InputError);
}

}  // namespace bcq::test
