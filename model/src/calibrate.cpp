#include "bcq/calibrate.hpp"

#include <algorithm>

#include "alternation.hpp"
#include "bcq/error.hpp"

namespace bcq {
namespace {

/// Alternates re-clustering and `redesign` until the error settles; appends the error after every step.
template <class Redesign, class Report>
void descend(Alternation& alternation, const CalibrationOptions& options, std::vector<double>& mse, Redesign redesign,
             Report report) {
  mse.push_back(alternation.mse());
  for (int i = 1; i <= options.max_iterations; ++i) {
    const double before = mse.back();
    alternation.recluster();
    mse.push_back(alternation.mse());
    redesign();
    mse.push_back(alternation.mse());
    report(i);
    if (mse.back() >= before * (1.0 - options.tolerance)) break;
  }
}

/// One initialisation and its descent: with real-valued codewords first, which move freely, then with legal ones.
Calibration calibrate_once(const CalibrationBlocks& blocks, const BcqFormat& format, const CalibrationOptions& options,
                           Random& random, const CalibrationProgress& progress) {
  Calibration out;
  out.blocks = blocks.values.rows();
  Alternation alternation(blocks, format, options, random);
  const auto report = [&](int iteration) {
    if (progress) progress(iteration, out.rounded_mse.empty() ? out.mse.back() : out.rounded_mse.back());
  };
  descend(
      alternation, options, out.mse, [&] { alternation.redesign(); }, report);
  alternation.round();
  descend(
      alternation, options, out.rounded_mse, [&] { alternation.redesign_legal(); }, report);
  out.codebooks = {format, alternation.codebooks()};
  return out;
}

void require_calibratable(const BcqFormat& format, const CalibrationOptions& options) {
  format.validate("calibration format");
  if (options.mirror_pairs && format.nc < 2) {
    throw InputError("calibration: nc = 1: mirror pairs need two codebooks; use nc = 2 or more");
  }
  if (options.restarts < 1) throw InputError("calibration: restarts: less than one; use 1 or more");
}

}  // namespace

Calibration calibrate(const std::vector<Matrix<float>>& tensors, const BcqFormat& format,
                      const CalibrationOptions& options, const CalibrationProgress& progress) {
  require_calibratable(format, options);
  Random random(options.seed);
  const CalibrationBlocks blocks = draw_blocks(tensors, format, options, random);
  const auto flat = blocks.values.flat();
  if (std::all_of(flat.begin(), flat.end(), [](std::int32_t v) { return v == 0; })) {
    throw InputError("calibration: every whole block of the tensors is zero; give layers with data");
  }
  Calibration best;
  std::vector<double> finals;
  for (int restart = 0; restart < options.restarts; ++restart) {
    Calibration one = calibrate_once(blocks, format, options, random, progress);
    finals.push_back(one.rounded_mse.back());
    if (restart == 0 || one.rounded_mse.back() < best.rounded_mse.back()) best = std::move(one);
  }
  best.restarts = std::move(finals);
  return best;
}

}  // namespace bcq
