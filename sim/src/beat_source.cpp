#include "bcq/sim/beat_source.hpp"

#include <utility>

namespace bcq::sim {

BeatSource::BeatSource(sc_core::sc_module_name name, const Clocking& clocking, const EdgeStream& stream, Stream which,
                       const StallPattern& stalls, std::size_t steps, std::function<std::size_t(std::size_t)> tile_of)
    : sc_module(name),
      clocking_(clocking),
      stream_(stream),
      which_(which),
      stalls_(stalls),
      steps_(steps),
      tile_of_(std::move(tile_of)) {
  SC_HAS_PROCESS(BeatSource);
  SC_METHOD(offer);
  sensitive << offer_event_;
  dont_initialize();
  socket.register_nb_transport_bw(this, &BeatSource::nb_transport_bw);
  schedule(0);
}

void BeatSource::schedule(std::uint64_t earliest) {
  if (sent_ == steps_ * stream_.beats_per_tile) return;
  offer_event_.notify(clocking_.until_start_of(stalls_.next_free(which_, earliest)));
}

void BeatSource::offer() {
  const std::size_t tile = tile_of_(sent_ / stream_.beats_per_tile);
  tlm::tlm_generic_payload& transaction = pool_.write(stream_.beat(tile, sent_ % stream_.beats_per_tile));
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status = socket->nb_transport_fw(transaction, phase, delay);
  if (status != tlm::TLM_ACCEPTED)
    SC_REPORT_FATAL(name(), "a beat is taken in the middle of a cycle, not at its start");
}

tlm::tlm_sync_enum BeatSource::nb_transport_bw(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                               sc_core::sc_time&) {
  if (phase != tlm::BEGIN_RESP) SC_REPORT_FATAL(name(), "protocol: expected BEGIN_RESP");
  if (transaction.is_response_error()) SC_REPORT_FATAL(name(), transaction.get_response_string().c_str());
  transaction.release();
  ++sent_;
  schedule(clocking_.now() + 1);
  return tlm::TLM_COMPLETED;
}

}  // namespace bcq::sim
