#include "bcq/sim/machine/dram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bcq/sim/machine/access.hpp"

namespace bcq::sim {
namespace {

std::uint64_t picoseconds(double nanoseconds) {
  return static_cast<std::uint64_t>(std::llround(nanoseconds * 1e3));
}

}  // namespace

std::uint64_t DramSchedule::bursts(std::uint64_t address, std::uint64_t bytes) const {
  const auto burst = static_cast<std::uint64_t>(config_.burst_bytes);
  return (address % burst + bytes - 1) / burst + 1;
}

DramSchedule::Service DramSchedule::serve(std::uint64_t arrival, std::uint64_t address, std::uint64_t bytes) {
  const auto channels = static_cast<std::uint64_t>(config_.channels);
  const std::uint64_t per_channel = (bursts(address, bytes) + channels - 1) / channels;
  // 1 GB/s is a byte per nanosecond.
  const double nanoseconds = static_cast<double>(per_channel) * config_.burst_bytes / config_.gb_per_s;
  const std::uint64_t begin = std::max(arrival + picoseconds(config_.latency_ns), free_);
  free_ = begin + std::max<std::uint64_t>(picoseconds(nanoseconds), 1);
  return {begin, free_};
}

Dram::Dram(sc_core::sc_module_name name, const Clocking& clocking, const DramConfig& config)
    : sc_module(name), clocking_(clocking), config_(config), schedule_(config) {
  SC_HAS_PROCESS(Dram);
  SC_METHOD(arbitrate);
  sensitive << arbitrate_event_;
  dont_initialize();
  SC_METHOD(respond);
  sensitive << respond_event_;
  dont_initialize();
  ports.register_nb_transport_fw(this, &Dram::nb_transport_fw);
}

tlm::tlm_sync_enum Dram::nb_transport_fw(int port, tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                         sc_core::sc_time&) {
  if (phase != tlm::BEGIN_REQ) SC_REPORT_FATAL(name(), "protocol: expected BEGIN_REQ");
  transaction.acquire();
  requests_.push_back({port, &transaction});
  // In the middle of the cycle all requests of the cycle are there, whatever order the kernel ran their processes in.
  if (requests_.size() == 1) arbitrate_event_.notify(clocking_.period / 2);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void Dram::arbitrate() {
  if (requests_.size() > 1) std::ranges::stable_sort(requests_, {}, &Request::port);
  const std::uint64_t period = clocking_.period.value();
  for (const auto& [port, transaction] : requests_) {
    const auto [begin, end] =
        schedule_.serve(clocking_.now() * period, transaction->get_address(), transaction->get_data_length());
    responses_.push_back({port, transaction, (end + period - 1) / period});
    const std::uint64_t bursts = schedule_.bursts(transaction->get_address(), transaction->get_data_length());
    busy_ps_ += end - begin;
    (transaction->is_read() ? read_bursts_ : write_bursts_) += bursts;
    ++(transaction->is_read() ? reads_ : writes_);
    if (timeline_ != nullptr)
      timeline_->add(
          {Track::kDram, begin, end, static_cast<std::size_t>(port), reads_ + writes_, transaction->get_data_length()});
  }
  if (responses_.size() == requests_.size()) respond_event_.notify(clocking_.until_start_of(responses_.front().cycle));
  requests_.clear();
}

void Dram::respond() {
  while (!responses_.empty() && responses_.front().cycle <= clocking_.now()) {
    const Response response = responses_.front();
    responses_.pop_front();
    // Without storage every address is there.
    const std::size_t bytes = storage_.empty() ? std::numeric_limits<std::size_t>::max() : storage_.size();
    serve(*response.transaction, storage_, bytes);
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    if (ports[response.port]->nb_transport_bw(*response.transaction, phase, delay) != tlm::TLM_COMPLETED)
      SC_REPORT_FATAL(name(), "protocol: expected TLM_COMPLETED");
    response.transaction->release();
  }
  if (!responses_.empty()) respond_event_.notify(clocking_.until_start_of(responses_.front().cycle));
}

Statistics Dram::statistics() const {
  return {{"dram.reads", "transfers", "read transfers served", reads_},
          {"dram.writes", "transfers", "write transfers served", writes_},
          {"dram.read_bursts", "bursts", "bursts read, those at the ends of a transfer whole", read_bursts_},
          {"dram.write_bursts", "bursts", "bursts written, those at the ends of a transfer whole", write_bursts_},
          {"dram.busy_time", "ps", "time in which the channels moved data", busy_ps_}};
}

}  // namespace bcq::sim
