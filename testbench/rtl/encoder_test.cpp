// bcq_encoder against the golden quantizer: every beat, every cycle.
#include <catch2/catch.hpp>

#include <vector>

#include "VEncoder.h"
#include "VEncoderBf16.h"
#include "VEncoderFrozen.h"
#include "VEncoderL1.h"
#include "VEncoderL2.h"
#include "VEncoderL4.h"
#include "VEncoderNc1.h"
#include "VEncoderNc16.h"
#include "bcq/e4m3.hpp"
#include "bcq/files.hpp"
#include "encoder_bench.hpp"
#include "normalise.hpp"

namespace bcq::test {
namespace {

using Default = EncoderBench<VEncoder, 8, 8, 64, 8, 6>;
using L4 = EncoderBench<VEncoderL4, 4, 16, 32, 4, 5>;
using L1 = EncoderBench<VEncoderL1, 1, 1, 16, 2, 4>;
using Nc1 = EncoderBench<VEncoderNc1, 6, 2, 12, 1, 6>;
using Nc16 = EncoderBench<VEncoderNc16, 2, 1, 2, 16, 8>;
using L2 = EncoderBench<VEncoderL2, 2, 64, 192, 2, 6>;
using Bf16 = EncoderBench<VEncoderBf16, 4, 2, 16, 2, 6, 8>;
using Frozen = EncoderBench<VEncoderFrozen, 4, 2, 16, 2, 4>;

/// Rows of one kind of data.
Matrix<float> random_matrix(Random& random, std::size_t rows, std::size_t cols, int kind) {
  Matrix<float> x(rows, cols);
  const double scale = std::ldexp(1.0, static_cast<int>(random.between(-30, 30)));
  for (float& v : x.flat()) {
    double gauss = -6;
    for (int i = 0; i < 12; ++i) gauss += random.word() * 0x1p-32;
    switch (kind) {
      case 0:  // Gaussian
        v = static_cast<float>(gauss * scale);
        break;
      case 1:  // outliers
        v = static_cast<float>(gauss * scale * (random.chance(3) ? 100 : 1));
        break;
      case 2:  // magnitudes over many binades
        v = static_cast<float>(std::ldexp(gauss, static_cast<int>(random.between(-40, 10))));
        break;
      case 3:  // anything finite
        v = std::bit_cast<float>(bit_pattern(random));
        break;
      case 4:  // mostly zeros, of either sign
        v = static_cast<float>(random.chance(5) ? gauss : random.chance(50) ? 0.0 : -0.0);
        break;
      default:  // few values: ties
        v = static_cast<float>(random.between(-8, 8)) * 0.25F;
    }
  }
  return x;
}

/// A static scale: that of the data, or one that saturates or wastes most of the range.
float random_scale(Random& random, const Matrix<float>& x, const BcqFormat& format) {
  const float g = tensor_scale(x, format);
  const float moved = std::ldexp(g, static_cast<int>(random.between(-12, 12)));
  return random.chance(50) || !(moved > 0) || std::isinf(moved) ? g : moved;
}

/// Random codebooks loaded, then rows of every kind, K and pace.
template <class Encoder>
void torture(Encoder& encoder, int matrices, bool frozen) {
  for (int i = 0; i < matrices; ++i) {
    if (i % 10 == 0 && !frozen) encoder.load(random_codebooks(encoder.random, Encoder::kFormat));
    const auto k = static_cast<std::size_t>(encoder.random.between(1, 2 * Encoder::kLa + 2 * Encoder::kLanes));
    const auto rows = static_cast<std::size_t>(encoder.random.between(1, 6));
    const Matrix<float> x = random_matrix(encoder.random, rows, k, i % 6);
    const auto percent = [&] { return static_cast<int>(encoder.random.between(1, 4)) * 25; };
    CAPTURE(i, rows, k);
    encoder.encode(x, random_scale(encoder.random, x, Encoder::kFormat),
                   i % 3 == 0 ? kFull : Pace{percent(), percent()});
  }
}

/// Rows of scalars that lie a few units in the last place beside the boundary of two codewords of some codebook, in the
/// scale that the first scalar of their block array decides: the lowest bits of every product count.
Matrix<float> boundary_matrix(Random& random, std::size_t rows, std::size_t cols, float g, const CodebookSet& set) {
  Matrix<float> x(rows, cols);
  const BcqFormat& format = set.format;
  for (std::size_t row = 0; row < rows; ++row) {
    float largest = 0;
    double unit = 0;  // what a codeword counts
    for (std::size_t i = 0; i < cols; ++i) {
      if (i % static_cast<std::size_t>(format.la) == 0) {
        largest = std::bit_cast<float>(static_cast<std::uint32_t>(random.between(120, 134)) << 23 |
                                       (random.word() & 0x7FFFFF));
        unit = static_cast<double>(g) * e4m3_decode(array_scale(largest, g, format));
        x(row, i) = largest;
        continue;
      }
      const Codebook& book = set.codebooks[static_cast<std::size_t>(random.between(0, format.nc - 1))];
      const auto lower = static_cast<std::size_t>(random.between(0, 14));
      const double boundary = ((book[lower] + book[lower + 1]) / 2.0 + 1 / 32.0) * unit;
      const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(boundary));
      const float near = std::bit_cast<float>(bits + static_cast<std::uint32_t>(random.between(-3, 3)));
      x(row, i) = std::abs(near) < largest ? near : 0.0F;
    }
  }
  return x;
}

}  // namespace

