// bcq_enc_thresholds and bcq_enc_nearest against the definition: the least |V − 16c|, ties to the lower index, for
// every V. The first of two codebooks is the one under test, the second its mirror image.
#include <catch2/catch.hpp>

#include "VEncNearest4.h"
#include "VEncNearest6.h"
#include "VEncNearest8.h"
#include "VEncThresholds4.h"
#include "VEncThresholds6.h"
#include "VEncThresholds8.h"
#include "bcq/beat.hpp"
#include "encoder_data.hpp"
#include "line.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Nearest, class Thresholds, int BC>
class Bench {
 public:
  static constexpr int kBc = BC;

  void set_codebook(const Codebook& book) {
    books_[0] = book;
    std::transform(book.rbegin(), book.rend(), books_[1].begin(), [](std::int8_t c) { return -c; });
    PortBits<std::remove_reference_t<decltype(nearest_->thresholds_i)>> all{};
    for (std::size_t b = 0; b < books_.size(); ++b) {
      PortBits<std::remove_reference_t<decltype(thresholds_->codebook_i)>> bits{};
      put_codewords(BitSpan(bits), books_[b], BC);
      set_port(thresholds_->codebook_i, bits);
      thresholds_.settle();
      const auto thresholds = get_port(thresholds_->thresholds_o);
      for (std::size_t i = 0; i < 15; ++i)
        BitSpan(all).put((b * 15 + i) * (BC + 1), BC + 1, get_bits(thresholds, i * (BC + 1), BC + 1));
    }
    set_port(nearest_->thresholds_i, all);
  }

  void check_all() {
    const int limit = (1 << (BC + 4)) - 1;
    for (int v = -limit; v <= limit; ++v) {
      set_signed(nearest_->minus_v_i, BC + 5, -v);
      nearest_.settle();
      for (std::size_t b = 0; b < books_.size(); ++b) {
        const Codebook& book = books_[b];
        std::size_t best = 0;
        for (std::size_t i = 1; i < book.size(); ++i)
          if (std::abs(v - 16 * book[i]) < std::abs(v - 16 * book[best])) best = i;
        const int got = nearest_->indices_o >> (4 * b) & 15;
        if (got != static_cast<int>(best)) FAIL("V = " << v << ": got " << got << ", expected " << best);
      }
    }
  }

  Random random;

 private:
  Unit<Nearest> nearest_;
  Unit<Thresholds> thresholds_;
  std::array<Codebook, 2> books_{};
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
