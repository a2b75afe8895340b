#include "bcq/sim/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/metrics.hpp"

namespace bcq::sim {
namespace {

namespace fs = std::filesystem;

struct MeasuredOperand {
  OperandMeasure measure;
  Matrix<float> decoded;
};

MeasuredOperand measure_operand(const Matrix<float>& x, const Format& format) {
  const EncodedTensor encoded = format.quantize(x);
  MeasuredOperand out{{x.flat().size(), encoded.bits(), format.nominal_bits(), {}}, format.dequantize(encoded)};
  out.measure.error = measure_error(x, out.decoded);
  return out;
}

/// The larger error, and NaN if one is.
double worse(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::quiet_NaN() : std::max(a, b);
}

template <class Member>
ErrorMeasure sum_of_errors(std::span<const Measure> layers, Member error) {
  std::vector<double> nmse;
  ErrorMeasure out;
  for (const Measure& layer : layers) {
    const ErrorMeasure& one = error(layer);
    nmse.push_back(one.nmse_db);
    out.max_abs_error = worse(out.max_abs_error, one.max_abs_error);
  }
  out.nmse_db = mean_db(nmse);
  return out;
}

OperandMeasure sum_of_operands(std::span<const Measure> layers, OperandMeasure Measure::*operand) {
  OperandMeasure out;
  for (const Measure& layer : layers) {
    out.scalars += (layer.*operand).scalars;
    out.stored_bits += (layer.*operand).stored_bits;
  }
  out.nominal_bits = (layers.front().*operand).nominal_bits;
  out.error =
      sum_of_errors(layers, [&](const Measure& layer) -> const ErrorMeasure& { return (layer.*operand).error; });
  return out;
}

/// A number to compare: what has no NMSE is worse than everything that has one.
double rank(double nmse_db) {
  return std::isnan(nmse_db) ? std::numeric_limits<double>::infinity() : nmse_db;
}

double sort_value(const Measure& measure, SortKey key) {
  switch (key) {
    case SortKey::kOutput:
      return rank(measure.output.nmse_db);
    case SortKey::kWeight:
      return rank(measure.weight.error.nmse_db);
    case SortKey::kActivation:
      return rank(measure.activation.error.nmse_db);
    case SortKey::kBits:
      break;
  }
  return measure.bits_per_scalar();
}

bool beats(const Measure& a, const Measure& b) {
  const double a_bits = a.bits_per_scalar();
  const double b_bits = b.bits_per_scalar();
  const double a_error = rank(a.output.nmse_db);
  const double b_error = rank(b.output.nmse_db);
  return a_bits <= b_bits && a_error <= b_error && (a_bits < b_bits || a_error < b_error);
}

void finish(std::vector<ComparedFormat>& rows, SortKey key) {
  mark_front(rows);
  sort_rows(rows, key);
}

}  // namespace

double OperandMeasure::bits_per_scalar() const {
  return static_cast<double>(stored_bits) / static_cast<double>(scalars);
}

double Measure::bits_per_scalar() const {
  return static_cast<double>(weight.stored_bits + activation.stored_bits) /
         static_cast<double>(weight.scalars + activation.scalars);
}

ErrorMeasure measure_error(const Matrix<float>& x, const Matrix<float>& y) {
  const double nmse = nmse_db(x, y);
  // max_abs_error passes over the NaN of inf − inf, and would call the rest the largest.
  return {nmse, std::isnan(nmse) ? nmse : max_abs_error(x, y)};
}

Measure measure_format(const Layer& layer, const Matrix<float>& reference, const OperandFormats& formats) {
  const MeasuredOperand weight = measure_operand(layer.weight, *formats.weight);
  const MeasuredOperand activation = measure_operand(layer.activation, *formats.activation);
  return {weight.measure, activation.measure,
          measure_error(reference, reference_gemm(activation.decoded, weight.decoded))};
}

double mean_db(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += std::pow(10.0, value / 10.0);
  return 10.0 * std::log10(sum / static_cast<double>(values.size()));
}

Measure sum_of(std::span<const Measure> layers) {
  return {sum_of_operands(layers, &Measure::weight), sum_of_operands(layers, &Measure::activation),
          sum_of_errors(layers, [](const Measure& layer) -> const ErrorMeasure& { return layer.output; })};
}

void mark_front(std::vector<ComparedFormat>& rows) {
  for (ComparedFormat& row : rows) {
    row.front = rank(row.measure.output.nmse_db) < std::numeric_limits<double>::infinity() &&
                std::ranges::none_of(rows, [&](const auto& other) { return beats(other.measure, row.measure); });
  }
}

void sort_rows(std::vector<ComparedFormat>& rows, SortKey key) {
  const auto order = [key](const ComparedFormat& row) {
    return std::pair(sort_value(row.measure, key), row.measure.bits_per_scalar());
  };
  std::ranges::stable_sort(rows, {}, order);
}

std::vector<NamedFormat> formats_of(const std::string& list, const fs::path& codebooks) {
  std::vector<NamedFormat> formats;
  const auto add = [&](std::string_view specification) {
    if (std::ranges::find(formats, specification, &NamedFormat::name) != formats.end()) return;
    formats.push_back(make_format(specification, codebooks));
  };
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const auto item = std::string_view(list).substr(begin, end - begin);
    if (item == "all") {
      for (const FormatEntry& entry : format_table()) add(entry.name);
    } else {
      add(item);
    }
    begin = end + 1;
  }
  return formats;
}

void require_layers(const std::vector<std::string>& files) {
  for (auto file = files.begin(); file != files.end(); ++file) {
    (void)read_layer(*file);
    const auto same = [&](const std::string& other) { return fs::equivalent(*file, other); };
    if (std::any_of(files.begin(), file, same))
      throw InputError(fmt::format("{}: LAYER: named twice; every layer counts once, name it once", *file));
  }
}

Comparison compare_formats(const std::vector<std::string>& files, const std::vector<NamedFormat>& formats, SortKey key,
                           const CompareProgress& progress) {
  Comparison out;
  std::vector<std::vector<Measure>> measures(formats.size());
  std::size_t done = 0;
  for (const std::string& file : files) {
    const Layer layer = read_layer(file);
    const Matrix<float> reference = reference_gemm(layer.activation, layer.weight);
    ComparedLayer& compared = out.layers.emplace_back(
        ComparedLayer{layer.name, file, reference.rows(), reference.cols(), layer.weight.cols(), {}});
    for (std::size_t f = 0; f < formats.size(); ++f) {
      const Measure measure = measure_format(layer, reference, formats[f].formats);
      compared.formats.push_back({formats[f].name, formats[f].title, measure});
      measures[f].push_back(measure);
      if (progress) progress(++done, files.size() * formats.size(), layer.name + ", " + formats[f].title);
    }
    finish(compared.formats, key);
  }
  for (std::size_t f = 0; f < formats.size(); ++f)
    out.sum.push_back({formats[f].name, formats[f].title, sum_of(measures[f])});
  finish(out.sum, key);
  return out;
}

}  // namespace bcq::sim
