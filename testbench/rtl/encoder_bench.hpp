// The bench of bcq_encoder: rows in, beats out, compared with the golden quantizer's.
#pragma once

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <vector>

#include "bcq/beat.hpp"
#include "bcq/encoder_constants.hpp"
#include "bcq/quantize.hpp"
#include "encoder_data.hpp"
#include "unit.hpp"

namespace bcq::test {

inline constexpr std::uint32_t kNan = 0x7FC00001;
inline constexpr std::uint32_t kInfinity = 0x7F800000;

/// Percent of the cycles in which a source offers a beat and a sink takes one.
struct Pace {
  int source, sink;
};
inline constexpr Pace kFull{100, 100};

/// The unit of these parameters; beats, cycles and handshakes are checked against the golden quantizer and the
/// contract.
template <class Model, int LANES, int LB, int LA, int NC, int BC, int PRECISION = 24>
class EncoderBench {
 public:
  static constexpr int kLanes = LANES;
  static constexpr int kLa = LA;
  static constexpr std::size_t kArrayBeats = LA / LANES;
  static constexpr std::size_t kBlockBeats = LB > LANES ? LB / LANES : 1;
  static inline constexpr std::uint32_t kKept = ~((1U << (24 - PRECISION)) - 1);
  static constexpr BcqFormat kFormat{LB, LA, NC, BC};

  EncoderBench() {
    unit_->cb_write_i = 0;
    unit_->in_valid_i = 0;
    unit_->out_ready_i = 0;
    unit_->error_clear_i = 0;
    unit_.reset();
  }

  /// Writes every codeword, in no particular order.
  void load(const CodebookSet& set) {
    codebooks_ = set;
    constexpr int kWords = NC * 16;
    for (int i = 0; i < kWords; ++i) {
      const int address = i * 5 % kWords;
      unit_->cb_write_i = 1;
      unit_->cb_addr_i = static_cast<CData>(address);
      unit_->cb_codeword_i = static_cast<CData>(
          set.codebooks[static_cast<std::size_t>(address / 16)][static_cast<std::size_t>(address % 16)] &
          ((1 << BC) - 1));
      unit_.tick();
    }
    unit_->cb_write_i = 0;
  }

  /// Codebooks that the unit has as constants.
  void know(const CodebookSet& set) { codebooks_ = set; }

