// bcq_codebooks: the write port against a list.
#include <catch2/catch.hpp>

#include <vector>

#include "VCodebooksNc1.h"
#include "VCodebooksNc16.h"
#include "VCodebooksNc8.h"
#include "bcq/beat.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int NC, int BC>
class Bench {
 public:
  static constexpr int kWords = NC * 16;
  static constexpr std::uint32_t kMask = (1U << BC) - 1;

  /// One cycle of the write port.
  void cycle(bool write, int address, std::uint32_t codeword) {
    unit_->write_i = write;
    unit_->addr_i = static_cast<CData>(address);
    unit_->codeword_i = static_cast<CData>(codeword);
    unit_.tick();
  }

  [[nodiscard]] std::vector<std::uint32_t> contents() {
    const auto bits = get_port(unit_->codebooks_o);
    std::vector<std::uint32_t> words;
    for (std::size_t i = 0; i < kWords; ++i) words.push_back(get_bits(bits, i * BC, BC));
    return words;
  }

 private:
  Unit<Model> unit_;
};

using Nc1 = Bench<VCodebooksNc1, 1, 6>;
using Nc8 = Bench<VCodebooksNc8, 8, 6>;
using Nc16 = Bench<VCodebooksNc16, 16, 8>;

}  // namespace

TEMPLATE_TEST_CASE("codebooks: every entry is written alone", "[rtl][codebooks]", Nc1, Nc8, Nc16) {
  TestType bench;
  Random random;
  std::vector<std::uint32_t> expected(TestType::kWords);
  for (int i = 0; i < TestType::kWords; ++i) {
    const int address = i * 5 % TestType::kWords;  // not in order
    expected[static_cast<std::size_t>(address)] = random.word() & TestType::kMask;
    bench.cycle(true, address, expected[static_cast<std::size_t>(address)]);
  }
  CHECK(bench.contents() == expected);
  for (int i = 0; i < 5000; ++i) {
    const bool write = random.chance(50);
    const int address = static_cast<int>(random.between(0, TestType::kWords - 1));
    const std::uint32_t codeword = random.word() & TestType::kMask;
    bench.cycle(write, address, codeword);
    if (write) expected[static_cast<std::size_t>(address)] = codeword;
    if (bench.contents() != expected) FAIL("after cycle " << i);
  }
}

}  // namespace bcq::test
