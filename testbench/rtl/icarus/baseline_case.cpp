#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "bcq/baseline.hpp"
#include "bcq/beat.hpp"
#include "bcq/e4m3.hpp"
#include "bcq/error.hpp"
#include "bcq/files.hpp"
#include "bcq/format_table.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/edge_stream.hpp"
#include "bcq/sim/workload.hpp"
#include "case_files.hpp"
#include "cases.hpp"

namespace bcq::testbench {
namespace {

constexpr int kScaleBits = 8;
constexpr std::uint32_t kLargestE8m0 = 0xFE, kBias = 127;

std::size_t beat_bits(const Baseline& baseline, int lanes) {
  return static_cast<std::size_t>(lanes * baseline.element_bits + (baseline.group == 0 ? 0 : kScaleBits));
}

bool is_vsq(const Baseline& baseline) {
  return baseline.arithmetic <= BaselineArithmetic::kInt4;
}

/// An operand's beats for an edge of `lines`. What the contract does not look at is noise: lanes beyond K, scales but
/// for the first beat of a group. Lines beyond the operand are zero.
sim::EdgeStream pack(const Baseline& baseline, const EncodedTensor& tensor, int lines, int lanes) {
  const auto line_count = static_cast<std::size_t>(lines), lane_count = static_cast<std::size_t>(lanes);
  const std::size_t bits = beat_bits(baseline, lanes);
  sim::EdgeStream stream;
  stream.tiles = ceil_div(tensor.rows, line_count);
  stream.beats_per_tile = ceil_div(tensor.k, lane_count);
  stream.words_per_beat = ceil_div(line_count * bits, 32);
  stream.words.resize(stream.tiles * stream.beats_per_tile * stream.words_per_beat);
  std::mt19937 random(1);
  const auto noise = [&] { return static_cast<std::uint32_t>(random()); };
  for (std::size_t row = 0; row < tensor.rows; ++row) {
    for (std::size_t beat = 0; beat < stream.beats_per_tile; ++beat) {
      const std::size_t at = row / line_count * stream.beats_per_tile + beat;
      BitSpan out(std::span(stream.words).subspan(at * stream.words_per_beat, stream.words_per_beat));
      std::size_t lsb = row % line_count * bits;
      for (std::size_t i = beat * lane_count; i < (beat + 1) * lane_count; ++i) {
        out.put(lsb, baseline.element_bits, i < tensor.k ? tensor.fields[0].entries(row, i) : noise());
        lsb += static_cast<std::size_t>(baseline.element_bits);
      }
      if (baseline.group == 0) continue;
      const std::size_t begin = beat * lane_count;
      out.put(lsb, kScaleBits,
              begin % baseline.group == 0 ? tensor.fields[1].entries(row, begin / baseline.group) : noise());
    }
  }
  return stream;
}

class CaseMaker {
 public:
  CaseMaker(const CaseRequest& request, const Baseline& baseline)
      : arch_(sim::read_arch(request.arch)),
        baseline_(baseline),
        formats_(make_format(baseline.specification, sim::data_dir() / "codebooks").formats),
        random_(request.seed),
        files_(arch_, beat_bits(baseline, arch_.lanes), static_cast<std::size_t>(arch_.cols)) {
    if (baseline.group % static_cast<std::size_t>(arch_.lanes) != 0)
      throw InputError("array.lanes of the architecture does not divide the format's group");
  }

  [[nodiscard]] const sim::Arch& arch() const { return arch_; }
  [[nodiscard]] const OperandFormats& formats() const { return formats_; }

  /// Appends a GEMM of random operands. MXFP4 has no tensor scale: its E8M0 codes lie up to `spread` around it.
  void add(const Corner& corner, int spread) {
    EncodedTensor a = blank(*formats_.activation, corner.shape.m, corner.shape.k, corner.activation_scale);
    EncodedTensor w = blank(*formats_.weight, corner.shape.n, corner.shape.k, corner.weight_scale);
    fill(a, corner.activation_scale, spread);
    fill(w, corner.weight_scale, spread);
    add(a, w);
  }

