// The estimates against numbers that ppa/estimates.py prints; testbench/cli/energy_test.py runs both at every node.
#include "bcq/sim/energy/estimates.hpp"

#include <catch2/catch.hpp>

#include "bcq/error.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

Approx close_to(double value) {
  return Approx(value).epsilon(1e-12);
}

}  // namespace

TEST_CASE("Estimates of SRAM are those of ppa/estimates.py", "[estimates]") {
  struct Point {
    std::uint64_t bytes, bits;
    int node;
    double read_pj, write_pj, area_um2, leakage_uw;
  };
  const Point points[] = {
      {65536, 72, 180, 1101.1048114042953, 1365.3699661413261, 3867565.674205471, 10.328473599999999},
      {2048, 32, 180, 139.37483182303149, 172.82479146055903, 176859.4285714286, 0.32276479999999996},
      {8192, 64, 45, 12.520271875223582, 15.525137125277242, 42516.479999999996, 779.8783999999999},
      {87382, 34, 7, 1.5291647581928975, 1.896164300159193, 29543.540981051345, 8318.7664},
      {1048576, 512, 130, 4718.348264991693, 5850.7518485897, 26353527.55018101, 101.5021568},
  };
  const Estimates estimates;
  for (const Point& point : points) {
    CAPTURE(point.bytes, point.bits, point.node);
    CHECK(estimates.sram_read_pj(point.bytes, point.bits, point.node) == close_to(point.read_pj));
    CHECK(estimates.sram_write_pj(point.bytes, point.bits, point.node) == close_to(point.write_pj));
    CHECK(estimates.sram_area_um2(point.bytes, point.node) == close_to(point.area_um2));
    CHECK(estimates.sram_leakage_uw(point.bytes, point.node) == close_to(point.leakage_uw));
  }
}

TEST_CASE("Every kind of DRAM has an energy", "[estimates]") {
  const Estimates estimates;
  CHECK(estimates.dram_pj_per_bit(DramKind::kDdr4) == 12.9);
  CHECK(estimates.dram_pj_per_bit(DramKind::kLpddr4) == 8.0);
  CHECK(estimates.dram_pj_per_bit(DramKind::kLpddr5) == 4.0);
  CHECK(estimates.dram_pj_per_bit(DramKind::kHbm2) == 3.92);
  CHECK(estimates.dram_pj_per_bit(DramKind::kHbm3) == 3.9);
  CHECK(estimates.dram_pj_per_bit(DramKind::kGddr5) == 14.0);
}

TEST_CASE("Factors between nodes are those of ppa/estimates.py", "[estimates]") {
  const Estimates estimates;
  CHECK(estimates.factor(Scaling::kArea, 180, 7) == close_to(0.003125));
  CHECK(estimates.factor(Scaling::kDelay, 180, 7) == close_to(0.04099481078344513));
  CHECK(estimates.factor(Scaling::kEnergy, 180, 7) == close_to(0.001813045127038301));
  CHECK(estimates.factor(Scaling::kArea, 45, 130) == close_to(6.470588235294118));
  CHECK(estimates.factor(Scaling::kDelay, 28, 5) == close_to(0.35491999496031246));
  CHECK(estimates.factor(Scaling::kEnergy, 45, 45) == 1);
}

TEST_CASE("Nodes without constants are refused by name", "[estimates]") {
  const Estimates estimates;
  CHECK(estimates.nodes() == std::vector<int>{180, 130, 90, 65, 45, 32, 28, 22, 16, 14, 10, 7, 5});
  CHECK_NOTHROW(estimates.require_node("--project", 28));
  CHECK_THROWS_WITH(estimates.require_node("--project", 20),
                    Catch::StartsWith("--project: 20 nm: ") && Catch::Contains("180, 130, 90"));
  CHECK_THROWS_AS(estimates.require_node("--project", 20), InputError);
}
