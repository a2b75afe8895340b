// bcq_edge against golden decoders: a decoder per line, codebooks from a store or constant, scales delayed to stage M.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include "VEdgeFrozen.h"
#include "VEdgeL1.h"
#include "VEdgeL16.h"
#include "VEdgeL24.h"
#include "VEdgeL4.h"
#include "bcq/beat.hpp"
#include "bcq/decoder.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// The unit beside a golden decoder per line; all get the same beats.
template <class Model, int LINES, int LANES, int LB, int NC, int BC, bool FROZEN = false>
class Bench {
 public:
  static constexpr std::uint64_t kAllLanes = (std::uint64_t{1} << LANES) - 1;

  Bench() : layout_(BcqFormat{LB, std::max(LB, LANES), NC, BC}, LANES) {
    codebooks_.format = {LB, std::max(LB, LANES), NC, BC};
    codebooks_.codebooks.resize(NC);
    for (int line = 0; line < LINES; ++line) lines_.emplace_back(codebooks_);
    unit_->advance_i = 0;
    unit_->issue_i = 0;
    unit_->cb_write_i = 0;
    if constexpr (FROZEN) {
      for (int i = 0; i < 16; ++i) {  // CODEBOOKS of CMakeLists.txt, the lowest entry in the last digit
        codebooks_.codebooks[0][static_cast<std::size_t>(i)] = static_cast<std::int8_t>(std::max(-7, i - 8));
        codebooks_.codebooks[1][static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i / 2);
      }
    } else {
      load();
    }
  }

  /// Writes random codewords through the port; constants ignore them.
  void load() {
    const int q = codebooks_.format.max_codeword();
    for (int address = 0; address < NC * 16; ++address) {
      const auto codeword = static_cast<std::int8_t>(random.between(-q, q));
      unit_->advance_i = random.chance(50);  // freezing has nothing to do with the store
      unit_->issue_i = 0;
      unit_->cb_write_i = 1;
      unit_->cb_addr_i = static_cast<std::remove_reference_t<decltype(unit_->cb_addr_i)>>(address);
      unit_->cb_codeword_i = static_cast<CData>(static_cast<std::uint32_t>(codeword) & ((1U << BC) - 1));
      const bool advance = unit_->advance_i != 0;
      unit_.tick();
      if (advance) move_scales();
      if (!FROZEN)
        codebooks_.codebooks[static_cast<std::size_t>(address / 16)][static_cast<std::size_t>(address % 16)] = codeword;
    }
    unit_->cb_write_i = 0;
  }

  /// One cycle with noise on every port that does not count.
  void cycle(bool advance, bool issue, bool array_first, std::uint64_t mask) {
    PortBits<std::remove_reference_t<decltype(unit_->beats_i)>> bits{};
    for (std::size_t line = 0; line < LINES; ++line) shuffle(bits, line);
    set_port(unit_->beats_i, bits);
    unit_->advance_i = advance;
    unit_->issue_i = issue;
    unit_->array_first_i = array_first;
    unit_->lane_mask_i = static_cast<std::remove_reference_t<decltype(unit_->lane_mask_i)>>(mask);
    unit_->cb_addr_i = static_cast<std::remove_reference_t<decltype(unit_->cb_addr_i)>>(random.between(0, NC * 16 - 1));
    unit_->cb_codeword_i = static_cast<CData>(random.word() & ((1U << BC) - 1));
    unit_.tick();

    if (advance) move_scales();
    if (advance && issue) {
      for (std::size_t line = 0; line < LINES; ++line) lines_[line].decode(array_first, mask);
      decoded_ = true;
    }
    check();
  }

  Random random;
  int checked = 0;

 private:
  struct Line {
    explicit Line(const CodebookSet& codebooks) : decoder(codebooks), indices(LANES), codewords(LANES) {}

    void decode(bool first, std::uint64_t mask) {
      decoder.decode({indices, selectors, scale}, first, codewords);
      for (std::size_t lane = 0; lane < LANES; ++lane)
        if ((mask >> lane & 1) == 0) codewords[lane] = 0;
    }

