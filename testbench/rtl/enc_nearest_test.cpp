// bcq_enc_thresholds and bcq_enc_nearest against the definition: the least |V − 16c|, ties to the lower index, for
// every V.
#include <catch2/catch.hpp>

#include "VEncNearest4.h"
#include "VEncNearest6.h"
#include "VEncNearest8.h"
#include "VEncThresholds4.h"
#include "VEncThresholds6.h"
#include "VEncThresholds8.h"
#include "bcq/beat.hpp"
#include "encoder_data.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Nearest, class Thresholds, int BC>
class Bench {
 public:
  static constexpr int kBc = BC;

  void set_codebook(const Codebook& book) {
    book_ = book;
    PortBits<std::remove_reference_t<decltype(nearest_->codebook_i)>> bits{};
    for (std::size_t i = 0; i < book.size(); ++i) BitSpan(bits).put(i * BC, BC, static_cast<std::uint32_t>(book[i]));
    set_port(nearest_->codebook_i, bits);
    set_port(thresholds_->codebook_i, bits);
    thresholds_.settle();
    set_port(nearest_->thresholds_i, get_port(thresholds_->thresholds_o));
  }

  void check_all() {
    const int limit = (1 << (BC + 4)) - 1;
    for (int v = -limit; v <= limit; ++v) {
      set_signed(nearest_->v_i, BC + 5, v);
      nearest_.settle();
      std::size_t best = 0;
      for (std::size_t i = 1; i < book_.size(); ++i)
        if (std::abs(v - 16 * book_[i]) < std::abs(v - 16 * book_[best])) best = i;
      const int distance = v - 16 * book_[best];
      const auto score = static_cast<int>(get_signed(nearest_->score_o, 2 * BC + 5));
      if (nearest_->index_o != best) FAIL("V = " << v << ": got " << int{nearest_->index_o} << ", expected " << best);
      // The squared distance is the score and what all codebooks have in common.
      if (v * v + 32 * score != distance * distance) FAIL("V = " << v << ": score " << score);
    }
  }

  Random random;

 private:
  Unit<Nearest> nearest_;
  Unit<Thresholds> thresholds_;
  Codebook book_{};
};

using Bc4 = Bench<VEncNearest4, VEncThresholds4, 4>;
using Bc6 = Bench<VEncNearest6, VEncThresholds6, 6>;
using Bc8 = Bench<VEncNearest8, VEncThresholds8, 8>;

}  // namespace

TEMPLATE_TEST_CASE("nearest: every V, random codebooks with equal codewords", "[rtl][encoder]", Bc4, Bc6, Bc8) {
  TestType bench;
  const BcqFormat format{8, 64, 8, TestType::kBc};
  for (int i = 0; i < 60; ++i) {
    bench.set_codebook(random_codebook(bench.random, format));
    bench.check_all();
  }
  Codebook book{};
  const auto q = static_cast<std::int8_t>(format.max_codeword());
  for (const std::int8_t all : {std::int8_t{0}, q, static_cast<std::int8_t>(-q)}) {
    book.fill(all);
    bench.set_codebook(book);
    bench.check_all();
  }
  // Both ends and nothing between.
  for (std::size_t low = 1; low < 16; ++low) {
    for (std::size_t j = 0; j < 16; ++j) book[j] = static_cast<std::int8_t>(j < low ? -q : q);
    bench.set_codebook(book);
    bench.check_all();
  }
  SUCCEED("every V agreed");
}

}  // namespace bcq::test
