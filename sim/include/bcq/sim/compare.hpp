// Formats side by side on the same layers: bits, errors, and which of them nothing beats (docs/compare.md).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bcq/files.hpp"
#include "bcq/format_table.hpp"

namespace bcq::sim {

/// What an approximation got wrong. NaN where the original itself is not finite: an output that overflows FP32.
struct ErrorMeasure {
  double nmse_db = 0;  ///< as bcq::nmse_db; −inf when exact, +inf when only the approximation is not 0 or finite
  double max_abs_error = 0;  ///< in the units of the tensor

  bool operator==(const ErrorMeasure&) const = default;
};

struct OperandMeasure {
  std::size_t scalars = 0;
  std::size_t stored_bits = 0;  ///< exact, side information included
  double nominal_bits = 0;      ///< per scalar, of endless rows
  ErrorMeasure error;

  [[nodiscard]] double bits_per_scalar() const;
  bool operator==(const OperandMeasure&) const = default;
};

/// One format on one layer, or on all layers in sum.
struct Measure {
  OperandMeasure weight, activation;
  ErrorMeasure output;  ///< of activation · weightᵀ with both operands quantized

  /// Stored bits of both operands by scalars of both.
  [[nodiscard]] double bits_per_scalar() const;
  bool operator==(const Measure&) const = default;
};

/// A row of a comparison.
struct ComparedFormat {
  std::string name;   ///< the specification
  std::string title;  ///< for people
  Measure measure;
  bool front = false;  ///< on the Pareto front of its table
};

struct ComparedLayer {
  std::string name;  ///< the file's stem
  std::string file;  ///< as the user named it
  std::size_t m = 0, n = 0, k = 0;
  std::vector<ComparedFormat> formats;  ///< sorted
};

struct Comparison {
  std::vector<ComparedLayer> layers;
  std::vector<ComparedFormat> sum;  ///< over all layers, sorted
};

/// What rows are sorted by, the best first; equal rows by bits, then as given.
enum class SortKey { kOutput, kWeight, kActivation, kBits };

/// NMSE and largest error of y against x.
[[nodiscard]] ErrorMeasure measure_error(const Matrix<float>& x, const Matrix<float>& y);

/// Quantizes both operands and multiplies them in FP64. `reference` is reference_gemm of the layer.
[[nodiscard]] Measure measure_format(const Layer& layer, const Matrix<float>& reference, const OperandFormats& formats);

/// All layers in sum: bits are added up; NMSE is the mean of the linear values, so that every tensor counts alike; the
/// maximum error is the largest. Not empty, all of one format.
[[nodiscard]] Measure sum_of(std::span<const Measure> layers);

/// 10·log10 of the mean of 10^(dB/10).
[[nodiscard]] double mean_db(std::span<const double> values);

/// Marks the rows that no other beats: none has at most as many bits (of both operands) and at most as large an NMSE of
/// the output, and is better in one of them. Rows without a finite or exact output are never on the front.
void mark_front(std::vector<ComparedFormat>& rows);

void sort_rows(std::vector<ComparedFormat>& rows, SortKey key);

/// The formats of a comma-separated list of specifications, "all" standing for every entry of the table with its
/// defaults. What is named twice counts once. Throws InputError for what make_format refuses.
[[nodiscard]] std::vector<NamedFormat> formats_of(const std::string& list, const std::filesystem::path& codebooks);

/// Reads and checks every layer, then drops it: bad input is found before long work, and layers need not fit into
/// memory together. Throws InputError like read_layer, and when a file is named twice.
void require_layers(const std::vector<std::string>& files);

/// Called after every format of every layer.
using CompareProgress = std::function<void(std::size_t done, std::size_t total, const std::string& what)>;

/// Measures every format on every layer. Reads one layer at a time.
[[nodiscard]] Comparison compare_formats(const std::vector<std::string>& files, const std::vector<NamedFormat>& formats,
                                         SortKey key, const CompareProgress& progress = {});

}  // namespace bcq::sim
