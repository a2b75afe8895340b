// Area, power and energy, multiplied by hand: what tiny.json costs, times round numbers of events.
#include "bcq/sim/energy/energy.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "bcq/sim/energy/energy_report.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

constexpr double kPico = 1e-12;

Arch tiny_arch() {
  Arch arch;
  arch.name = "tiny";
  arch.rows = 4;
  arch.cols = 3;
  arch.lanes = 8;
  arch.k_max = 4096;
  arch.clock_mhz = 100;
  arch.format.nc = 2;
  arch.memory.buffers = {.activation_kib = 8, .weight_kib = 6, .result_kib = 1};
  arch.memory.dram.kind = DramKind::kHbm2;
  return arch;
}

/// Two GEMMs, one of them twice: 1000 cycles, 400 beats, 60 results, 580 MACs together.
MachineReport tiny_report(const Arch& arch) {
  GemmCost twice;
  twice.shape = {"twice", 5, 6, 7, 2};
  twice.run.cycles.cycles = 300;
  twice.run.cycles.busy = 150;
  twice.actions.output_multiplies = 24;
  twice.actions.encoder_beats = 5;
  twice.actions.activation_buffer = {.read = 340, .written = 34};
  twice.actions.weight_buffer = {.read = 680, .written = 68};
  twice.actions.result_buffer = {.read = 320, .written = 640};
  twice.dram_read_bytes = 100;
  twice.dram_write_bytes = 20;
  GemmCost once;
  once.shape = {"once", 4, 5, 8, 1};
  once.run.cycles.cycles = 400;
  once.run.cycles.busy = 100;
  once.actions.output_multiplies = 12;
  once.actions.encoder_beats = 4;
  once.actions.activation_buffer = {.read = 1020, .written = 0};
  once.dram_read_bytes = 10;
  return {.workload = "tiny", .remark = "", .arch = arch, .gemms = {twice, once}};
}

Hardware tiny_hardware(std::optional<int> project_nm = std::nullopt) {
  return find_hardware(tiny_arch(), "tiny.toml", BCQ_TINY_PPA, project_nm);
}

HardwareCost cost_of(const Arch& arch, int node_nm) {
  return hardware_cost(arch, activity_of(tiny_report(arch)), read_ppa_result(BCQ_TINY_PPA), Estimates(), node_nm);
}

void check(const NamedCost& named, const std::string& name, double area_um2, double switching_pj, double clock_pj,
           double leakage_pj) {
  INFO(name);
  CHECK(named.name == name);
  CHECK(named.cost.area_mm2 == Approx(area_um2 * 1e-6));
  CHECK(named.cost.switching_j == Approx(switching_pj * kPico));
  CHECK(named.cost.clock_j == Approx(clock_pj * kPico));
  CHECK(named.cost.leakage_j == Approx(leakage_pj * kPico));
}

}  // namespace

TEST_CASE("Activity is summed over GEMMs, each as often as it is there", "[energy]") {
  const Activity activity = activity_of(tiny_report(tiny_arch()));
  CHECK(activity.macs == 580);
  CHECK(activity.cycles == 1000);
  CHECK(activity.beats == 400);
  CHECK(activity.results == 60);
  CHECK(activity.encoder_beats == 14);
  CHECK(activity.buffers[0].read == 1700);
  CHECK(activity.buffers[0].written == 68);
  CHECK(activity.buffers[1].read == 1360);
  CHECK(activity.buffers[2].written == 1280);
  CHECK(activity.dram_bits == 8 * 250);
}

TEST_CASE("Parts cost what their units and events do", "[energy]") {
  const HardwareCost cost = cost_of(tiny_arch(), 180);
  CHECK(cost.clock_mhz == 100);
  CHECK(cost.highest_clock_mhz == 125);
  CHECK(cost.seconds == Approx(10e-6));
  CHECK(cost.gops == Approx(2 * 580 / 10e-6 / 1e9));
  REQUIRE(cost.parts.size() == 4);
  // uW times 10 us are 10 pJ.
  check(cost.parts[0], "multiply-add", 12 * 1000, 12 * 400 * 20, 0, 12 * 0.5 * 10);
  check(cost.parts[1], "decode", 4 * 200 + 3 * 300, 400 * (4 * 3 + 3 * 4), 7 * 1000 * 0.5, 7 * 0.25 * 10);
  check(cost.parts[2], "output", 3 * 500, 60 * 7, 3 * 1000 * 1, 3 * 1 * 10);
  check(cost.parts[3], "control", 400, 1000 * 0.5, 1000 * 2, 2 * 10);
  CHECK(cost.array().energy_j() == Approx(115147.5 * kPico));
  CHECK(cost.array().area_mm2 == Approx(0.0156));
  CHECK(cost.power_w(cost.array()) == Approx(11.51475e-3));
  CHECK(cost.gops_per_w(cost.array()) == Approx(0.116 / 11.51475e-3));
  CHECK(cost.gops_per_mm2(cost.array()) == Approx(0.116 / 0.0156));
}