  /// Encodes the rows of x (what precision allows of them) and compares every beat with the golden quantizer's; with
  /// kFull every beat must leave in the cycle of the contract.
  void encode(Matrix<float> x, float g, Pace pace) {
    for (float& v : x.flat()) v = std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) & kKept);
    run(x, x, g, pace);
  }

  /// Sends `sent`, which may hold NaN and infinity, and expects the code of the finite `meant`.
  void run(const Matrix<float>& sent, const Matrix<float>& meant, float g, Pace pace) {
    set_constants(g);
    const BcqTensor expected = quantize(meant, codebooks_, {.tensor_scale = g});
    const std::size_t row_beats = ceil_div(sent.cols(), LANES);
    const std::size_t beats = sent.rows() * row_beats;
    const std::size_t latency =
        std::min(row_beats, kArrayBeats) + (kBlockBeats > 1 ? std::min(row_beats, kBlockBeats) : 0) + 9;
    std::size_t in = 0, out = 0;
    bool offering = false;
    for (std::size_t cycle = 0; out < beats; ++cycle) {
      offering = in < beats && (offering || random.chance(pace.source));
      if (offering) {
        offer(sent, in / row_beats, in % row_beats);
      } else {
        offer_noise();
      }
      // in_ready_o may depend on state alone.
      const bool ready = random.chance(pace.sink);
      unit_->out_ready_i = !ready;
      unit_.settle();
      const bool in_ready = unit_->in_ready_o;
      unit_->out_ready_i = ready;
      unit_.settle();
      if (unit_->in_ready_o != in_ready) FAIL("in_ready_o follows out_ready_i within the cycle");
      if ((unit_->busy_o != 0) != (in != out)) FAIL("cycle " << cycle << ": busy_o with " << in - out << " inside");
      if (pace.source == 100 && pace.sink == 100) {
        const bool due = cycle >= latency;
        if (offering && !in_ready) FAIL("cycle " << cycle << ": the input stalls");
        if ((unit_->out_valid_o != 0) != due) FAIL("cycle " << cycle << ": latency is not " << latency);
      }
      if (ready && unit_->out_valid_o) {
        if (out == beats) FAIL("a beat too many");
        check(expected, out / row_beats, out % row_beats);
        ++out;
      }
      if (offering && in_ready) {
        ++in;
        offering = false;
      }
      if (cycle > 100 * beats + 1000) FAIL("stuck with " << out << " of " << beats << " beats");
      unit_.tick();
    }
    unit_->in_valid_i = 0;
    for (int i = 0; i < 20; ++i) {
      if (unit_->out_valid_o || unit_->busy_o) FAIL("a beat too many");
      unit_.tick();
    }
    beats_checked += beats;
  }

  /// Takes a few beats of x, then forgets everything but the codebooks in the middle of them.
  void interrupt(const Matrix<float>& x) {
    for (std::size_t beat = 0; beat < ceil_div(x.cols(), LANES); ++beat) {
      offer(x, 0, beat);
      unit_->out_ready_i = 0;
      unit_.tick();
      if (!unit_->in_ready_o) break;
    }
    unit_->in_valid_i = 0;
    unit_.reset();
  }

  [[nodiscard]] bool error() { return unit_->error_nonfinite_o != 0; }
  void clear_error() {
    unit_->error_clear_i = 1;
    unit_.tick();
    unit_->error_clear_i = 0;
  }
  /// A NaN in lanes that do not exist, and one without valid.
  void offer_noise() {
    offer_words(std::vector<std::uint32_t>(LANES, kNan), random.bits());
    unit_->in_valid_i = 0;
    unit_->in_last_i = random.chance(50);
  }

  Random random;
  std::size_t beats_checked = 0;

 private:
  void set_constants(float g) {
    const EncoderConstants constants = encoder_constants(g, kFormat);
    PortBits<std::remove_reference_t<decltype(unit_->reciprocals_i)>> bits{};
    put_reciprocals(BitSpan(bits), constants);
    set_port(unit_->reciprocals_i, bits);
    unit_->divisor_i = constants.divisor;
    set_signed(unit_->code_bias_i, 10, constants.code_bias);
    set_signed(unit_->shift_base_i, 10, constants.shift_base);
  }

  void offer_words(const std::vector<std::uint32_t>& words, std::uint64_t mask) {
    PortBits<std::remove_reference_t<decltype(unit_->in_scalars_i)>> bits{};
    put_scalars(BitSpan(bits), words, PRECISION);
    set_port(unit_->in_scalars_i, bits);
    unit_->in_mask_i =
        static_cast<std::remove_reference_t<decltype(unit_->in_mask_i)>>(mask & ((std::uint64_t{1} << LANES) - 1));
  }

  void offer(const Matrix<float>& x, std::size_t row, std::size_t beat) {
    std::vector<std::uint32_t> words;
    std::uint64_t mask = 0;
    for (std::size_t l = 0; l < LANES; ++l) {
      const std::size_t i = beat * LANES + l;
      // Lanes beyond the row hold what would be seen.
      words.push_back(i < x.cols() ? std::bit_cast<std::uint32_t>(x(row, i)) : kNan);
      if (i < x.cols()) mask |= std::uint64_t{1} << l;
    }
    offer_words(words, mask);
    unit_->in_valid_i = 1;
    unit_->in_last_i = (beat + 1) * LANES >= x.cols();
  }

  void check(const BcqTensor& expected, std::size_t row, std::size_t beat) {
    const BeatLayout layout(kFormat, LANES);
    const auto bits = get_port(unit_->out_beat_o);
    const std::size_t begin = beat * LANES;
    std::size_t lsb = 0;
    const auto field = [&](int width, std::uint32_t value, const char* name) {
      const std::uint32_t got = get_bits(bits, lsb, width);
      if (got != value)
        FAIL(name << " at bit " << lsb << " of row " << row << ", scalar " << begin << ": got " << got << ", expected "
                  << value);
      lsb += static_cast<std::size_t>(width);
    };
    for (std::size_t i = begin; i < begin + LANES; ++i) field(4, i < expected.k ? expected.index(row, i) : 0U, "index");
    for (std::size_t s = 0; s < static_cast<std::size_t>(layout.selectors); ++s) {
      const std::size_t block = begin / LB + s;
      field(layout.selector_bits, block < expected.selectors.cols() ? expected.selectors(row, block) : 0U, "selector");
    }
    field(8, expected.scales(row, begin / LA), "scale");
    if ((unit_->out_last_o != 0) != (begin + LANES >= expected.k)) FAIL("out_last_o");
  }

  Unit<Model> unit_;
  CodebookSet codebooks_;
};

}  // namespace bcq::test
