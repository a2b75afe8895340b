// A buffer between DRAM and the array: two halves, each a fill.
#pragma once

#include <tlm_utils/simple_target_socket.h>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

namespace bcq::sim {

/// Loosely-timed target without a delay of its own: its access time is a stage of the array's pipeline
/// (docs/machine.md, "Buffers"). One port for the DMA engine, one for the array; they never use the same half at once.
/// Without storage it holds no data.
class Sram : public sc_core::sc_module {
 public:
  Sram(sc_core::sc_module_name name, std::size_t bytes);

  tlm_utils::simple_target_socket<Sram> dma{"dma"};
  tlm_utils::simple_target_socket<Sram> array{"array"};

  void set_storage(bool with_storage) { storage_.resize(with_storage ? bytes_ : 0); }
  [[nodiscard]] std::size_t half_bytes() const { return bytes_ / 2; }

 private:
  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);

  std::size_t bytes_;
  std::vector<std::uint8_t> storage_;
};

}  // namespace bcq::sim
