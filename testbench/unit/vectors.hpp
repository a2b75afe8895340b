// What the numeric tests share: the oracle's vectors, exact integer arithmetic and reproducible random operands.
// Nothing here calls the library's arithmetic.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bcq/matrix.hpp"
#include "bcq/tensor.hpp"

namespace bcq::test {

// --- Vectors of testbench/oracle -------------------------------------------------------------------------------------

inline std::ifstream open_vectors(const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(BCQ_VECTOR_DIR) / name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open test vectors " + path.string());
  return file;
}

/// The two columns of a CSV file, without its comments.
inline std::vector<std::pair<std::string, std::string>> read_csv(const std::string& name) {
  std::ifstream file = open_vectors(name);
  std::vector<std::pair<std::string, std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    const std::size_t comma = line.find(',');
    if (!line.empty() && line[0] != '#') rows.emplace_back(line.substr(0, comma), line.substr(comma + 1));
  }
  return rows;
}

/// The cases of a JSON file.
inline nlohmann::json read_cases(const std::string& name) {
  std::ifstream file = open_vectors(name);
  return nlohmann::json::parse(file).at("cases");
}

inline std::uint32_t hex(const std::string& digits) {
  return static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
}

/// A matrix from rows of concatenated hex fields.
inline Matrix<std::uint32_t> hex_matrix(const nlohmann::json& rows, std::size_t digits) {
  const std::size_t cols = rows.at(0).get<std::string>().size() / digits;
  Matrix<std::uint32_t> result(rows.size(), cols);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::string text = rows.at(r).get<std::string>();
    if (text.size() != cols * digits) throw std::runtime_error("test vector with rows of different length");
    for (std::size_t c = 0; c < cols; ++c) result(r, c) = hex(text.substr(c * digits, digits));
  }
  return result;
}

inline std::uint32_t bits_of(float value) {
  return std::bit_cast<std::uint32_t>(value);
}
inline float from_bits(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

inline Matrix<float> float_matrix(const nlohmann::json& rows) {
  const Matrix<std::uint32_t> bits = hex_matrix(rows, 8);
  Matrix<float> result(bits.rows(), bits.cols());
  std::transform(bits.flat().begin(), bits.flat().end(), result.flat().begin(), from_bits);
  return result;
}

inline Matrix<std::uint8_t> byte_matrix(const nlohmann::json& rows, std::size_t digits) {
  const Matrix<std::uint32_t> wide = hex_matrix(rows, digits);
  Matrix<std::uint8_t> result(wide.rows(), wide.cols());
  std::transform(wide.flat().begin(), wide.flat().end(), result.flat().begin(),
                 [](std::uint32_t v) { return static_cast<std::uint8_t>(v); });
  return result;
}

/// Two indices per byte, the even scalar in the low nibble, padding 0.
inline Matrix<std::uint8_t> pack(const Matrix<std::uint8_t>& indices) {
  Matrix<std::uint8_t> packed(indices.rows(), (indices.cols() + 1) / 2);
  for (std::size_t r = 0; r < indices.rows(); ++r) {
    for (std::size_t i = 0; i < indices.cols(); ++i) {
      packed(r, i / 2) = static_cast<std::uint8_t>(packed(r, i / 2) | (indices(r, i) << (i % 2 * 4)));
    }
  }
  return packed;
}

inline BcqTensor tensor_from(const nlohmann::json& j) {
  BcqTensor tensor;
  const nlohmann::json& format = j.at("format");
  tensor.codebooks.format = {
      .lb = format.at("lb"),
      .la = format.at("la"),
      .nc = format.at("nc"),
      .bc = format.at("bc"),
      .codeword = format.value("codeword", "int") == "e2m3" ? CodewordType::kFloat : CodewordType::kInteger,
      .scale = format.value("scale", "decode") == "encode" ? ScaleConvention::kEncode : ScaleConvention::kDecode,
  };
  for (const auto& book : j.at("codebooks")) tensor.codebooks.codebooks.push_back(book.get<Codebook>());
  tensor.k = j.at("k");
  tensor.tensor_scale = from_bits(hex(j.at("tensor_scale")));
  tensor.indices = pack(byte_matrix(j.at("indices"), 1));
  tensor.selectors = byte_matrix(j.at("selectors"), 1);
  tensor.scales = byte_matrix(j.at("scales"), 2);
  return tensor;
}

/// Empty when two matrices have the same shape and bits, otherwise the first difference.
inline std::string difference(const Matrix<float>& expected, const Matrix<float>& actual) {
  std::ostringstream text;
  if (expected.rows() != actual.rows() || expected.cols() != actual.cols()) return "shapes differ";
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    for (std::size_t c = 0; c < expected.cols(); ++c) {
      if (bits_of(expected(r, c)) == bits_of(actual(r, c))) continue;
      text << "[" << r << "," << c << "] expected " << std::hexfloat << expected(r, c) << " got " << actual(r, c);
      return text.str();
    }
  }
  return "";
}

