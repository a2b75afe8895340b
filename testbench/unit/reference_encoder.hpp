// A second encoder and decoder, in integers, from the text of the contract (docs/numerics.md sections 2, 3 and 4).
// Nothing here calls the library's arithmetic.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include "bcq/quantize.hpp"
#include "vectors.hpp"

namespace bcq::test {

/// Q, the largest codeword, and U, the smallest power of two above it.
inline int reference_q(const BcqFormat& format) {
  return format.codeword == CodewordType::kFloat ? 60 : (1 << (format.bc - 1)) - 1;
}
inline int reference_u(const BcqFormat& format) {
  return format.codeword == CodewordType::kFloat ? 64 : 1 << (format.bc - 1);
}

inline bool encodes(const BcqFormat& format) {
  return format.scale == ScaleConvention::kEncode;
}

inline float largest_magnitude(std::span<const float> values) {
  std::uint32_t largest = 0;
  for (const float v : values) largest = std::max(largest, bits_of(v) & 0x7FFFFFFFU);
  return from_bits(largest);
}

/// RNE32(numerator/denominator) for numerators below 2³⁰.
inline float divide_to_binary32(Int128 numerator, Exact denominator) {
  const Int128 quotient = (numerator << 90) / denominator.n;
  return round_to_binary32({quotient, -90 - denominator.e}, quotient * denominator.n != numerator << 90);
}

/// g = RNE32(max|X|/(448·Q)), at least 2⁻¹⁴⁹, or h = RNE32(Q/max|X|), at most FLT_MAX; 1 for zeros.
inline float reference_tensor_scale(const Matrix<float>& x, const BcqFormat& format) {
  const Exact largest = split(largest_magnitude(x.flat()));
  if (largest.n == 0) return 1.0F;
  const int q = reference_q(format);
  if (encodes(format)) return std::min(divide_to_binary32(q, largest), std::numeric_limits<float>::max());
  return std::max(divide_to_binary32(largest.n, {448 * q, -largest.e}), std::numeric_limits<float>::denorm_min());
}

/// The scale code of an array: the number of ties that a/(Q·g), or Q/(a·h), is beyond, at least 1.
inline std::uint8_t reference_scale(std::span<const float> array, float g, const BcqFormat& format) {
  const Exact a = split(largest_magnitude(array));
  if (a.n == 0) return 0;
  const Int128 q = reference_q(format);
  unsigned code = 0;
  while (code < 0x7E) {
    const Int128 tie = e4m3_units(code) + e4m3_units(code + 1);  // LSB 2⁻¹⁰
    const Exact scaled = encodes(format) ? Exact{split(g).n * a.n * tie, split(g).e + a.e - 10}
                                         : Exact{split(g).n * q * tie, split(g).e - 10};
    const int side = encodes(format) ? compare({q, 0}, scaled) : compare(a, scaled);
    if (side < 0 || (side == 0 && code % 2 == 0)) break;
    ++code;
  }
  return static_cast<std::uint8_t>(std::max(code, 1U));
}

/// n·2^e with 2^(bits−1) ≤ n < 2^bits.
inline Exact normalised(Exact x, int bits) {
  for (; x.n < Int128{1} << (bits - 1); x.n <<= 1) --x.e;
  for (; x.n >= Int128{1} << bits; x.n >>= 1) ++x.e;
  return x;
}

/// V of one scalar, negated for a negative code.
inline int reference_v(float value, float g, std::uint8_t code, const BcqFormat& format) {
  const Exact x = split(value);
  if ((code & 0x7F) == 0 || x.n == 0) return 0;
  const Exact big_g = normalised(split(g), 24);
  const Exact s = normalised({e4m3_units(code), -9}, 4);
  const Int128 product = s.n * big_g.n;
  const Int128 reciprocal = ((Int128{1} << 51) + product) / (2 * product);  // ⌊2⁵⁰/product + ½⌋
  const int power = encodes(format) ? 4 + x.e + big_g.e + s.e : 4 + x.e - big_g.e - s.e - 50;
  const Int128 limit = 2 * reference_u(format) * 16 - 1;
  Int128 v = x.n * (encodes(format) ? product : reciprocal);
  if (power >= 0) {
    v = power > 20 ? limit : v << power;
  } else {
    v = power < -100 ? 0 : (v + (Int128{1} << (-power - 1))) >> -power;
  }
  const int magnitude = static_cast<int>(std::min(v, limit));
  return (value < 0) != (code >= 0x80) ? -magnitude : magnitude;
}

/// The nearest codeword, ties to the lower index.
inline int reference_index(int v, const Codebook& book) {
  int best = 0;
  for (int i = 1; i < 16; ++i) {
    if (std::abs(v - 16 * book[static_cast<std::size_t>(i)]) <
        std::abs(v - 16 * book[static_cast<std::size_t>(best)])) {
      best = i;
    }
  }
  return best;
}

/// The squared error of a block in one codebook.
inline std::int64_t reference_error(const std::vector<int>& block, const Codebook& book) {
  std::int64_t error = 0;
  for (const int v : block) {
    const std::int64_t d = v - 16 * book[static_cast<std::size_t>(reference_index(v, book))];
    error += d * d;
  }
  return error;
}

/// All V of one block of a row.
inline std::vector<int> reference_block(std::span<const float> row, std::size_t block, float g, std::uint8_t code,
                                        const BcqFormat& format) {
  std::vector<int> values;
  const std::size_t first = block * static_cast<std::size_t>(format.lb);
  for (std::size_t i = first; i < std::min(row.size(), first + static_cast<std::size_t>(format.lb)); ++i) {
    values.push_back(reference_v(row[i], g, code, format));
  }
  return values;
}

/// Whether one trial's error is smaller than another's: E·t², or E/t² of encode scales.
inline bool smaller_error(Int128 error, std::uint8_t code, Int128 than, std::uint8_t than_code,
                          const BcqFormat& format) {
  if (encodes(format)) std::swap(code, than_code);
  const Int128 t = e4m3_units(code);
  const Int128 u = e4m3_units(than_code);
  return error * t * t < than * u * u;  // below 2⁷⁸
}

/// The codes that are tried, in order.
inline std::vector<std::uint8_t> reference_trials(std::uint8_t nearest, const EncoderOptions& options) {
  std::vector<std::uint8_t> codes = {nearest};
  if (nearest == 0) return codes;
  for (int sign = 0; sign <= (options.mirror ? 0x80 : 0); sign += 0x80) {
    for (int code = 1; code <= 0x7E; ++code) {
      const bool tried = code >= nearest - options.search_down && code <= nearest + options.search_up;
      if (tried && sign + code != nearest) codes.push_back(static_cast<std::uint8_t>(sign + code));
    }
  }
  return codes;
}

/// One block array under one scale code.
struct ReferenceArray {
  std::int64_t error = 0;
  std::vector<std::uint8_t> selectors;
  std::vector<std::uint8_t> indices;
};

inline ReferenceArray reference_array(std::span<const float> array, float g, std::uint8_t code,
                                      const CodebookSet& books) {
  ReferenceArray out;
  for (std::size_t b = 0; b * static_cast<std::size_t>(books.format.lb) < array.size(); ++b) {
    const std::vector<int> block = reference_block(array, b, g, code, books.format);
    std::vector<std::int64_t> errors;
    for (const Codebook& book : books.codebooks) errors.push_back(reference_error(block, book));
    const auto chosen = static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
    out.error += errors[chosen];
    out.selectors.push_back(static_cast<std::uint8_t>(chosen));
    for (const int v : block) {
      out.indices.push_back(static_cast<std::uint8_t>(reference_index(v, books.codebooks[chosen])));
    }
  }
  return out;
}

inline BcqTensor reference_quantize(const Matrix<float>& x, const CodebookSet& books,
                                    const EncoderOptions& options = {}) {
  const BcqFormat& format = books.format;
  const std::size_t k = x.cols();
  const auto la = static_cast<std::size_t>(format.la);
  const std::size_t blocks_per_array = la / static_cast<std::size_t>(format.lb);
  BcqTensor t{books, k, options.tensor_scale.value_or(reference_tensor_scale(x, format)), {}, {}, {}};
  Matrix<std::uint8_t> indices(x.rows(), k);
  t.selectors = Matrix<std::uint8_t>(x.rows(), format.blocks(k));
  t.scales = Matrix<std::uint8_t>(x.rows(), format.arrays(k));
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t j = 0; j < t.scales.cols(); ++j) {
      const auto array = x.row(r).subspan(j * la, std::min(la, k - j * la));
      ReferenceArray best;
      std::uint8_t& scale = t.scales(r, j);
      const auto trials = reference_trials(reference_scale(array, t.tensor_scale, format), options);
      for (const std::uint8_t code : trials) {
        const ReferenceArray trial = reference_array(array, t.tensor_scale, code, books);
        if (code == trials.front() || smaller_error(trial.error, code, best.error, scale, format)) {
          best = trial;
          scale = code;
        }
      }
      std::copy(best.selectors.begin(), best.selectors.end(), t.selectors.row(r).subspan(j * blocks_per_array).begin());
      std::copy(best.indices.begin(), best.indices.end(), indices.row(r).subspan(j * la).begin());
    }
  }
  t.indices = pack(indices);
  return t;
}

