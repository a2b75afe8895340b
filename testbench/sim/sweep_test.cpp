// LO-BCQ over its parameters: which points there are, and which steps break a trend.
#include "bcq/sim/sweep.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <tuple>

using namespace bcq;
using namespace bcq::sim;

namespace {

/// A sweep of one layer whose NMSE follows all trends: 1 dB down per doubling of N_c, up per doubling of L_b and L_A.
Sweep obedient_sweep() {
  Sweep sweep{{}, {{"layer", "layer.st"}}, {}};
  for (const BcqFormat& format : sweep_formats()) {
    const double nmse = std::log2(format.lb) + std::log2(format.la) - std::log2(format.nc) - 30;
    const OperandMeasure operand{1, 5, 5, {nmse, 1}};
    const Measure measure{operand, operand, {nmse, 1}};
    sweep.points.push_back({format, {measure}, measure});
  }
  return sweep;
}

SweepPoint& point_of(Sweep& sweep, const BcqFormat& format) {
  return *std::find_if(sweep.points.begin(), sweep.points.end(), [&](const auto& p) { return p.format == format; });
}

}  // namespace

TEST_CASE("A sweep has 48 points with 6-bit codewords and three with others", "[sweep]") {
  std::set<std::tuple<int, int, int, int>> seen;
  for (const BcqFormat& format : sweep_formats()) {
    CHECK_NOTHROW(format.validate("sweep"));
    CHECK(seen.insert({format.lb, format.la, format.nc, format.bc}).second);
  }
  CHECK(seen.size() == 51);
  CHECK(std::count_if(seen.begin(), seen.end(), [](const auto& p) { return std::get<3>(p) == 6; }) == 48);
  for (const int bc : {4, 5, 6, 8}) CHECK(seen.contains({8, 64, 8, bc}));
}

TEST_CASE("NMSE that follows the paper violates no trend", "[sweep]") {
  const auto checks = check_trends(obedient_sweep());
  REQUIRE(checks.size() == 3);
  // Steps of N_c: 3 of 4 values at 12 other choices; of L_b: 2 at 16; of L_A: 3 at 12; each for three quantities.
  CHECK(checks[0].steps == 3 * 36);
  CHECK(checks[1].steps == 3 * 32);
  CHECK(checks[2].steps == 3 * 36);
  for (const TrendCheck& check : checks) CHECK(check.violations.empty());
}

TEST_CASE("A step in the wrong direction is a violation, an equal one is not", "[sweep]") {
  Sweep sweep = obedient_sweep();
  SECTION("in sum") {
    // One more dB than N_c = 4 has: too high to fall from there; L_b and L_A still rise to it and from it.
    ErrorMeasure& error = point_of(sweep, {4, 32, 8, 6}).sum.output;
    const double before = point_of(sweep, {4, 32, 4, 6}).sum.output.nmse_db;
    error.nmse_db = before + 0.5;
    const auto checks = check_trends(sweep);
    REQUIRE(checks[0].violations.size() == 1);
    const Violation& violation = checks[0].violations.front();
    CHECK(kSweepQuantities.at(violation.quantity).name == std::string("output"));
    CHECK(violation.from == BcqFormat{4, 32, 4, 6});
    CHECK(violation.to == BcqFormat{4, 32, 8, 6});
    CHECK(violation.to_db - violation.from_db == Approx(0.5));
    CHECK(violation.layer == Violation::kSum);
    CHECK(checks[0].violated_in_sum() == 1);
    // 1.5 dB above its place is beyond the next larger block and block array.
    CHECK(checks[1].violations.size() == 1);
    CHECK(checks[2].violations.size() == 1);
    error.nmse_db = before;
    CHECK(check_trends(sweep)[0].violations.empty());
  }
  SECTION("in a layer") {
    point_of(sweep, {2, 16, 2, 6}).layers[0].weight.error.nmse_db = 0;
    const auto checks = check_trends(sweep);
    CHECK(checks[0].violations.empty());
    REQUIRE(checks[1].violations.size() == 1);
    REQUIRE(checks[2].violations.size() == 1);
    CHECK(checks[1].violations.front().layer == 0);
    CHECK(checks[1].violated_in_sum() == 0);
  }
}
