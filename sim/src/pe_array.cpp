#include "bcq/sim/pe_array.hpp"

#include <bit>
#include <utility>

namespace bcq::sim {

PeArray::PeArray(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, std::size_t k,
                 const CodebookSet& activation, const CodebookSet& weight, float scale)
    : sc_module(name),
      clocking_(clocking),
      cols_(static_cast<std::size_t>(arch.cols)),
      timing_(arch, k),
      datapath_(arch, k, activation, weight, scale) {
  SC_HAS_PROCESS(PeArray);
  SC_METHOD(tick);
  activations.register_nb_transport_fw(this, &PeArray::offer, kActivation);
  weights.register_nb_transport_fw(this, &PeArray::offer, kWeight);
  results.register_nb_transport_bw(this, &PeArray::result_taken);
}

void PeArray::tick() {
  if (std::exchange(settled_, !settled_)) {
    start_cycle();
  } else {
    settle_cycle();
  }
  next_trigger(clocking_.period / 2);
}

void PeArray::start_cycle() {
  if (!timing_.res_valid() || result_ != nullptr) return;
  tlm::tlm_generic_payload& transaction = pool_.write(rows_.front());
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  result_ = &transaction;
  if (results->nb_transport_fw(transaction, phase, delay) == tlm::TLM_COMPLETED) result_taken_ = true;
}

void PeArray::settle_cycle() {
  const BeatPosition position = timing_.position();
  const ArrayTiming::Events events = timing_.clock({.act_valid = slices_[kActivation].offered != nullptr,
                                                    .wgt_valid = slices_[kWeight].offered != nullptr,
                                                    .res_ready = std::exchange(result_taken_, false)});
  if (events.issued) {
    auto& act = slices_[kActivation].beats;
    auto& wgt = slices_[kWeight].beats;
    const std::vector<float> tile = datapath_.issue(act.front(), wgt.front(), position);
    act.pop_front();
    wgt.pop_front();
    for (std::size_t begin = 0; begin < tile.size(); begin += cols_) {
      auto& row = rows_.emplace_back();
      for (std::size_t c = 0; c < cols_; ++c) row.push_back(std::bit_cast<std::uint32_t>(tile[begin + c]));
    }
  }
  if (events.act_taken) take(kActivation);
  if (events.wgt_taken) take(kWeight);
  if (events.res_taken) {
    if (result_->is_response_error()) SC_REPORT_FATAL(name(), result_->get_response_string().c_str());
    result_->release();
    result_ = nullptr;
    rows_.pop_front();
  }
  count(events);
}

void PeArray::take(Operand operand) {
  Slice& slice = slices_[operand];
  tlm::tlm_generic_payload& transaction = *std::exchange(slice.offered, nullptr);
  const auto words = beat_words(transaction);
  slice.beats.emplace_back(words.begin(), words.end());
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  auto& socket = operand == kActivation ? activations : weights;
  if (socket->nb_transport_bw(transaction, phase, delay) != tlm::TLM_COMPLETED) {
    SC_REPORT_FATAL(name(), "protocol: expected TLM_COMPLETED");
  }
  transaction.release();
}

void PeArray::count(const ArrayTiming::Events& events) {
  if (events.issued) {
    ++counters_.busy;
  } else if (events.drain_stall) {
    ++counters_.drain_stall;
  } else {
    ++counters_.operand_wait;
  }
}

tlm::tlm_sync_enum PeArray::offer(int operand, tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                  sc_core::sc_time&) {
  Slice& slice = slices_[operand];
  if (phase != tlm::BEGIN_REQ || slice.offered != nullptr)
    SC_REPORT_FATAL(name(), "protocol: expected BEGIN_REQ, one beat at a time");
  transaction.acquire();
  slice.offered = &transaction;
  return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum PeArray::result_taken(tlm::tlm_generic_payload&, tlm::tlm_phase& phase, sc_core::sc_time&) {
  if (phase != tlm::BEGIN_RESP) SC_REPORT_FATAL(name(), "protocol: expected BEGIN_RESP");
  result_taken_ = true;
  return tlm::TLM_COMPLETED;
}

}  // namespace bcq::sim
