#include "bcq/sim/machine/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <stdexcept>
#include <systemc>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/controller.hpp"
#include "bcq/sim/machine/dma.hpp"
#include "bcq/sim/machine/dram.hpp"
#include "bcq/sim/machine/driver.hpp"
#include "bcq/sim/machine/register_file.hpp"
#include "bcq/sim/machine/sram.hpp"
#include "bcq/sim/machine/tally.hpp"
#include "bcq/sim/panel.hpp"
#include "bcq/sim/simulate.hpp"

namespace bcq::sim {
namespace {

std::size_t bytes_of(int kib) {
  return static_cast<std::size_t>(kib) * 1024;
}

/// Where the operands and the result lie in DRAM: one after the other, each at the start of a page.
struct MemoryMap {
  std::uint64_t base[3];
  std::uint64_t end;

  explicit MemoryMap(const LoopPlan& plan) {
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t sizes[3] = {plan.layout(Operand::kActivation).bytes(), plan.layout(Operand::kWeight).bytes(),
                                    plan.result_bytes()};
    end = 0;
    for (int i = 0; i < 3; ++i) {
      base[i] = end;
      end += (sizes[i] + kPage - 1) / kPage * kPage;
    }
  }
};

/// Tiles of FP32, as they lie in DRAM, into the matrix.
void unpack_tiles(const LoopPlan& plan, std::span<const std::uint8_t> stored, Matrix<float>& out) {
  const PanelLayout& rows = plan.layout(Operand::kActivation);
  const PanelLayout& cols = plan.layout(Operand::kWeight);
  for (std::size_t order = 0; order < plan.tiles(); ++order) {
    const TileAt tile = plan.tile(order);
    const std::size_t width = cols.lines_of(tile.n) * sizeof(float);
    const std::uint8_t* source = &stored[plan.store_offset(plan.store_of(tile))];
    for (std::size_t r = 0; r < rows.lines_of(tile.m); ++r)
      std::memcpy(&out(tile.m * rows.lines + r, tile.n * cols.lines), source + r * width, width);
  }
}

Statistics difference(Statistics after, const Statistics& before) {
  for (std::size_t i = 0; i < after.size(); ++i) after[i].value -= before[i].value;
  return after;
}

}  // namespace

/// All modules, bound. Memories hold data from the first run with values on.
struct Machine::Modules {
  Clocking clock;
  Dram dram;
  Tally activation_loaded, weight_loaded, activation_released, weight_released, computed, stored;
  Sram activations, weights, results;
  ResultSlots slots;
  PlainResults plain_results;
  std::unique_ptr<Encoder> encoder;
  LoadDma load_activations, load_weights;
  StoreDma store_results;
  TileArray array;
  Controller controller;
  RegisterFile registers;
  Driver driver;

  explicit Modules(const Arch& arch)
      : clock(clocking_of(arch)),
        dram("dram", clock, arch.memory.dram),
        activation_loaded("activation_loaded", clock),
        weight_loaded("weight_loaded", clock),
        activation_released("activation_released", clock),
        weight_released("weight_released", clock),
        computed("computed", clock),
        stored("stored", clock),
        activations("activation_buffer", bytes_of(arch.memory.buffers.activation_kib)),
        weights("weight_buffer", bytes_of(arch.memory.buffers.weight_kib)),
        results("result_buffer", bytes_of(arch.memory.buffers.result_kib)),
        plain_results(computed, slots),
        encoder(arch.memory.encoder_lanes > 0 ? std::make_unique<Encoder>("encoder", clock, arch, computed, slots)
                                              : nullptr),
        load_activations("activation_dma", clock, arch.memory.dma.outstanding, Operand::kActivation,
                         activations.half_bytes(), activation_released, activation_loaded),
        load_weights("weight_dma", clock, arch.memory.dma.outstanding, Operand::kWeight, weights.half_bytes(),
                     weight_released, weight_loaded),
        store_results("result_dma", clock, arch.memory.dma.outstanding,
                      encoder ? static_cast<StoreSource&>(*encoder) : plain_results, stored),
        array("array", clock, arch,
              {activation_loaded, weight_loaded, activation_released, weight_released, computed, stored},
              {activations.half_bytes(), weights.half_bytes()}, slots),
        controller("controller", clock, arch,
                   {load_activations, load_weights, store_results, array, slots, plain_results, encoder.get(), computed,
                    stored}),
        registers("registers", clock, arch, controller),
        driver("driver", clock, registers, controller) {
    controller.bind(registers);
    driver.socket.bind(registers.socket);
    // The order of binding is the order in which DRAM serves requests of one cycle.
    load_activations.memory.bind(dram.ports);
    load_weights.memory.bind(dram.ports);
    store_results.memory.bind(dram.ports);
    load_activations.buffer.bind(activations.dma);
    load_weights.buffer.bind(weights.dma);
    if (encoder) {
      encoder->tiles.bind(results.dma);
      store_results.buffer.bind(encoder->encoded);
    } else {
      store_results.buffer.bind(results.dma);
    }
    array.activations.bind(activations.array);
    array.weights.bind(weights.array);
    array.results.bind(results.array);
  }

