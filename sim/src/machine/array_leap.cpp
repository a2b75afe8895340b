#include "bcq/sim/machine/array_leap.hpp"

#include <algorithm>
#include <limits>

namespace bcq::sim {
namespace {

/// Cycles from the issue of a beat to its place in stage T, if nothing freezes the pipeline: D, M, P, T.
constexpr int kStagesToT = 4;

}  // namespace

ArrayLeap::ArrayLeap(int rows) : rows_(static_cast<std::uint64_t>(rows)) {}

void ArrayLeap::push(const Run& run) {
  run_ = run;
  left_ = run.beats;
}

void ArrayLeap::open_sink(std::uint64_t from) {
  sinks_.push_back(static_cast<Cycle>(from));
  drain();
}

// ---- beats ----

std::optional<std::uint64_t> ArrayLeap::issue() {
  drain();
  while (left_ > 0) {
    Beat beat{};
    // A slice has two entries: beat i enters when beat i−2 has left.
    beat.activation =
        std::max({static_cast<Cycle>(run_.activation_from), last_.activation + 1, issue_before_last_ + 1});
    beat.weight = std::max({static_cast<Cycle>(run_.weight_from), last_.weight + 1, issue_before_last_ + 1});
    const std::optional<Cycle> issue = thawed(std::max({beat.activation, beat.weight, last_.issue}) + 1);
    if (!issue) return std::nullopt;
    beat.issue = *issue;
    count_gap(beat);
    const bool repeats = beat.activation == last_.activation + 1 && beat.weight == last_.weight + 1 &&
                         beat.issue == last_.issue + 1 && last_.issue == issue_before_last_ + 1;
    if (left_ == run_.beats) first_issue_ = static_cast<std::uint64_t>(beat.issue);
    issue_before_last_ = last_.issue;
    last_ = beat;
    --left_;
    ++issued_;
    if (repeats) leap_beats();
    if (left_ > 0 || !run_.tile_last) continue;
    tiles_.push_back({.last_issue = last_.issue, .arrives = last_.issue + kStagesToT});
    arrive();
    drain();
  }
  return static_cast<std::uint64_t>(last_.issue);
}

/// Every further beat is one cycle after the one before, until something may freeze: all terms of the recurrence grow
/// by one.
void ArrayLeap::leap_beats() {
  const Cycle room = next_freeze() - last_.issue - 1;
  const auto beats = static_cast<Cycle>(std::min(left_, static_cast<std::uint64_t>(std::max<Cycle>(room, 0))));
  if (beats == 0) return;
  last_ = {last_.activation + beats, last_.weight + beats, last_.issue + beats};
  issue_before_last_ = last_.issue - 1;
  left_ -= static_cast<std::uint64_t>(beats);
  issued_ += static_cast<std::uint64_t>(beats);
}

/// The first cycle from `cycle` on in which the pipeline moves; nothing if that is not known yet.
std::optional<ArrayLeap::Cycle> ArrayLeap::thawed(Cycle cycle) const {
  for (const Tile& tile : tiles_) {
    if (!tile.resolved) return cycle < tile.arrives ? std::optional(cycle) : std::nullopt;
    if (cycle < tile.arrives) return cycle;
    cycle = std::max(cycle, tile.loads);
  }
  return cycle;
}

/// The first cycle after the last issue in which the pipeline may be frozen.
ArrayLeap::Cycle ArrayLeap::next_freeze() const {
  for (const Tile& tile : tiles_) {
    if (!tile.resolved) return tile.arrives;
    if (tile.loads > tile.arrives && tile.arrives > last_.issue) return tile.arrives;
  }
  return std::numeric_limits<Cycle>::max();
}

/// Cycles of [from, to] in which the pipeline moves.
std::uint64_t ArrayLeap::moving(Cycle from, Cycle to) const {
  Cycle cycles = std::max<Cycle>(to - from + 1, 0);
  for (const Tile& tile : tiles_) {
    if (!tile.resolved) break;
    cycles -= std::max<Cycle>(std::min(to + 1, tile.loads) - std::max(from, tile.arrives), 0);
  }
  return static_cast<std::uint64_t>(cycles);
}

/// An operand is missing up to the cycle in which its beat moves.
void ArrayLeap::count_gap(const Beat& beat) {
  const Cycle begin = last_.issue + 1;
  if (beat.issue == begin) return;
  const Cycle both = std::min(beat.activation, beat.weight);
  const Cycle one = std::max(beat.activation, beat.weight);
  waits_.both += moving(begin, both);
  (beat.activation > beat.weight ? waits_.activation : waits_.weight) += moving(std::max(begin, both + 1), one);
}

// ---- the drain ----

void ArrayLeap::drain() {
  while (load_tile() || drain_row()) leap_rows();
}

/// When the first tile that has not been loaded comes to stage T: the tiles before, which may hold it up, are known.
void ArrayLeap::arrive() {
  if (resolved_ == tiles_.size()) return;
  Cycle cycle = tiles_[resolved_].last_issue + 1;
  for (int stage = 1; stage < kStagesToT; ++stage) {
    for (std::size_t i = 0; i < resolved_; ++i) {
      if (cycle >= tiles_[i].arrives) cycle = std::max(cycle, tiles_[i].loads);
    }
    ++cycle;
  }
  tiles_[resolved_].arrives = cycle;
}

/// Moves the next tile from stage T into the shadows, when it has been issued and the tile before has left them.
bool ArrayLeap::load_tile() {
  const std::uint64_t tile_index = loads_base_ + loads_.size();
  if (resolved_ == tiles_.size() || drained_.next != tile_index * rows_) return false;
  Tile& tile = tiles_[resolved_++];
  tile.loads = std::max(tile.arrives, drained_.next > 0 ? drained_.at(drained_.next - 1) : 0);
  tile.resolved = true;
  loads_.push_back(tile.loads);
  count_frozen({tile.arrives, tile.loads});
  arrive();

  const Cycle oldest = (resolved_ < tiles_.size() ? tiles_[resolved_].last_issue : last_.issue) + 1;
  while (resolved_ > 0 && tiles_.front().loads <= oldest) {
    tiles_.pop_front();
    --resolved_;
  }
  return true;
}

// When a row gets on, given what it depends on: the row itself one place before, and those in front of it.

ArrayLeap::Cycle ArrayLeap::drains(std::uint64_t row) const {
  const Cycle loaded = loads_[row / rows_ - loads_base_];
  if (row == 0) return loaded + 1;
  return std::max({loaded + 1, drained_.at(row - 1) + 1, converted_.at(row - 1)});
}

ArrayLeap::Cycle ArrayLeap::converts(std::uint64_t row) const {
  return std::max(drained_.at(row) + 1, row > 0 ? scaled_.at(row - 1) : 0);
}

/// The result slice has two entries.
ArrayLeap::Cycle ArrayLeap::scales(std::uint64_t row) const {
  return std::max(converted_.at(row), row > 1 ? moved_.at(row - 2) : -1) + 1;
}

void ArrayLeap::move_row() {
  const std::uint64_t row = moved_.next;
  const Cycle offered = std::max(scaled_.at(row), row > 0 ? moved_.at(row - 1) : -1) + 1;
  const Cycle moves = std::max(offered, sinks_[row / rows_ - sinks_base_]);
  moved_.set(moves);
  count_blocked({offered, moves});
  if (row % rows_ == 0) first_row_ = moves;
  finish_rows();
}

/// Moves the next row, or as much of it as is known. Returns whether anything could be moved.
bool ArrayLeap::drain_row() {
  bool moved = false;
  if (const std::uint64_t row = drained_.next; row < (loads_base_ + loads_.size()) * rows_ && row <= converted_.next) {
    drained_.set(drains(row));
    drop_loads();
    moved = true;
  }
  if (const std::uint64_t row = converted_.next; row < drained_.next && row <= scaled_.next) {
    converted_.set(converts(row));
    moved = true;
  }
  if (const std::uint64_t row = scaled_.next; row < converted_.next && row < moved_.next + 2) {
    scaled_.set(scales(row));
    moved = true;
  }
  if (const std::uint64_t row = moved_.next; row < scaled_.next && row / rows_ < sinks_base_ + sinks_.size()) {
    move_row();
    moved = true;
  }
  return moved;
}

/// Once three rows of a tile have left one cycle apart, all of its rows do.
void ArrayLeap::leap_rows() {
  const std::uint64_t row = moved_.next;
  const std::uint64_t in_tile = row % rows_;
  if (in_tile < 3 || drained_.next != row || converted_.next != row || scaled_.next != row) return;
  for (const Place* place : {&drained_, &converted_, &scaled_, &moved_}) {
    if (place->at(row - 1) != place->at(row - 2) + 1 || place->at(row - 2) != place->at(row - 3) + 1) return;
  }
  for (Place* place : {&drained_, &converted_, &scaled_, &moved_}) place->leap(rows_ - in_tile);
  drop_loads();
  finish_rows();
}

void ArrayLeap::Place::leap(std::uint64_t rows) {
  const Cycle last = at(next - 1) + static_cast<Cycle>(rows);
  next += rows;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(rows, 4); ++i)
    times[(next - 1 - i) % 4] = last - static_cast<Cycle>(i);
}

