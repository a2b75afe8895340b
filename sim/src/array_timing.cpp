#include "bcq/sim/array_timing.hpp"

namespace bcq::sim {

BeatSequencer::BeatSequencer(std::size_t k, int la, int lanes)
    : k_(k), la_(static_cast<std::size_t>(la)), lanes_(static_cast<std::size_t>(lanes)) {}

BeatPosition BeatSequencer::position() const {
  const bool tile_last = k_ - issued_ <= lanes_;
  return {.first_scalar = issued_,
          .array_first = issued_ % la_ == 0,
          .array_last = tile_last || (issued_ + lanes_) % la_ == 0,
          .tile_first = issued_ < la_,
          .tile_last = tile_last};
}

void BeatSequencer::next() {
  issued_ = position().tile_last ? 0 : issued_ + lanes_;
}

ArrayTiming::ArrayTiming(const Arch& arch, std::size_t k)
    : sequencer_(k, static_cast<int>(arch.group().scalars), arch.lanes), rows_(arch.rows) {}

ArrayTiming::Events ArrayTiming::clock(const Inputs& inputs) {
  // Combinational signals, in the order of the ready chain from the result stream back to the operands.
  const bool res_taken = res_valid() && inputs.res_ready;
  const bool slice_ready = res_slice_ < kSliceDepth;
  std::array<bool, kOutputStages> moves{};
  bool next_moves = slice_ready;
  for (std::size_t i = output_.size(); i-- > 0;) next_moves = moves[i] = !output_[i] || next_moves;
  const bool row_valid = rows_waiting_ > 0;
  const bool drain = row_valid && moves[0];
  const bool load = t_.valid && t_.tile_last;
  const bool advance = !load || rows_waiting_ == 0 || (rows_waiting_ == 1 && drain);
  const bool issue = act_slice_ > 0 && wgt_slice_ > 0 && advance;
  const bool act_taken = inputs.act_valid && act_ready();
  const bool wgt_taken = inputs.wgt_valid && wgt_ready();

  // The next state, results first so that every stage reads its predecessor's old value.
  res_slice_ += static_cast<int>(output_.back() && slice_ready) - static_cast<int>(res_taken);
  for (std::size_t i = output_.size(); i-- > 0;) {
    if (moves[i]) output_[i] = i > 0 ? output_[i - 1] : row_valid;
  }
  if (load && advance) {
    rows_waiting_ = rows_;
  } else if (drain) {
    --rows_waiting_;
  }
  if (advance) {
    t_ = p_;
    p_ = m_;
    p_.valid = m_.valid && m_.array_last;  // from stage P on, one entry per block array
    m_ = d_;
    const BeatPosition position = sequencer_.position();
    d_ = {issue, position.array_last, position.tile_last};
  }
  if (issue) sequencer_.next();
  act_slice_ += static_cast<int>(act_taken) - static_cast<int>(issue);
  wgt_slice_ += static_cast<int>(wgt_taken) - static_cast<int>(issue);

  return {act_taken, wgt_taken, issue, res_taken, !advance};
}

}  // namespace bcq::sim