// --- Exact arithmetic ------------------------------------------------------------------------------------------------

__extension__ using Int128 = __int128;

/// n·2^e with n ≥ 0.
struct Exact {
  Int128 n;
  int e;
};

inline int bit_length(Int128 n) {
  int bits = 0;
  for (; n != 0; n >>= 1) ++bits;
  return bits;
}

/// −1, 0 or 1 as a is below, equal to or above b.
inline int compare(Exact a, Exact b) {
  if (a.n == 0 || b.n == 0) return (a.n != 0) - (b.n != 0);
  const int top = bit_length(a.n) + a.e - bit_length(b.n) - b.e;
  if (top != 0) return top < 0 ? -1 : 1;
  if (a.e > b.e) a.n <<= a.e - b.e;
  if (b.e > a.e) b.n <<= b.e - a.e;
  return (a.n > b.n) - (a.n < b.n);
}

/// RNE32 of a magnitude; `inexact` says that the true value is a little (less than 1 unit of n) larger.
inline float round_to_binary32(Exact x, bool inexact = false) {
  if (x.n == 0) return 0.0F;
  const int lsb = std::max(x.e + bit_length(x.n) - 24, -149);
  const int drop = lsb - x.e;
  if (drop > 126) return 0.0F;
  Int128 kept = drop > 0 ? x.n >> drop : x.n << -drop;
  if (drop > 0) {
    const Int128 rest = x.n - (kept << drop);
    const Int128 half = Int128{1} << (drop - 1);
    if (rest > half || (rest == half && (inexact || kept % 2 == 1))) ++kept;
  }
  return static_cast<float>(std::ldexp(static_cast<double>(kept), lsb));  // exact, or beyond binary32: infinity
}

/// The magnitude of a finite binary32 number: the IEEE significand and exponent.
inline Exact split(float value) {
  const std::uint32_t bits = bits_of(value) & 0x7FFFFFFFU;
  const int field = static_cast<int>(bits >> 23);
  const Int128 fraction = bits & 0x7FFFFFU;
  return field == 0 ? Exact{fraction, -149} : Exact{fraction + 0x800000, field - 150};
}

/// Magnitude of an E4M3 code in units of 2⁻⁹, from the definition of the format.
inline std::int64_t e4m3_units(unsigned code) {
  const unsigned field = (code >> 3) & 15U;
  const std::int64_t fraction = code & 7U;
  return field == 0 ? fraction : (fraction + 8) << (field - 1);
}

// --- Random operands -------------------------------------------------------------------------------------------------

using Rng = std::mt19937_64;

/// Uniform in low…high; the same on every standard library, unlike uniform_int_distribution.
inline int draw(Rng& rng, int low, int high) {
  return low + static_cast<int>(rng() % static_cast<std::uint64_t>(high - low + 1));
}

inline double draw_gaussian(Rng& rng) {
  const auto uniform = [&] { return (static_cast<double>(rng() >> 11) + 0.5) * 0x1p-53; };
  return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
}

