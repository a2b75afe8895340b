// The machine without its array: DRAM, DMA engines, buffers and tallies, a protocol checker at every port.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "bcq/sim/arch.hpp"
#include "bcq/sim/clocking.hpp"
#include "bcq/sim/machine/access.hpp"
#include "bcq/sim/machine/dma.hpp"
#include "bcq/sim/machine/dram.hpp"
#include "bcq/sim/machine/loop_plan.hpp"
#include "bcq/sim/machine/result_path.hpp"
#include "bcq/sim/machine/sram.hpp"
#include "bcq/sim/machine/tally.hpp"
#include "protocol_checker.hpp"

namespace bcq::testbench {

/// Reads and writes the array's side of a buffer.
class BufferPort : public sc_core::sc_module {
 public:
  explicit BufferPort(sc_core::sc_module_name name) : sc_module(name) {}

  tlm_utils::simple_initiator_socket<BufferPort> socket{"socket"};

  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, std::span<std::uint8_t> data) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    return sim::transact(socket, command, address, data, delay);
  }
  std::vector<std::uint8_t> read(std::uint64_t address, std::size_t bytes) {
    std::vector<std::uint8_t> data(bytes);
    if (access(tlm::TLM_READ_COMMAND, address, data) != tlm::TLM_OK_RESPONSE)
      throw std::runtime_error("a buffer refused a read");
    return data;
  }
};

struct MemoryBench {
  explicit MemoryBench(const sim::Arch& arch) : memory(arch.memory) {
    sim::Dma* const dmas[3] = {&load_activations, &load_weights, &store_results};
    sim::Sram* const buffers[3] = {&activations, &weights, &results};
    for (std::size_t i = 0; i < 3; ++i) {
      dmas[i]->memory.bind(dram_ports[i].initiator);
      dram_ports[i].target.bind(dram.ports);
      dmas[i]->buffer.bind(dma_ports[i].initiator);
      dma_ports[i].target.bind(buffers[i]->dma);
      array[i].socket.bind(array_ports[i].initiator);
      array_ports[i].target.bind(buffers[i]->array);
      dmas[i]->record(&timeline);
    }
  }

  /// Gives all memories storage: the DRAM `bytes` of it.
  std::vector<std::uint8_t>& fill(std::size_t bytes) {
    for (sim::Sram* sram : {&activations, &weights, &results}) sram->set_storage(true);
    load_activations.set_data(true);
    load_weights.set_data(true);
    store_results.set_data(true);
    dram.storage().resize(bytes);
    return dram.storage();
  }

  /// Starts all engines, the operands and the result at `bases`.
  void start(const sim::LoopPlan& plan, const std::uint64_t (&bases)[3]) {
    for (sim::Tally* tally :
         {&activation_loaded, &weight_loaded, &activation_released, &weight_released, &computed, &stored})
      tally->reset();
    slots.reset(plan);
    plain_results.start(plan);
    load_activations.start(plan, bases[0]);
    load_weights.start(plan, bases[1]);
    store_results.start(plan, bases[2]);
  }

  /// What all checkers found.
  [[nodiscard]] std::vector<std::string> violations() const {
    std::vector<std::string> all;
    for (const auto* checkers : {&dram_ports, &dma_ports, &array_ports}) {
      for (const ProtocolChecker& checker : *checkers)
        all.insert(all.end(), checker.violations().begin(), checker.violations().end());
    }
    return all;
  }
  /// When the transfers of an engine were asked for and came to their end, in cycles.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> transfers(sim::Track track) const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> cycles;
    for (const sim::Span& span : timeline.spans()) {
      if (span.track == track) cycles.emplace_back(span.begin / clock.period.value(), span.end / clock.period.value());
    }
    return cycles;
  }

  static std::size_t bytes_of(int kib) { return static_cast<std::size_t>(kib) * 1024; }

  sim::Clocking clock{sc_core::sc_time(2, sc_core::SC_NS)};
  sim::MemoryConfig memory;
  sim::Timeline timeline{1'000'000};
  sim::Dram dram{"dram", clock, memory.dram};
  // Of activation and weight; `computed` and `stored` are the result's.
  sim::Tally activation_loaded{"activation_loaded", clock}, weight_loaded{"weight_loaded", clock},
      activation_released{"activation_released", clock}, weight_released{"weight_released", clock},
      computed{"computed", clock}, stored{"stored", clock};
  sim::Sram activations{"activations", bytes_of(memory.buffers.activation_kib)},
      weights{"weights", bytes_of(memory.buffers.weight_kib)}, results{"results", bytes_of(memory.buffers.result_kib)};
  sim::LoadDma load_activations{"load_activations",       clock,
                                memory.dma.outstanding,   sim::Operand::kActivation,
                                activations.half_bytes(), activation_released,
                                activation_loaded};
  sim::LoadDma load_weights{"load_weights",       clock,           memory.dma.outstanding, sim::Operand::kWeight,
                            weights.half_bytes(), weight_released, weight_loaded};
  sim::ResultSlots slots;
  sim::PlainResults plain_results{computed, slots};
  sim::StoreDma store_results{"store_results", clock, memory.dma.outstanding, plain_results, stored};
  // Of activation, weight and result.
  sc_core::sc_vector<ProtocolChecker> dram_ports{"dram_ports", 3}, dma_ports{"dma_ports", 3},
      array_ports{"array_ports", 3};
  sc_core::sc_vector<BufferPort> array{"array", 3};
};

}  // namespace bcq::testbench
