#include "bcq/sim/energy/energy.hpp"

#include <algorithm>

namespace bcq::sim {
namespace {

constexpr double kPico = 1e-12;
constexpr double kMicro = 1e-6;
constexpr double kMm2PerUm2 = 1e-6;

/// A bank per line and half.
BufferBanks banks_of(const char* name, int kib, int lines, std::uint64_t bits) {
  const std::uint64_t banks = 2 * static_cast<std::uint64_t>(lines);
  return {name, banks, ceil_div(static_cast<std::uint64_t>(kib) * 1024, banks), bits};
}

double units_of(const Arch& arch, PartUnit unit) {
  switch (unit) {
    case PartUnit::kPe:
      return static_cast<double>(arch.rows) * arch.cols;
    case PartUnit::kRow:
      return arch.rows;
    case PartUnit::kColumn:
      return arch.cols;
    case PartUnit::kArray:
      break;
  }
  return 1;
}

/// How often a part spends its energy, in all its units together.
double events_of(const PpaPart& part, double units, const Activity& activity) {
  switch (part.event) {
    case PartEvent::kResult:
      return activity.results;
    case PartEvent::kCycle:
      return units * activity.cycles;
    case PartEvent::kBeat:
      break;
  }
  return units * activity.beats;
}

/// As synthesized.
Cost cost_of(const PpaPart& part, const Arch& arch, const Activity& activity, double seconds) {
  const double units = units_of(arch, part.unit);
  return {.area_mm2 = units * part.area_um2 * kMm2PerUm2,
          .switching_j = events_of(part, units, activity) * part.energy_pj * kPico,
          .clock_j = units * activity.cycles * part.clock_pj * kPico,
          .leakage_j = units * part.leakage_uw * kMicro * seconds};
}

Cost cost_of(const PpaEncoder& encoder, const Activity& activity, double seconds) {
  return {.area_mm2 = encoder.area_um2 * kMm2PerUm2,
          .switching_j = activity.encoder_beats * encoder.energy_pj * kPico,
          .clock_j = activity.cycles * encoder.clock_pj * kPico,
          .leakage_j = encoder.leakage_uw * kMicro * seconds};
}

/// At another node: its area and energy, no leakage.
Cost projected(const Cost& cost, double area_factor, double energy_factor) {
  return {.area_mm2 = cost.area_mm2 * area_factor,
          .switching_j = cost.switching_j * energy_factor,
          .clock_j = cost.clock_j * energy_factor};
}

Cost cost_of(const BufferBanks& buffer, const Activity::Bits& moved, const Estimates& estimates, int node,
             double seconds) {
  const auto banks = static_cast<double>(buffer.banks);
  const double reads = moved.read / static_cast<double>(buffer.bits);
  const double writes = moved.written / static_cast<double>(buffer.bits);
  return {.area_mm2 = banks * estimates.sram_area_um2(buffer.bytes, node) * kMm2PerUm2,
          .switching_j = (reads * estimates.sram_read_pj(buffer.bytes, buffer.bits, node) +
                          writes * estimates.sram_write_pj(buffer.bytes, buffer.bits, node)) *
                         kPico,
          .leakage_j = banks * estimates.sram_leakage_uw(buffer.bytes, node) * kMicro * seconds};
}

/// Names that occur again, as parts of rows and of columns have them, are put together.
void add(std::vector<NamedCost>& costs, const std::string& name, const Cost& cost) {
  const auto found = std::ranges::find(costs, name, &NamedCost::name);
  if (found == costs.end()) {
    costs.push_back({name, cost});
  } else {
    found->cost += cost;
  }
}

Cost sum_of(const std::vector<NamedCost>& costs) {
  Cost sum;
  for (const NamedCost& named : costs) sum += named.cost;
  return sum;
}

}  // namespace

std::array<BufferBanks, 3> buffers_of(const Arch& arch) {
  const BufferConfig& buffers = arch.memory.buffers;
  const OperandGroup group = arch.group();
  const std::uint64_t beats = group.scalars / static_cast<std::size_t>(arch.lanes);
  const std::uint64_t beat_bits = ceil_div(8 * std::uint64_t{group.bytes}, beats);
  return {banks_of("activation buffer", buffers.activation_kib, arch.rows, beat_bits),
          banks_of("weight buffer", buffers.weight_kib, arch.cols, beat_bits),
          banks_of("result buffer", buffers.result_kib, arch.cols, 8 * sizeof(float))};
}

Activity activity_of(const MachineReport& report) {
  Activity activity;
  for (const GemmCost& gemm : report.gemms) {
    const auto times = [&](std::uint64_t value) {
      return static_cast<double>(gemm.shape.count) * static_cast<double>(value);
    };
    const ActionCounts& actions = gemm.actions;
    activity.macs += macs(gemm.shape);
    activity.cycles += times(gemm.run.cycles.cycles);
    activity.beats += times(gemm.run.cycles.busy);
    activity.results += times(actions.output_multiplies);
    activity.encoder_beats += times(actions.encoder_beats);
    const SramBits* const buffers[] = {&actions.activation_buffer, &actions.weight_buffer, &actions.result_buffer};
    for (std::size_t i = 0; i < activity.buffers.size(); ++i) {
      activity.buffers[i].read += times(buffers[i]->read);
      activity.buffers[i].written += times(buffers[i]->written);
    }
    activity.dram_bits += times(8 * (gemm.dram_read_bytes + gemm.dram_write_bytes));
  }
  return activity;
}

Cost& Cost::operator+=(const Cost& other) {
  for (double Cost::*member : {&Cost::area_mm2, &Cost::switching_j, &Cost::clock_j, &Cost::leakage_j})
    this->*member += other.*member;
  return *this;
}

Cost HardwareCost::array() const {
  return sum_of(parts);
}

Cost HardwareCost::chip() const {
  Cost sum = array();
  if (encoder) sum += *encoder;
  return sum += sum_of(buffers);
}

Cost HardwareCost::everything() const {
  Cost sum = chip();
  return sum += dram;
}

HardwareCost hardware_cost(const Arch& arch, const Activity& activity, const PpaResult& result,
                           const Estimates& estimates, int node_nm) {
  const int library_nm = result.library.node_nm;
  HardwareCost cost;
  cost.node_nm = node_nm;
  const PpaEncoder* encoder = encoder_of(result, arch);
  const double highest =
      encoder == nullptr ? result.highest_clock_mhz : std::min(result.highest_clock_mhz, encoder->highest_clock_mhz);
  cost.highest_clock_mhz = highest / estimates.factor(Scaling::kDelay, library_nm, node_nm);
  cost.clock_mhz = std::min(arch.clock_mhz, cost.highest_clock_mhz);
  cost.seconds = activity.cycles / (cost.clock_mhz * 1e6);
  cost.gops = 2 * activity.macs / cost.seconds / 1e9;
  const auto at_node = [&](const Cost& synthesized) {
    if (node_nm == library_nm) return synthesized;
    return projected(synthesized, estimates.factor(Scaling::kArea, library_nm, node_nm),
                     estimates.factor(Scaling::kEnergy, library_nm, node_nm));
  };
  for (const PpaPart& part : result.parts)
    add(cost.parts, part.name, at_node(cost_of(part, arch, activity, cost.seconds)));
  if (encoder != nullptr) cost.encoder = at_node(cost_of(*encoder, activity, cost.seconds));
  const auto buffers = buffers_of(arch);
  for (std::size_t i = 0; i < buffers.size(); ++i)
    add(cost.buffers, buffers[i].name, cost_of(buffers[i], activity.buffers[i], estimates, node_nm, cost.seconds));
  cost.dram.switching_j = activity.dram_bits * estimates.dram_pj_per_bit(arch.memory.dram.kind) * kPico;
  return cost;
}

}  // namespace bcq::sim
