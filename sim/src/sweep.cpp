#include "bcq/sim/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bcq/calibrate.hpp"
#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/quantize.hpp"

namespace bcq::sim {
namespace {

/// All layers in memory, as calibration wants them.
struct Layers {
  std::vector<SweepLayer> names;
  std::vector<Matrix<float>> tensors;     ///< weight and activation of the first layer, of the second…
  std::vector<Matrix<float>> references;  ///< their products

  [[nodiscard]] const Matrix<float>& weight(std::size_t layer) const { return tensors[2 * layer]; }
  [[nodiscard]] const Matrix<float>& activation(std::size_t layer) const { return tensors[2 * layer + 1]; }
};

Layers read_layers(const std::vector<std::string>& files) {
  require_layers(files);
  Layers out;
  for (const std::string& file : files) {
    Layer layer = read_layer(file);
    constexpr std::size_t kLongestBlock = kSweepLb.back();
    if (layer.weight.cols() < kLongestBlock) {
      throw InputError(fmt::format("{}: tensor 'weight': K = {} has no whole block of {} scalars; leave this layer out",
                                   file, layer.weight.cols(), kLongestBlock));
    }
    out.names.push_back({layer.name, file});
    out.references.push_back(reference_gemm(layer.activation, layer.weight));
    out.tensors.push_back(std::move(layer.weight));
    out.tensors.push_back(std::move(layer.activation));
  }
  return out;
}

CodebookSet codebooks_of(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                         const SweepOptions& options) {
  CalibrationOptions calibration;
  calibration.seed = options.seed;
  calibration.max_blocks = options.max_blocks;
  calibration.restarts = options.restarts;
  return calibrate(tensors, format, calibration).codebooks;
}

/// Codebooks for one tensor alone.
CodebookSet local_codebooks(const Matrix<float>& tensor, const char* name, const SweepLayer& layer,
                            const BcqFormat& format, const SweepOptions& options) {
  try {
    return codebooks_of({tensor}, format, options);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: tensor '{}': {}", layer.file, name, error.what()));
  }
}

OperandMeasure measure_operand(const Matrix<float>& x, const CodebookSet& books, const Matrix<float>& decoded) {
  return {x.flat().size(), stored_bits(books, x.rows(), x.cols()), nominal_bits_per_scalar(books.format),
          measure_error(x, decoded)};
}

Measure measure_layer(const Layers& layers, std::size_t l, const CodebookSet& weight_books,
                      const CodebookSet& activation_books) {
  const Matrix<float> weight = dequantize(quantize(layers.weight(l), weight_books));
  const Matrix<float> activation = dequantize(quantize(layers.activation(l), activation_books));
  return {measure_operand(layers.weight(l), weight_books, weight),
          measure_operand(layers.activation(l), activation_books, activation),
          measure_error(layers.references[l], reference_gemm(activation, weight))};
}

template <class Progress>
SweepPoint measure_point(const Layers& layers, const BcqFormat& format, const SweepOptions& options,
                         const Progress& progress) {
  SweepPoint point{format, {}, {}};
  CodebookSet shared;
  if (!options.local) shared = codebooks_of(layers.tensors, format, options);
  for (std::size_t l = 0; l < layers.names.size(); ++l) {
    const auto books = [&](const Matrix<float>& tensor, const char* name) {
      return options.local ? local_codebooks(tensor, name, layers.names[l], format, options) : shared;
    };
    point.layers.push_back(
        measure_layer(layers, l, books(layers.weight(l), "weight"), books(layers.activation(l), "activation")));
    progress();
  }
  point.sum = sum_of(point.layers);
  return point;
}

/// The formats of the grid that differ by one step of a trend's parameter.
std::vector<std::pair<BcqFormat, BcqFormat>> steps_of(const Trend& trend) {
  const std::vector<BcqFormat> formats = sweep_formats();
  std::vector<std::pair<BcqFormat, BcqFormat>> steps;
  for (const BcqFormat& from : formats) {
    BcqFormat to = from;
    to.*trend.member *= 2;
    const bool both = from.bc == kGridBc && std::ranges::find(formats, to) != formats.end();
    if (both) steps.emplace_back(from, to);
  }
  return steps;
}

}  // namespace

std::size_t TrendCheck::violated_in_sum() const {
  return static_cast<std::size_t>(std::ranges::count(violations, Violation::kSum, &Violation::layer));
}

const SweepPoint& Sweep::at(const BcqFormat& format) const {
  return *std::ranges::find(points, format, &SweepPoint::format);
}

std::vector<BcqFormat> sweep_formats() {
  std::vector<BcqFormat> formats;
  for (const int la : kSweepLa) {
    for (const int lb : kSweepLb) {
      for (const int nc : kSweepNc) formats.push_back({lb, la, nc, kGridBc});
    }
  }
  for (const int bc : kSweepBc) {
    BcqFormat format = kSweepCodewords;
    format.bc = bc;
    if (std::ranges::find(formats, format) == formats.end()) formats.push_back(format);
  }
  return formats;
}

Sweep sweep(const std::vector<std::string>& files, const SweepOptions& options, const CompareProgress& progress) {
  const Layers layers = read_layers(files);
  const std::vector<BcqFormat> formats = sweep_formats();
  Sweep out{options, layers.names, {}};
  std::size_t done = 0;
  for (const BcqFormat& format : formats) {
    const auto step = [&] {
      if (progress) progress(++done, formats.size() * files.size(), format.name());
    };
    out.points.push_back(measure_point(layers, format, options, step));
  }
  return out;
}

std::vector<TrendCheck> check_trends(const Sweep& sweep) {
  std::vector<TrendCheck> checks;
  for (const Trend& trend : kTrends) {
    const auto steps = steps_of(trend);
    TrendCheck check{trend, steps.size() * kSweepQuantities.size(), {}};
    const auto compare = [&](std::size_t layer, auto measure_of) {
      for (std::size_t q = 0; q < kSweepQuantities.size(); ++q) {
        for (const auto& [from, to] : steps) {
          const double from_db = kSweepQuantities[q].error(measure_of(sweep.at(from))).nmse_db;
          const double to_db = kSweepQuantities[q].error(measure_of(sweep.at(to))).nmse_db;
          if ((to_db - from_db) * trend.direction < 0) check.violations.push_back({q, from, to, from_db, to_db, layer});
        }
      }
    };
    compare(Violation::kSum, [](const SweepPoint& point) -> const Measure& { return point.sum; });
    for (std::size_t l = 0; l < sweep.layers.size(); ++l)
      compare(l, [l](const SweepPoint& point) -> const Measure& { return point.layers[l]; });
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace bcq::sim
