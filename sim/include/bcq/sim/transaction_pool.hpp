// Memory management of TLM-2.0 transactions (IEEE 1666-2011, 14.5).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>
#include <vector>

namespace bcq::sim {

/// Hands out transactions and takes them back when the last user releases them. A transaction may be more than the
/// generic payload.
template <class Transaction>
class Pool : public tlm::tlm_mm_interface {
 public:
  /// A transaction as its last user left it, acquired once for the caller.
  Transaction& take() {
    if (free_.empty()) {
      owned_.push_back(std::make_unique<Transaction>(this));
      free_.push_back(owned_.back().get());
    }
    Transaction& transaction = *free_.back();
    free_.pop_back();
    transaction.acquire();
    return transaction;
  }

  void free(tlm::tlm_generic_payload* transaction) override { free_.push_back(static_cast<Transaction*>(transaction)); }

 private:
  std::vector<std::unique_ptr<Transaction>> owned_;
  std::vector<Transaction*> free_;
};

/// Sets the attributes of a new transaction on `bytes` bytes at `data`.
inline void prepare(tlm::tlm_generic_payload& transaction, tlm::tlm_command command, std::uint64_t address,
                    unsigned char* data, std::size_t bytes) {
  transaction.set_command(command);
  transaction.set_address(address);
  transaction.set_data_ptr(data);
  transaction.set_data_length(static_cast<unsigned>(bytes));
  transaction.set_streaming_width(static_cast<unsigned>(bytes));
  transaction.set_byte_enable_ptr(nullptr);
  transaction.set_dmi_allowed(false);
  transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

/// Transactions that carry one beat of a stream each.
class TransactionPool : public Pool<tlm::tlm_generic_payload> {
 public:
  /// A streaming write of `words`, which must live until the transaction is released; acquired once for the caller.
  tlm::tlm_generic_payload& write(std::span<const std::uint32_t> words) {
    tlm::tlm_generic_payload& transaction = take();
    // TLM has no const data pointer; targets of a write do not modify it.
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::uint32_t*>(words.data()));
    prepare(transaction, tlm::TLM_WRITE_COMMAND, 0, data, words.size_bytes());
    return transaction;
  }
};

/// The beat that a write transaction carries.
inline std::span<const std::uint32_t> beat_words(const tlm::tlm_generic_payload& transaction) {
  return {reinterpret_cast<const std::uint32_t*>(transaction.get_data_ptr()),
          transaction.get_data_length() / sizeof(std::uint32_t)};
}

}  // namespace bcq::sim
