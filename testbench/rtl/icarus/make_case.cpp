// Writes stimulus and expected results of a few GEMMs on a small array, as files for $readmemh.
//
// Usage: make_case ARCH.toml FOLDER             random operands, corner cases
//        make_case ARCH.toml FOLDER LAYER M N   the first M x N results of a layer, with the default codebooks
// The folder gets case_pkg.sv (the array's parameters and the case's sizes) and *.hex. Expected words come from the
// golden gemm; rows and columns beyond an operand are +0.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <exception>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bcq/atomic_file.hpp"
#include "bcq/beat.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/workload.hpp"

namespace {

using bcq::BcqTensor;
using bcq::CodebookSet;
using bcq::sim::Arch;
using bcq::sim::EdgeStream;

/// One GEMM of the case.
struct Run {
  std::size_t m, n, k;
  float activation_scale, weight_scale;
};

class CaseMaker {
 public:
  explicit CaseMaker(const Arch& arch) : CaseMaker(arch, std::nullopt) {}
  /// With one set of codebooks for both operands.
  CaseMaker(const Arch& arch, const std::optional<CodebookSet>& given)
      : arch_(arch), activation_(given ? *given : codebooks()), weight_(given ? *given : codebooks()) {
    for (const CodebookSet* set : {&activation_, &weight_})
      for (const auto& book : set->codebooks)
        for (const auto codeword : book)
          codebooks_hex_ += fmt::format("{:0{}x}\n", codeword & ((1 << arch.format.bc) - 1), (arch.format.bc + 3) / 4);
  }

  /// Appends a GEMM of random operands.
  void add(const Run& run) {
    const BcqTensor a = tensor(activation_, run.m, run.k, run.activation_scale);
    add(a, tensor(weight_, run.n, run.k, run.weight_scale));
  }

  /// Appends a GEMM: every pair of tiles, rows of the result in the order of the array.
  void add(const BcqTensor& a, const BcqTensor& w) {
    const std::size_t m = a.rows(), n = w.rows();
    const EdgeStream act = bcq::sim::pack_edge(a, arch_.rows, arch_.lanes, bcq::sim::DontCare::kNoise);
    const EdgeStream wgt = bcq::sim::pack_edge(w, arch_.cols, arch_.lanes, bcq::sim::DontCare::kNoise);
    const auto result = bcq::gemm(a, w, arch_.accumulation);
    const auto rows = static_cast<std::size_t>(arch_.rows);
    const auto cols = static_cast<std::size_t>(arch_.cols);
    const std::size_t beat_bits = bcq::BeatLayout(arch_.format, arch_.lanes).bits();
    for (std::size_t tm = 0; tm < act.tiles; ++tm) {
      for (std::size_t tn = 0; tn < wgt.tiles; ++tn) {
        for (std::size_t beat = 0; beat < act.beats_per_tile; ++beat) {
          act_hex_ += hex(act.beat(tm, beat), rows * beat_bits);
          wgt_hex_ += hex(wgt.beat(tn, beat), cols * beat_bits);
          ++beats_;
        }
        for (std::size_t r = tm * rows; r < (tm + 1) * rows; ++r, ++result_rows_) {
          std::vector<std::uint32_t> words;
          for (std::size_t c = tn * cols; c < (tn + 1) * cols; ++c)
            words.push_back(r < m && c < n ? std::bit_cast<std::uint32_t>(result(r, c)) : 0);
          res_hex_ += hex(words, cols * 32);
        }
      }
    }
    // k, scale, and the counts of beats and result rows at which the GEMM ends.
    runs_hex_ += fmt::format("{:08x}\n{:08x}\n{:08x}\n{:08x}\n", a.k,
                             std::bit_cast<std::uint32_t>(bcq::output_scale(w, a)), beats_, result_rows_);
    ++runs_;
  }

