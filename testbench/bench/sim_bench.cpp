// Speed of the leaping array model: decoding of packed panels and the GEMM of a tile, beside OpenBLAS in binary32 and
// the golden model. Run: sim_bench (Google Benchmark options apply).
#include <benchmark/benchmark.h>
#include <dlfcn.h>

#include <ctime>
#include <random>

#include "bcq/gemm.hpp"
#include "bcq/sim/operand_decoder.hpp"
#include "bcq/sim/panel.hpp"
#include "bcq/sim/tile_datapath.hpp"
#include "random_operand.hpp"

namespace {

using namespace bcq;
using namespace bcq::sim;

constexpr std::size_t kK = 4096;

Arch square_arch(std::int64_t side, Accumulation accumulation) {
  Arch arch;
  arch.rows = arch.cols = static_cast<int>(side);
  arch.accumulation = accumulation;
  return arch;
}

BcqTensor random_panel(const BcqFormat& format, int lines) {
  std::mt19937_64 random(1);
  return testbench::random_operand(random, testbench::random_codebooks(random, format), static_cast<std::size_t>(lines),
                                   kK);
}

/// Of this process: other programs on the machine do not count.
double cpu_seconds_since(std::clock_t begin) {
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// Multiply-accumulates per second of OpenBLAS on one thread, [side, kK] by [kK, side] in binary32; 0 where its library
/// (of the package libopenblas0-pthread, which numpy uses) is not found.
double openblas_rate(int side) {
  using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*, int);
  using SetThreads = void (*)(int);
  void* library = dlopen("libopenblas.so.0", RTLD_NOW);
  if (library == nullptr) return 0;
  const auto sgemm = reinterpret_cast<Sgemm>(dlsym(library, "cblas_sgemm"));
  reinterpret_cast<SetThreads>(dlsym(library, "openblas_set_num_threads"))(1);
  const auto side_size = static_cast<std::size_t>(side);
  const std::vector<float> a(side_size * kK, 1.0F);
  std::vector<float> c(side_size * side_size);
  const auto multiply = [&] {
    constexpr int kRowMajor = 101, kNoTranspose = 111, kTranspose = 112, kLength = kK;
    sgemm(kRowMajor, kNoTranspose, kTranspose, side, side, kLength, 1, a.data(), kLength, a.data(), kLength, 0,
          c.data(), side);
  };
  multiply();
  constexpr int kRuns = 300;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kRuns; ++i) multiply();
  return kRuns * static_cast<double>(c.size() * kK) / cpu_seconds_since(begin);
}

/// Items are scalars. Arguments: lb, la, nc.
void decode_panel(benchmark::State& state) {
  const BcqFormat format{static_cast<int>(state.range(0)), static_cast<int>(state.range(1)),
                         static_cast<int>(state.range(2)), 6};
  constexpr int kLines = 32;
  const BcqTensor tensor = random_panel(format, kLines);
  const std::vector<std::uint8_t> packed = pack_panels(tensor, kLines);
  const OperandDecoder decoder(tensor.codebooks, kLines);
  DecodedChunk chunk;
  for (auto _ : state) {
    decoder.decode(packed, kLines, format.arrays(kK), kK, chunk);
    benchmark::DoNotOptimize(chunk.codewords.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kLines * static_cast<std::int64_t>(kK));
}
BENCHMARK(decode_panel)->Args({8, 64, 8})->Args({8, 64, 16})->Args({1, 64, 2})->Args({4, 48, 8})->Args({64, 1024, 1});

/// Items are MACs. Arguments: side of the array; 1 for binary32 sums.
void tile_gemm(benchmark::State& state) {
  const Arch arch = square_arch(state.range(0), state.range(1) == 1 ? Accumulation::kFp32 : Accumulation::kExact);
  const BcqTensor tensor = random_panel(arch.format, arch.rows);
  DecodedChunk chunk;
  const auto lines = static_cast<std::size_t>(arch.rows);
  OperandDecoder(tensor.codebooks, arch.rows)
      .decode(pack_panels(tensor, arch.rows), lines, arch.format.arrays(kK), kK, chunk);
  TileDatapath datapath(arch, 1.0F);
  std::vector<float> out(lines * lines);
  const std::clock_t begin = std::clock();
  for (auto _ : state) {
    datapath.accumulate(chunk, chunk);
    datapath.finish(out);
    benchmark::ClobberMemory();
  }
  const double seconds = cpu_seconds_since(begin);
  const auto macs = static_cast<double>(state.iterations()) * static_cast<double>(out.size() * kK);
  state.SetItemsProcessed(static_cast<std::int64_t>(macs));
  if (const double peer = openblas_rate(arch.rows); peer > 0) {
    state.counters["openblas_MAC/s"] = peer;
    state.counters["x_openblas"] = macs / seconds / peer;
  }
}
BENCHMARK(tile_gemm)->Args({8, 0})->Args({16, 0})->Args({32, 0})->Args({64, 0})->Args({16, 1})->Args({32, 1});

/// The golden model's GEMM of the same tile, which decodes too, on all threads. Items are MACs.
void golden_gemm(benchmark::State& state) {
  const BcqTensor tensor = random_panel({}, static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(exact_gemm(tensor, tensor));
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(0) * static_cast<std::int64_t>(kK));
}
BENCHMARK(golden_gemm)->Arg(32)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
