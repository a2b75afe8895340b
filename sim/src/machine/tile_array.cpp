#include "bcq/sim/machine/tile_array.hpp"

#include <algorithm>
#include <utility>

#include "bcq/sim/machine/access.hpp"

namespace bcq::sim {
TileArray::TileArray(sc_core::sc_module_name name, const Clocking& clocking, const Arch& arch, const Ports& ports,
                     const std::size_t (&half_bytes)[2], ResultSlots& slots)
    : sc_module(name),
      clocking_(clocking),
      arch_(arch),
      feeds_{{.loaded = ports.activation_loaded, .released = ports.activation_released, .half_bytes = half_bytes[0]},
             {.loaded = ports.weight_loaded, .released = ports.weight_released, .half_bytes = half_bytes[1]}},
      computed_(ports.computed),
      stored_(ports.stored),
      slots_(slots) {
  SC_HAS_PROCESS(TileArray);
  SC_METHOD(advance);
  sensitive << go_ << feeds_[0].loaded.changed() << feeds_[1].loaded.changed() << stored_.changed();
  dont_initialize();
}

void TileArray::start(const LoopPlan& plan, const TileValues* values, Timeline* timeline, ArrayRecord* record) {
  plan_ = &plan;
  timeline_ = timeline;
  record_ = record;
  base_ = clocking_.now();
  order_ = chunk_ = opened_ = finished_ = 0;
  pushed_ = false;
  leap_.emplace(arch_.rows);
  datapath_.reset();
  tiles_.clear();
  for (Feed& feed : feeds_) {
    feed.first = 0;
    feed.arrivals.clear();
    feed.fills.clear();
    feed.chunks.clear();
    feed.decoder.reset();
  }
  if (values != nullptr) {
    datapath_.emplace(arch_, values->output_scale);
    feeds_[0].decoder.emplace(values->activation_codebooks, arch_.rows);
    feeds_[1].decoder.emplace(values->weight_codebooks, arch_.cols);
  }
  go_.notify(sc_core::SC_ZERO_TIME);
}

void TileArray::advance() {
  take_arrivals(Operand::kActivation);
  take_arrivals(Operand::kWeight);
  for (; opened_ < plan_->tiles() && opened_ < stored_.count() + plan_->result_slots(); ++opened_) {
    const std::uint64_t from = clocking_.now() - base_;
    leap_->open_sink(from);
    if (record_ != nullptr) record_->sinks.push_back(from);
  }
  while (order_ < plan_->tiles() && (pushed_ || push_run()) && finish_run()) {
  }
  finish_rows();
}

void TileArray::take_arrivals(Operand operand) {
  Feed& feed = feeds_[static_cast<int>(operand)];
  while (feed.end() < feed.loaded.count()) {
    const Transfer transfer = plan_->transfer(operand, feed.end());
    feed.arrivals.push_back(clocking_.now() - base_);
    feed.fills.push_back(transfer.fill);
    if (datapath_) decode(operand, transfer);
  }
}

/// The array looks at a chunk once, when it has come; the cycles in which it reads it beat by beat are ArrayLeap's.
void TileArray::decode(Operand operand, const Transfer& transfer) {
  Feed& feed = feeds_[static_cast<int>(operand)];
  auto& socket = operand == Operand::kActivation ? activations : weights;
  packed_.resize(transfer.bytes);
  access_buffer(socket, tlm::TLM_READ_COMMAND, transfer.fill % 2 * feed.half_bytes + transfer.target, packed_);
  if (!feed.spare.empty()) {
    feed.chunks.push_back(std::move(feed.spare.back()));
    feed.spare.pop_back();
  } else {
    feed.chunks.emplace_back();
  }
  feed.decoder->decode(packed_, plan_->layout(operand).lines_of(transfer.panel), plan_->groups_in(transfer.chunk),
                       plan_->scalars_in(transfer.chunk), feed.chunks.back());
}

/// Hands the next chunk of both operands to the array, if both are there.
bool TileArray::push_run() {
  if (chunk_ == 0) use_ = plan_->use(order_);
  const std::size_t transfers[2] = {use_.transfer(Operand::kActivation, chunk_),
                                    use_.transfer(Operand::kWeight, chunk_)};
  for (int i = 0; i < 2; ++i) {
    if (transfers[i] >= feeds_[i].end()) return false;
  }
  const bool tile_last = chunk_ + 1 == plan_->chunks();
  const ArrayLeap::Run run{plan_->beats_in(chunk_), feeds_[0].arrivals[transfers[0] - feeds_[0].first],
                           feeds_[1].arrivals[transfers[1] - feeds_[1].first], tile_last};
  leap_->push(run);
  pushed_ = true;
  ++chunk_count_;
  beat_count_ += run.beats;
  tile_count_ += tile_last ? 1 : 0;
  if (record_ != nullptr) record_->runs.push_back(run);
  if (datapath_) {
    datapath_->accumulate(feeds_[0].chunks[transfers[0] - feeds_[0].first],
                          feeds_[1].chunks[transfers[1] - feeds_[1].first]);
    if (tile_last) {
      tiles_.emplace_back(static_cast<std::size_t>(arch_.rows) * static_cast<std::size_t>(arch_.cols));
      datapath_->finish(tiles_.back());
    }
  }
  return true;
}

/// Follows the chunk to its last issue, if that is known already.
bool TileArray::finish_run() {
  const std::optional<std::uint64_t> issue = leap_->issue();
  if (!issue) return false;
  pushed_ = false;
  if (chunk_ == 0) tile_issue_ = leap_->first_issue();
  if (record_ != nullptr) record_->issues.push_back(*issue);
  const bool last_chunk = chunk_ + 1 == plan_->chunks();
  for (const Operand operand : {Operand::kActivation, Operand::kWeight}) {
    if (use_.releases(operand, last_chunk)) release(operand, base_ + *issue + 1);
  }
  ++chunk_;
  if (!last_chunk) return true;
  if (timeline_ != nullptr) {
    const TileAt tile = use_.tile;
    const std::uint64_t period = clocking_.period.value();
    timeline_->add({Track::kArray, (base_ + tile_issue_) * period, (base_ + *issue + 1) * period, tile.m, tile.n, 0});
  }
  chunk_ = 0;
  ++order_;
  return true;
}

/// A fill has been read to its end: its half is free from `cycle` on.
void TileArray::release(Operand operand, std::uint64_t cycle) {
  Feed& feed = feeds_[static_cast<int>(operand)];
  const std::size_t fill = feed.fills.front();
  while (!feed.fills.empty() && feed.fills.front() == fill) {
    feed.fills.pop_front();
    feed.arrivals.pop_front();
    ++feed.first;
    if (feed.chunks.empty()) continue;
    feed.spare.push_back(std::move(feed.chunks.front()));
    feed.chunks.pop_front();
  }
  feed.released.add_at(cycle);
}

void TileArray::finish_rows() {
  while (const std::optional<ArrayLeap::Rows> rows = leap_->rows()) {
    const TileAt tile = plan_->tile(finished_++);
    const std::uint64_t address = slots_.take();
    last_row_ = rows->last;
    if (record_ != nullptr) record_->rows.push_back(*rows);
    if (timeline_ != nullptr) {
      const std::uint64_t period = clocking_.period.value();
      timeline_->add(
          {Track::kOutput, (base_ + rows->first) * period, (base_ + rows->last + 1) * period, tile.m, tile.n, 0});
    }
    if (!tiles_.empty()) {
      write_result(tile, address, tiles_.front());
      tiles_.pop_front();
    }
    computed_.add_at(base_ + rows->last + 1);
    if (on_tile) on_tile(finished_);
  }
}

Statistics TileArray::statistics() const {
  return {{"array.tiles", "tiles", "tiles computed", tile_count_},
          {"array.chunks", "chunks", "pairs of chunks that tiles were computed from", chunk_count_},
          {"array.beats", "beats", "beats issued, each of both operands", beat_count_}};
}

/// Only the rows and columns that exist, side by side.
void TileArray::write_result(const TileAt& tile, std::uint64_t address, std::vector<float>& values) {
  const std::size_t rows = plan_->layout(Operand::kActivation).lines_of(tile.m);
  const std::size_t cols = plan_->layout(Operand::kWeight).lines_of(tile.n);
  for (std::size_t r = 1; r < rows; ++r) {
    const auto row = values.begin() + static_cast<std::ptrdiff_t>(r * static_cast<std::size_t>(arch_.cols));
    std::copy(row, row + static_cast<std::ptrdiff_t>(cols), values.begin() + static_cast<std::ptrdiff_t>(r * cols));
  }
  access_buffer(results, tlm::TLM_WRITE_COMMAND, address,
                {reinterpret_cast<unsigned char*>(values.data()), rows * cols * sizeof(float)});
}

}  // namespace bcq::sim
