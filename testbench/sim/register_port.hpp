// Accesses through the TLM socket of a RegisterFile, without elaboration: the target's side of a bound socket.
#pragma once

#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>

#include "bcq/sim/machine/register_file.hpp"

namespace bcq::testbench {

/// A bus master that makes one access after the other.
class RegisterPort {
 public:
  struct Answer {
    tlm::tlm_response_status status;
    std::uint32_t value = 0;  ///< of a read
  };

  explicit RegisterPort(sim::RegisterFile& registers) : target_(registers.socket.get_base_interface()) {}

  Answer read(sc_dt::uint64 address) {
    std::uint32_t value = ~0U;
    const auto status = access(tlm::TLM_READ_COMMAND, address, value);
    return {status, value};
  }

  /// Bit i of `strobes` enables byte i.
  tlm::tlm_response_status write(sc_dt::uint64 address, std::uint32_t value, std::uint32_t strobes = 0xF) {
    for (std::uint32_t i = 0; i < sizeof(enables_); ++i)
      enables_[i] = (strobes >> i & 1) != 0 ? TLM_BYTE_ENABLED : TLM_BYTE_DISABLED;
    return access(tlm::TLM_WRITE_COMMAND, address, value);
  }

  /// Any transaction, for those that the others do not make.
  tlm::tlm_response_status send(tlm::tlm_generic_payload& transaction) {
    target_.b_transport(transaction, time);
    return transaction.get_response_status();
  }

  /// Where the master is in time; every access moves it on.
  sc_core::sc_time time = sc_core::SC_ZERO_TIME;

 private:
  tlm::tlm_response_status access(tlm::tlm_command command, sc_dt::uint64 address, std::uint32_t& value) {
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    transaction.set_data_length(sizeof(value));
    transaction.set_streaming_width(sizeof(value));
    if (command == tlm::TLM_WRITE_COMMAND) {
      transaction.set_byte_enable_ptr(enables_);
      transaction.set_byte_enable_length(sizeof(enables_));
    }
    return send(transaction);
  }

  tlm::tlm_fw_transport_if<>& target_;
  unsigned char enables_[sizeof(std::uint32_t)] = {};
};

}  // namespace bcq::testbench