  /// The largest sums: every element and every scale at its end; odd rows of the weight are negative.
  void add_largest(const Shape& shape) {
    EncodedTensor a = blank(*formats_.activation, shape.m, shape.k, 1.0F);
    EncodedTensor w = blank(*formats_.weight, shape.n, shape.k, 1.0F);
    const std::uint32_t sign = 1U << (baseline_.element_bits - 1);
    const std::uint32_t largest = baseline_.group == 0 ? kE4m3Max : sign - 1;
    for (EncodedTensor* tensor : {&a, &w}) {
      std::ranges::fill(tensor->fields[0].entries.flat(), largest);
      if (baseline_.group != 0) std::ranges::fill(tensor->fields[1].entries.flat(), scale_range(1.0F, 0).second);
    }
    for (std::size_t r = 1; r < shape.n; r += 2)
      std::ranges::fill(w.fields[0].entries.row(r), is_vsq(baseline_) ? sign + 1 : sign + largest);
    add(a, w);
  }

  /// Appends a GEMM. Where every column has a scale of its own, every column of tiles is a run of its own.
  void add(const EncodedTensor& a, const EncodedTensor& w) {
    if (a.k > arch_.k_max) throw InputError("K is longer than k_max of the architecture");
    const sim::EdgeStream act = pack(baseline_, a, arch_.rows, arch_.lanes);
    const sim::EdgeStream wgt = pack(baseline_, w, arch_.cols, arch_.lanes);
    const auto result = baseline_gemm(baseline_, a, w, static_cast<std::size_t>(arch_.lanes));
    const std::vector<float> scales = baseline_scales(baseline_, a, w);
    const auto cols = static_cast<std::size_t>(arch_.cols);
    for (std::size_t tn = 0; tn < wgt.tiles; ++tn) {
      for (std::size_t tm = 0; tm < act.tiles; ++tm) {
        for (std::size_t beat = 0; beat < act.beats_per_tile; ++beat)
          files_.beat(act.beat(tm, beat), wgt.beat(tn, beat));
        files_.result_tile(result, tm, tn);
      }
      if (is_vsq(baseline_)) {
        std::vector<float> columns(
            scales.begin() + static_cast<std::ptrdiff_t>(tn * cols),
            scales.begin() + static_cast<std::ptrdiff_t>(std::min(scales.size(), (tn + 1) * cols)));
        columns.resize(cols);  // columns beyond N are +0 times +0
        files_.end_run(a.k, columns);
      }
    }
    if (!is_vsq(baseline_)) files_.end_run(a.k, scales);
  }

  void write(const std::filesystem::path& folder) {
    CasePackage& package = files_.package();
    package.number("FORMAT", static_cast<std::size_t>(baseline_.arithmetic));
    // There are no codebooks: the bench writes two of 1-bit codewords to nobody.
    package.number("NC", 1);
    package.number("BC", 1);
    package.frozen(false);
    std::string codebooks_hex;
    for (int i = 0; i < 32; ++i) codebooks_hex += "0\n";
    files_.write(folder, codebooks_hex);
  }

 private:
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(random_() % (high - low + 1));
  }

  /// All fields that a tensor has, elements and scales 0; `scale` is that of the tensor, and of VSQ's rows but for a
  /// little.
  EncodedTensor blank(const Format& format, std::size_t rows, std::size_t k, float scale) {
    EncodedTensor tensor = format.quantize(Matrix<float>(rows, k));
    Field& coarse = tensor.fields.back();
    if (coarse.layout.bits != 32) return tensor;
    for (auto& entry : coarse.entries.flat()) {
      float value = scale;
      // NVFP4 stores the largest magnitude.
      if (baseline_.arithmetic == BaselineArithmetic::kNvfp4) value *= 6.0F * 448.0F;
      // VSQ counts in 1, the output stage in 2^-18.
      if (coarse.layout.span == kPerRow) value *= 0x1p-18F * (1.0F + static_cast<float>(between(0, 255)) * 0x1p-9F);
      entry = std::bit_cast<std::uint32_t>(value);
    }
    return tensor;
  }

