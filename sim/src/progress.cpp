#include "bcq/sim/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace bcq::sim {
namespace {

constexpr std::size_t kWidth = 30;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(std::string label) : label_(std::move(label)), visible_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs(kClearLine, stderr);
}

void ProgressBar::update(std::size_t done, std::size_t total, std::string_view note) {
  if (!visible_ || total == 0) return;
  const std::size_t percent = done * 100 / total;
  if (drawn_ && percent == percent_) return;
  drawn_ = true;
  percent_ = percent;
  const std::size_t filled = percent * kWidth / 100;
  const std::string line = fmt::format("{}{} [{:#<{}}{:.<{}}] {:3} % {}", kClearLine, label_, "", filled, "",
                                       kWidth - filled, percent, note);
  std::fputs(line.c_str(), stderr);
}

}  // namespace bcq::sim