    CodebookDecoder decoder;
    std::vector<std::uint8_t> indices, selectors;
    std::uint8_t scale = 0;
    std::vector<std::int16_t> codewords;
  };

  /// A fresh beat for the line, and its bits.
  template <std::size_t WORDS>
  void shuffle(std::array<std::uint32_t, WORDS>& bits, std::size_t line) {
    Line& l = lines_[line];
    BitSpan out(bits);
    std::size_t lsb = line * layout_.bits();
    for (auto& index : l.indices) {
      index = static_cast<std::uint8_t>(random.between(0, 15));
      out.put(lsb, kIndexBits, index);
      lsb += kIndexBits;
    }
    l.selectors.assign(static_cast<std::size_t>(layout_.selectors), 0);
    for (auto& selector : l.selectors) {
      // With one codebook the field is there and ignored.
      const std::uint32_t field = random.word() & ((1U << layout_.selector_bits) - 1);
      if (NC > 1) selector = static_cast<std::uint8_t>(field);
      out.put(lsb, layout_.selector_bits, field);
      lsb += static_cast<std::size_t>(layout_.selector_bits);
    }
    l.scale = static_cast<std::uint8_t>(random.word());
    out.put(lsb, 8, l.scale);
  }

  /// Stage M takes over the scales of stage D.
  void move_scales() {
    delayed_.clear();
    if (!decoded_) return;  // until a first beat has been decoded the register holds noise
    for (const Line& line : lines_) delayed_.push_back(line.decoder.scale());
  }

  void check() {
    if (!decoded_) return;
    const auto codewords = get_port(unit_->lines_o);
    const auto significands = get_port(unit_->significands_o);
    const auto exponents = get_port(unit_->exponents_o);
    for (std::size_t line = 0; line < LINES; ++line) {
      for (std::size_t lane = 0; lane < LANES; ++lane) {
        const std::uint32_t got = get_bits(codewords, (line * LANES + lane) * BC, BC);
        const std::uint32_t expected = static_cast<std::uint32_t>(lines_[line].codewords[lane]) & ((1U << BC) - 1);
        if (got != expected) FAIL("line " << line << ", lane " << lane << ": got " << got << ", expected " << expected);
      }
      if (delayed_.empty()) continue;
      const E4m3Parts& scale = delayed_[line];
      if (get_bits(significands, line * 4, 4) != static_cast<std::uint32_t>(scale.significand) ||
          get_bits(exponents, line * 4, 4) != static_cast<std::uint32_t>(scale.exponent))
        FAIL("line " << line << ": scale at stage M");
    }
    ++checked;
  }

  CodebookSet codebooks_;
  BeatLayout layout_;
  std::vector<Line> lines_;
  std::vector<E4m3Parts> delayed_;  ///< the scales of stage M, while they are known
  bool decoded_ = false;
  Unit<Model> unit_;
};

using L1 = Bench<VEdgeL1, 1, 1, 1, 1, 4>;
using L4 = Bench<VEdgeL4, 3, 4, 8, 8, 6>;
using L16 = Bench<VEdgeL16, 5, 16, 8, 8, 6>;
using L24 = Bench<VEdgeL24, 2, 24, 8, 4, 5>;
using Frozen = Bench<VEdgeFrozen, 2, 8, 4, 2, 4, true>;

}  // namespace

TEMPLATE_TEST_CASE("edge: random beats, gaps and freezes", "[rtl][edge]", L1, L4, L16, L24, Frozen) {
  TestType bench;
  bool first = true;
  for (int phase = 0; phase < 100; ++phase) {
    if (phase % 4 == 3) bench.load();
    const int advance = static_cast<int>(bench.random.between(1, 4)) * 25;
    const int issue = static_cast<int>(bench.random.between(1, 4)) * 25;
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t mask =
          bench.random.chance(70) ? TestType::kAllLanes : bench.random.bits() & TestType::kAllLanes;
      const bool moves = bench.random.chance(advance), issues = bench.random.chance(issue);
      bench.cycle(moves, issues, first || bench.random.chance(40), mask);
      if (moves && issues) first = false;
    }
  }
  CHECK(bench.checked > 9900);
}

}  // namespace bcq::test
