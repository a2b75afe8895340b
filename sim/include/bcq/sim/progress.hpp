// A progress bar for a person who waits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bcq::sim {

/// Draws on stderr when that is a terminal, and nothing otherwise; disappears at the end of its life.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();

  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Cheap unless the percentage has changed. `note` is shown behind it.
  void update(std::size_t done, std::size_t total, std::string_view note = {});

 private:
  std::string label_;
  bool visible_;
  bool drawn_ = false;
  std::size_t percent_ = 0;
};

}  // namespace bcq::sim
