// bcq_convert as a PE has it: codewords or encoded operands to factors of pairs, or nothing left to do.
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "VConvertAct.h"
#include "VConvertEncodedAct.h"
#include "VConvertEncodedWgt.h"
#include "VConvertSame.h"
#include "VConvertWgt.h"
#include "bcq/beat.hpp"
#include "line.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

constexpr std::size_t kLanes = 16;  // the defaults of the module
constexpr std::size_t kLanesPerBlock = 8;
constexpr int kBc = 6, kSelectorBits = 3, kQ = 31;

template <class Model, Form FROM, bool WEIGHT>
class Bench {
 public:
  Bench() { set_codebooks(); }

  void set_codebooks() {
    PortBits<std::remove_reference_t<decltype(unit_->codebooks_i)>> bits{};
    for (auto& codeword : codebooks_) codeword = static_cast<std::int16_t>(random_.between(-kQ, kQ));
    put_codewords(BitSpan(bits), codebooks_, kBc);
    set_port(unit_->codebooks_i, bits);
  }

  /// An operand with one index, selector, mask bit and sign after the other at random.
  void check() {
    PortBits<std::remove_reference_t<decltype(unit_->from_i)>> from{};
    BitSpan out(from);
    std::vector<std::int16_t> codewords(kLanes);
    if (FROM == kCodewords) {
      for (auto& codeword : codewords) codeword = static_cast<std::int16_t>(random_.between(-kQ, kQ));
      put_codewords(out, codewords, kBc);
    } else {
      const std::uint32_t mask = random_.word() & 0xFFFF, selectors = random_.word() & 0x3F;
      const bool negative = random_.chance(50);
      for (std::size_t l = 0; l < kLanes; ++l) {
        const std::uint32_t index = random_.word() & 0xF;
        const std::uint32_t selector = selectors >> (l / kLanesPerBlock * kSelectorBits) & 7;
        out.put(l * 4, 4, index);
        const int codeword = codebooks_[selector * 16 + index];
        codewords[l] = static_cast<std::int16_t>((mask >> l & 1) == 0 ? 0 : negative ? -codeword : codeword);
      }
      out.put(kLanes * 4, 6, selectors);
      out.put(kLanes * 4 + 6, 16, mask);
      out.put(kLanes * 4 + 22, 1, negative ? 1 : 0);
    }
    set_port(unit_->from_i, from);
    unit_.settle();
    PortBits<std::remove_reference_t<decltype(unit_->to_o)>> expected{};
    put_factors(BitSpan(expected), codewords, kBc, WEIGHT);
    if (get_port(unit_->to_o) != expected) FAIL("operand " << checked);
    ++checked;
  }

  int checked = 0;

 private:
  Unit<Model> unit_;
  Random random_;
  std::vector<std::int16_t> codebooks_ = std::vector<std::int16_t>(8 * 16);
};

using Act = Bench<VConvertAct, kCodewords, false>;
using Wgt = Bench<VConvertWgt, kCodewords, true>;
using EncodedAct = Bench<VConvertEncodedAct, kEncoded, false>;
using EncodedWgt = Bench<VConvertEncodedWgt, kEncoded, true>;

}  // namespace

TEMPLATE_TEST_CASE("convert: to factors of pairs", "[rtl][convert]", Act, Wgt, EncodedAct, EncodedWgt) {
  TestType bench;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 100 == 0) bench.set_codebooks();
    bench.check();
  }
  CHECK(bench.checked == 20'000);
}

TEST_CASE("convert: an operand that has its form passes", "[rtl][convert]") {
  Unit<VConvertSame> unit;
  Random random;
  PortBits<std::remove_reference_t<decltype(unit->from_i)>> bits{};
  for (int i = 0; i < 100; ++i) {
    for (auto& word : bits) word = random.word();
    bits.back() &= (1U << (8 * (3 * kBc + 1)) % 32) - 1;  // no bits beyond the port
    set_port(unit->from_i, bits);
    unit.settle();
    if (get_port(unit->to_o) != bits) FAIL("operand " << i);
  }
}

}  // namespace bcq::test
