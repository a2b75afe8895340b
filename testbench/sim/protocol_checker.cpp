#include "protocol_checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bcq::testbench {
namespace {

std::string name_of(const tlm::tlm_phase& phase) {
  return phase.get_name();
}

}  // namespace

ProtocolChecker::ProtocolChecker(sc_core::sc_module_name name) : sc_module(name) {
  initiator.bind(*this);
  target.bind(*this);
}

ProtocolChecker::Attributes::Attributes(const Payload& transaction)
    : command(transaction.get_command()),
      address(transaction.get_address()),
      data(transaction.get_data_ptr()),
      enables(transaction.get_byte_enable_ptr()),
      length(transaction.get_data_length()),
      enable_length(transaction.get_byte_enable_length()),
      width(transaction.get_streaming_width()) {
  if (command == tlm::TLM_WRITE_COMMAND && data != nullptr) written.assign(data, data + length);
}

void ProtocolChecker::violation(const char* clause, const std::string& words) {
  std::string line = fmt::format("{}: {}: {}", clause, name(), words);
  if (std::ranges::find(violations_, line) == violations_.end()) violations_.push_back(std::move(line));
}

// ---- calls ----

tlm::tlm_sync_enum ProtocolChecker::nb_transport_fw(Payload& transaction, Phase& phase, Time& delay) {
  called(transaction, Sender::kInitiator, phase, delay);
  const Phase sent = phase;
  const Time annotated = delay;
  const tlm::tlm_sync_enum status = target->nb_transport_fw(transaction, phase, delay);
  if (status == tlm::TLM_ACCEPTED && (phase != sent || delay != annotated))
    violation("11.1.2", "TLM_ACCEPTED, but phase or delay were changed");
  returned(transaction, Sender::kTarget, status, phase, delay);
  // Nothing may follow END_RESP.
  if (sent == tlm::END_RESP) end(transaction);
  return status;
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_bw(Payload& transaction, Phase& phase, Time& delay) {
  called(transaction, Sender::kTarget, phase, delay);
  const Phase sent = phase;
  const Time annotated = delay;
  const tlm::tlm_sync_enum status = initiator->nb_transport_bw(transaction, phase, delay);
  if (status == tlm::TLM_ACCEPTED && (phase != sent || delay != annotated))
    violation("11.1.2", "TLM_ACCEPTED, but phase or delay were changed");
  if (status == tlm::TLM_COMPLETED && sent != tlm::BEGIN_RESP)
    violation("15.2.4", fmt::format("the initiator completes in phase {}", name_of(sent)));
  returned(transaction, Sender::kInitiator, status, phase, delay);
  return status;
}

void ProtocolChecker::b_transport(Payload& transaction, Time& delay) {
  if (lives_.contains(&transaction))
    violation("15.2.10", "b_transport of a transaction that nb_transport is busy with");
  if (sc_core::sc_get_current_process_handle().proc_kind() == sc_core::SC_METHOD_PROC_)
    violation("11.1.1.4", "b_transport called from a method process");
  if (transaction.has_mm() && transaction.get_ref_count() == 0) violation("14.5", "nobody holds the transaction");
  check_new(transaction);
  ++transactions_;
  Attributes attributes(transaction);
  const Time annotated = delay;
  target->b_transport(transaction, delay);
  if (delay < annotated) violation("11.1.3", "b_transport made the delay shorter");
  check_response(transaction);
  check_unchanged(transaction, attributes);
}

bool ProtocolChecker::get_direct_mem_ptr(Payload& transaction, tlm::tlm_dmi& dmi) {
  return target->get_direct_mem_ptr(transaction, dmi);
}

void ProtocolChecker::invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) {
  initiator->invalidate_direct_mem_ptr(start, end);
}

unsigned ProtocolChecker::transport_dbg(Payload& transaction) {
  return target->transport_dbg(transaction);
}

// ---- the life of a transaction ----

void ProtocolChecker::called(const Payload& transaction, Sender sender, const Phase& phase, const Time& delay) {
  if (!transaction.has_mm()) violation("14.5", "nb_transport without a memory manager");
  if (transaction.has_mm() && transaction.get_ref_count() == 0) violation("14.5", "nobody holds the transaction");
  follow(transaction, sender, phase, delay);
}

