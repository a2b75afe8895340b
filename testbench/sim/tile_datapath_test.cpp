// Packed panels, their decoding and the GEMM of a whole tile, against the golden model.
#include "bcq/sim/tile_datapath.hpp"

#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <random>

#include "bcq/e4m3.hpp"
#include "bcq/sim/operand_decoder.hpp"
#include "bcq/sim/panel.hpp"
#include "random_operand.hpp"

using namespace bcq;
using namespace bcq::sim;
using namespace bcq::testbench;

namespace {

/// An operand in packed panels and what reads it.
struct PackedOperand {
  std::vector<std::uint8_t> packed;
  std::size_t rows, lines, arrays, bytes;
  OperandDecoder decoder;
  DecodedChunk chunk;

  PackedOperand(const BcqTensor& tensor, int tile_lines)
      : packed(pack_panels(tensor, tile_lines)),
        rows(tensor.rows()),
        lines(static_cast<std::size_t>(tile_lines)),
        arrays(tensor.scales.cols()),
        bytes(block_array_bytes(tensor.format())),
        decoder(tensor.codebooks, tile_lines) {}

  [[nodiscard]] std::size_t panels() const { return ceil_div(rows, lines); }
  [[nodiscard]] std::size_t height(std::size_t panel) const { return std::min(lines, rows - panel * lines); }