enum class Data { kGaussian, kLaplace, kOutliers, kSparse, kWideRange, kBitPatterns, kTiny };

inline float draw_value(Rng& rng, Data data) {
  const double normal = draw_gaussian(rng);
  const float sign = rng() % 2 == 0 ? 1.0F : -1.0F;
  switch (data) {
    case Data::kGaussian:
      return static_cast<float>(normal);
    case Data::kLaplace:
      return sign * static_cast<float>(-std::log((static_cast<double>(rng() >> 11) + 0.5) * 0x1p-53));
    case Data::kOutliers:
      return static_cast<float>(rng() % 200 == 0 ? 80 * normal : normal);
    case Data::kSparse:
      return rng() % 8 == 0 ? static_cast<float>(normal) : sign * 0.0F;
    case Data::kWideRange:
      return static_cast<float>(std::ldexp(normal, draw(rng, -30, 30)));
    case Data::kBitPatterns:
      return sign * from_bits(static_cast<std::uint32_t>(rng() % 0x7F800000U));
    case Data::kTiny:
      return sign * from_bits(static_cast<std::uint32_t>(rng() % 0x1000000U));
  }
  return 0.0F;
}

inline Matrix<float> random_matrix(Rng& rng, std::size_t rows, std::size_t k, Data data) {
  Matrix<float> x(rows, k);
  for (float& v : x.flat()) v = draw_value(rng, data);
  return x;
}

/// The magnitudes of E2M3, times 8: what ml_dtypes.float6_e2m3fn has.
inline constexpr int kE2m3Magnitudes[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                          16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 44, 48, 52, 56, 60};

inline int draw_codeword(Rng& rng, const BcqFormat& format) {
  if (format.codeword == CodewordType::kFloat) return kE2m3Magnitudes[rng() % 32] * (rng() % 2 == 0 ? 1 : -1);
  return draw(rng, -format.max_codeword(), format.max_codeword());
}

/// Ascending random codebooks that reach ±Q, with equal neighbours now and then.
inline CodebookSet random_codebooks(Rng& rng, const BcqFormat& format) {
  CodebookSet set{format, {}};
  const int q = format.max_codeword();
  for (int c = 0; c < format.nc; ++c) {
    Codebook book;
    for (auto& codeword : book) codeword = static_cast<std::int8_t>(draw_codeword(rng, format));
    book[0] = static_cast<std::int8_t>(-q);
    book[1] = static_cast<std::int8_t>(q);
    std::sort(book.begin(), book.end());
    set.codebooks.push_back(book);
  }
  return set;
}

/// A legal tensor of random codes, scales of either sign included.
inline BcqTensor random_tensor(Rng& rng, const BcqFormat& format, std::size_t rows, std::size_t k, float g) {
  BcqTensor tensor{random_codebooks(rng, format), k, g, {}, {}, {}};
  Matrix<std::uint8_t> indices(rows, k);
  for (auto& v : indices.flat()) v = static_cast<std::uint8_t>(rng() % 16);
  tensor.indices = pack(indices);
  tensor.selectors = Matrix<std::uint8_t>(rows, format.blocks(k));
  for (auto& v : tensor.selectors.flat()) v = static_cast<std::uint8_t>(draw(rng, 0, format.nc - 1));
  tensor.scales = Matrix<std::uint8_t>(rows, format.arrays(k));
  for (auto& v : tensor.scales.flat()) v = static_cast<std::uint8_t>(draw(rng, 0, 0x7E) + (rng() % 2 == 0 ? 0x80 : 0));
  return tensor;
}

// --- Threads ---------------------------------------------------------------------------------------------------------

/// Sets BCQ_THREADS for a scope.
class ThreadCount {
 public:
  explicit ThreadCount(int threads) { ::setenv("BCQ_THREADS", std::to_string(threads).c_str(), 1); }
  ~ThreadCount() { ::unsetenv("BCQ_THREADS"); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;
};

}  // namespace bcq::test