  void reset_tallies() {
    for (Tally* tally :
         {&activation_loaded, &weight_loaded, &activation_released, &weight_released, &computed, &stored})
      tally->reset();
  }

  void set_data(bool with_data) {
    for (Sram* sram : {&activations, &weights, &results}) sram->set_storage(with_data);
    for (Dma* dma :
         {static_cast<Dma*>(&load_activations), static_cast<Dma*>(&load_weights), static_cast<Dma*>(&store_results)})
      dma->set_data(with_data);
  }

  void set_timeline(Timeline* timeline) {
    dram.record(timeline);
    load_activations.record(timeline);
    load_weights.record(timeline);
    store_results.record(timeline);
  }

  [[nodiscard]] Statistics statistics() const {
    std::vector<Statistics> parts{array.statistics(), dram.statistics(), load_activations.statistics(),
                                  load_weights.statistics(), store_results.statistics()};
    if (encoder) parts.push_back(encoder->statistics());
    Statistics all;
    for (const Statistics& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
};

Machine::Machine(const Arch& arch) : arch_(arch), modules_(std::make_unique<Modules>(arch)) {}

Machine::~Machine() = default;

MachineRun Machine::run(const GemmSize& size, const MachineOptions& options) {
  require_k_fits(arch_, size.k);
  modules_->set_data(false);
  modules_->dram.storage() = {};
  return simulate(LoopPlan(arch_, size), nullptr, nullptr, nullptr, options);
}

MachineRun Machine::run(const MachineOperands& operands, MachineResult& result, const MachineOptions& options) {
  const auto& [activation, weight, encoding] = operands;
  require_operands_fit(arch_, activation, weight);
  if (modules_->encoder && encoding == nullptr)
    throw std::logic_error("the encoder needs codebooks and a tensor scale");
  const LoopPlan plan(arch_, {activation.rows(), weight.rows(), activation.k});
  const MemoryMap map(plan);
  std::vector<std::uint8_t>& storage = modules_->dram.storage();
  storage.assign(map.end, 0);
  std::ranges::copy(pack_panels(activation, arch_.rows), &storage[map.base[0]]);
  std::ranges::copy(pack_panels(weight, arch_.cols), &storage[map.base[1]]);
  modules_->set_data(true);

  result.fp32 = Matrix<float>(plan.size().m, plan.size().n);
  const TileValues values{activation.codebooks, weight.codebooks, output_scale(weight, activation)};
  const MachineRun run = simulate(plan, &values, encoding, &result.fp32, options);
  const std::span stored(&storage[map.base[2]], plan.result_bytes());
  if (modules_->encoder) {
    result.encoded.assign(stored.begin(), stored.end());
  } else {
    unpack_tiles(plan, stored, result.fp32);
  }
  return run;
}

MachineRun Machine::simulate(const LoopPlan& plan, const TileValues* values, const OutputEncoding* encoding,
                             Matrix<float>* fp32, const MachineOptions& options) {
  Modules& m = *modules_;
  const MemoryMap map(plan);
  const Statistics before = m.statistics();
  const std::uint64_t read_before = m.dram.read_bursts(), written_before = m.dram.write_bursts();
  m.reset_tallies();
  m.set_timeline(options.timeline);
  m.array.on_tile = [&](std::size_t done) {
    if (options.progress) options.progress(done, plan.tiles());
  };
  m.controller.prepare(
      {&plan, values, {map.base[0], map.base[1], map.base[2]}, options.timeline, options.record, encoding, fp32});
  const float scale = values != nullptr ? values->output_scale : 1.0F;
  const RunOrder order{static_cast<std::uint32_t>(plan.size().k), std::bit_cast<std::uint32_t>(scale),
                       static_cast<std::uint32_t>(plan.tiles())};
  const std::uint64_t codebook_cycles = arch_.codebook_cycles();
  m.driver.submit(order, codebook_cycles);
  // The kernel returns when nothing is left to do: results in DRAM, counters read.
  sc_core::sc_start();
  if (m.stored.count() != plan.tiles()) throw std::runtime_error("the machine came to rest before its last tile");

  MachineRun run;
  const ArrayLeap& timing = m.array.timing();
  MachineCycles& cycles = run.cycles;
  cycles.cycles = m.controller.cycles();
  cycles.array = m.array.last_row() + 1;
  cycles.busy = timing.issued();
  cycles.waits = timing.waits();
  cycles.result_stall = timing.frozen().result_full;
  cycles.drain_stall = timing.frozen().cycles - cycles.result_stall;
  cycles.tail = cycles.cycles - cycles.busy - cycles.waits.activation - cycles.waits.weight - cycles.waits.both -
                timing.frozen().cycles;
  run.host_cycles = m.driver.counters().register_cycles;
  run.codebook_load_cycles = codebook_cycles;
  run.counters = m.driver.counters().array;
  run.dram_read_bursts = m.dram.read_bursts() - read_before;
  run.dram_write_bursts = m.dram.write_bursts() - written_before;
  run.statistics = difference(m.statistics(), before);
  return run;
}

}  // namespace bcq::sim