  void decode(std::size_t panel, std::size_t first, std::size_t count, std::size_t scalars) {
    const std::size_t offset = (panel * lines * arrays + first * height(panel)) * bytes;
    decoder.decode(std::span(packed).subspan(offset, count * height(panel) * bytes), height(panel), count, scalars,
                   chunk);
  }
};

/// The GEMM over the first k scalars, tile by tile, K in random chunks.
Matrix<float> gemm_of_tiles(std::mt19937_64& random, const Arch& arch, PackedOperand& activation, PackedOperand& weight,
                            std::size_t k, float scale) {
  const auto la = static_cast<std::size_t>(arch.format.la);
  const std::size_t arrays = arch.format.arrays(k);
  Matrix<float> out(activation.rows, weight.rows);
  TileDatapath datapath(arch, scale);
  Matrix<float> tile(activation.lines, weight.lines);
  for (std::size_t m = 0; m < activation.panels(); ++m) {
    for (std::size_t n = 0; n < weight.panels(); ++n) {
      for (std::size_t first = 0, count = 0; first < arrays; first += count) {
        count = 1 + random() % (arrays - first);
        const std::size_t scalars = std::min(count * la, k - first * la);
        activation.decode(m, first, count, scalars);
        weight.decode(n, first, count, scalars);
        datapath.accumulate(activation.chunk, weight.chunk);
      }
      datapath.finish(tile.flat());
      for (std::size_t r = 0; r < activation.height(m); ++r) {
        for (std::size_t c = 0; c < weight.height(n); ++c) {
          out(m * activation.lines + r, n * weight.lines + c) = tile(r, c);
        }
      }
    }
  }
  return out;
}

bool same_bits(const Matrix<float>& a, const Matrix<float>& b) {
  return std::ranges::equal(
      a.flat(), b.flat(), {}, [](float x) { return std::bit_cast<std::uint32_t>(x); },
      [](float x) { return std::bit_cast<std::uint32_t>(x); });
}

/// The first k scalars of every row.
BcqTensor first_scalars(const BcqTensor& tensor, std::size_t k) {
  const BcqFormat& format = tensor.format();
  BcqTensor out{tensor.codebooks,
                k,
                tensor.tensor_scale,
                {tensor.rows(), ceil_div(k, 2)},
                {tensor.rows(), format.blocks(k)},
                {tensor.rows(), format.arrays(k)}};
  const auto copy = [](const Matrix<std::uint8_t>& from, Matrix<std::uint8_t>& to) {
    for (std::size_t r = 0; r < to.rows(); ++r) std::ranges::copy(from.row(r).first(to.cols()), to.row(r).begin());
  };
  copy(tensor.indices, out.indices);
  copy(tensor.selectors, out.selectors);
  copy(tensor.scales, out.scales);
  if (k % 2 == 1) {
    for (std::size_t r = 0; r < out.rows(); ++r) out.indices(r, k / 2) &= 0xF;
  }
  return out;
}

Arch arch_of(int rows, int cols, const BcqFormat& format, Accumulation accumulation) {
  Arch arch;
  arch.rows = rows;
  arch.cols = cols;
  arch.format = format;
  arch.accumulation = accumulation;
  return arch;
}

/// Every instruction set that this machine has, then its best again.
template <class Check>
void on_all_targets(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

constexpr BcqFormat kFormats[] = {{8, 64, 8, 6}, {1, 16, 2, 4},   {1, 7, 4, 5},     {2, 2, 16, 8},
                                  {8, 48, 4, 6}, {16, 64, 1, 5},  {4, 64, 16, 7},   {64, 64, 2, 8},
                                  {4, 12, 8, 6}, {8, 1024, 8, 8}, {16, 1008, 16, 4}};

}  // namespace

TEST_CASE("A packed block array is indices, selectors and scale without gaps", "[panel]") {
  BcqTensor tensor;
  tensor.codebooks.format = {2, 4, 4, 6};  // 16 bits of indices, 2 × 2 of selectors, 8 of scale: four bytes
  tensor.k = 5;
  tensor.indices = Matrix<std::uint8_t>(3, 3);
  tensor.selectors = Matrix<std::uint8_t>(3, 3);
  tensor.scales = Matrix<std::uint8_t>(3, 2);
  const std::uint8_t indices[] = {0x21, 0x43, 0x05, 0x76, 0x98, 0x0A, 0xCB, 0xED, 0x0F};
  const std::uint8_t selectors[] = {1, 2, 3, 3, 0, 1, 2, 3, 0};
  const std::uint8_t scales[] = {0x38, 0x7E, 0xFE, 0x01, 0x80, 0xC5};
  std::ranges::copy(indices, tensor.indices.flat().begin());
  std::ranges::copy(selectors, tensor.selectors.flat().begin());
  std::ranges::copy(scales, tensor.scales.flat().begin());
  CHECK(block_array_bytes(tensor.format()) == 4);
  CHECK(block_array_bytes(BcqFormat{}) == 36);
  CHECK(block_array_bytes({16, 64, 1, 6}) == 33);
  const std::vector<std::uint8_t> expected = {
      // Panel of rows 0 and 1: selectors 1, 2 are the nibble 9, then come the scale's low and high nibble.
      0x21, 0x43, 0x89, 0x03,  // block array 0, row 0
      0x76, 0x98, 0xE3, 0x0F,  // row 1
      0x05, 0x00, 0xE3, 0x07,  // block array 1, row 0: one scalar and one block exist
      0x0A, 0x00, 0x11, 0x00,  // row 1
      // Panel of row 2.
      0xCB, 0xED, 0x0E, 0x08,  //
      0x0F, 0x00, 0x50, 0x0C};
  CHECK(pack_panels(tensor, 2) == expected);
}

TEST_CASE("Tiles over random chunks of K are the golden GEMM, bit for bit", "[tile]") {
  std::mt19937_64 random(11);
  const auto up_to = [&](std::size_t n) { return 1 + random() % n; };
  for (const BcqFormat& format : kFormats) {
    for (const Accumulation accumulation : {Accumulation::kExact, Accumulation::kFp32}) {
      const Arch arch = arch_of(static_cast<int>(up_to(19)), static_cast<int>(up_to(50)), format, accumulation);
      BcqFormat weight_format = format;
      weight_format.nc = 1 << random() % 5;
      const auto la = static_cast<std::size_t>(format.la);
      const std::size_t k = up_to(6 * la);
      CAPTURE(format.name(), arch.rows, arch.cols, k);
      // Stored are whole block arrays: what lies beyond K is anything.
      const std::size_t stored_k = format.arrays(k) * la;
      const BcqTensor stored_a = random_operand(random, random_codebooks(random, format), up_to(40), stored_k);
      const BcqTensor stored_w = random_operand(random, random_codebooks(random, weight_format), up_to(70), stored_k);
      const BcqTensor a = first_scalars(stored_a, k);
      const BcqTensor w = first_scalars(stored_w, k);
      const Matrix<float> expected = gemm(a, w, accumulation);
      PackedOperand packed_a(a, arch.rows), packed_w(w, arch.cols);
      PackedOperand unmasked_a(stored_a, arch.rows), unmasked_w(stored_w, arch.cols);
      const float scale = output_scale(w, a);
      on_all_targets([&] {
        REQUIRE(same_bits(gemm_of_tiles(random, arch, packed_a, packed_w, k, scale), expected));
        REQUIRE(same_bits(gemm_of_tiles(random, arch, unmasked_a, unmasked_w, k, scale), expected));
      });
    }
  }
}

TEST_CASE("The largest sums of the widest codewords do not overflow", "[tile]") {
  const BcqFormat format{64, 1024, 1, 8};
  const std::size_t k = kMaxK;
  std::mt19937_64 random(5);
  CodebookSet books{format, std::vector<Codebook>(1)};
  books.codebooks[0].fill(127);
  BcqTensor tensor = random_operand(random, books, 2, k);
  tensor.tensor_scale = 1.0F;
  std::ranges::fill(tensor.scales.row(0), kE4m3Max);
  std::ranges::fill(tensor.scales.row(1), std::uint8_t{kE4m3Max | kE4m3Sign});
  const Arch arch = arch_of(1, 1, format, Accumulation::kExact);
  PackedOperand a(tensor, arch.rows), w(tensor, arch.cols);
  const Matrix<float> expected = exact_gemm(tensor, tensor);
  on_all_targets([&] {
    for (int i = 0; i < 3; ++i) REQUIRE(same_bits(gemm_of_tiles(random, arch, a, w, k, 1.0F), expected));
  });
}

TEST_CASE("All scale codes count as the model says", "[tile]") {
  std::mt19937_64 random(7);
  const BcqFormat format{4, 8, 2, 6};
  const std::size_t k = 254 * 8;
  BcqTensor a = random_operand(random, random_codebooks(random, format), 3, k);
  BcqTensor w = random_operand(random, random_codebooks(random, format), 254, k);
  for (std::size_t j = 0; j < 254; ++j) {  // every code of the activation meets every code of the weight
    for (std::size_t n = 0; n < 254; ++n) {
      const auto code = [](std::size_t i) { return static_cast<std::uint8_t>(i < 127 ? i : i + 1); };
      if (n < 3) a.scales(n, j) = code(j);
      w.scales(n, j) = code((j + n) % 254);
    }
  }
  for (const Accumulation accumulation : {Accumulation::kExact, Accumulation::kFp32}) {
    const Arch arch = arch_of(3, 64, format, accumulation);
    PackedOperand packed_a(a, arch.rows), packed_w(w, arch.cols);
    const Matrix<float> expected = gemm(a, w, accumulation);
    on_all_targets(
        [&] { REQUIRE(same_bits(gemm_of_tiles(random, arch, packed_a, packed_w, k, output_scale(w, a)), expected)); });
  }
}
