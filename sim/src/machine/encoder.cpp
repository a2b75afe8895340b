#include "bcq/sim/machine/encoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "bcq/quantize.hpp"
#include "bcq/sim/machine/access.hpp"
#include "bcq/sim/panel.hpp"

namespace bcq::sim {
namespace {

/// Non-finite results count as the largest number of their sign (docs/encoder.md).
float encodable(float x) {
  constexpr float kMost = std::numeric_limits<float>::max();
  if (x != x) return std::signbit(x) ? -kMost : kMost;
  return std::clamp(x, -kMost, kMost);
}

}  // namespace

EncoderCycles encoder_cycles(const Arch& arch, std::size_t rows, std::size_t scalars) {
  constexpr std::uint64_t kPipeline = 9;
  const auto lanes = static_cast<std::size_t>(arch.memory.encoder_lanes);
  const auto la = static_cast<std::size_t>(arch.format.la), lb = static_cast<std::size_t>(arch.format.lb);
  const std::size_t beats = ceil_div(scalars, lanes);
  std::uint64_t latency = std::min(beats, la / lanes) + kPipeline;
  if (lanes < lb) latency += std::min(beats, lb / lanes);
  return {rows * beats, latency};
}

Encoder::Encoder(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, const Tally& computed,
                 ResultSlots& slots)
    : sc_module(name), clocking_(clocking), arch_(arch), computed_(computed), slots_(slots), ready_("ready", clocking) {
  SC_HAS_PROCESS(Encoder);
  SC_METHOD(advance);
  sensitive << computed_.changed();
  dont_initialize();
  encoded.register_b_transport(this, &Encoder::b_transport);
}

void Encoder::start(const LoopPlan& plan, const OutputEncoding* encoding, Matrix<float>* fp32, Timeline* timeline) {
  plan_ = &plan;
  encoding_ = encoding;
  fp32_ = fp32;
  timeline_ = timeline;
  seen_ = 0;
  free_ = 0;
  open_.clear();
  done_.clear();
  data_.clear();
  ready_.reset();
}

void Encoder::advance() {
  for (; seen_ < computed_.count(); ++seen_) {
    const StoreAt at = plan_->store_of(plan_->tile(seen_));
    const std::size_t key = at.m * plan_->stores_per_panel() + at.group;
    Group& group = open_[key];
    group.at = at;
    group.orders.push_back(seen_);
    if (group.orders.size() < plan_->tiles_in(at)) continue;
    encode(group);
    done_.push_back(std::move(group));
    open_.erase(key);
  }
}

void Encoder::encode(const Group& group) {
  const std::size_t rows = plan_->layout(Operand::kActivation).lines_of(group.at.m);
  const auto [beats, latency] = encoder_cycles(arch_, rows, plan_->columns_in(group.at));
  const std::uint64_t begin = std::max(clocking_.now(), free_);
  free_ = begin + beats;
  ready_.add_at(free_ + latency);
  ++groups_;
  beats_ += beats;
  if (timeline_ != nullptr) {
    const std::uint64_t period = clocking_.period.value();
    timeline_->add({Track::kEncoder, begin * period, free_ * period, group.at.m, group.at.group, 0});
  }
  if (encoding_ == nullptr) return;
  const EncoderOptions options{.tensor_scale = encoding_->tensor_scale};
  data_.push_back(pack_panels(quantize(gather(group), encoding_->codebooks, options), arch_.rows));
}

/// The group's rows, [existing rows, columns], from the result buffer.
Matrix<float> Encoder::gather(const Group& group) {
  const std::size_t rows = plan_->layout(Operand::kActivation).lines_of(group.at.m);
  const PanelLayout& columns = plan_->layout(Operand::kWeight);
  const std::size_t first_column = group.at.group * plan_->tiles_per_store() * columns.lines;
  Matrix<float> out(rows, plan_->columns_in(group.at));
  std::vector<float> tile;
  for (const std::size_t order : group.orders) {
    const std::size_t n = plan_->tile(order).n;
    const std::size_t cols = columns.lines_of(n);
    tile.resize(rows * cols);
    access_buffer(tiles, tlm::TLM_READ_COMMAND, slots_.address(order),
                  {reinterpret_cast<unsigned char*>(tile.data()), tile.size() * sizeof(float)});
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < cols; ++c) {
        const float value = tile[r * cols + c];
        (*fp32_)(group.at.m * static_cast<std::size_t>(arch_.rows) + r, n * columns.lines + c) = value;
        out(r, n * columns.lines - first_column + c) = encodable(value);
      }
    }
  }
  return out;
}

Store Encoder::next() {
  const Group group = std::move(done_.front());
  done_.pop_front();
  for (const std::size_t order : group.orders) slots_.free(order);
  return {group.at, 0, group.orders.size()};
}

/// The engine reads groups in order, each once, and only where there are data.
void Encoder::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time&) {
  serve(transaction, data_.front(), data_.front().size());
  data_.pop_front();
}

Statistics Encoder::statistics() const {
  return {{"encoder.groups", "groups", "groups of tiles encoded", groups_},
          {"encoder.beats", "beats", "beats of output.encoder_lanes scalars taken", beats_}};
}

}  // namespace bcq::sim
