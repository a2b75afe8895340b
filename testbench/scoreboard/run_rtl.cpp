#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "bcq/gemm.hpp"
#include "bcq/sim/registers.hpp"
#include "job.hpp"
#include "process.hpp"
#include "rtl_build.hpp"
#include "scoreboard.hpp"

namespace bcq::testbench {
namespace {

namespace fs = std::filesystem;

/// A folder of its own that goes when it does.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string path = (fs::temp_directory_path() / "bcq-verify-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot create a temporary folder; set TMPDIR");
    path_ = path;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::vector<std::int32_t> codewords(const CodebookSet& set) {
  std::vector<std::int32_t> out;
  for (const Codebook& book : set.codebooks) out.insert(out.end(), book.begin(), book.end());
  return out;
}

Job make_job(const Work& work) {
  const sim::Arch& arch = work.arch;
  sim::EdgeStream act = sim::pack_edge(work.activation, arch.rows, arch.lanes, work.fill);
  sim::EdgeStream wgt = sim::pack_edge(work.weight, arch.cols, arch.lanes, work.fill);
  Job job;
  if (!arch.frozen) {
    job.act_codewords = codewords(work.activation.codebooks);
    job.wgt_codewords = codewords(work.weight.codebooks);
  }
  job.act_beats = std::move(act.words);
  job.wgt_beats = std::move(wgt.words);
  for (const sim::TileAt& tile : work.order) {
    job.act_panels.push_back(tile.m);
    job.wgt_panels.push_back(tile.n);
  }
  job.act_pace = work.around.activation;
  job.wgt_pace = work.around.weight;
  job.res_pace = work.around.result;
  job.header = {.k = work.activation.k,
                .k_max = work.arch.k_max,
                .beats_per_tile = act.beats_per_tile,
                .act_words_per_beat = act.words_per_beat,
                .wgt_words_per_beat = wgt.words_per_beat,
                .rows = static_cast<std::uint64_t>(arch.rows),
                .cols = static_cast<std::uint64_t>(arch.cols),
                .reset_seed = work.stalls.seed,
                .scale_bits = std::bit_cast<std::uint32_t>(output_scale(work.weight, work.activation)),
                .stalls = work.stalls};
  return job;
}

/// The accelerator's counters; those that the beats imply must say so.
sim::ArrayCounters counters_of(const JobResult& result, const sim::ArrayRun& run) {
  std::map<std::string_view, std::uint64_t> counters;
  for (std::size_t i = 0; i < sim::registers::kCounters.size(); ++i)
    counters[sim::registers::kCounters[i].name] = result.counters.at(i);
  const std::uint64_t beats = counters["busy_cycles"];
  if (counters["cycles"] != run.cycles() || counters["res_beats"] != run.beats() || counters["act_beats"] != beats ||
      counters["wgt_beats"] != beats) {
    throw std::runtime_error(fmt::format("counters: {} cycles, {} result, {} activation and {} weight beats, {} issued",
                                         counters["cycles"], counters["res_beats"], counters["act_beats"],
                                         counters["wgt_beats"], beats));
  }
  return {counters["busy_cycles"], counters["operand_wait"], counters["drain_stall"]};
}

}  // namespace

sim::ArrayRun run_rtl(const Work& work, const fs::path& rtl_dir) {
  const fs::path runner = rtl_runner(work.arch, work.activation.codebooks, work.weight.codebooks, rtl_dir);
  const ScratchFolder scratch;
  write_job(scratch.file("job"), make_job(work));
  const ProcessResult process = run_process({runner.string(), scratch.file("job"), scratch.file("result")});
  if (process.exit_code != 0) {
    throw std::runtime_error(
        fmt::format("the Verilated array ended with code {}: {}", process.exit_code, process.output));
  }
  const JobResult result = read_result(scratch.file("result"));
  sim::ArrayRun run;
  run.cols = static_cast<std::size_t>(work.arch.cols);
  run.beat_cycles = result.beat_cycles;
  for (const std::uint32_t word : result.words) run.values.push_back(std::bit_cast<float>(word));
  run.counters = counters_of(result, run);
  return run;
}

}  // namespace bcq::testbench
