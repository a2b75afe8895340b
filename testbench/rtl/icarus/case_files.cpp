#include "case_files.hpp"

#include <fmt/format.h>

#include <bit>
#include <vector>

#include "bcq/atomic_file.hpp"

namespace bcq::testbench {

std::string hex(std::span<const std::uint32_t> words, std::size_t bits) {
  std::string text;
  for (std::size_t i = words.size(); i-- > 0;) text += fmt::format("{:08x}", words[i]);
  return text.substr(text.size() - ceil_div(bits, 4)) + "\n";
}

CaseFiles::CaseFiles(const sim::Arch& arch, std::size_t beat_bits, std::size_t scales)
    : rows_(static_cast<std::size_t>(arch.rows)),
      cols_(static_cast<std::size_t>(arch.cols)),
      beat_bits_(beat_bits),
      scales_(scales) {
  number("ROWS", rows_);
  number("COLS", cols_);
  number("LANES", static_cast<std::size_t>(arch.lanes));
  number("K_MAX", arch.k_max);
  number("BEAT_W", beat_bits_);
  number("SCALES", scales_);
}

void CaseFiles::beat(std::span<const std::uint32_t> activation, std::span<const std::uint32_t> weight) {
  act_hex_ += hex(activation, rows_ * beat_bits_);
  wgt_hex_ += hex(weight, cols_ * beat_bits_);
  ++beats_;
}

void CaseFiles::result_tile(const Matrix<float>& result, std::size_t tm, std::size_t tn) {
  for (std::size_t r = tm * rows_; r < (tm + 1) * rows_; ++r, ++result_rows_) {
    std::vector<std::uint32_t> words;
    for (std::size_t c = tn * cols_; c < (tn + 1) * cols_; ++c)
      words.push_back(r < result.rows() && c < result.cols() ? std::bit_cast<std::uint32_t>(result(r, c)) : 0);
    res_hex_ += hex(words, cols_ * 32);
  }
}

void CaseFiles::end_run(std::size_t k, std::span<const float> scales) {
  runs_hex_ += fmt::format("{:08x}\n", k);
  for (std::size_t i = 0; i < scales_; ++i)
    runs_hex_ += i < scales.size() ? fmt::format("{:08x}\n", std::bit_cast<std::uint32_t>(scales[i])) : "xxxxxxxx\n";
  // The counts of beats and result rows at which the run ends.
  runs_hex_ += fmt::format("{:08x}\n{:08x}\n", beats_, result_rows_);
  ++runs_;
}

void CaseFiles::number(std::string_view name, std::size_t value) {
  constants_ += fmt::format("  localparam int {} = {};\n", name, value);
}

void CaseFiles::write(const std::filesystem::path& folder, std::string_view codebooks_hex) const {
  std::filesystem::create_directories(folder);
  const std::string sizes =
      fmt::format("  localparam int RUNS = {};\n  localparam int BEATS = {};\n  localparam int RESULT_ROWS = {};\n",
                  runs_, beats_, result_rows_);
  write_file_atomically(folder / "case_pkg.sv",
                        "// Written by make_case.\npackage case_pkg;\n" + constants_ + sizes + "endpackage\n");
  write_file_atomically(folder / "codebooks.hex", codebooks_hex);
  write_file_atomically(folder / "act.hex", act_hex_);
  write_file_atomically(folder / "wgt.hex", wgt_hex_);
  write_file_atomically(folder / "res.hex", res_hex_);
  write_file_atomically(folder / "runs.hex", runs_hex_);
}

}  // namespace bcq::testbench
