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
  if (resolved_ == tiles_.size() || drained().next != tile_index * rows_) return false;
  Tile& tile = tiles_[resolved_++];
  tile.loads = std::max(tile.arrives, drained().next > 0 ? drained().at(drained().next - 1) : 0);
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

/// Whether it is known when the next row leaves a place: it is in there, and so is the time of what it depends on.
bool ArrayLeap::can_leave(std::size_t place) const {
  const std::uint64_t row = places_[place].next;
  if (place == places_.size() - 1) return row < places_[place - 1].next && row / rows_ < sinks_base_ + sinks_.size();
  const std::uint64_t inside = place == 0 ? (loads_base_ + loads_.size()) * rows_ : places_[place - 1].next;
  // The result slice has two entries, every stage one.
  const std::uint64_t room = place == places_.size() - 2 ? 2 : 1;
  return row < inside && row < places_[place + 1].next + room;
}

/// When the next row leaves the shadows or a stage: it came the cycle before at the latest, and the next place has
/// room.
ArrayLeap::Cycle ArrayLeap::leaves(std::size_t place) const {
  const std::uint64_t row = places_[place].next;
  const Cycle came = place == 0 ? loads_[row / rows_ - loads_base_] : places_[place - 1].at(row);
  if (place == places_.size() - 2) return std::max(came, moved().at(row - 2)) + 1;
  return std::max({came + 1, places_[place].at(row - 1) + 1, places_[place + 1].at(row - 1)});
}

void ArrayLeap::move_row() {
  const std::uint64_t row = moved().next;
  const Cycle offered = std::max(places_[places_.size() - 2].at(row), moved().at(row - 1)) + 1;
  const Cycle moves = std::max(offered, sinks_[row / rows_ - sinks_base_]);
  places_.back().set(moves);
  count_blocked({offered, moves});
  if (row % rows_ == 0) first_row_ = moves;
  finish_rows();
}

/// Moves the next row, or as much of it as is known. Returns whether anything could be moved.
bool ArrayLeap::drain_row() {
  bool any = false;
  for (std::size_t place = 0; place < places_.size(); ++place) {
    if (!can_leave(place)) continue;
    any = true;
    if (place == places_.size() - 1) {
      move_row();
    } else {
      places_[place].set(leaves(place));
      if (place == 0) drop_loads();
    }
  }
  return any;
}

/// Once three rows of a tile have left one cycle apart, all of its rows do.
void ArrayLeap::leap_rows() {
  const std::uint64_t row = moved().next;
  const std::uint64_t in_tile = row % rows_;
  if (in_tile < 3) return;
  for (const Place& place : places_) {
    if (place.next != row) return;
    if (place.at(row - 1) != place.at(row - 2) + 1 || place.at(row - 2) != place.at(row - 3) + 1) return;
  }
  for (Place& place : places_) place.leap(rows_ - in_tile);
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
  while (!loads_.empty() && drained().next >= (loads_base_ + 1) * rows_) {
    loads_.pop_front();
    ++loads_base_;
  }
}

void ArrayLeap::finish_rows() {
  if (moved().next % rows_ != 0) return;
  finished_.push_back(
      {static_cast<std::uint64_t>(first_row_), static_cast<std::uint64_t>(moved().at(moved().next - 1))});
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
