// Runs one job on the Verilated bcq_accel: rtl_runner JOB RESULT. Built by bcq-verify, once per configuration.
#include <unistd.h>
#include <verilated.h>
#include <verilated_cov.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "Vbcq_accel.h"
#include "accel_host.hpp"
#include "job.hpp"
#include "ports.hpp"

namespace bcq::testbench {
namespace {

using sim::Stream;
namespace registers = sim::registers;

/// One operand's beats in the order of the tiles, with the pace and the stalls of its stream.
class Source {
 public:
  Source(const std::vector<std::uint32_t>& beats, const std::vector<std::uint64_t>& panels,
         const std::vector<sim::Stretch>& pace, std::size_t words_per_beat, std::size_t beats_per_tile, Stream stream,
         const sim::StallPattern& stalls)
      : beats_(beats),
        panels_(panels),
        pacer_(pace),
        words_per_beat_(words_per_beat),
        beats_per_tile_(beats_per_tile),
        stream_(stream),
        stalls_(stalls) {}

  /// A beat once offered stays on offer until it is taken.
  bool valid(std::uint64_t cycle) {
    const bool there = sent_ < panels_.size() * beats_per_tile_ && cycle >= pacer_.from();
    offered_ = offered_ || (there && !stalls_.stalled(stream_, cycle));
    return offered_;
  }
  [[nodiscard]] const std::uint32_t* words() const {
    const std::size_t beat = panels_[sent_ / beats_per_tile_] * beats_per_tile_ + sent_ % beats_per_tile_;
    return &beats_[beat * words_per_beat_];
  }
  [[nodiscard]] bool last() const { return sent_ + 1 == panels_.size() * beats_per_tile_; }
  void taken() {
    offered_ = false;
    ++sent_;
    pacer_.next();
  }

 private:
  const std::vector<std::uint32_t>& beats_;
  const std::vector<std::uint64_t>& panels_;
  sim::Pacer pacer_;
  std::size_t words_per_beat_, beats_per_tile_;
  std::size_t sent_ = 0;
  Stream stream_;
  const sim::StallPattern& stalls_;
  bool offered_ = false;
};

using Top = Vbcq_accel;
using Host = AccelHost<Top>;

void require_register(Host& host, const char* what, std::uint32_t offset, std::uint64_t expected) {
  const std::uint32_t value = host.read(offset);
  if (value != expected)
    throw std::runtime_error(std::string(what) + " = " + std::to_string(value) + ", not " + std::to_string(expected));
}

/// The registers say what was built.
void require_identity(Host& host, const JobHeader& header) {
  require_register(host, "ID", registers::kId, 0x42435101);
  require_register(host, "ARRAY", registers::kArray, header.cols << 16 | header.rows);
  require_register(host, "K_MAX", registers::kKMax, header.k_max);
}

/// Streams the operands in and the results out, until the last result beat.
void stream(Host& host, Top& top, const Job& job, JobResult& result) {
  const JobHeader& h = job.header;
  const std::size_t tiles = job.act_panels.size();
  const std::size_t result_beats = tiles * h.rows;
  // Far beyond any legal run: every beat could stall for 1000 cycles after the last one may move.
  std::uint64_t give_up = 1000 * (tiles * h.beats_per_tile + result_beats + 100);
  for (const auto* pace : {&job.act_pace, &job.wgt_pace, &job.res_pace}) {
    if (!pace->empty()) give_up += pace->back().from;
  }

  Source act(job.act_beats, job.act_panels, job.act_pace, h.act_words_per_beat, h.beats_per_tile, Stream::kActivation,
             h.stalls);
  Source wgt(job.wgt_beats, job.wgt_panels, job.wgt_pace, h.wgt_words_per_beat, h.beats_per_tile, Stream::kWeight,
             h.stalls);
  sim::Pacer sink(job.res_pace);

  for (std::uint64_t cycle = 0; result.beat_cycles.size() < result_beats; ++cycle) {
    if (cycle == give_up) throw std::runtime_error("the array hangs: no progress");
    top.s_axis_act_tvalid = act.valid(cycle);
    top.s_axis_wgt_tvalid = wgt.valid(cycle);
    top.m_axis_res_tready = cycle >= sink.from() && !h.stalls.stalled(Stream::kResult, cycle);
    if (top.s_axis_act_tvalid) drive(top.s_axis_act_tdata, act.words());
    if (top.s_axis_wgt_tvalid) drive(top.s_axis_wgt_tdata, wgt.words());
    top.s_axis_act_tlast = act.last();
    top.s_axis_wgt_tlast = wgt.last();
    host.settle();
    const bool act_taken = top.s_axis_act_tvalid && top.s_axis_act_tready;
    const bool wgt_taken = top.s_axis_wgt_tvalid && top.s_axis_wgt_tready;
    if (top.m_axis_res_tvalid && top.m_axis_res_tready) {
      result.beat_cycles.push_back(cycle);
      sink.next();
      sample(top.m_axis_res_tdata, h.cols, result.words);
      if (top.m_axis_res_tlast != (result.beat_cycles.size() == result_beats))
        throw std::runtime_error("TLAST of the results is not on the run's last beat");
    }
    host.rising_edge();
    if (act_taken) act.taken();
    if (wgt_taken) wgt.taken();
  }
  top.m_axis_res_tready = 0;
}

JobResult run(Host& host, Top& top, const Job& job) {
  const JobHeader& h = job.header;
  host.reset();
  require_identity(host, h);
  if (!job.act_codewords.empty()) {
    host.load_codebooks(job.act_codewords, false);
    host.load_codebooks(job.wgt_codewords, true);
  }
  host.write(registers::kEnable, ~0U);
  const auto tiles = static_cast<std::uint32_t>(job.act_panels.size());
  host.start(static_cast<std::uint32_t>(h.k), h.scale_bits, tiles);

  JobResult result;
  stream(host, top, job, result);
  if (!top.irq) throw std::runtime_error("no interrupt at the end of the run");
  require_register(host, "EVENTS", registers::kEvents, registers::kEventsDone);
  require_register(host, "STATUS", registers::kStatus, registers::kStatusLoaded);
  require_register(host, "TILES_DONE", registers::kTilesDone, tiles);
  for (const auto& counter : registers::kCounters) result.counters.push_back(host.read_counter(counter.offset));
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
    Top top(&context);
    Host host(top);
    write_result(argv[2], run(host, top, job));
    top.final();
#if VM_COVERAGE
    const char* folder = std::getenv("BCQ_COVERAGE_DIR");
    if (folder != nullptr) context.coveragep()->write((folder + ("/" + std::to_string(getpid())) + ".dat").c_str());
#endif
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rtl_runner: %s\n", error.what());
    return 1;
  }
}
