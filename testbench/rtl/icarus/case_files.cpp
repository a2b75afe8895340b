#include "case_files.hpp"

#include <fmt/format.h>

#include <bit>
#include <vector>

#include "bcq/atomic_file.hpp"
#include "bcq/beat.hpp"

namespace bcq::testbench {

std::string hex(std::span<const std::uint32_t> words, std::size_t bits) {
  std::string text;
  for (std::size_t i = words.size(); i-- > 0;) text += fmt::format("{:08x}", words[i]);
  return text.substr(text.size() - ceil_div(bits, 4)) + "\n";
}

std::string hex(const CodebookSet& set) {
  const int bc = set.format.bc;
  std::string lines;
  for (const auto& book : set.codebooks)
    for (const auto codeword : book) lines += fmt::format("{:0{}x}\n", codeword & ((1 << bc) - 1), (bc + 3) / 4);
  return lines;
}

void CasePackage::number(std::string_view name, std::size_t value) {
  text_ += fmt::format("  localparam int {} = {};\n", name, value);
}

void CasePackage::bits(std::string_view name, std::size_t width, std::string_view digits) {
  digits.remove_suffix(1);
  text_ += fmt::format("  localparam logic [{}:0] {} = {}'h{};\n", width - 1, name, width, digits);
}

void CasePackage::format(const BcqFormat& format) {
  number("LB", static_cast<std::size_t>(format.lb));
  number("LA", static_cast<std::size_t>(format.la));
  number("NC", static_cast<std::size_t>(format.nc));
  number("BC", static_cast<std::size_t>(format.bc));
}

void CasePackage::frozen(bool frozen) {
  text_ += fmt::format("  localparam bit FROZEN = 1'b{};\n", frozen ? 1 : 0);
}

void CasePackage::codebooks(std::string_view name, const CodebookSet& set, bool frozen) {
  const auto bc = static_cast<std::size_t>(set.format.bc);
  const std::size_t width = set.codebooks.size() * 16 * bc;
  std::vector<std::uint32_t> words(ceil_div(width, 32));
  std::size_t lsb = 0;
  for (const auto& book : set.codebooks) {
    for (const auto codeword : book) {
      if (frozen) BitSpan(words).put(lsb, set.format.bc, static_cast<std::uint32_t>(codeword));
      lsb += bc;
    }
  }
  bits(name, width, hex(words, width));
}

void CasePackage::write(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  write_file_atomically(folder / "case_pkg.sv",
                        "// Written by make_case.\npackage case_pkg;\n" + text_ + "endpackage\n");
}

CaseFiles::CaseFiles(const sim::Arch& arch, std::size_t beat_bits, std::size_t scales)
    : rows_(static_cast<std::size_t>(arch.rows)),
      cols_(static_cast<std::size_t>(arch.cols)),
      beat_bits_(beat_bits),
      scales_(scales) {
  package_.number("ROWS", rows_);
  package_.number("COLS", cols_);
  package_.number("LANES", static_cast<std::size_t>(arch.lanes));
  package_.number("K_MAX", arch.k_max);
  package_.number("BEAT_W", beat_bits_);
  package_.number("SCALES", scales_);
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

void CaseFiles::write(const std::filesystem::path& folder, std::string_view codebooks_hex) const {
  CasePackage package = package_;
  package.number("RUNS", runs_);
  package.number("BEATS", beats_);
  package.number("RESULT_ROWS", result_rows_);
  package.write(folder);
  write_file_atomically(folder / "codebooks.hex", codebooks_hex);
  write_file_atomically(folder / "act.hex", act_hex_);
  write_file_atomically(folder / "wgt.hex", wgt_hex_);
  write_file_atomically(folder / "res.hex", res_hex_);
  write_file_atomically(folder / "runs.hex", runs_hex_);
}

}  // namespace bcq::testbench