TEST_CASE("Buffers are a bank per line and half, as wide as a beat", "[energy]") {
  const auto buffers = buffers_of(tiny_arch());
  CHECK(buffers[0].banks == 8);
  CHECK(buffers[0].bytes == 1024);
  CHECK(buffers[0].bits == 34);  // 64 indices, 8 selectors of a bit, a scale: 272 bits in 8 beats
  CHECK(buffers[1].banks == 6);
  CHECK(buffers[1].bytes == 1024);
  CHECK(buffers[2].banks == 6);
  CHECK(buffers[2].bytes == 171);  // 1024 / 6, rounded up
  CHECK(buffers[2].bits == 32);
  Arch other;
  other.baseline = &find_baseline("int6");
  other.lanes = 8;
  CHECK(buffers_of(other)[0].bits == 52);  // 16 elements, a scale: 104 bits in 2 beats
  const auto standard = buffers_of(Arch{});
  CHECK(standard[0].bytes == 16384);
  CHECK(standard[0].bits == 72);
  CHECK(standard[2].bytes == 2048);
}

TEST_CASE("SRAM costs its words, its banks and its time, DRAM its bits", "[energy]") {
  const Estimates estimates;
  const HardwareCost cost = cost_of(tiny_arch(), 180);
  const double read = estimates.sram_read_pj(1024, 34, 180), write = estimates.sram_write_pj(1024, 34, 180);
  check(cost.buffers[0], "activation buffer", 8 * estimates.sram_area_um2(1024, 180), 50 * read + 2 * write, 0,
        8 * estimates.sram_leakage_uw(1024, 180) * 10);
  check(cost.buffers[1], "weight buffer", 6 * estimates.sram_area_um2(1024, 180), 40 * read + 4 * write, 0,
        6 * estimates.sram_leakage_uw(1024, 180) * 10);
  check(cost.buffers[2], "result buffer", 6 * estimates.sram_area_um2(171, 180),
        20 * estimates.sram_read_pj(171, 32, 180) + 40 * estimates.sram_write_pj(171, 32, 180), 0,
        6 * estimates.sram_leakage_uw(171, 180) * 10);
  CHECK(cost.dram.energy_j() == Approx(2000 * 3.92 * kPico));
  const double buffers =
      cost.buffers[0].cost.energy_j() + cost.buffers[1].cost.energy_j() + cost.buffers[2].cost.energy_j();
  CHECK(cost.chip().energy_j() == Approx(cost.array().energy_j() + buffers));
  CHECK(cost.everything().energy_j() == Approx(cost.chip().energy_j() + cost.dram.energy_j()));
  CHECK(cost.everything().area_mm2 == cost.chip().area_mm2);
}

TEST_CASE("A clock that the cells cannot keep is lowered", "[energy]") {
  Arch arch = tiny_arch();
  arch.clock_mhz = 500;
  const HardwareCost cost = cost_of(arch, 180);
  CHECK(cost.clock_mhz == 125);
  CHECK(cost.seconds == Approx(8e-6));
  CHECK(cost.parts[0].cost.switching_j == Approx(96000 * kPico));
  CHECK(cost.parts[0].cost.leakage_j == Approx(48 * kPico));
}

TEST_CASE("The on-line encoder costs its beats, every cycle and its time, and is part of the chip", "[energy]") {
  CHECK_FALSE(cost_of(tiny_arch(), 180).encoder);
  Arch arch = tiny_arch();
  arch.memory.encoder_lanes = 8;
  arch.clock_mhz = 50;
  const HardwareCost cost = cost_of(arch, 180);
  REQUIRE(cost.encoder);
  // uW times 20 us are 20 pJ.
  check({"encoder", *cost.encoder}, "encoder", 6000, 14 * 40, 1000 * 0.25, 1.5 * 20);
  CHECK(cost.array().area_mm2 == Approx(0.0156));
  CHECK(cost.chip().area_mm2 - cost.buffers[0].cost.area_mm2 - cost.buffers[1].cost.area_mm2 -
            cost.buffers[2].cost.area_mm2 ==
        Approx(0.0216));
  CHECK(cost.highest_clock_mhz == 80);  // of the encoder
  arch.clock_mhz = 100;
  CHECK(cost_of(arch, 180).clock_mhz == 80);

  const Estimates estimates;
  const HardwareCost there = cost_of(arch, 45);
  CHECK(there.highest_clock_mhz == Approx(80 / estimates.factor(Scaling::kDelay, 180, 45)));
  CHECK(there.encoder->switching_j == Approx(cost.encoder->switching_j * estimates.factor(Scaling::kEnergy, 180, 45)));
  CHECK(there.encoder->leakage_j == 0);
}

