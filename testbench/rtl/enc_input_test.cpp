// bcq_enc_finite and bcq_enc_absmax: what a beat is made of, and the largest magnitude of a block array.
#include <catch2/catch.hpp>

#include <optional>
#include <vector>

#include "VEncAbsmax24.h"
#include "VEncAbsmax8.h"
#include "VEncAbsmaxBf16.h"
#include "VEncAbsmaxL1.h"
#include "VEncFinite.h"
#include "VEncFiniteBf16.h"
#include "bcq/beat.hpp"
#include "encoder_data.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Port>
void set_scalars(Port& port, std::span<const std::uint32_t> scalars, int precision) {
  PortBits<Port> bits{};
  put_scalars(BitSpan(bits), scalars, precision);
  set_port(port, bits);
}

template <class Model, int LANES, int PRECISION>
void check_finite() {
  Unit<Model> unit;
  Random random;
  const std::uint32_t fraction = 0x7FFFFF & ~((1U << (24 - PRECISION)) - 1);
  int nonfinite_beats = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::uint32_t> scalars;
    for (int l = 0; l < LANES; ++l)
      scalars.push_back(random.chance(30) ? (random.word() | 0x7F800000) : bit_pattern(random));
    const auto mask = static_cast<std::uint32_t>(random.between(0, (1 << LANES) - 1));
    set_scalars(unit->scalars_i, scalars, PRECISION);
    unit->mask_i = static_cast<CData>(mask);
    unit.settle();
    bool nonfinite = false;
    const auto got = get_port(unit->scalars_o);
    for (std::size_t l = 0; l < LANES; ++l) {
      std::uint32_t expected = scalars[l] & (0xFF800000 | fraction);
      const bool there = (mask >> l & 1) != 0;
      if (there && (expected & 0x7F800000) == 0x7F800000) {
        nonfinite = true;
        expected = (expected & 0x80000000) | 0x7F000000 | fraction;
      }
      if (!there) expected = 0;
      if (get_bits(got, l * (PRECISION + 8), PRECISION + 8) != expected >> (24 - PRECISION))
        FAIL("lane " << l << ": " << std::hex << scalars[l]);
    }
    if ((unit->nonfinite_o != 0) != nonfinite) FAIL("nonfinite_o");
    nonfinite_beats += nonfinite;
  }
  CHECK(nonfinite_beats > 1000);
  CHECK(nonfinite_beats < 19'000);
}

template <class Model, int LANES, int PRECISION>
struct Absmax {
  static void check() {
    Unit<Model> unit;
    unit->valid_i = 0;
    unit.reset();
    Random random;
    const std::uint32_t kept = ~((1U << (24 - PRECISION)) - 1);
    // What must come out in which cycle.
    std::vector<std::optional<std::uint32_t>> due(1, std::nullopt);
    std::uint32_t largest = 0;
    int arrays = 0;
    for (int i = 0; i < 30'000; ++i) {
      const bool valid = random.chance(i < 15'000 ? 100 : 60);
      const bool last = random.chance(30);
      std::vector<std::uint32_t> scalars;
      // Anything, zeros, or numbers that differ in some low bits only: every bit decides a comparison.
      const auto kind = random.between(0, 3);
      const std::uint32_t base = bit_pattern(random), low = (1U << random.between(0, 31)) - 1;
      for (int l = 0; l < LANES; ++l) {
        const std::uint32_t word = random.word();
        scalars.push_back(kind == 0   ? word & 0x80000000
                          : kind == 1 ? (base & ~low) | (word & low)
                                      : bit_pattern(random));
        if ((scalars.back() & 0x7F800000) == 0x7F800000) scalars.back() &= 0xFF7FFFFF;
      }
      set_scalars(unit->scalars_i, scalars, PRECISION);
      unit->valid_i = valid;
      unit->last_i = last;
      unit.settle();
      // Two cycles after its last beat.
      const auto& expected = due.front();
      if ((unit->valid_o != 0) != expected.has_value()) FAIL("valid_o in cycle " << i);
      if (expected && unit->max_o != *expected >> (24 - PRECISION)) FAIL("max_o in cycle " << i);
      arrays += expected.has_value();
      if (due.size() == 2) due.erase(due.begin());
      if (valid)
        for (const auto s : scalars) largest = std::max(largest, s & 0x7FFFFFFF & kept);
      due.push_back(valid && last ? std::optional(largest) : std::nullopt);
      if (valid && last) largest = 0;
      unit.tick();
    }
    CHECK(arrays > 4000);
  }
};

using L1 = Absmax<VEncAbsmaxL1, 1, 24>;
using L8 = Absmax<VEncAbsmax8, 8, 24>;
using L24 = Absmax<VEncAbsmax24, 24, 24>;
using Bf16 = Absmax<VEncAbsmaxBf16, 5, 8>;

}  // namespace

TEST_CASE("finite: lanes that do not exist, NaN and infinity", "[rtl][encoder]") {
  check_finite<VEncFinite, 5, 24>();
  check_finite<VEncFiniteBf16, 5, 8>();
}

TEMPLATE_TEST_CASE("absmax: random arrays, with and without gaps, two cycles later", "[rtl][encoder]", L1, L8, L24,
                   Bf16) {
  TestType::check();
}

}  // namespace bcq::test
