#include "bcq/sim/machine/sram.hpp"

#include "bcq/sim/machine/access.hpp"

namespace bcq::sim {

Sram::Sram(sc_core::sc_module_name name, std::size_t bytes) : sc_module(name), bytes_(bytes) {
  dma.register_b_transport(this, &Sram::b_transport);
  array.register_b_transport(this, &Sram::b_transport);
}

void Sram::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time&) {
  serve(transaction, storage_, bytes_);
}

}  // namespace bcq::sim
