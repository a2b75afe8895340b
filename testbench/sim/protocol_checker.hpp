// Whether an initiator and a target keep TLM-2.0's base protocol: IEEE 1666-2011, clause 15.2, and of 11 and 14 what
// holds for every transaction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

namespace bcq::testbench {

/// Stands between an initiator and a target, passes every call on and writes down what breaks a rule: the clause and
/// words. There is no interconnect around, which would have more rights. Transactions point to all of their data.
class ProtocolChecker : public sc_core::sc_module,
                        private tlm::tlm_fw_transport_if<>,
                        private tlm::tlm_bw_transport_if<> {
 public:
  explicit ProtocolChecker(sc_core::sc_module_name name);

  tlm::tlm_target_socket<> initiator{"initiator"};  ///< is bound by the initiator
  tlm::tlm_initiator_socket<> target{"target"};     ///< to be bound to the target

  /// Each once, however often it happened.
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  /// Transactions begun.
  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
  /// Transactions of nb_transport that have not come to their end: now, and at most.
  [[nodiscard]] std::size_t under_way() const { return lives_.size(); }
  [[nodiscard]] std::size_t most_under_way() const { return most_under_way_; }

 private:
  using Payload = tlm::tlm_generic_payload;
  using Phase = tlm::tlm_phase;
  using Time = sc_core::sc_time;

  enum class Sender { kInitiator, kTarget };
  /// What nobody may change while a transaction lives.
  struct Attributes {
    explicit Attributes(const Payload& transaction);
    friend bool operator==(const Attributes&, const Attributes&) = default;

    tlm::tlm_command command;
    sc_dt::uint64 address;
    const unsigned char *data, *enables;
    unsigned length, enable_length, width;
    std::vector<unsigned char> written;  ///< the data of a write
  };
  /// A transaction of nb_transport.
  struct Life {
    Attributes attributes;
    Phase phase;
    Time time;  ///< of its last phase
  };

  tlm::tlm_sync_enum nb_transport_fw(Payload& transaction, Phase& phase, Time& delay) override;
  tlm::tlm_sync_enum nb_transport_bw(Payload& transaction, Phase& phase, Time& delay) override;
  void b_transport(Payload& transaction, Time& delay) override;
  bool get_direct_mem_ptr(Payload& transaction, tlm::tlm_dmi& dmi) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;
  unsigned transport_dbg(Payload& transaction) override;

  void called(const Payload& transaction, Sender sender, const Phase& phase, const Time& delay);
  void returned(const Payload& transaction, Sender sender, tlm::tlm_sync_enum status, const Phase& phase,
                const Time& delay);
  void follow(const Payload& transaction, Sender sender, const Phase& phase, const Time& delay);
  void follow_time(Life& life, const Time& delay);
  void check_new(const Payload& transaction);
  void check_unchanged(const Payload& transaction, Attributes& known);
  void check_response(const Payload& transaction);
  void end(const Payload& transaction);
  void violation(const char* clause, const std::string& words);

  std::map<const Payload*, Life> lives_;
  const Payload *request_ = nullptr, *response_ = nullptr;  ///< that the port is busy with
  std::uint64_t transactions_ = 0;
  std::size_t most_under_way_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace bcq::testbench
