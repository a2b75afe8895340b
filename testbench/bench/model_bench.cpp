// Speed of the golden model: encoder, decoder and exact GEMM. Run: model_bench (Google Benchmark options apply).
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

#include "bcq/gemm.hpp"
#include "bcq/quantize.hpp"

namespace {

using namespace bcq;

Matrix<float> random_matrix(std::size_t rows, std::size_t cols) {
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  Matrix<float> out(rows, cols);
  for (float& x : out.flat()) x = normal(random);
  return out;
}

/// Codebooks of nc shapes from uniform to strongly companded; good enough to measure speed.
CodebookSet codebooks(int nc) {
  CodebookSet set;
  set.format.nc = nc;
  for (int c = 0; c < nc; ++c) {
    Codebook book{};
    for (int i = 0; i < kCodebookEntries; ++i) {
      const double x = (i - 7.5) / 7.5;
      book[static_cast<std::size_t>(i)] =
          static_cast<std::int8_t>(std::lround(31 * std::copysign(std::pow(std::fabs(x), 1 + 0.1 * c), x)));
    }
    set.codebooks.push_back(book);
  }
  return set;
}

void quantize_4096(benchmark::State& state) {
  const Matrix<float> x = random_matrix(4096, 4096);
  const CodebookSet set = codebooks(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(quantize(x, set));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.flat().size()));
}
BENCHMARK(quantize_4096)->Arg(1)->Arg(8)->Arg(16)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Four scale codes, each with both signs: eight encodings of everything.
void quantize_search_4096(benchmark::State& state) {
  const Matrix<float> x = random_matrix(4096, 4096);
  const CodebookSet set = codebooks(16);
  EncoderOptions options = kScaleSearch;
  options.mirror = true;
  for (auto _ : state) benchmark::DoNotOptimize(quantize(x, set, options));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(x.flat().size()));
}
BENCHMARK(quantize_search_4096)->Unit(benchmark::kMillisecond)->UseRealTime();

void dequantize_4096(benchmark::State& state) {
  const BcqTensor tensor = quantize(random_matrix(4096, 4096), codebooks(8));
  for (auto _ : state) benchmark::DoNotOptimize(dequantize(tensor));
  state.SetItemsProcessed(state.iterations() * 4096 * 4096);
}
BENCHMARK(dequantize_4096)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Items are MACs.
void exact_gemm_256(benchmark::State& state) {
  const CodebookSet set = codebooks(8);
  const BcqTensor a = quantize(random_matrix(256, 2048), set);
  const BcqTensor w = quantize(random_matrix(2048, 2048), set);
  for (auto _ : state) benchmark::DoNotOptimize(exact_gemm(a, w));
  state.SetItemsProcessed(state.iterations() * 256 * 2048 * 2048);
}
BENCHMARK(exact_gemm_256)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The peer in the same run: FP64 dot products of the unquantized operands. Items are MACs.
void reference_gemm_256(benchmark::State& state) {
  const Matrix<float> a = random_matrix(256, 2048);
  const Matrix<float> w = random_matrix(2048, 2048);
  for (auto _ : state) benchmark::DoNotOptimize(reference_gemm(a, w));
  state.SetItemsProcessed(state.iterations() * 256 * 2048 * 2048);
}
BENCHMARK(reference_gemm_256)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
