#include "bcq/sim/machine/sram.hpp"

#include <cstring>

namespace bcq::sim {

Sram::Sram(sc_core::sc_module_name name, std::size_t bytes) : sc_module(name), bytes_(bytes) {
  dma.register_b_transport(this, &Sram::b_transport);
  array.register_b_transport(this, &Sram::b_transport);
}

void Sram::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time&) {
  const std::uint64_t begin = transaction.get_address();
  const std::size_t length = transaction.get_data_length();
  if (length > bytes_ || begin > bytes_ - length) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  if (storage_.empty()) return;
  if (transaction.is_read()) {
    std::memcpy(transaction.get_data_ptr(), &storage_[begin], length);
  } else {
    std::memcpy(&storage_[begin], transaction.get_data_ptr(), length);
  }
}

}  // namespace bcq::sim
