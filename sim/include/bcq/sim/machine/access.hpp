// Both ends of a loosely-timed access: how modules make one, and how memories carry one out.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <systemc>
#include <tlm>

namespace bcq::sim {

/// Reads or writes `data` at `address` through an initiator socket; `delay` as for b_transport.
template <class Socket>
tlm::tlm_response_status transact(Socket& socket, tlm::tlm_command command, std::uint64_t address,
                                  std::span<unsigned char> data, sc_core::sc_time& delay) {
  tlm::tlm_generic_payload transaction;
  transaction.set_command(command);
  transaction.set_address(address);
  transaction.set_data_ptr(data.data());
  transaction.set_data_length(static_cast<unsigned>(data.size()));
  transaction.set_streaming_width(static_cast<unsigned>(data.size()));
  socket->b_transport(transaction, delay);
  return transaction.get_response_status();
}

/// The same of a buffer, which takes no time of its own and has what its users ask for: anything else is fatal.
template <class Socket>
void access_buffer(Socket& socket, tlm::tlm_command command, std::uint64_t address, std::span<unsigned char> data) {
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  if (transact(socket, command, address, data, delay) != tlm::TLM_OK_RESPONSE)
    SC_REPORT_FATAL(socket.name(), "the buffer refused an access");
}

/// Carries out a read or write of `bytes` bytes behind address 0 and answers it. Without storage nothing moves.
inline void serve(tlm::tlm_generic_payload& transaction, std::span<std::uint8_t> storage, std::size_t bytes) {
  const std::uint64_t begin = transaction.get_address();
  const std::size_t length = transaction.get_data_length();
  if (length > bytes || begin > bytes - length) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  if (storage.empty()) return;
  if (transaction.is_read()) {
    std::memcpy(transaction.get_data_ptr(), &storage[begin], length);
  } else {
    std::memcpy(&storage[begin], transaction.get_data_ptr(), length);
  }
}

}  // namespace bcq::sim