TEMPLATE_TEST_CASE("encoder: random rows, scales, codebooks and stalls", "[rtl][encoder]", Default, L4, L1, Nc1, Nc16,
                   L2, Bf16) {
  TestType encoder;
  torture(encoder, 180, false);
  CHECK(encoder.beats_checked > 1000);
  CHECK_FALSE(encoder.error());
}

TEMPLATE_TEST_CASE("encoder: scalars beside a boundary of two codewords", "[rtl][encoder]", Default, L4, L1, Nc1, Nc16,
                   L2) {
  TestType encoder;
  for (int i = 0; i < 60; ++i) {
    const CodebookSet set = random_codebooks(encoder.random, TestType::kFormat);
    encoder.load(set);
    const float g = std::ldexp(1.0F + static_cast<float>(encoder.random.word() & 0x7FFFFF) * 0x1p-23F, -8);
    encoder.encode(boundary_matrix(encoder.random, 6, 2 * TestType::kLa, g, set), g, kFull);
  }
  CHECK(encoder.beats_checked > 500);
}

TEST_CASE("encoder: codebooks as constants", "[rtl][encoder]") {
  Frozen encoder;
  CodebookSet set{Frozen::kFormat, {{-7, -6, -5, -4, -3, -2, -1, 0, 0, 1, 2, 3, 4, 5, 6, 7}, {}}};
  set.codebooks[1] = {-7, -7, -7, -4, -4, -2, -1, 0, 1, 2, 4, 4, 7, 7, 7, 7};
  encoder.know(set);
  torture(encoder, 120, true);
}

TEMPLATE_TEST_CASE("encoder: every K without stalls takes the cycles of the contract", "[rtl][encoder]", Default, L4,
                   Nc1, Nc16, L2) {
  TestType encoder;
  encoder.load(random_codebooks(encoder.random, TestType::kFormat));
  for (int k = 1; k <= 2 * TestType::kLa + 5; k += k < 40 ? 1 : 7) {
    const Matrix<float> x = random_matrix(encoder.random, 3, static_cast<std::size_t>(k), 0);
    CAPTURE(k);
    encoder.encode(x, tensor_scale(x, TestType::kFormat), kFull);
  }
}

TEMPLATE_TEST_CASE("encoder: NaN and infinity count as the largest number, and are reported", "[rtl][encoder]", Default,
                   L2, Bf16) {
  TestType encoder;
  encoder.load(random_codebooks(encoder.random, TestType::kFormat));
  const auto largest = std::bit_cast<float>(0x7F7FFFFFU & TestType::kKept);
  const Matrix<float> clean = random_matrix(encoder.random, 3, TestType::kLa + 3, 0);
  encoder.encode(clean, 1.0F, {80, 80});  // NaN lies in every lane that does not exist and in every idle cycle
  CHECK_FALSE(encoder.error());
  for (const std::uint32_t bits : {kNan, kInfinity, kNan | 0x80000000, kInfinity | 0x80000000, 0x7FFFFFFFU}) {
    Matrix<float> sent = clean;
    for (float& v : sent.flat()) v = std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) & TestType::kKept);
    Matrix<float> meant = sent;
    sent(1, 2) = std::bit_cast<float>(bits);
    meant(1, 2) = (bits >> 31) != 0 ? -largest : largest;
    encoder.run(sent, meant, 0x1p100F, kFull);
    CHECK(encoder.error());
    encoder.encode(clean, 1.0F, kFull);
    CHECK(encoder.error());  // until it is cleared
    encoder.clear_error();
    CHECK_FALSE(encoder.error());
  }
}