  void write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    bcq::write_file_atomically(folder / "case_pkg.sv", package());
    bcq::write_file_atomically(folder / "codebooks.hex", codebooks_hex_);
    bcq::write_file_atomically(folder / "act.hex", act_hex_);
    bcq::write_file_atomically(folder / "wgt.hex", wgt_hex_);
    bcq::write_file_atomically(folder / "res.hex", res_hex_);
    bcq::write_file_atomically(folder / "runs.hex", runs_hex_);
  }

 private:
  int between(int low, int high) { return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1)); }

  CodebookSet codebooks() {
    CodebookSet set{arch_.format, {}};
    const int q = arch_.format.max_codeword();
    for (int c = 0; c < arch_.format.nc; ++c) {
      bcq::Codebook book{};
      for (auto& codeword : book) codeword = static_cast<std::int8_t>(between(-q, q));
      std::sort(book.begin(), book.end());
      set.codebooks.push_back(book);
    }
    set.validate("case");
    return set;
  }

  BcqTensor tensor(const CodebookSet& set, std::size_t rows, std::size_t k, float scale) {
    const bcq::BcqFormat& format = set.format;
    BcqTensor t{set, k, scale, {rows, (k + 1) / 2}, {rows, format.blocks(k)}, {rows, format.arrays(k)}};
    for (auto& pair : t.indices.flat()) pair = static_cast<std::uint8_t>(between(0, 255));
    if (k % 2 != 0)
      for (std::size_t r = 0; r < rows; ++r) t.indices(r, k / 2) &= 0xF;
    for (auto& selector : t.selectors.flat()) selector = static_cast<std::uint8_t>(between(0, format.nc - 1));
    for (auto& code : t.scales.flat()) code = static_cast<std::uint8_t>(between(0, 0x7E) | between(0, 1) << 7);
    t.validate("case");
    return t;
  }

  /// One line of hex digits, as many as `bits` need.
  static std::string hex(std::span<const std::uint32_t> words, std::size_t bits) {
    std::string text;
    for (std::size_t i = words.size(); i-- > 0;) text += fmt::format("{:08x}", words[i]);
    return text.substr(text.size() - bcq::ceil_div(bits, 4)) + "\n";
  }

  /// A codebook set as a Verilog constant, entry i of codebook c at [(c*16 + i)*BC +: BC].
  static std::string constant(const CodebookSet& set) {
    const auto bc = static_cast<std::size_t>(set.format.bc);
    const std::size_t bits = set.codebooks.size() * 16 * bc;
    std::vector<std::uint32_t> words(bits / 32 + 1);
    std::size_t lsb = 0;
    for (const auto& book : set.codebooks)
      for (const auto codeword : book) {
        bcq::BitSpan(words).put(lsb, set.format.bc, static_cast<std::uint32_t>(codeword));
        lsb += bc;
      }
    std::string digits = hex(words, bits);
    digits.pop_back();
    return fmt::format("{}'h{}", bits, digits);
  }

  [[nodiscard]] std::string package() const {
    std::string text = "// Written by make_case.\npackage case_pkg;\n";
    const auto number = [&](const char* name, std::size_t value) {
      text += fmt::format("  localparam int {} = {};\n", name, value);
    };
    const bcq::BcqFormat& f = arch_.format;
    number("ROWS", static_cast<std::size_t>(arch_.rows));
    number("COLS", static_cast<std::size_t>(arch_.cols));
    number("LANES", static_cast<std::size_t>(arch_.lanes));
    number("LB", static_cast<std::size_t>(f.lb));
    number("LA", static_cast<std::size_t>(f.la));
    number("NC", static_cast<std::size_t>(f.nc));
    number("BC", static_cast<std::size_t>(f.bc));
    number("K_MAX", arch_.k_max);
    number("ACCUM", arch_.accumulation == bcq::Accumulation::kFp32 ? 1 : 0);
    number("BEAT_W", bcq::BeatLayout(f, arch_.lanes).bits());
    number("RUNS", runs_);
    number("BEATS", beats_);
    number("RESULT_ROWS", result_rows_);
    const int bits = f.nc * 16 * f.bc;
    text += fmt::format("  localparam bit FROZEN = 1'b{};\n", arch_.frozen ? 1 : 0);
    for (const auto& [name, set] : {std::pair{"ACT", &activation_}, std::pair{"WGT", &weight_}})
      text += fmt::format("  localparam logic [{}:0] {}_CODEBOOKS = {};\n", bits - 1, name,
                          arch_.frozen ? constant(*set) : std::to_string(bits) + "'h0");
    return text + "endpackage\n";
  }

  Arch arch_;
  std::mt19937_64 random_{20240722};
  CodebookSet activation_, weight_;
  std::string codebooks_hex_, act_hex_, wgt_hex_, res_hex_, runs_hex_;
  std::size_t runs_ = 0, beats_ = 0, result_rows_ = 0;
};