void ProtocolChecker::returned(const Payload& transaction, Sender sender, tlm::tlm_sync_enum status, const Phase& phase,
                               const Time& delay) {
  const auto found = lives_.find(&transaction);
  if (found == lives_.end()) return;
  check_unchanged(transaction, found->second.attributes);
  if (status == tlm::TLM_UPDATED) {
    follow(transaction, sender, phase, delay);
    if (phase == tlm::END_RESP) end(transaction);
  } else if (status == tlm::TLM_COMPLETED) {
    // What completes early has responded.
    check_response(transaction);
    end(transaction);
  }
}

void ProtocolChecker::follow(const Payload& transaction, Sender sender, const Phase& phase, const Time& delay) {
  const bool known =
      phase == tlm::BEGIN_REQ || phase == tlm::END_REQ || phase == tlm::BEGIN_RESP || phase == tlm::END_RESP;
  if (!known && phase != tlm::UNINITIALIZED_PHASE) return;  // an extension: may be ignored
  const bool from_initiator = phase == tlm::BEGIN_REQ || phase == tlm::END_RESP;
  if (!known || from_initiator != (sender == Sender::kInitiator)) {
    violation("15.2.3",
              fmt::format("{} from the {}", name_of(phase), sender == Sender::kInitiator ? "initiator" : "target"));
    return;
  }
  const auto found = lives_.find(&transaction);
  if (phase == tlm::BEGIN_REQ) {
    if (found != lives_.end()) {
      violation("15.2.4", "BEGIN_REQ of a transaction that is under way");
      return;
    }
    check_new(transaction);
    if (request_ != nullptr) violation("15.2.6", "BEGIN_REQ before the END_REQ of the request before");
    request_ = &transaction;
    lives_.emplace(&transaction, Life{Attributes(transaction), phase, sc_core::sc_time_stamp() + delay});
    ++transactions_;
    most_under_way_ = std::max(most_under_way_, lives_.size());
    return;
  }
  const Phase before = found == lives_.end() ? Phase() : found->second.phase;
  const bool in_order = phase == tlm::END_REQ    ? before == tlm::BEGIN_REQ
                        : phase == tlm::END_RESP ? before == tlm::BEGIN_RESP
                                                 : before == tlm::BEGIN_REQ || before == tlm::END_REQ;
  if (!in_order) {
    violation("15.2.4", fmt::format("{} after {}", name_of(phase), name_of(before)));
    return;
  }
  check_unchanged(transaction, found->second.attributes);
  follow_time(found->second, delay);
  found->second.phase = phase;
  if (phase == tlm::END_RESP) {
    response_ = nullptr;
    return;
  }
  if (request_ == &transaction) request_ = nullptr;  // BEGIN_RESP stands for END_REQ as well
  if (phase == tlm::END_REQ) return;
  if (response_ != nullptr) violation("15.2.6", "BEGIN_RESP before the END_RESP of the response before");
  response_ = &transaction;
  check_response(transaction);
}

void ProtocolChecker::follow_time(Life& life, const Time& delay) {
  const Time time = sc_core::sc_time_stamp() + delay;
  if (time < life.time) violation("15.2.7", "a phase lies before the phase before");
  life.time = time;
}

void ProtocolChecker::end(const Payload& transaction) {
  if (request_ == &transaction) request_ = nullptr;
  if (response_ == &transaction) response_ = nullptr;
  lives_.erase(&transaction);
}

// ---- attributes ----

void ProtocolChecker::check_new(const Payload& transaction) {
  const bool ignored = transaction.get_command() == tlm::TLM_IGNORE_COMMAND;
  if (!ignored && transaction.get_data_ptr() == nullptr) violation("14.11", "no data pointer");
  if (!ignored && transaction.get_data_length() == 0) violation("14.12", "no data");
  if (transaction.get_byte_enable_ptr() != nullptr && transaction.get_byte_enable_length() == 0)
    violation("14.14", "byte enables without a length");
  if (transaction.get_streaming_width() == 0) violation("14.15", "the streaming width is 0");
  if (transaction.is_dmi_allowed()) violation("14.16", "DMI allowed by the initiator");
  if (transaction.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE)
    violation("14.17", "a response before the request");
}

void ProtocolChecker::check_unchanged(const Payload& transaction, Attributes& known) {
  Attributes now(transaction);
  if (now == known) return;
  violation("14.7", "an attribute changed during the transaction");
  known = std::move(now);
}

void ProtocolChecker::check_response(const Payload& transaction) {
  if (transaction.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) violation("14.17", "no response status");
}

}  // namespace bcq::testbench
