// bcq_output with either accumulator: rows of S in, scaled binary32 rows out; order, latency, back pressure.
#include <catch2/catch.hpp>

#include <cmath>
#include <deque>
#include <optional>

#include "VOutputExact.h"
#include "VOutputFp32.h"
#include "bcq/beat.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

constexpr int kCols = 3;
/// An S of random length as its accumulator holds it, least significant word first, and as binary32.
struct Sum {
  std::array<std::uint32_t, 2> words;
  float value;
};

struct Exact {
  using Model = VOutputExact;
  static constexpr std::size_t kWidth = 63;

  static Sum draw(Random& random) {
    const int length = static_cast<int>(random.between(1, kWidth));
    const auto s = static_cast<std::int64_t>(random.bits()) >> (64 - length);
    return {{static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(s >> 32)}, accumulator_to_float(s)};
  }
};

struct Fp32 {
  using Model = VOutputFp32;
  static constexpr std::size_t kWidth = 32;

  /// Half of them as an accumulator has them, half of them any finite number that is not subnormal.
  static Sum draw(Random& random) {
    float value = Exact::draw(random).value;
    if (random.chance(50)) value = std::bit_cast<float>(random.word() & ~(1U << random.between(23, 30)));
    if (std::fpclassify(value) == FP_SUBNORMAL) value = std::copysign(0.0F, value);
    return {{std::bit_cast<std::uint32_t>(value), 0}, value};
  }
};

template <class Kind>
class Bench {
 public:
  explicit Bench(float scale) : scale_(scale) {
    unit_->scale_i = std::bit_cast<std::uint32_t>(scale);
    unit_->row_valid_i = 0;
    unit_->res_ready_i = 0;
    unit_.reset();
  }

  /// One cycle; returns what moved. A row on offer stays until it is taken.
  struct Moved {
    bool in, out;
  };
  Moved cycle(bool want_to_send, bool ready) {
    if (!row_ && want_to_send) offer();
    unit_->row_valid_i = row_.has_value();
    unit_->res_ready_i = ready;
    unit_.settle();
    const Moved moved{row_.has_value() && unit_->row_ready_o != 0, ready && unit_->res_valid_o != 0};
    if (moved.out) {
      if (expected_.empty()) FAIL("a result without a row");
      if (get_port(unit_->res_o) != expected_.front()) FAIL("wrong result");
      expected_.pop_front();
    }
    if (moved.in) {
      expected_.push_back(*row_);
      row_.reset();
    }
    unit_.tick();
    return moved;
  }

  Random random;

 private:
  using Result = PortBits<std::remove_reference_t<decltype(Kind::Model::res_o)>>;

  void offer() {
    PortBits<std::remove_reference_t<decltype(Kind::Model::s_i)>> bits{};
    Result result{};
    for (std::size_t c = 0; c < kCols; ++c) {
      const Sum s = Kind::draw(random);
      for (std::size_t bit = 0; bit < Kind::kWidth; bit += 32) {
        const int width = static_cast<int>(std::min<std::size_t>(32, Kind::kWidth - bit));
        BitSpan(bits).put(c * Kind::kWidth + bit, width, s.words[bit / 32]);
      }
      result[c] = std::bit_cast<std::uint32_t>(s.value * scale_);
    }
    set_port(unit_->s_i, bits);
    row_ = result;
  }

  Unit<typename Kind::Model> unit_;
  float scale_;
  std::optional<Result> row_;
  std::deque<Result> expected_;
};

}  // namespace

TEMPLATE_TEST_CASE("output: random rows and back pressure", "[rtl][output]", Exact, Fp32) {
  for (const float scale : {1.0F, 0x1.234567p-20F, 0x1.8p-140F, 0.0F, 0x1.FFFFFEp127F}) {
    Bench<TestType> bench(scale);
    int rows = 0;
    for (int i = 0; i < 40'000; ++i) {
      const int take = i / 1000 % 5 * 25;
      rows += bench.cycle(bench.random.chance(70), bench.random.chance(take)).out;
    }
    CHECK(rows > 10'000);
  }
}

TEMPLATE_TEST_CASE("output: subnormal scales of every length", "[rtl][output]", Exact, Fp32) {
  Random random;
  for (int length = 1; length <= 23; ++length) {
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t top = 1U << (length - 1);
      Bench<TestType> bench(std::bit_cast<float>(top | (random.word() & (top - 1))));
      for (int row = 0; row < 200; ++row) bench.cycle(true, true);
    }
  }
  SUCCEED("every row agreed");
}

TEMPLATE_TEST_CASE("output: a row taken in cycle n is offered in cycle n+7", "[rtl][output]", Exact, Fp32) {
  Bench<TestType> bench(1.0F);
  for (int i = 0; i < 5; ++i) {
    CHECK(bench.cycle(true, true).in);
    for (int stage = 0; stage < 6; ++stage) CHECK_FALSE(bench.cycle(false, true).out);
    CHECK(bench.cycle(false, true).out);
  }
}

TEMPLATE_TEST_CASE("output: one row per cycle", "[rtl][output]", Exact, Fp32) {
  Bench<TestType> bench(1.0F);
  for (int i = 0; i < 7; ++i) CHECK(bench.cycle(true, true).in);
  int stalls = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto moved = bench.cycle(true, true);
    stalls += !moved.in || !moved.out;
  }
  CHECK(stalls == 0);
}

}  // namespace bcq::test