/// One scalar, one beat, one block array, ragged K, ragged tiles, the longest K, tiles shorter than their drain,
/// subnormal and overflowing results.
CaseMaker corner_cases(const Arch& arch) {
  CaseMaker maker(arch);
  const auto rows = static_cast<std::size_t>(arch.rows);
  const auto cols = static_cast<std::size_t>(arch.cols);
  const auto lanes = static_cast<std::size_t>(arch.lanes);
  const auto la = static_cast<std::size_t>(arch.format.la);
  maker.add({rows, cols, 1, 1.0F, 1.0F});
  maker.add({rows, cols, lanes, 1.0F, 0x1.8p-3F});
  maker.add({2 * rows, 3 * cols, la, 0x1.234568p-9F, 0x1.fffffep-5F});
  maker.add({2 * rows + 1, cols + 1, la + 1, 0x1p-20F, 0x1.555556p-12F});
  maker.add({3 * rows - 1, 2 * cols, 2 * la + lanes / 2 + 1, 0x1p-10F, 0x1.9p-15F});
  maker.add({rows, 2 * cols, arch.k_max, 0x1.000002p-14F, 0x1.fp-14F});
  maker.add({3 * rows, 4 * cols - 1, lanes + 1, 0x1.7p-8F, 0x1.9p-8F});  // array_tb: full speed in, slow out
  maker.add({rows, cols, 3 * la - 1, 0x1.1p-90F, 0x1.3p-55F});
  maker.add({rows, cols, la + lanes, 0x1.1p60F, 0x1.3p66F});
  return maker;
}

std::size_t count(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc() || end != text.end() || value == 0)
    throw std::runtime_error(fmt::format("'{}' is no count of rows: give 1 or more", text));
  return value;
}

/// The first `rows` rows of a tensor.
BcqTensor top(const BcqTensor& all, std::size_t rows) {
  const auto cut = [&](const bcq::Matrix<std::uint8_t>& from) {
    bcq::Matrix<std::uint8_t> to(std::min(rows, from.rows()), from.cols());
    std::copy_n(from.flat().begin(), to.flat().size(), to.flat().begin());
    return to;
  };
  return {all.codebooks, all.k, all.tensor_scale, cut(all.indices), cut(all.selectors), cut(all.scales)};
}

/// The corner of a layer's result, M x N of it.
CaseMaker layer_window(const char* arch, const char* layer, std::size_t m, std::size_t n) {
  bcq::sim::WorkloadRequest request;
  request.layer = layer;
  request.arch = arch;
  const auto work = bcq::sim::quantize_layer(request);
  CaseMaker maker(work.arch, work.codebooks);
  maker.add(top(work.activation, m), top(work.weight, n));
  return maker;
}

}  // namespace

// libsystemc, which bcq_sim brings along, has the main() that calls this.
extern "C" int sc_main(int argc, char** argv);
int sc_main(int argc, char** argv) {
  try {
    if (argc != 3 && argc != 6) throw std::runtime_error("usage: make_case ARCH.toml FOLDER [LAYER M N]");
    const CaseMaker maker = argc == 3 ? corner_cases(bcq::sim::read_arch(argv[1]))
                                      : layer_window(argv[1], argv[3], count(argv[4]), count(argv[5]));
    maker.write(argv[2]);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_case: {}\n", error.what());
    return 2;
  }
}
