// Memory management of TLM-2.0 transactions (IEEE 1666-2011, 14.5).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

namespace bcq::sim {

/// Hands out write transactions that carry one beat each and takes them back when the last user releases them.
class TransactionPool : public tlm::tlm_mm_interface {
 public:
  /// A streaming write of `words`, which must live until the transaction is released; acquired once for the caller.
  tlm::tlm_generic_payload& write(std::span<const std::uint32_t> words) {
    if (free_.empty()) {
      owned_.push_back(std::make_unique<tlm::tlm_generic_payload>(this));
      free_.push_back(owned_.back().get());
    }
    tlm::tlm_generic_payload& transaction = *free_.back();
    free_.pop_back();
    transaction.acquire();
    const auto bytes = static_cast<unsigned>(words.size_bytes());
    transaction.set_command(tlm::TLM_WRITE_COMMAND);
    transaction.set_address(0);
    // TLM has no const data pointer; targets of a write do not modify it.
    transaction.set_data_ptr(reinterpret_cast<unsigned char*>(const_cast<std::uint32_t*>(words.data())));
    transaction.set_data_length(bytes);
    transaction.set_streaming_width(bytes);
    transaction.set_byte_enable_ptr(nullptr);
    transaction.set_dmi_allowed(false);
    transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    return transaction;
  }

  void free(tlm::tlm_generic_payload* transaction) override { free_.push_back(transaction); }

 private:
  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> owned_;
  std::vector<tlm::tlm_generic_payload*> free_;
};

/// The beat that a write transaction carries.
inline std::span<const std::uint32_t> beat_words(const tlm::tlm_generic_payload& transaction) {
  return {reinterpret_cast<const std::uint32_t*>(transaction.get_data_ptr()),
          transaction.get_data_length() / sizeof(std::uint32_t)};
}

}  // namespace bcq::sim