/// RNE32(c·m·2^(e−9)·g), or RNE32(c/(m·2^(e−9)·h)), of every scalar: rounding to binary64 in between changes nothing,
/// as m·h has fewer than 29 bits.
inline Matrix<float> reference_dequantize(const BcqTensor& t) {
  Matrix<float> x(t.rows(), t.k);
  for (std::size_t r = 0; r < t.rows(); ++r) {
    for (std::size_t i = 0; i < t.k; ++i) {
      const std::uint8_t code = t.scales(r, i / static_cast<std::size_t>(t.format().la));
      const int c = t.codebooks.codebooks[t.selectors(r, i / static_cast<std::size_t>(t.format().lb))][t.index(r, i)];
      const Exact g = split(t.tensor_scale);
      const Int128 units = e4m3_units(code);
      float magnitude = 0.0F;
      if (c != 0 && units != 0) {
        magnitude = encodes(t.format()) ? divide_to_binary32(std::abs(c), {units * g.n, g.e - 9})
                                        : round_to_binary32({std::abs(c) * units * g.n, g.e - 9});
      }
      const bool negative = (c < 0) != (code >= 0x80) && c != 0 && units != 0;
      x(r, i) = negative ? -magnitude : magnitude;
    }
  }
  return x;
}

/// Compares the parts, so that a failure says which one differs.
inline void check_equal(const BcqTensor& expected, const BcqTensor& actual) {
  CHECK(bits_of(actual.tensor_scale) == bits_of(expected.tensor_scale));
  CHECK(actual.k == expected.k);
  CHECK((actual.scales == expected.scales));
  CHECK((actual.selectors == expected.selectors));
  CHECK((actual.indices == expected.indices));
  CHECK((actual.codebooks == expected.codebooks));
}

}  // namespace bcq::test
