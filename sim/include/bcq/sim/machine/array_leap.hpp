// The cycles of the PE array without stepping them: the recurrences behind ArrayTiming, with leaps over what repeats
// (docs/cycles.md, "Leaping").
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "bcq/sim/array_timing.hpp"

namespace bcq::sim {

/// Cycles without an issue, by what was missing. Frozen cycles are apart; so is the drain after the last beat.
struct OperandWaits {
  std::uint64_t activation = 0;  ///< only the activation beat
  std::uint64_t weight = 0;      ///< only the weight beat
  std::uint64_t both = 0;

  friend bool operator==(const OperandWaits&, const OperandWaits&) = default;
};

/// Follows runs of beats through the slices, the pipeline and the drain. Sources offer a beat per cycle from a given
/// cycle on, the sink takes rows from a given cycle on. What is not known yet holds up only what depends on it.
class ArrayLeap {
 public:
  /// Consecutive beats of one tile whose operands are there from a common cycle on.
  struct Run {
    std::uint64_t beats;
    std::uint64_t activation_from, weight_from;  ///< first cycle in which the beats may be offered
    bool tile_last;
  };
  /// The rows of a tile on the result stream.
  struct Rows {
    std::uint64_t first, last;  ///< cycles in which its first and last row moved
  };
  struct Frozen {
    std::uint64_t cycles = 0;       ///< drain stalls
    std::uint64_t result_full = 0;  ///< those of them in which a row waited for the sink
  };

  explicit ArrayLeap(int rows);

  /// The next run. The run before must have been issued.
  void push(const Run& run);
  /// The next tile's rows are taken from this cycle on. Tiles in order; may come before or after their beats.
  void open_sink(std::uint64_t from);

  /// Goes on as far as everything is known. Returns the cycle in which the last beat of the run was issued, or nothing
  /// while that depends on a sink that has not been opened.
  std::optional<std::uint64_t> issue();
  /// The next tile whose rows have all moved, if that is known.
  std::optional<Rows> rows();

  /// First issue of the run pushed last; valid once its first beat was issued.
  [[nodiscard]] std::uint64_t first_issue() const { return first_issue_; }
  [[nodiscard]] std::uint64_t issued() const { return issued_; }
  [[nodiscard]] const OperandWaits& waits() const { return waits_; }
  [[nodiscard]] const Frozen& frozen() const { return frozen_; }

 private:
  using Cycle = std::int64_t;  // −1 is the cycle before cycle 0

  /// A tile whose last beat has been issued: stage T waits from `arrives` to `loads` for the shadows.
  struct Tile {
    Cycle last_issue;
    Cycle arrives;  ///< at the earliest, until all tiles before have been loaded
    Cycle loads = -1;
    bool resolved = false;
  };
  /// When the last rows left one place of the drain: [row mod 4]; −1 before the first.
  struct Place {
    std::uint64_t next = 0;  ///< row
    Cycle times[4] = {-1, -1, -1, -1};

    [[nodiscard]] Cycle at(std::uint64_t row) const { return times[row % 4]; }
    void set(Cycle time) { times[next++ % 4] = time; }
    void leap(std::uint64_t rows);
  };
  struct Beat {
    Cycle activation, weight, issue;
  };

  /// Cycles from `from` to the one before `to`.
  struct Span {
    Cycle from, to;
  };

  [[nodiscard]] std::optional<Cycle> thawed(Cycle cycle) const;
  [[nodiscard]] Cycle next_freeze() const;
  [[nodiscard]] std::uint64_t moving(Cycle from, Cycle to) const;
  void count_gap(const Beat& beat);
  void leap_beats();
  void drain();
  void arrive();
  bool load_tile();
  [[nodiscard]] const Place& drained() const { return places_.front(); }
  [[nodiscard]] const Place& moved() const { return places_.back(); }
  [[nodiscard]] bool can_leave(std::size_t place) const;
  [[nodiscard]] Cycle leaves(std::size_t place) const;
  void move_row();
  bool drain_row();
  void leap_rows();
  void drop_loads();
  void finish_rows();
  static std::uint64_t overlap(const Span& span, const std::deque<Span>& others);
  void count_frozen(const Span& span);
  void count_blocked(const Span& span);

  std::uint64_t rows_;

  // Beats.
  Run run_{};
  std::uint64_t left_ = 0;  ///< of the run
  Beat last_{-1, -1, -1};
  Cycle issue_before_last_ = -1;
  std::uint64_t first_issue_ = 0, issued_ = 0;
  std::deque<Tile> tiles_;    ///< those that may still freeze a beat
  std::size_t resolved_ = 0;  ///< of tiles_

  // Rows; row g is of tile g / rows_.
  std::deque<Cycle> loads_, sinks_;  ///< of tiles from …_base_ on
  std::uint64_t loads_base_ = 0, sinks_base_ = 0;
  /// When each row left the shadows, the stages of bcq_output, the slice.
  std::array<Place, kOutputStages + 2> places_;
  Cycle first_row_ = -1;  ///< of the tile whose rows move
  std::deque<Rows> finished_;

  std::deque<Span> frozen_spans_, blocked_spans_;
  OperandWaits waits_;
  Frozen frozen_;
};

}  // namespace bcq::sim
