#include "bcq/sim/machine/dma.hpp"

#include <utility>

namespace bcq::sim {

/// A transaction with its data; DRAM may hold on to it after BEGIN_RESP, so it goes back to its pool when released.
class Dma::Request : public tlm::tlm_generic_payload {
 public:
  explicit Request(tlm::tlm_mm_interface* pool) : tlm::tlm_generic_payload(pool) {}

  Job job{};
  std::uint64_t asked = 0;  ///< cycle
  std::vector<unsigned char> data;
};

class Dma::RequestPool : public tlm::tlm_mm_interface {
 public:
  Request& acquire() {
    if (free_.empty()) {
      owned_.push_back(std::make_unique<Request>(this));
      free_.push_back(owned_.back().get());
    }
    Request& request = *free_.back();
    free_.pop_back();
    static_cast<tlm::tlm_generic_payload&>(request).acquire();
    return request;
  }
  void free(tlm::tlm_generic_payload* transaction) override { free_.push_back(static_cast<Request*>(transaction)); }

 private:
  std::vector<std::unique_ptr<Request>> owned_;
  std::vector<Request*> free_;
};

Dma::Dma(sc_core::sc_module_name name, const Clocking& clocking, int outstanding, Track track)
    : sc_module(name),
      clocking_(clocking),
      outstanding_(static_cast<std::size_t>(outstanding)),
      track_(track),
      pool_(std::make_shared<RequestPool>()) {
  memory.register_nb_transport_bw(this, &Dma::nb_transport_bw);
}

void Dma::request(tlm::tlm_command command, const Job& job) {
  Request& request = pool_->acquire();
  request.job = job;
  request.asked = clocking_.now();
  // Memories without storage leave the data alone, but TLM wants a pointer.
  request.data.resize(with_data_ ? job.bytes : 1);
  request.set_data_ptr(request.data.data());
  request.set_data_length(static_cast<unsigned>(job.bytes));
  request.set_streaming_width(static_cast<unsigned>(job.bytes));
  request.set_byte_enable_ptr(nullptr);
  request.set_dmi_allowed(false);
  if (command == tlm::TLM_WRITE_COMMAND) move(request, tlm::TLM_READ_COMMAND);
  request.set_command(command);
  request.set_address(job.dram_address);
  request.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  ++under_way_;
  ++transfers_;
  bytes_ += job.bytes;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  if (memory->nb_transport_fw(request, phase, delay) != tlm::TLM_UPDATED || phase != tlm::END_REQ)
    SC_REPORT_FATAL(name(), "protocol: expected END_REQ");
}

/// Between the request's data and the buffer: a transaction of its own, because that of DRAM has not ended.
void Dma::move(Request& request, tlm::tlm_command command) {
  if (!with_data_) return;
  tlm::tlm_generic_payload access;
  access.set_command(command);
  access.set_address(request.job.buffer_address);
  access.set_data_ptr(request.data.data());
  access.set_data_length(static_cast<unsigned>(request.job.bytes));
  access.set_streaming_width(static_cast<unsigned>(request.job.bytes));
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  buffer->b_transport(access, delay);
  if (access.is_response_error()) SC_REPORT_FATAL(name(), access.get_response_string().c_str());
}

tlm::tlm_sync_enum Dma::nb_transport_bw(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase,
                                        sc_core::sc_time&) {
  if (phase != tlm::BEGIN_RESP) SC_REPORT_FATAL(name(), "protocol: expected BEGIN_RESP");
  if (transaction.is_response_error()) SC_REPORT_FATAL(name(), transaction.get_response_string().c_str());
  auto& request = static_cast<Request&>(transaction);
  if (request.is_read()) move(request, tlm::TLM_WRITE_COMMAND);
  const std::uint64_t period = clocking_.period.value();
  if (timeline_ != nullptr) {
    timeline_->add({track_, request.asked * period, clocking_.now() * period, request.job.panel, request.job.chunk,
                    request.job.bytes});
  }
  transaction.release();
  --under_way_;
  done();
  return tlm::TLM_COMPLETED;
}

Statistics Dma::statistics() const {
  const std::string prefix = basename();
  return {{prefix + ".transfers", "transfers", "transfers made", transfers_},
          {prefix + ".bytes", "bytes", "bytes moved, without what bursts add", bytes_}};
}

LoadDma::LoadDma(sc_core::sc_module_name name, const Clocking& clocking, int outstanding, Operand operand,
                 std::size_t half_bytes, const Tally& released, Tally& loaded)
    : Dma(name, clocking, outstanding, operand == Operand::kActivation ? Track::kActivationDma : Track::kWeightDma),
      operand_(operand),
      half_bytes_(half_bytes),
      released_(released),
      loaded_(loaded) {
  SC_HAS_PROCESS(LoadDma);
  SC_METHOD(advance);
  sensitive << go_ << released_.changed();
  dont_initialize();
}

void LoadDma::start(const LoopPlan& plan, std::uint64_t base) {
  plan_ = &plan;
  base_ = base;
  next_ = 0;
  go_.notify(sc_core::SC_ZERO_TIME);
}

/// Whether there is a next transfer, and its half is free.
bool LoadDma::may_load() const {
  return next_ < plan_->transfers(operand_) && plan_->fill_of(operand_, next_) < released_.count() + 2;
}

void LoadDma::advance() {
  for (; may_request() && may_load(); ++next_) {
    const Transfer transfer = plan_->transfer(operand_, next_);
    request(tlm::TLM_READ_COMMAND, {base_ + transfer.source, transfer.fill % 2 * half_bytes_ + transfer.target,
                                    transfer.bytes, transfer.panel, transfer.chunk});
  }
}

void LoadDma::done() {
  loaded_.add_at(clocking_.now());
  if (may_load()) go_.notify(sc_core::SC_ZERO_TIME);
}

StoreDma::StoreDma(sc_core::sc_module_name name, const Clocking& clocking, int outstanding, StoreSource& source,
                   Tally& stored)
    : Dma(name, clocking, outstanding, Track::kResultDma), source_(source), stored_(stored) {
  SC_HAS_PROCESS(StoreDma);
  SC_METHOD(advance);
  sensitive << go_ << source_.ready().changed();
  dont_initialize();
}

void StoreDma::start(const LoopPlan& plan, std::uint64_t base) {
  plan_ = &plan;
  base_ = base;
  next_ = 0;
}

void StoreDma::advance() {
  for (; may_request() && next_ < source_.ready().count(); ++next_) {
    const Store store = source_.next();
    tiles_.push_back(store.tiles);
    request(tlm::TLM_WRITE_COMMAND, {base_ + plan_->store_offset(store.at), store.buffer_address,
                                     plan_->store_bytes(store.at), store.at.m, store.at.group});
  }
}

void StoreDma::done() {
  for (std::size_t tile = 0; tile < tiles_.front(); ++tile) stored_.add_at(clocking_.now());
  tiles_.pop_front();
  if (next_ < source_.ready().count()) go_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace bcq::sim
