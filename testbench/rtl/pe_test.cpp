// bcq_pe against the golden terms: tiles of block arrays with bubbles, freezes and draining, in every cycle.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "VPeFp32.h"
#include "VPeL1.h"
#include "VPeL16.h"
#include "VPeL24.h"
#include "VPeL32.h"
#include "VPeL4.h"
#include "bcq/beat.hpp"
#include "bcq/e4m3.hpp"
#include "line.hpp"
#include "unit.hpp"

namespace bcq::test {
namespace {

/// An exact accumulator and the bits of its register.
struct Exact {
  static int width(int bc, int k_max) { return accumulator_bits(static_cast<std::size_t>(k_max), bc); }
  void add(std::int32_t p, int significands, int exponents) { s += scaled_term(p, significands, exponents); }
  [[nodiscard]] Accumulator bits() const { return s; }
  Accumulator s = 0;
};

/// A binary32 accumulator and the bits of its register, as a signed integer.
struct Fp32 {
  static int width(int, int) { return 32; }
  void add(std::int32_t p, int significands, int exponents) { s.add(p, significands, exponents); }
  [[nodiscard]] Accumulator bits() const { return std::bit_cast<std::int32_t>(s.value()); }
  Fp32Sum s;
};

/// The unit in the array's control pipeline; LA, BC, K_MAX as there.
template <class Model, class SUM, int LANES, int LA, int BC, int K_MAX>
class Bench {
 public:
  using Sum = SUM;
  static constexpr int kLanes = LANES;
  static constexpr int kBeats = LA / LANES;
  static constexpr int kArrays = K_MAX / LA;
  static constexpr int kQ = (1 << (BC - 1)) - 1;
  static inline const int kWidth = Sum::width(BC, K_MAX);
  using Codewords = std::vector<std::int16_t>;

  /// A beat and its control. Scales count in the last beat of a block array, noise elsewhere, as the pipeline has it.
  struct Beat {
    bool valid = false, array_first = false, array_last = false, tile_first = false, tile_last = false;
    Codewords act, wgt;
    E4m3Parts act_scale{}, wgt_scale{};
  };

  /// A bubble, or a beat with fresh codewords: noise wherever nobody may look.
  Beat noise() {
    Beat beat{false, random.chance(50), random.chance(50), random.chance(50), random.chance(50), {}, {}, {}, {}};
    for (int lane = 0; lane < LANES; ++lane) {
      beat.act.push_back(static_cast<std::int16_t>(random.between(-kQ, kQ)));
      beat.wgt.push_back(static_cast<std::int16_t>(random.between(-kQ, kQ)));
    }
    beat.act_scale = e4m3_split(static_cast<std::uint8_t>(random.between(0, 127)));
    beat.wgt_scale = e4m3_split(static_cast<std::uint8_t>(random.between(0, 127)));
    return beat;
  }

  /// One cycle; `next` enters stage D behind the pipeline where it advances. Draining goes on regardless.
  void cycle(const Beat& next, bool advance, bool drain, Accumulator below) {
    unit_->advance_i = advance;
    // While nothing advances the stages hold, whatever their inputs are.
    const Beat other = noise();
    const Beat& d = advance ? d_ : other;
    set(unit_->act_i, d.act);
    set(unit_->wgt_i, d.wgt);
    const Beat& m = advance ? m_ : other;
    unit_->m_valid_i = advance ? m.valid : random.chance(50);
    unit_->m_array_first_i = m.array_first;
    unit_->act_significand_i = static_cast<CData>(m.act_scale.significand);
    unit_->act_exponent_i = static_cast<CData>(m.act_scale.exponent);
    unit_->wgt_significand_i = static_cast<CData>(m.wgt_scale.significand);
    unit_->wgt_exponent_i = static_cast<CData>(m.wgt_scale.exponent);
    unit_->p_valid_i = advance ? p_.valid && p_.array_last : random.chance(50);
    const Beat& t = advance ? t_ : other;
    const bool t_valid = t.valid && t.array_last;
    unit_->t_valid_i = advance ? t_valid : random.chance(50);
    unit_->t_tile_first_i = t.tile_first;
    unit_->t_tile_last_i = t.tile_last;
    unit_->drain_i = drain;
    set_signed(unit_->below_i, kWidth, below);
    set_noise(unit_->act_codebooks_i);
    set_noise(unit_->wgt_codebooks_i);
    unit_.tick();

    const bool add = advance && t_valid;
    if (add) {
      if (t_.tile_first) sum_ = Sum{};
      sum_.add(t_sum_, t_.act_scale.significand * t_.wgt_scale.significand,
               t_.act_scale.exponent + t_.wgt_scale.exponent);
      ++terms;
    }
    if (add && t_.tile_last) {
      shadow_ = sum_.bits();
      known_ = true;
    } else if (drain) {
      shadow_ = below;
      known_ = true;
    }
    if (advance) step(next);
    const Accumulator got = get_signed(unit_->s_o, kWidth);
    if (known_ && got != shadow_) FAIL("got " << hex_text(got) << ", expected " << hex_text(shadow_));
  }

  /// A tile of `arrays` block arrays, each of up to LA/LANES beats.
  template <class Fill>
  void tile(int arrays, bool whole, int advance, int issue, int drain, Fill fill) {
    for (int j = 0; j < arrays; ++j) {
      const int beats = whole ? kBeats : static_cast<int>(random.between(1, kBeats));
      for (int b = 0; b < beats; ++b) {
        Beat beat = noise();
        beat.valid = true;
        beat.array_first = b == 0;
        beat.array_last = b == beats - 1;
        beat.tile_first = j == 0;
        beat.tile_last = beat.array_last && j == arrays - 1;
        fill(beat);
        bool taken = false;
        while (!taken) {
          const bool moves = random.chance(advance);
          taken = moves && random.chance(issue);
          cycle(taken ? beat : noise(), moves, random.chance(drain), below());
        }
      }
    }
  }

