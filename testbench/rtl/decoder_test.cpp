// bcq_decoder against the golden decoder, bcq::CodebookDecoder: the decode seam, in all forms of stage D.
#include <catch2/catch.hpp>

#include <vector>

#include "VDecoderL1.h"
#include "VDecoderL16.h"
#include "VDecoderL16Act.h"
#include "VDecoderL16Encoded.h"
#include "VDecoderL16Wgt.h"
#include "VDecoderL24.h"
#include "VDecoderL32.h"
#include "VDecoderL3Act.h"
#include "VDecoderL3Wgt.h"
#include "VDecoderL4.h"
#include "VDecoderL8.h"
#include "bcq/beat.hpp"
#include "bcq/decoder.hpp"
#include "line.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// The unit beside the golden decoder; both get the same beats.
template <class Model, int LANES, int LB, int NC, int BC, Form FORM = kCodewords, bool WEIGHT = false>
class Bench {
 public:
  static constexpr int kLanes = LANES;
  static constexpr int kSelectors = LANES > LB ? LANES / LB : 1;
  static constexpr int kCodebooks = NC;
  static constexpr std::uint64_t kAllLanes = (std::uint64_t{1} << LANES) - 1;

  Bench() : golden_(codebooks_), codewords(LANES), indices(LANES), selectors(kSelectors) {
    codebooks_.format = {LB, LB > LANES ? LB : LANES, NC, BC};
    draw();
  }

  /// Fresh codebooks, which hold any codeword anywhere: the unit does not know that they ascend.
  void draw() {
    const int q = codebooks_.format.max_codeword();
    PortBits<std::remove_reference_t<decltype(unit_->codebooks_i)>> bits{};
    codebooks_.codebooks.assign(NC, {});
    for (int c = 0; c < NC; ++c) {
      Codebook& book = codebooks_.codebooks[static_cast<std::size_t>(c)];
      for (std::size_t i = 0; i < book.size(); ++i) {
        book[i] = static_cast<std::int8_t>(random.between(-q, q));
        BitSpan(bits).put((static_cast<std::size_t>(c) * 16 + i) * BC, BC, static_cast<std::uint32_t>(book[i]));
      }
    }
    set_port(unit_->codebooks_i, bits);
  }

  /// Fresh noise in every index and selector.
  void shuffle() {
    for (auto& index : indices) index = static_cast<std::uint8_t>(random.between(0, 15));
    for (auto& selector : selectors) selector = static_cast<std::uint8_t>(random.between(0, NC - 1));
  }

  /// One clock with the beat on the port.
  void clock(bool enable, bool first, std::uint8_t scale, std::uint64_t mask) {
    const BeatLayout layout(codebooks_.format, LANES);
    PortBits<std::remove_reference_t<decltype(unit_->beat_i)>> bits{};
    BitSpan out(bits);
    std::size_t lsb = 0;
    for (const auto index : indices) out.put(lsb, kIndexBits, index), lsb += kIndexBits;
    for (const auto selector : selectors) {
      // With one codebook the field is there and ignored.
      out.put(lsb, layout.selector_bits, NC > 1 ? selector : random.word() & 1);
      lsb += static_cast<std::size_t>(layout.selector_bits);
    }
    if (enable) keep(bits, lsb, mask, first, scale);
    out.put(lsb, 8, scale);
    set_port(unit_->beat_i, bits);
    unit_->en_i = enable;
    unit_->first_i = first;
    unit_->lane_mask_i = static_cast<std::remove_reference_t<decltype(unit_->lane_mask_i)>>(mask);
    unit_.tick();
  }

  /// A decoded beat: unit and golden model step together, then agree.
  void decode(bool first, std::uint8_t scale, std::uint64_t mask = kAllLanes) {
    clock(true, first, scale, mask);
    golden_.decode({indices, selectors, scale}, first, codewords);
    for (std::size_t lane = 0; lane < codewords.size(); ++lane)
      if ((mask >> lane & 1) == 0) codewords[lane] = 0;
    check();
  }

  /// The outputs are those of the last beat.
  void check() {
    Line expected{};
    switch (FORM) {
      case kEncoded:
        expected = encoded_;
        break;
      case kCodewords:
        put_codewords(BitSpan(expected), codewords, BC);
        break;
      case kFactors:
        put_factors(BitSpan(expected), codewords, BC, WEIGHT);
        break;
    }
    const Line got = get_port(unit_->line_o);
    for (std::size_t word = 0; word < got.size(); ++word)
      if (got[word] != expected[word])
        FAIL("word " << word << ": got " << got[word] << ", expected " << expected[word]);
    const E4m3Parts scale = golden_.scale();
    if (unit_->significand_o != scale.significand || unit_->exponent_o != scale.exponent)
      FAIL("scale: got " << int{unit_->significand_o} << ", " << int{unit_->exponent_o} << ", expected "
                         << scale.significand << ", " << scale.exponent);
    ++checked;
  }

 private:
  using Line = PortBits<std::remove_reference_t<decltype(std::declval<Model>().line_o)>>;

