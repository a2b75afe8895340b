#include "bcq/sim/result_sink.hpp"

#include <bit>
#include <utility>

#include "bcq/sim/transaction_pool.hpp"

namespace bcq::sim {

ResultSink::ResultSink(sc_core::sc_module_name name, const Clocking& clocking, const StallPattern& stalls,
                       std::size_t cols, std::size_t expected_beats, std::function<void(std::size_t)> on_beat)
    : sc_module(name),
      clocking_(clocking),
      stalls_(stalls),
      expected_beats_(expected_beats),
      on_beat_(std::move(on_beat)) {
  run_.cols = cols;
  SC_HAS_PROCESS(ResultSink);
  SC_METHOD(accept);
  sensitive << accept_event_;
  dont_initialize();
  SC_METHOD(stop);
  sensitive << stop_event_;
  dont_initialize();
  socket.register_nb_transport_fw(this, &ResultSink::nb_transport_fw);
}

tlm::tlm_sync_enum ResultSink::nb_transport_fw(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                               sc_core::sc_time&) {
  if (phase != tlm::BEGIN_REQ || waiting_ != nullptr)
    SC_REPORT_FATAL(name(), "protocol: expected BEGIN_REQ, one beat at a time");
  const std::uint64_t cycle = clocking_.now();
  const std::uint64_t ready = stalls_.next_free(Stream::kResult, cycle);
  if (ready == cycle) {
    record(transaction);
    return tlm::TLM_COMPLETED;
  }
  transaction.acquire();
  waiting_ = &transaction;
  accept_event_.notify(clocking_.until_start_of(ready));
  return tlm::TLM_ACCEPTED;
}

void ResultSink::accept() {
  tlm::tlm_generic_payload& transaction = *std::exchange(waiting_, nullptr);
  record(transaction);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  if (socket->nb_transport_bw(transaction, phase, delay) != tlm::TLM_COMPLETED) {
    SC_REPORT_FATAL(name(), "protocol: expected TLM_COMPLETED");
  }
  transaction.release();
}

void ResultSink::record(tlm::tlm_generic_payload& transaction) {
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  run_.beat_cycles.push_back(clocking_.now());
  for (const std::uint32_t word : beat_words(transaction)) run_.values.push_back(std::bit_cast<float>(word));
  if (on_beat_) on_beat_(run_.beats());
  // Not at once: the array has yet to count this cycle.
  if (run_.beats() == expected_beats_) stop_event_.notify(clocking_.until_start_of(clocking_.now() + 1));
}

void ResultSink::stop() {
  sc_core::sc_stop();
}

}  // namespace bcq::sim