  /// The lowest and highest scale code of a group.
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> scale_range(float tensor_scale, int spread) const {
    if (is_vsq(baseline_)) return {0, 255};
    if (baseline_.arithmetic == BaselineArithmetic::kNvfp4) return {0, kE4m3Max};
    const int middle = std::ilogb(tensor_scale) + static_cast<int>(kBias);
    return {static_cast<std::uint32_t>(std::max(middle - spread, 0)),
            static_cast<std::uint32_t>(std::min(middle + spread, static_cast<int>(kLargestE8m0)))};
  }

  [[nodiscard]] bool legal_element(std::uint32_t code) const {
    if (is_vsq(baseline_)) return code != 1U << (baseline_.element_bits - 1);
    return baseline_.group != 0 || !e4m3_is_nan(static_cast<std::uint8_t>(code));
  }

  /// Random elements and scales, every legal code as likely as any other.
  void fill(EncodedTensor& tensor, float tensor_scale, int spread) {
    for (auto& code : tensor.fields[0].entries.flat()) {
      do {
        code = between(0, (1U << baseline_.element_bits) - 1);
      } while (!legal_element(code));
    }
    if (baseline_.group == 0) return;
    const auto [low, high] = scale_range(tensor_scale, spread);
    for (auto& code : tensor.fields[1].entries.flat()) code = between(low, high);
  }

  sim::Arch arch_;
  const Baseline& baseline_;
  OperandFormats formats_;
  std::mt19937_64 random_;
  CaseFiles files_;
};

/// The first `rows` rows of a tensor.
EncodedTensor top(const EncodedTensor& all, std::size_t rows) {
  EncodedTensor out = all;
  out.rows = std::min(rows, all.rows);
  for (Field& field : out.fields) {
    if (field.layout.span == kPerTensor) continue;
    Matrix<std::uint32_t> entries(out.rows, field.entries.cols());
    std::copy_n(field.entries.flat().begin(), entries.flat().size(), entries.flat().begin());
    field.entries = entries;
  }
  return out;
}

/// Spreads of E8M0 codes: sums that stay, sums that meet the limits of binary32 where scales are large or small, all
/// codes.
constexpr int kNear = 8, kFar = 30, kEverywhere = 254;

}  // namespace

void write_baseline_corners(const CaseRequest& request, const Baseline& baseline) {
  CaseMaker maker(request, baseline);
  const sim::Arch& arch = maker.arch();
  const auto rows = static_cast<std::size_t>(arch.rows), cols = static_cast<std::size_t>(arch.cols);
  const std::size_t group = baseline.group == 0 ? static_cast<std::size_t>(arch.lanes) : baseline.group;
  for (const Corner& corner : corners(arch, group)) maker.add(corner, kFar);
  maker.add_largest({rows, 2 * cols, arch.k_max});
  if (baseline.arithmetic == BaselineArithmetic::kMxfp4)
    maker.add({{4 * rows, 4 * cols, arch.k_max}, 1.0F, 1.0F}, kEverywhere);
  maker.write(request.folder);
}

void write_baseline_random(const CaseRequest& request, const Baseline& baseline, const Shape& shape) {
  CaseMaker maker(request, baseline);
  maker.add({shape, 0x1p-10F, 0x1p-10F}, kNear);
  maker.write(request.folder);
}

void write_baseline_window(const CaseRequest& request, const Baseline& baseline, const Window& window) {
  CaseMaker maker(request, baseline);
  const Layer layer = read_layer(window.layer);
  maker.add(top(maker.formats().activation->quantize(layer.activation), window.m),
            top(maker.formats().weight->quantize(layer.weight), window.n));
  maker.write(request.folder);
}

}  // namespace bcq::testbench