  /// The encoded form of a beat: its fields but the scale, the mask, the sign of the scale.
  template <class Fields>
  void keep(const Fields& fields, std::size_t width, std::uint64_t mask, bool first, std::uint8_t scale) {
    if (FORM != kEncoded) return;
    if (first) negative_ = scale >> 7;
    encoded_ = {};
    BitSpan out(encoded_);
    for (std::size_t i = 0; i < width; ++i) out.put(i, 1, get_bits(fields, i, 1));
    for (std::size_t l = 0; l < LANES; ++l) out.put(width + l, 1, static_cast<std::uint32_t>(mask >> l & 1));
    out.put(width + LANES, 1, negative_);
  }

  CodebookSet codebooks_;
  Line encoded_{};
  std::uint32_t negative_ = 0;
  CodebookDecoder golden_;
  Unit<Model> unit_;

 public:
  std::vector<std::int16_t> codewords;
  std::vector<std::uint8_t> indices, selectors;
  int checked = 0;
  Random random;
};

using L1 = Bench<VDecoderL1, 1, 1, 2, 4>;
using L4 = Bench<VDecoderL4, 4, 8, 8, 6>;
using L8 = Bench<VDecoderL8, 8, 8, 1, 6>;
using L16 = Bench<VDecoderL16, 16, 8, 8, 6>;
using L24 = Bench<VDecoderL24, 24, 8, 4, 5>;
using L16Encoded = Bench<VDecoderL16Encoded, 16, 8, 8, 6, kEncoded>;
using L16Act = Bench<VDecoderL16Act, 16, 8, 8, 6, kFactors, false>;
using L16Wgt = Bench<VDecoderL16Wgt, 16, 8, 8, 6, kFactors, true>;
using L3Act = Bench<VDecoderL3Act, 3, 1, 2, 4, kFactors, false>;
using L3Wgt = Bench<VDecoderL3Wgt, 3, 1, 2, 4, kFactors, true>;
using L32 = Bench<VDecoderL32, 32, 4, 16, 8>;

}  // namespace

TEMPLATE_TEST_CASE("decoder: every selector, index and lane", "[rtl][decoder]", L1, L4, L8, L16, L24, L32, L16Encoded,
                   L16Act, L16Wgt, L3Act, L3Wgt) {
  TestType bench;
  constexpr auto lanes_per_block = static_cast<std::size_t>(TestType::kLanes / TestType::kSelectors);
  for (std::size_t lane = 0; lane < static_cast<std::size_t>(TestType::kLanes); ++lane) {
    for (int selector = 0; selector < TestType::kCodebooks; ++selector) {
      for (int index = 0; index < 16; ++index) {
        for (int draw = 0; draw < 4; ++draw) {
          bench.draw();
          bench.shuffle();
          bench.indices[lane] = static_cast<std::uint8_t>(index);
          bench.selectors[lane / lanes_per_block] = static_cast<std::uint8_t>(selector);
          bench.decode(true, bench.random.chance(50) ? 0x38 : 0xB8);
        }
      }
    }
  }
  CHECK(bench.checked == TestType::kLanes * TestType::kCodebooks * 16 * 4);
}

TEMPLATE_TEST_CASE("decoder: every scale code, held over the block array", "[rtl][decoder]", L1, L4, L8, L16, L24, L32,
                   L16Encoded, L16Act, L16Wgt, L3Act, L3Wgt) {
  TestType bench;
  for (int code = 0; code < 256; ++code) {
    bench.shuffle();
    bench.decode(true, static_cast<std::uint8_t>(code));
    for (int beat = 0; beat < 3; ++beat) {  // the scale field of later beats is noise
      bench.shuffle();
      bench.decode(false, static_cast<std::uint8_t>(bench.random.word()));
    }
  }
  CHECK(bench.checked == 256 * 4);
}

TEMPLATE_TEST_CASE("decoder: masked lanes are zero", "[rtl][decoder]", L1, L4, L8, L16, L24, L32, L16Encoded, L16Act,
                   L16Wgt, L3Act, L3Wgt) {
  TestType bench;
  for (int lane = 0; lane < TestType::kLanes; ++lane) {
    bench.shuffle();
    bench.decode(true, 0x7E, std::uint64_t{1} << lane);
    bench.shuffle();
    bench.decode(true, 0xFE, TestType::kAllLanes ^ (std::uint64_t{1} << lane));
  }
  for (int i = 0; i < 1000; ++i) {
    bench.shuffle();
    bench.decode(true, static_cast<std::uint8_t>(bench.random.word()), bench.random.bits() & TestType::kAllLanes);
  }
  CHECK(bench.checked == 2 * TestType::kLanes + 1000);
}

TEMPLATE_TEST_CASE("decoder: nothing moves while en_i is low", "[rtl][decoder]", L1, L4, L8, L16, L24, L32, L16Encoded,
                   L16Act, L16Wgt) {
  TestType bench;
  for (int i = 0; i < 2000; ++i) {
    bench.shuffle();
    const auto scale = static_cast<std::uint8_t>(bench.random.word());
    if (i == 0 || bench.random.chance(50)) {
      bench.decode(i == 0 || bench.random.chance(30), scale);
    } else {
      bench.clock(false, bench.random.chance(50), scale, bench.random.bits() & TestType::kAllLanes);
      bench.check();
    }
  }
  CHECK(bench.checked == 2000);
}

}  // namespace bcq::test
