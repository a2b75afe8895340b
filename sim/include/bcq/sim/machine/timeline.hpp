// What the parts of the machine did when, for pictures and waves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bcq::sim {

/// Where something happens.
enum class Track : std::uint8_t { kActivationDma, kWeightDma, kResultDma, kDram, kArray, kOutput, kEncoder };
inline constexpr std::size_t kTracks = 7;

/// Something that lasts: [begin, end) in picoseconds since the start of the simulation.
struct Span {
  Track track;
  std::uint64_t begin, end;
  std::size_t first, second;  ///< m and n of a tile; panel and chunk of a load; m and group of a store;
                              ///< port and number at the DRAM
  std::uint64_t bytes;        ///< of a transfer; 0 otherwise
};

/// Collects spans, up to a limit.
class Timeline {
 public:
  explicit Timeline(std::size_t limit) : limit_(limit) {}

  void add(const Span& span) {
    if (spans_.size() < limit_) {
      spans_.push_back(span);
    } else {
      ++dropped_;
    }
  }
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  [[nodiscard]] std::size_t dropped() const { return dropped_; }

 private:
  std::size_t limit_, dropped_ = 0;
  std::vector<Span> spans_;
};

}  // namespace bcq::sim
