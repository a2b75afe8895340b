// The parameters of a BCQ format and the counts that follow from them (docs/numerics.md section 1).
#pragma once

#include <cstddef>
#include <string>

namespace bcq {

inline constexpr int kIndexBits = 4;
inline constexpr int kCodebookEntries = 1 << kIndexBits;
inline constexpr int kFractionBits = 4;      ///< F: fraction bits of a normalised scalar
inline constexpr std::size_t kMaxK = 65536;  ///< longest reduction the accumulator is specified for

constexpr std::size_t ceil_div(std::size_t a, std::size_t b) {
  return (a + b - 1) / b;
}

/// What a stored codeword of B_c bits stands for.
enum class CodewordType {
  kInteger,  ///< an integer in ±(2^(bc−1) − 1)
  kFloat,    ///< an OCP E2M3 number, times 8: an integer in ±60 (bc = 6)
};

/// What the E4M3 code of a block array stands for.
enum class ScaleConvention {
  kDecode,  ///< decoding multiplies by it
  kEncode,  ///< encoding has multiplied by it, as in the paper; decoding divides
};

/// BCQ parameters; the default is the paper's 4.5-bit format with decode scales.
struct BcqFormat {
  int lb = 8;   ///< scalars per block, a power of two, 1…64
  int la = 64;  ///< scalars per block array, a multiple of lb, at most 1024
  int nc = 8;   ///< codebooks, a power of two, 1…16
  int bc = 6;   ///< bits per codeword, 4…8
  CodewordType codeword = CodewordType::kInteger;
  ScaleConvention scale = ScaleConvention::kDecode;

  bool operator==(const BcqFormat&) const = default;

  /// Q, the largest codeword: 2^(bc−1) − 1, or 60 for E2M3.
  [[nodiscard]] int max_codeword() const;
  /// The smallest power of two above Q.
  [[nodiscard]] int codeword_range() const;
  /// Whether `value` is a legal codeword.
  [[nodiscard]] bool is_codeword(int value) const;
  /// log2(nc); 0 for one codebook.
  [[nodiscard]] int selector_bits() const;
  [[nodiscard]] std::size_t blocks(std::size_t k) const { return ceil_div(k, static_cast<std::size_t>(lb)); }
  [[nodiscard]] std::size_t arrays(std::size_t k) const { return ceil_div(k, static_cast<std::size_t>(la)); }

  /// Throws InputError that names `where` (a file or "command line"), the parameter and its legal range.
  void validate(const std::string& where) const;

  /// "BCQ lb=8 la=64 nc=8 bc=6", and what differs from the default behind it; for tables and metadata.
  [[nodiscard]] std::string name() const;
};

/// The long-row limit 4 + log2(nc)/lb + 8/la.
[[nodiscard]] double nominal_bits_per_scalar(const BcqFormat& format);

}  // namespace bcq
