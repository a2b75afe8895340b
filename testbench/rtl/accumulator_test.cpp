// bcq_accumulator of either kind against __int128: sums, the shadow, and draining while the next tile adds up.
#include <catch2/catch.hpp>

#include "VAccumulator53.h"
#include "VAccumulator63.h"
#include "VAccumulator67.h"
#include "VAccumulatorFp32.h"
#include "unit.hpp"

namespace bcq::test {
namespace {

constexpr int kMaxSignificands = 15 * 15;
constexpr int kMaxShift = 28;

/// Parameters as the array derives them from LA, BC, K_MAX and the kind of accumulator.
template <class Model, int LA, int BC, int K_MAX, Accumulation KIND = Accumulation::kExact>
class Bench {
 public:
  static constexpr bool kFp32 = KIND == Accumulation::kFp32;
  static constexpr int kArrays = K_MAX / LA;
  static constexpr std::int64_t kMaxScaled =
      std::int64_t{LA} * ((1 << (BC - 1)) - 1) * ((1 << (BC - 1)) - 1) * kMaxSignificands;
  static constexpr int kWidth = kFp32 ? 32 : 1 + std::bit_width(unsigned{K_MAX - 1}) + 2 * (BC - 1) + 36;
  static constexpr int kScaledWidth = 2 * BC - 1 + std::bit_width(unsigned{LA - 1}) + 8;

  struct Inputs {
    bool add, first, last;
    std::int64_t scaled;
    int shift;
    bool drain;
    Accumulator below;
  };

  void cycle(const Inputs& in) {
    unit_->add_i = in.add;
    unit_->first_i = in.first;
    unit_->last_i = in.last;
    set_signed(unit_->scaled_i, kScaledWidth, in.scaled);
    unit_->shift_i = static_cast<CData>(in.shift);
    unit_->drain_i = in.drain;
    set_signed(unit_->below_i, kWidth, in.below);
    unit_.tick();
    if (in.add) sum_ = rounded((in.first ? 0 : sum_) + Accumulator{in.scaled} * (Accumulator{1} << in.shift));
    if (in.add && in.last) {
      shadow_ = held(sum_);
      known_ = true;
    } else if (in.drain) {
      shadow_ = in.below;
      known_ = true;
    }
    const Accumulator got = get_signed(unit_->s_o, kWidth);
    if (known_ && got != shadow_) FAIL("got " << hex_text(got) << ", expected " << hex_text(shadow_));
  }

  Accumulator shadow() { return get_signed(unit_->s_o, kWidth); }

  /// The register's bits, as a two's complement integer, when it holds `sum`.
  static Accumulator held(Accumulator sum) {
    if (!kFp32) return sum;
    return std::bit_cast<std::int32_t>(accumulator_to_float(sum));
  }
  /// The nearest sum that the register can hold.
  static Accumulator rounded(Accumulator sum) {
    if (!kFp32) return sum;
    return static_cast<Accumulator>(std::ldexp(accumulator_to_float(sum), -kAccumulatorLsb));
  }

 private:
  Unit<Model> unit_;
  Accumulator sum_ = 0, shadow_ = 0;
  bool known_ = false;
};

using Acc53 = Bench<VAccumulator53, 16, 4, 1024>;
using Acc63 = Bench<VAccumulator63, 64, 6, 65536>;
using Acc67 = Bench<VAccumulator67, 1024, 8, 65536>;
using AccFp32 = Bench<VAccumulatorFp32, 64, 6, 65536, Accumulation::kFp32>;

}  // namespace

TEMPLATE_TEST_CASE("accumulator: random tiles, drained meanwhile", "[rtl][accumulator]", Acc53, Acc63, Acc67, AccFp32) {
  TestType bench;
  Random random;
  const auto noise = [&] {
    return typename TestType::Inputs{false,
                                     random.chance(50),
                                     random.chance(50),
                                     random.between(-TestType::kMaxScaled, TestType::kMaxScaled),
                                     static_cast<int>(random.between(0, kMaxShift)),
                                     random.chance(30),
                                     random.between(INT64_MIN >> (66 - std::min(66, TestType::kWidth)), 1 << 30)};
  };
  for (int tile = 0; tile < 20'000; ++tile) {
    const int arrays = static_cast<int>(random.between(1, std::min(20, TestType::kArrays)));
    for (int j = 0; j < arrays; ++j) {
      while (random.chance(30)) bench.cycle(noise());
      auto in = noise();
      in.add = true;
      in.first = j == 0;
      in.last = j == arrays - 1;
      bench.cycle(in);
    }
  }
  SUCCEED("every cycle agreed");
}

TEMPLATE_TEST_CASE("accumulator: the largest sums of K_MAX fit", "[rtl][accumulator]", Acc53, Acc63, Acc67) {
  for (const int sign : {1, -1}) {
    TestType bench;
    for (int j = 0; j < TestType::kArrays; ++j)
      bench.cycle({true, j == 0, j == TestType::kArrays - 1, sign * TestType::kMaxScaled, kMaxShift, false, 0});
    const Accumulator expected = Accumulator{sign} * TestType::kArrays * TestType::kMaxScaled << kMaxShift;
    CHECK((bench.shadow() == expected));
  }
}

TEMPLATE_TEST_CASE("accumulator: a finished sum wins over draining", "[rtl][accumulator]", Acc53, Acc63, Acc67,
                   AccFp32) {
  TestType bench;
  bench.cycle({true, true, true, 5, 3, true, 77});
  CHECK((bench.shadow() == TestType::held(40)));
  bench.cycle({false, false, false, 5, 3, true, 77});
  CHECK((bench.shadow() == 77));
  bench.cycle({false, true, true, 5, 3, false, 99});
  CHECK((bench.shadow() == 77));
}

}  // namespace bcq::test
