// The files of a case: a package with its constants and hexadecimal words for $readmemh, as the benches read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "bcq/codebook.hpp"
#include "bcq/sim/arch.hpp"

namespace bcq::testbench {

/// One line of hex digits, as many as `bits` need.
[[nodiscard]] std::string hex(std::span<const std::uint32_t> words, std::size_t bits);

/// All codewords of a set, one per line.
[[nodiscard]] std::string hex(const CodebookSet& set);

/// The constants of case_pkg.
class CasePackage {
 public:
  void number(std::string_view name, std::size_t value);
  /// A constant of so many bits, given as hex() writes it.
  void bits(std::string_view name, std::size_t width, std::string_view digits);
  void format(const BcqFormat& format);
  void frozen(bool frozen);
  /// Entry i of codebook c at [(c*16 + i)*BC +: BC]; 0 where codebooks are no constants of the hardware.
  void codebooks(std::string_view name, const CodebookSet& set, bool frozen);

  void write(const std::filesystem::path& folder) const;

 private:
  std::string text_;
};

/// Collects beats, results and runs of an array, and the constants of its case.
class CaseFiles {
 public:
  /// `scales`: 32-bit words of scale_i. Rows, columns, lanes and k_max of the array become constants.
  CaseFiles(const sim::Arch& arch, std::size_t beat_bits, std::size_t scales);

  void beat(std::span<const std::uint32_t> activation, std::span<const std::uint32_t> weight);

  /// Appends the result rows of tile (tm, tn); rows and columns beyond the result are +0.
  void result_tile(const Matrix<float>& result, std::size_t tm, std::size_t tn);

  /// Ends a run: all beats and rows since the last one. Scales that are left out are not to be looked at: X.
  void end_run(std::size_t k, std::span<const float> scales);

  [[nodiscard]] CasePackage& package() { return package_; }

  void write(const std::filesystem::path& folder, std::string_view codebooks_hex) const;

 private:
  std::size_t rows_, cols_, beat_bits_, scales_;
  CasePackage package_;
  std::string act_hex_, wgt_hex_, res_hex_, runs_hex_;
  std::size_t runs_ = 0, beats_ = 0, result_rows_ = 0;
};

}  // namespace bcq::testbench
