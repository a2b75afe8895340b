// The files between `bcq-verify` and the Verilated array: a job goes in, result beats come out. Native endianness: both
// ends run on one machine, one after the other.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "bcq/sim/pacing.hpp"
#include "bcq/sim/stall_pattern.hpp"

namespace bcq::testbench {

/// Everything fixed-size about a job.
struct JobHeader {
  std::uint64_t k, k_max;
  std::uint64_t beats_per_tile;
  std::uint64_t act_words_per_beat, wgt_words_per_beat;
  std::uint64_t rows, cols;
  std::uint64_t reset_seed;  ///< initial state of every register that has no reset
  std::uint32_t scale_bits;  ///< RNE32(g_W·g_A)
  sim::StallPattern stalls;
};

/// A GEMM as the array sees it.
struct Job {
  JobHeader header{};
  std::vector<std::int32_t> act_codewords, wgt_codewords;  ///< [nc·16]; empty where the codebooks are frozen
  std::vector<std::uint32_t> act_beats, wgt_beats;         ///< [panels, beats per tile, words per beat]
  std::vector<std::uint64_t> act_panels, wgt_panels;       ///< of each tile, in the order of the tiles
  std::vector<sim::Stretch> act_pace, wgt_pace, res_pace;  ///< when beats may move, beside the stalls
};

/// The result stream of a job.
struct JobResult {
  std::vector<std::uint64_t> beat_cycles;
  std::vector<std::uint32_t> words;     ///< [beats, cols]
  std::vector<std::uint64_t> counters;  ///< in the order of sim::registers::kCounters
};

/// A binary file of trivially copyable values and counted arrays. Throws std::runtime_error on any failure.
class RecordFile {
 public:
  RecordFile(const std::string& path, const char* mode)
      : path_(path), file_(std::fopen(path.c_str(), mode), &std::fclose) {
    if (!file_) fail("cannot open");
  }

  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    put_bytes(&value, sizeof value);
  }
  template <class T>
  void put_array(const std::vector<T>& values) {
    put(static_cast<std::uint64_t>(values.size()));
    put_bytes(values.data(), values.size() * sizeof(T));
  }
  template <class T>
  void get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    get_bytes(&value, sizeof value);
  }
  template <class T>
  void get_array(std::vector<T>& values) {
    std::uint64_t size = 0;
    get(size);
    values.resize(size);
    get_bytes(values.data(), size * sizeof(T));
  }
  /// Reports errors of buffered writes.
  void close() {
    if (std::fclose(file_.release()) != 0) fail("cannot write");
  }

 private:
  void put_bytes(const void* data, std::size_t size) {
    if (size > 0 && std::fwrite(data, size, 1, file_.get()) != 1) fail("cannot write");
  }
  void get_bytes(void* data, std::size_t size) {
    if (size > 0 && std::fread(data, size, 1, file_.get()) != 1) fail("cannot read");
  }
  [[noreturn]] void fail(const char* what) const { throw std::runtime_error(path_ + ": " + what); }

  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

inline void write_job(const std::string& path, const Job& job) {
  RecordFile file(path, "wb");
  file.put(job.header);
  file.put_array(job.act_codewords);
  file.put_array(job.wgt_codewords);
  file.put_array(job.act_beats);
  file.put_array(job.wgt_beats);
  file.put_array(job.act_panels);
  file.put_array(job.wgt_panels);
  file.put_array(job.act_pace);
  file.put_array(job.wgt_pace);
  file.put_array(job.res_pace);
  file.close();
}

inline Job read_job(const std::string& path) {
  RecordFile file(path, "rb");
  Job job;
  file.get(job.header);
  file.get_array(job.act_codewords);
  file.get_array(job.wgt_codewords);
  file.get_array(job.act_beats);
  file.get_array(job.wgt_beats);
  file.get_array(job.act_panels);
  file.get_array(job.wgt_panels);
  file.get_array(job.act_pace);
  file.get_array(job.wgt_pace);
  file.get_array(job.res_pace);
  return job;
}

inline void write_result(const std::string& path, const JobResult& result) {
  RecordFile file(path, "wb");
  file.put_array(result.beat_cycles);
  file.put_array(result.words);
  file.put_array(result.counters);
  file.close();
}

inline JobResult read_result(const std::string& path) {
  RecordFile file(path, "rb");
  JobResult result;
  file.get_array(result.beat_cycles);
  file.get_array(result.words);
  file.get_array(result.counters);
  return result;
}

}  // namespace bcq::testbench