TEST_CASE("Another node scales area, energy and clock of the array, and estimates its buffers", "[energy]") {
  Arch arch = tiny_arch();
  arch.clock_mhz = 1e6;
  const Estimates estimates;
  const HardwareCost here = cost_of(arch, 180), there = cost_of(arch, 7);
  CHECK(there.highest_clock_mhz == Approx(125 / estimates.factor(Scaling::kDelay, 180, 7)));
  CHECK(there.clock_mhz == there.highest_clock_mhz);
  const double energy = estimates.factor(Scaling::kEnergy, 180, 7);
  for (std::size_t i = 0; i < here.parts.size(); ++i) {
    const Cost &a = here.parts[i].cost, &b = there.parts[i].cost;
    CHECK(b.area_mm2 == Approx(a.area_mm2 / 320));
    CHECK(b.switching_j == Approx(a.switching_j * energy));
    CHECK(b.clock_j == Approx(a.clock_j * energy));
    CHECK(b.leakage_j == 0);
  }
  CHECK(there.buffers[0].cost.area_mm2 == Approx(8e-6 * estimates.sram_area_um2(1024, 7)));
  CHECK(there.dram.energy_j() == here.dram.energy_j());
}

TEST_CASE("The report keeps estimates and projections apart from synthesis", "[energy]") {
  const EnergyReport report = energy_report(tiny_report(tiny_arch()), tiny_hardware(45));
  CHECK(report.stale);
  const std::string table = to_table(report);
  CHECK_THAT(table, Catch::Contains("STALE: the RTL has changed since; `bcq synth --arch tiny.toml -o "));
  CHECK_THAT(table, Catch::Contains("100 MHz of the architecture; 125 MHz highest in round_cells"));
  CHECK_THAT(table, Catch::Contains("\nmultiply-add  ") && Catch::Contains("\nmultiply-add *"));
  CHECK_THAT(table, Catch::Contains("projected to 45 nm (estimate, Stillmaker & Baas)"));
  const auto json = to_json(report);
  CHECK(json["synthesis"]["stale"] == true);
  for (const auto& part : json["parts"]) CHECK(part["estimate"] == false);
  for (const auto& level : json["memory"]) CHECK(level["estimate"] == true);
  CHECK(json["totals"]["array"]["estimate"] == false);
  CHECK(json["totals"]["chip"]["estimate"] == true);
  CHECK_FALSE(json["totals"]["everything"].contains("area_mm2"));
  CHECK(json["projection"]["node_nm"] == 45);
  for (const auto& part : json["projection"]["parts"]) CHECK(part["estimate"] == true);
  CHECK(json["projection"]["totals"]["array"]["estimate"] == true);
}

TEST_CASE("The report has the encoder as a line of its own, or says why not", "[energy]") {
  Arch arch = tiny_arch();
  const auto report_with = [&](int lanes) {
    arch.memory.encoder_lanes = lanes;
    return energy_report(tiny_report(arch), tiny_hardware(45));
  };
  const auto with = report_with(8);
  CHECK_THAT(to_table(with), Catch::Contains("\nencoder  ") && Catch::Contains("\nencoder *") &&
                                 Catch::Contains("which the encoder limits") &&
                                 !Catch::Contains("without the on-line"));
  CHECK(to_json(with)["encoder"]["beats"] == 14);
  CHECK(to_json(with)["encoder"]["estimate"] == false);
  CHECK(to_json(with)["projection"]["encoder"]["estimate"] == true);

  const auto other = report_with(16);
  CHECK_THAT(to_table(other),
             Catch::Contains("without the on-line encoder: these results have one of 8 scalars per cycle "
                             "instead of 16; `bcq synth --arch tiny.toml -o "));
  CHECK_THAT(to_json(other)["encoder"]["missing"].get<std::string>(), Catch::Contains("8 scalars"));
  CHECK_FALSE(to_json(other)["projection"].contains("encoder"));

  const auto none = report_with(0);
  CHECK_THAT(to_table(none), !Catch::Contains("encoder"));
  CHECK_FALSE(to_json(none).contains("encoder"));
}

TEST_CASE("Without results the report says how to make them, and nothing else", "[energy]") {
  Hardware hardware{.synthesis = {.result = {}, .missing = "none here"},
                    .command = "bcq synth --arch tiny",
                    .estimates = {},
                    .project_nm = 7};
  const EnergyReport report = energy_report(tiny_report(tiny_arch()), hardware);
  CHECK_THAT(to_table(report), Catch::Contains("not known: none here") && Catch::Contains("`bcq synth --arch tiny`"));
  const auto json = to_json(report);
  CHECK(json == nlohmann::ordered_json{{"missing", "none here"}, {"command", "bcq synth --arch tiny"}});
}
