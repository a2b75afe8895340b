// LO-BCQ over its parameters: the study of arXiv 2502.05376, section 4, on any layers (docs/compare.md).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bcq/bcq_format.hpp"
#include "bcq/sim/compare.hpp"

namespace bcq::sim {

// The grid, at kGridBc, and the codeword bits tried at one point of it.
inline constexpr std::array kSweepNc{2, 4, 8, 16};
inline constexpr std::array kSweepLb{2, 4, 8};
inline constexpr std::array kSweepLa{16, 32, 64, 128};
inline constexpr std::array kSweepBc{4, 5, 6, 8};
inline constexpr int kGridBc = 6;
inline constexpr BcqFormat kSweepCodewords{.lb = 8, .la = 64, .nc = 8};

struct SweepOptions {
  std::uint64_t seed = 1;
  std::size_t max_blocks = 50'000;  ///< per calibration
  int restarts = 1;                 ///< initialisations tried per calibration
  bool local = false;               ///< codebooks for every tensor by itself instead of for all together
};

/// LO-BCQ with one choice of parameters.
struct SweepPoint {
  BcqFormat format;
  std::vector<Measure> layers;  ///< in the order of the files
  Measure sum;
};

/// What the paper says NMSE does when one parameter grows.
struct Trend {
  const char* name;       ///< "falls with N_c"
  const char* parameter;  ///< "N_c"
  int BcqFormat::*member;
  int direction;  ///< +1 where NMSE should rise, −1 where it should fall
};
inline constexpr std::array kTrends{Trend{"falls with N_c", "N_c", &BcqFormat::nc, -1},
                                    Trend{"rises with L_b", "L_b", &BcqFormat::lb, +1},
                                    Trend{"rises with L_A", "L_A", &BcqFormat::la, +1}};

/// The three errors of a measure.
struct SweepQuantity {
  const char* name;
  const ErrorMeasure& (*error)(const Measure&);
};
inline constexpr std::array kSweepQuantities{
    SweepQuantity{"weight", [](const Measure& m) -> const ErrorMeasure& { return m.weight.error; }},
    SweepQuantity{"activation", [](const Measure& m) -> const ErrorMeasure& { return m.activation.error; }},
    SweepQuantity{"output", [](const Measure& m) -> const ErrorMeasure& { return m.output; }}};

/// A step from one value of a parameter to the next at which NMSE goes the other way. Equal is no violation.
struct Violation {
  std::size_t quantity;  ///< of kSweepQuantities
  BcqFormat from, to;
  double from_db, to_db;
  std::size_t layer;  ///< its number, or kSum

  static constexpr std::size_t kSum = static_cast<std::size_t>(-1);
};

/// How a trend fares in the grid.
struct TrendCheck {
  Trend trend;
  std::size_t steps = 0;              ///< compared in the sum: quantities by steps of the grid
  std::vector<Violation> violations;  ///< of the sum first, then layer by layer

  [[nodiscard]] std::size_t violated_in_sum() const;
};

struct SweepLayer {
  std::string name, file;
};

struct Sweep {
  SweepOptions options;
  std::vector<SweepLayer> layers;
  std::vector<SweepPoint> points;  ///< the grid (L_A, then L_b, then N_c), then the further codeword bits

  /// The point of a format that the sweep has.
  [[nodiscard]] const SweepPoint& at(const BcqFormat& format) const;
};

/// The formats of a sweep, in its order.
[[nodiscard]] std::vector<BcqFormat> sweep_formats();

/// Calibrates and measures every point. Reads and checks all layers first; throws InputError as read_layer does, for a
/// file named twice, for a K without a whole block, and for tensors without anything to calibrate on.
[[nodiscard]] Sweep sweep(const std::vector<std::string>& files, const SweepOptions& options,
                          const CompareProgress& progress = {});

[[nodiscard]] std::vector<TrendCheck> check_trends(const Sweep& sweep);

}  // namespace bcq::sim