void ArrayLeap::drop_loads() {
  while (!loads_.empty() && drained_.next >= (loads_base_ + 1) * rows_) {
    loads_.pop_front();
    ++loads_base_;
  }
}

void ArrayLeap::finish_rows() {
  if (moved_.next % rows_ != 0) return;
  finished_.push_back({static_cast<std::uint64_t>(first_row_), static_cast<std::uint64_t>(moved_.at(moved_.next - 1))});
  sinks_.pop_front();
  ++sinks_base_;
}

std::optional<ArrayLeap::Rows> ArrayLeap::rows() {
  if (finished_.empty()) return std::nullopt;
  const Rows rows = finished_.front();
  finished_.pop_front();
  return rows;
}

// ---- frozen cycles, and those of them in which a row waited for the sink ----

std::uint64_t ArrayLeap::overlap(const Span& span, const std::deque<Span>& others) {
  Cycle cycles = 0;
  for (const Span& other : others)
    cycles += std::max<Cycle>(std::min(span.to, other.to) - std::max(span.from, other.from), 0);
  return static_cast<std::uint64_t>(cycles);
}

void ArrayLeap::count_frozen(const Span& span) {
  if (span.to == span.from) return;
  frozen_.cycles += static_cast<std::uint64_t>(span.to - span.from);
  frozen_.result_full += overlap(span, blocked_spans_);
  frozen_spans_.push_back(span);
  // Later freezes begin later.
  while (!blocked_spans_.empty() && blocked_spans_.front().to <= span.to) blocked_spans_.pop_front();
}

void ArrayLeap::count_blocked(const Span& span) {
  if (span.to == span.from) return;
  frozen_.result_full += overlap(span, frozen_spans_);
  blocked_spans_.push_back(span);
  while (!frozen_spans_.empty() && frozen_spans_.front().to <= span.to) frozen_spans_.pop_front();
}

}  // namespace bcq::sim
