#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bcq/beat.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/workload.hpp"
#include "case_files.hpp"
#include "cases.hpp"

namespace bcq::testbench {
namespace {

using sim::Arch;
using sim::EdgeStream;

class CaseMaker {
 public:
  CaseMaker(const Arch& arch, std::uint64_t seed) : CaseMaker(arch, seed, std::nullopt) {}
  /// With one set of codebooks for both operands.
  CaseMaker(const Arch& arch, std::uint64_t seed, const std::optional<CodebookSet>& given)
      : arch_(arch),
        random_(seed),
        activation_(given ? *given : codebooks()),
        weight_(given ? *given : codebooks()),
        files_(arch, BeatLayout(arch.format, arch.lanes).bits(), 1) {}

  /// Appends a GEMM of random operands.
  void add(const Shape& shape, float activation_scale, float weight_scale) {
    const BcqTensor a = tensor(activation_, shape.m, shape.k, activation_scale);
    add(a, tensor(weight_, shape.n, shape.k, weight_scale));
  }

  /// Appends a GEMM: every pair of tiles, rows of the result in the order of the array.
  void add(const BcqTensor& a, const BcqTensor& w) {
    const EdgeStream act = sim::pack_edge(a, arch_.rows, arch_.lanes, sim::DontCare::kNoise);
    const EdgeStream wgt = sim::pack_edge(w, arch_.cols, arch_.lanes, sim::DontCare::kNoise);
    const auto result = gemm(a, w, arch_.accumulation);
    for (std::size_t tm = 0; tm < act.tiles; ++tm) {
      for (std::size_t tn = 0; tn < wgt.tiles; ++tn) {
        for (std::size_t beat = 0; beat < act.beats_per_tile; ++beat)
          files_.beat(act.beat(tm, beat), wgt.beat(tn, beat));
        files_.result_tile(result, tm, tn);
      }
    }
    files_.end_run(a.k, std::vector{output_scale(w, a)});
  }

  void write(const std::filesystem::path& folder) {
    CasePackage& package = files_.package();
    package.format(arch_.format);
    package.number("ACCUM", arch_.accumulation == Accumulation::kFp32 ? 1 : 0);
    package.number("DECODE", static_cast<std::size_t>(arch_.decode));
    package.frozen(arch_.frozen);
    package.codebooks("ACT_CODEBOOKS", activation_, arch_.frozen);
    package.codebooks("WGT_CODEBOOKS", weight_, arch_.frozen);
    files_.write(folder, hex(activation_) + hex(weight_));
  }

 private:
  int between(int low, int high) { return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1)); }

  CodebookSet codebooks() {
    CodebookSet set{arch_.format, {}};
    const int q = arch_.format.max_codeword();
    for (int c = 0; c < arch_.format.nc; ++c) {
      Codebook book{};
      for (auto& codeword : book) codeword = static_cast<std::int8_t>(between(-q, q));
      std::sort(book.begin(), book.end());
      set.codebooks.push_back(book);
    }
    set.validate("case");
    return set;
  }

  BcqTensor tensor(const CodebookSet& set, std::size_t rows, std::size_t k, float scale) {
    const BcqFormat& format = set.format;
    BcqTensor t{set, k, scale, {rows, (k + 1) / 2}, {rows, format.blocks(k)}, {rows, format.arrays(k)}};
    for (auto& pair : t.indices.flat()) pair = static_cast<std::uint8_t>(between(0, 255));
    if (k % 2 != 0)
      for (std::size_t r = 0; r < rows; ++r) t.indices(r, k / 2) &= 0xF;
    for (auto& selector : t.selectors.flat()) selector = static_cast<std::uint8_t>(between(0, format.nc - 1));
    for (auto& code : t.scales.flat()) code = static_cast<std::uint8_t>(between(0, 0x7E) | between(0, 1) << 7);
    t.validate("case");
    return t;
  }

  Arch arch_;
  std::mt19937_64 random_;
  CodebookSet activation_, weight_;
  CaseFiles files_;
};

/// The first `rows` rows of a tensor.
BcqTensor top(const BcqTensor& all, std::size_t rows) {
  const auto cut = [&](const Matrix<std::uint8_t>& from) {
    Matrix<std::uint8_t> to(std::min(rows, from.rows()), from.cols());
    std::copy_n(from.flat().begin(), to.flat().size(), to.flat().begin());
    return to;
  };
  return {all.codebooks, all.k, all.tensor_scale, cut(all.indices), cut(all.selectors), cut(all.scales)};
}

}  // namespace

void write_bcq_corners(const CaseRequest& request) {
  const Arch arch = sim::read_arch(request.arch);
  CaseMaker maker(arch, request.seed);
  for (const Corner& corner : corners(arch, static_cast<std::size_t>(arch.format.la)))
    maker.add(corner.shape, corner.activation_scale, corner.weight_scale);
  maker.write(request.folder);
}

void write_bcq_random(const CaseRequest& request, const Shape& shape) {
  const Arch arch = sim::read_arch(request.arch);
  std::string source;
  CaseMaker maker(arch, request.seed, sim::codebooks_for(arch, request.codebooks, {}, source));
  maker.add(shape, 0x1p-10F, 0x1p-10F);
  maker.write(request.folder);
}

void write_bcq_window(const CaseRequest& request, const Window& window) {
  sim::WorkloadRequest workload;
  workload.layer = window.layer;
  workload.arch = request.arch;
  workload.codebooks = request.codebooks;
  const auto work = sim::quantize_layer(workload);
  CaseMaker maker(work.arch, request.seed, work.codebooks);
  maker.add(top(work.activation, window.m), top(work.weight, window.n));
  maker.write(request.folder);
}

}  // namespace bcq::testbench
