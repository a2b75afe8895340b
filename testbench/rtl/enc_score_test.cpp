// bcq_enc_score against the definition: every V with every codeword.
#include <catch2/catch.hpp>

#include "VEncScore4.h"
#include "VEncScore5.h"
#include "VEncScore8.h"
#include "bcq/beat.hpp"
#include "bcq/codebook.hpp"
#include "line.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int BC>
class Bench {
 public:
  static constexpr int kBc = BC;
  static constexpr int kLimit = (1 << (BC + 4)) - 1;
  static constexpr int kQ = (1 << (BC - 1)) - 1;

  void set_codebook(const Codebook& book) {
    book_ = book;
    PortBits<std::remove_reference_t<decltype(unit_->codebook_i)>> bits{};
    put_codewords(BitSpan(bits), book, BC);
    set_port(unit_->codebook_i, bits);
  }

  void check(int v, std::size_t index, bool exists) {
    set_signed(unit_->minus_v_i, BC + 5, -v);
    unit_->index_i = static_cast<CData>(index);
    unit_->exists_i = exists;
    unit_.settle();
    const int c = exists ? book_[index] : 0;
    const auto got = static_cast<int>(get_signed(unit_->score_o, 2 * BC + 5));
    // The squared distance is the score and what all codebooks have in common.
    if (got != c * (8 * c - v) || v * v + 32 * got != (v - 16 * c) * (v - 16 * c))
      FAIL("V = " << v << ", c = " << c << ": got " << got);
  }

 private:
  Unit<Model> unit_;
  Codebook book_{};
};

using Bc4 = Bench<VEncScore4, 4>;
using Bc5 = Bench<VEncScore5, 5>;
using Bc8 = Bench<VEncScore8, 8>;

}  // namespace

TEMPLATE_TEST_CASE("score: every V with every codeword, random codebooks", "[rtl][encoder]", Bc4, Bc5, Bc8) {
  TestType bench;
  for (int low = -TestType::kQ; low <= TestType::kQ; low += 16) {
    Codebook book{};
    for (int i = 0; i < 16; ++i)
      book[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(std::min(low + i, TestType::kQ));
    bench.set_codebook(book);
    for (int v = -TestType::kLimit; v <= TestType::kLimit; ++v)
      for (std::size_t i = 0; i < 16; ++i) bench.check(v, i, true);
    bench.check(TestType::kLimit, 0, false);
  }
  Random random;
  for (int i = 0; i < 20; ++i) {
    Codebook book{};
    for (auto& c : book) c = static_cast<std::int8_t>(random.between(-TestType::kQ, TestType::kQ));
    bench.set_codebook(book);
    for (int j = 0; j < 2'000; ++j)
      bench.check(static_cast<int>(random.between(-TestType::kLimit, TestType::kLimit)),
                  static_cast<std::size_t>(random.between(0, 15)), random.chance(90));
  }
  SUCCEED("every score agreed");
}

}  // namespace bcq::test
