// Runs one job on the Verilated bcq_array: rtl_runner JOB RESULT. Built by bcq-verify, once per configuration.
#include <verilated.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <type_traits>

#include "Vbcq_array.h"
#include "job.hpp"

namespace bcq::testbench {
namespace {

using sim::Stream;

/// Copies words to an input port, whatever type Verilator gave it.
template <class Port>
void drive(Port& port, const std::uint32_t* words) {
  if constexpr (std::is_integral_v<Port>) {
    std::uint64_t value = words[0];
    if constexpr (sizeof(Port) > sizeof(std::uint32_t)) value |= static_cast<std::uint64_t>(words[1]) << 32;
    port = static_cast<Port>(value);
  } else {
    for (std::size_t i = 0; i < sizeof(Port) / sizeof(std::uint32_t); ++i) port.m_storage[i] = words[i];
  }
}

/// Appends the first `count` words of an output port.
template <class Port>
void sample(const Port& port, std::size_t count, std::vector<std::uint32_t>& out) {
  if constexpr (std::is_integral_v<Port>) {
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(static_cast<std::uint32_t>(static_cast<std::uint64_t>(port) >> (32 * i)));
  } else {
    for (std::size_t i = 0; i < count; ++i) out.push_back(port.m_storage[i]);
  }
}

/// One operand's beats in the order of the tiles, with the stalls of its stream.
class Source {
 public:
  Source(const std::vector<std::uint32_t>& beats, std::size_t words_per_beat, std::size_t beats_total, Stream stream,
         const sim::StallPattern& stalls)
      : beats_(beats), words_per_beat_(words_per_beat), left_(beats_total), stream_(stream), stalls_(stalls) {}

  /// A beat once offered stays on offer until it is taken.
  bool valid(std::uint64_t cycle) {
    offered_ = offered_ || (left_ > 0 && !stalls_.stalled(stream_, cycle));
    return offered_;
  }
  [[nodiscard]] const std::uint32_t* words(std::size_t beat) const { return &beats_[beat * words_per_beat_]; }
  void taken() {
    offered_ = false;
    --left_;
    ++sent_;
  }
  [[nodiscard]] std::size_t sent() const { return sent_; }

 private:
  const std::vector<std::uint32_t>& beats_;
  std::size_t words_per_beat_;
  std::size_t left_;
  std::size_t sent_ = 0;
  Stream stream_;
  const sim::StallPattern& stalls_;
  bool offered_ = false;
};

/// The clock, reset and codebook port of the array.
class Bench {
 public:
  explicit Bench(VerilatedContext& context) : top_(&context) {}
  ~Bench() { top_.final(); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Vbcq_array& top() { return top_; }

  /// Lets combinational outputs follow the inputs of this cycle.
  void settle() { top_.eval(); }
  void rising_edge() {
    top_.clk_i = 1;
    top_.eval();
    top_.clk_i = 0;
  }

  void reset(const JobHeader& header) {
    top_.clk_i = 0;
    top_.rst_ni = 0;
    top_.cb_write_i = 0;
    top_.act_valid_i = 0;
    top_.wgt_valid_i = 0;
    top_.res_ready_i = 0;
    top_.k_i = static_cast<std::uint32_t>(header.k);
    top_.scale_i = header.scale_bits;
    for (int i = 0; i < 3; ++i) {
      settle();
      rising_edge();
    }
    top_.rst_ni = 1;
  }

  void load(const std::vector<std::int32_t>& codewords, bool weight) {
    constexpr std::uint32_t kCodewordMask = (1U << BCQ_BC) - 1;
    top_.cb_write_i = 1;
    top_.cb_operand_i = weight;
    for (std::uint32_t i = 0; i < codewords.size(); ++i) {
      const std::uint32_t codeword = static_cast<std::uint32_t>(codewords[i]) & kCodewordMask;
      drive(top_.cb_addr_i, &i);
      drive(top_.cb_codeword_i, &codeword);
      settle();
      rising_edge();
    }
    top_.cb_write_i = 0;
  }

 private:
  Vbcq_array top_;
};

JobResult run(Bench& bench, const Job& job) {
  const JobHeader& h = job.header;
  const std::size_t tiles = h.m_tiles * h.n_tiles;
  const std::size_t operand_beats = tiles * h.beats_per_tile;
  const std::size_t result_beats = tiles * h.rows;
  // Far beyond any legal run: every beat could stall for 1000 cycles.
  const std::uint64_t give_up = 1000 * (operand_beats + result_beats + 100);

  Source act(job.act_beats, h.act_words_per_beat, operand_beats, Stream::kActivation, h.stalls);
  Source wgt(job.wgt_beats, h.wgt_words_per_beat, operand_beats, Stream::kWeight, h.stalls);
  const auto act_beat = [&](std::size_t sent) {
    return sent / h.beats_per_tile / h.n_tiles * h.beats_per_tile + sent % h.beats_per_tile;
  };
  const auto wgt_beat = [&](std::size_t sent) {
    return sent / h.beats_per_tile % h.n_tiles * h.beats_per_tile + sent % h.beats_per_tile;
  };

  JobResult result;
  Vbcq_array& top = bench.top();
  for (std::uint64_t cycle = 0; result.beat_cycles.size() < result_beats; ++cycle) {
    if (cycle == give_up) throw std::runtime_error("the array hangs: no progress");
    top.act_valid_i = act.valid(cycle);
    top.wgt_valid_i = wgt.valid(cycle);
    top.res_ready_i = !h.stalls.stalled(Stream::kResult, cycle);
    if (top.act_valid_i) drive(top.act_beat_i, act.words(act_beat(act.sent())));
    if (top.wgt_valid_i) drive(top.wgt_beat_i, wgt.words(wgt_beat(wgt.sent())));
    bench.settle();
    const bool act_taken = top.act_valid_i && top.act_ready_o;
    const bool wgt_taken = top.wgt_valid_i && top.wgt_ready_o;
    if (top.res_valid_o && top.res_ready_i) {
      result.beat_cycles.push_back(cycle);
      sample(top.res_o, h.cols, result.words);
    }
    bench.rising_edge();
    if (act_taken) act.taken();
    if (wgt_taken) wgt.taken();
  }
  return result;
}

}  // namespace
}  // namespace bcq::testbench

int main(int argc, char** argv) {
  using namespace bcq::testbench;
  if (argc != 3) {
    std::fprintf(stderr, "usage: rtl_runner JOB RESULT\n");
    return 2;
  }
  try {
    const Job job = read_job(argv[1]);
    VerilatedContext context;
    context.randReset(2);  // registers without reset start with noise, so a result that depends on them shows
    context.randSeed(static_cast<int>(job.header.reset_seed % 0x7FFFFFFF) + 1);
    Bench bench(context);
    bench.reset(job.header);
    bench.load(job.act_codewords, false);
    bench.load(job.wgt_codewords, true);
    write_result(argv[2], run(bench, job));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rtl_runner: %s\n", error.what());
    return 1;
  }
}
