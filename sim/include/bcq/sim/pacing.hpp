// When the beats of a stream may move: what a memory around the array makes of it, for whoever drives the array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bcq::sim {

/// Beats that follow each other, none of which moves before cycle `from`.
struct Stretch {
  std::uint64_t beats;
  std::uint64_t from;
};

/// Walks the beats of a stream in order. Without stretches all may move from cycle 0 on.
class Pacer {
 public:
  explicit Pacer(const std::vector<Stretch>& stretches) : stretches_(stretches) {}

  /// The first cycle in which the next beat may move.
  [[nodiscard]] std::uint64_t from() const { return at_ < stretches_.size() ? stretches_[at_].from : 0; }
  /// It has moved.
  void next() {
    if (at_ == stretches_.size() || ++moved_ < stretches_[at_].beats) return;
    ++at_;
    moved_ = 0;
  }

 private:
  const std::vector<Stretch>& stretches_;
  std::size_t at_ = 0;
  std::uint64_t moved_ = 0;
};

}  // namespace bcq::sim
