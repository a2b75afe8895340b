// bcq_enc_score against the definition: every V with every codeword, and sums over lanes of which some do not count.
#include <catch2/catch.hpp>

#include <vector>

#include "VEncScoreL1Bc4.h"
#include "VEncScoreL1Bc5.h"
#include "VEncScoreL1Bc8.h"
#include "VEncScoreL8Bc6.h"
#include "bcq/beat.hpp"
#include "encoder_data.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int LANES, int BC, int SUM_W>
class Bench {
 public:
  static constexpr int kBc = BC;
  static constexpr int kLimit = (1 << (BC + 4)) - 1;
  static constexpr BcqFormat kFormat{64, 64, 1, BC};

  void set_codebook(const Codebook& book) {
    book_ = book;
    PortBits<std::remove_reference_t<decltype(unit_->codebook_i)>> bits{};
    for (std::size_t i = 0; i < book.size(); ++i) BitSpan(bits).put(i * BC, BC, static_cast<std::uint32_t>(book[i]));
    set_port(unit_->codebook_i, bits);
  }

  void check(const std::vector<int>& v, const std::vector<std::size_t>& index, std::uint32_t mask) {
    PortBits<std::remove_reference_t<decltype(unit_->minus_v_i)>> v_bits{};
    PortBits<std::remove_reference_t<decltype(unit_->indices_i)>> index_bits{};
    std::int64_t expected = 0;
    for (std::size_t l = 0; l < LANES; ++l) {
      BitSpan(v_bits).put(l * (BC + 5), BC + 5, static_cast<std::uint32_t>(-v[l]));
      BitSpan(index_bits).put(l * 4, 4, static_cast<std::uint32_t>(index[l]));
      const int codeword = book_[index[l]];
      if ((mask >> l & 1) != 0) expected += codeword * (8 * codeword - v[l]);
    }
    set_port(unit_->minus_v_i, v_bits);
    set_port(unit_->indices_i, index_bits);
    unit_->mask_i = static_cast<CData>(mask);
    unit_.settle();
    const auto got = static_cast<std::int64_t>(get_signed(unit_->sum_o, SUM_W));
    if (got != expected) FAIL("V = " << v[0] << ", mask " << mask << ": got " << got << ", expected " << expected);
  }

  Random random;

 private:
  Unit<Model> unit_;
  Codebook book_{};
};

using L1Bc4 = Bench<VEncScoreL1Bc4, 1, 4, 13>;
using L1Bc5 = Bench<VEncScoreL1Bc5, 1, 5, 15>;
using L1Bc8 = Bench<VEncScoreL1Bc8, 1, 8, 21>;
using L8Bc6 = Bench<VEncScoreL8Bc6, 8, 6, 20>;

}  // namespace

TEMPLATE_TEST_CASE("score: every V with every codeword", "[rtl][encoder]", L1Bc4, L1Bc5, L1Bc8) {
  TestType bench;
  const int q = TestType::kFormat.max_codeword();
  const int step = TestType::kBc == 8 ? 7 : 1;  // of the widest, every codeword and a seventh of the V
  for (int low = -q; low <= q; low += 16) {
    Codebook book{};
    for (int i = 0; i < 16; ++i) book[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(std::min(low + i, q));
    bench.set_codebook(book);
    for (int v = -TestType::kLimit; v <= TestType::kLimit; v += step)
      for (std::size_t i = 0; i < 16; ++i) bench.check({v}, {i}, 1);
  }
  bench.check({1}, {0}, 0);
  SUCCEED("every score agreed");
}

TEST_CASE("score: lanes add up, those that do not count add nothing", "[rtl][encoder]") {
  L8Bc6 bench;
  for (int i = 0; i < 40'000; ++i) {
    if (i % 100 == 0) bench.set_codebook(random_codebook(bench.random, L8Bc6::kFormat));
    const bool extreme = i % 4 == 0;
    std::vector<int> v;
    std::vector<std::size_t> index;
    for (int l = 0; l < 8; ++l) {
      v.push_back(static_cast<int>(extreme ? L8Bc6::kLimit * (bench.random.chance(10) ? -1 : 1)
                                           : bench.random.between(-L8Bc6::kLimit, L8Bc6::kLimit)));
      index.push_back(static_cast<std::size_t>(extreme ? 0 : bench.random.between(0, 15)));
    }
    bench.check(v, index, i % 3 == 0 ? bench.random.word() & 0xFF : 0xFF);
  }
  SUCCEED("every sum agreed");
}

}  // namespace bcq::test