  /// Bubbles until the last sum is in the shadow.
  void flush() {
    for (int i = 0; i < 4; ++i) cycle(noise(), true, false, 0);
  }

  [[nodiscard]] Accumulator shadow() { return get_signed(unit_->s_o, kWidth); }

  /// An accumulator of the row below.
  Accumulator below() {
    const auto high = static_cast<Accumulator>(random.between(INT64_MIN, INT64_MAX)) << 64;
    return (high | static_cast<Accumulator>(random.bits())) >> (128 - kWidth);
  }

  Random random;
  int terms = 0;

 private:
  template <class Port>
  static void set(Port& port, const Codewords& values) {
    PortBits<Port> bits{};
    put_codewords(BitSpan(bits), values, BC);
    set_port(port, bits);
  }

  /// Codebooks are for operands that come encoded; these do not. They are whole words wide.
  template <class Port>
  void set_noise(Port& port) {
    PortBits<Port> bits{};
    for (auto& word : bits) word = random.word();
    set_port(port, bits);
  }

  /// The stages move on: D to M sums a beat, M to P a block array, P to T scales it.
  void step(const Beat& next) {
    t_ = p_;
    t_sum_ = p_sum_;
    p_ = m_;
    if (m_.valid) p_sum_ = (m_.array_first ? 0 : p_sum_) + m_dot_;
    m_ = d_;
    m_dot_ = dot(d_.act.data(), d_.wgt.data(), d_.act.size());
    d_ = next;
  }

  Unit<Model> unit_;
  Beat d_ = noise(), m_ = noise(), p_ = noise(), t_ = noise();
  std::int32_t m_dot_ = 0, p_sum_ = 0, t_sum_ = 0;
  Sum sum_;
  Accumulator shadow_ = 0;
  bool known_ = false;
};

using L1 = Bench<VPeL1, Exact, 1, 16, 4, 1024>;
using L4 = Bench<VPeL4, Exact, 4, 64, 6, 65536>;
using L16 = Bench<VPeL16, Exact, 16, 64, 6, 65536>;
using L16Fp32 = Bench<VPeFp32, Fp32, 16, 64, 6, 65536>;
using L24 = Bench<VPeL24, Exact, 24, 48, 5, 144>;
using L32 = Bench<VPeL32, Exact, 32, 1024, 8, 65536>;

}  // namespace

TEMPLATE_TEST_CASE("pe: random tiles with bubbles, freezes and draining", "[rtl][pe]", L1, L4, L16, L16Fp32, L24, L32) {
  TestType bench;
  const auto random_codewords = [](const auto&) {};
  // Products of a block array mostly of one sign: sums of every size up to the largest, where random ones stay small.
  int sign = 1;
  const auto aligned_codewords = [&](auto& beat) {
    if (beat.array_first) sign = bench.random.chance(50) ? 1 : -1;
    const auto least = bench.random.between(-TestType::kQ / 4, TestType::kQ);
    for (auto& act : beat.act) act = static_cast<std::int16_t>(bench.random.between(least, TestType::kQ));
    for (auto& wgt : beat.wgt) wgt = static_cast<std::int16_t>(sign * bench.random.between(least, TestType::kQ));
  };
  while (bench.terms < 200'000 / (TestType::kBeats + 6)) {
    const int advance = static_cast<int>(bench.random.between(2, 4)) * 25;
    const int issue = static_cast<int>(bench.random.between(2, 4)) * 25;
    const int drain = static_cast<int>(bench.random.between(0, 3)) * 30;
    const int longest = std::min(6, TestType::kArrays);
    const int arrays = static_cast<int>(bench.random.between(1, longest));
    const bool whole = bench.random.chance(50);
    if (bench.random.chance(50)) {
      bench.tile(arrays, whole, advance, issue, drain, random_codewords);
    } else {
      bench.tile(arrays, whole, advance, issue, drain, aligned_codewords);
    }
  }
  bench.flush();
  CHECK(bench.terms > 0);
}

TEMPLATE_TEST_CASE("pe: the largest sums of a block array and of K_MAX fit", "[rtl][pe]", L1, L4, L16, L16Fp32, L24,
                   L32) {
  constexpr std::int64_t q = TestType::kQ;
  for (const int sign : {1, -1}) {
    TestType bench;
    bench.tile(TestType::kArrays, true, 100, 100, 0, [sign](auto& beat) {
      std::fill(beat.act.begin(), beat.act.end(), static_cast<std::int16_t>(q));
      std::fill(beat.wgt.begin(), beat.wgt.end(), static_cast<std::int16_t>(sign * q));
      beat.act_scale = beat.wgt_scale = e4m3_split(kE4m3Nan);  // 15 * 2^14: not a number, but it fits as well
    });
    bench.flush();
    typename TestType::Sum expected;
    const auto p = static_cast<std::int32_t>(sign * q * q * TestType::kBeats * TestType::kLanes);
    for (int j = 0; j < TestType::kArrays; ++j) expected.add(p, 15 * 15, 28);
    CHECK((bench.shadow() == expected.bits()));
  }
}

}  // namespace bcq::test