TEMPLATE_TEST_CASE("encoder: zeros, subnormals, the largest number; scales at both ends", "[rtl][encoder]", Default, L2,
                   Bf16) {
  TestType encoder;
  encoder.load(random_codebooks(encoder.random, TestType::kFormat));
  constexpr std::size_t kLa = TestType::kLa;
  Matrix<float> x(6, 2 * kLa + 1);
  for (std::size_t i = 0; i < x.cols(); ++i) {
    const float sign = i % 3 == 0 ? -1.0F : 1.0F;
    x(0, i) = 0.0F * sign;
    x(1, i) = i < kLa ? 0.0F : sign;                                 // an all-zero block array before another
    x(2, i) = sign * 0x1p-149F * static_cast<float>(i % 9 * 65536);  // subnormals, of bfloat16 too
    x(3, i) = sign * std::numeric_limits<float>::max();
    x(4, i) = i % 5 == 0 ? x(3, i) : x(2, i);
    x(5, i) = i + 1 == x.cols() ? 0x1p-133F : 0.0F;  // a short array that holds a subnormal alone
  }
  for (const float g : tensor_scales(encoder.random, 12)) {
    CAPTURE(g);
    encoder.encode(x, g, kFull);
  }
  CHECK_FALSE(encoder.error());
}

TEST_CASE("encoder: reset in the middle of rows", "[rtl][encoder]") {
  L2 queue;
  Default stage;
  const auto check = [](auto& encoder) {
    encoder.load(random_codebooks(encoder.random, encoder.kFormat));
    for (int i = 1; i <= 30; ++i) {
      const Matrix<float> x = random_matrix(encoder.random, 2, static_cast<std::size_t>(11 * i), 0);
      encoder.encode(x, 1.0F, {80, 80});
      encoder.interrupt(x);
    }
    encoder.encode(random_matrix(encoder.random, 2, 100, 0), 1.0F, kFull);
  };
  check(queue);
  check(stage);
}

TEST_CASE("encoder: assertions on what the user has promised", "[rtl][encoder]") {
  const auto broken = [](auto misuse) {
    Unit<VEncoderL4> unit(true);
    unit->in_valid_i = 0;
    unit->cb_write_i = 0;
    unit->out_ready_i = 1;
    unit->error_clear_i = 0;
    unit.reset();
    unit.tick();
    unit->in_valid_i = 1;
    unit->in_last_i = 0;
    unit->in_mask_i = 0xF;
    misuse(*unit.operator->());
    unit.tick();
    unit->in_valid_i = 1;
    unit->in_last_i = 1;
    unit->in_mask_i = 0x7;
    unit.tick();
    return unit.assertion_failed();
  };
  CHECK_FALSE(broken([](auto&) {}));
  CHECK(broken([](auto& unit) { unit.in_mask_i = 0x7; }));                      // short, not the last beat
  CHECK(broken([](auto& unit) { unit.in_last_i = 1, unit.in_mask_i = 0x5; }));  // a lane missing between others
  CHECK(broken([](auto& unit) { unit.in_last_i = 1, unit.in_mask_i = 0; }));
  CHECK(broken([](auto& unit) { unit.cb_write_i = 1; }));
}

TEST_CASE("encoder: a whole activation of the embedded model", "[rtl][encoder]") {
  Default encoder;
  const CodebookSet set = read_universal_codebooks(BCQ_CODEBOOK_DIR, Default::kFormat);
  encoder.load(set);
  const Matrix<float> x = read_layer(BCQ_LAYER).activation;
  const float g = tensor_scale(x, Default::kFormat);
  encoder.encode(x, g, kFull);
  encoder.encode(x, g, {70, 70});
  encoder.encode(x, g / 8, kFull);  // a static scale that saturates
  CHECK(encoder.beats_checked == 3 * x.rows() * ceil_div(x.cols(), Default::kLanes));
}

}  // namespace bcq::test
