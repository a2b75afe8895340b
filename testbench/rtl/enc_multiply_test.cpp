// bcq_enc_multiply: every product of small factors, and 24 bits around what the digits of a significand can be.
#include <catch2/catch.hpp>

#include "VEncMultiply24.h"
#include "VEncMultiply8.h"
#include "encoder_data.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

template <class Model, int A_W, int B_W, int P_W>
class Bench {
 public:
  static constexpr std::uint64_t kA = (std::uint64_t{1} << A_W) - 1, kB = (std::uint64_t{1} << B_W) - 1;

  void check(std::uint64_t a, std::uint64_t b) {
    unit_->a_i = static_cast<std::remove_reference_t<decltype(unit_->a_i)>>(a);
    unit_->b_i = static_cast<std::remove_reference_t<decltype(unit_->b_i)>>(b);
    unit_->triple_i = static_cast<std::remove_reference_t<decltype(unit_->triple_i)>>(3 * b);
    unit_.settle();
    if (unit_->product_o != (a * b & ((std::uint64_t{1} << P_W) - 1)))
      FAIL(a << " * " << b << ": got " << std::uint64_t{unit_->product_o});
  }

  Random random;

 private:
  Unit<Model> unit_;
};

using A8 = Bench<VEncMultiply8, 8, 7, 13>;  // the product is cut
using A24 = Bench<VEncMultiply24, 24, 24, 48>;

}  // namespace

TEST_CASE("multiply: every pair of small factors", "[rtl][encoder]") {
  A8 bench;
  for (std::uint64_t a = 0; a <= A8::kA; ++a)
    for (std::uint64_t b = 0; b <= A8::kB; ++b) bench.check(a, b);
  SUCCEED("every product agreed");
}

TEST_CASE("multiply: significands and reciprocals", "[rtl][encoder]") {
  A24 bench;
  // Each digit alone, then runs of ones, then anything.
  for (int bit = 0; bit < 24; ++bit) {
    for (int width = 1; width <= 24 - bit; ++width) {
      const std::uint64_t run = ((std::uint64_t{1} << width) - 1) << bit;
      for (const std::uint64_t b : {std::uint64_t{1}, std::uint64_t{0x400001}, std::uint64_t{0x800000}, A24::kB}) {
        bench.check(run, b);
        bench.check(A24::kA - run, b);
      }
    }
  }
  for (int i = 0; i < 200'000; ++i) bench.check(bench.random.bits() & A24::kA, bench.random.bits() & A24::kB);
  SUCCEED("every product agreed");
}

}  // namespace bcq::test
