#include "bcq/sim/timeline_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "bcq/sim/track_text.hpp"

namespace bcq::sim {
namespace {

using nlohmann::json;

constexpr std::size_t kThreadsPerTrack = 1000;

std::string title_of(const Span& span) {
  const TrackText& text = kTrackTexts[static_cast<std::size_t>(span.track)];
  return fmt::format("{} {}, {} {}", text.first, span.first, text.second, span.second);
}

/// The threads of a track: a span goes to the first that is free.
class Threads {
 public:
  std::size_t place(const Span& span) {
    const auto free = std::ranges::find_if(ends_, [&](std::uint64_t end) { return end <= span.begin; });
    const auto thread = static_cast<std::size_t>(free - ends_.begin());
    if (free == ends_.end()) ends_.push_back(0);
    ends_[thread] = span.end;
    return thread;
  }
  [[nodiscard]] std::size_t count() const { return ends_.size(); }

 private:
  std::vector<std::uint64_t> ends_;
};

json name_event(const char* what, std::size_t thread, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}};
}

json span_event(const Span& span, std::size_t thread) {
  const auto microseconds = [](std::uint64_t picoseconds) { return static_cast<double>(picoseconds) / 1e6; };
  json event{{"name", title_of(span)},
             {"cat", kTrackTexts[static_cast<std::size_t>(span.track)].name},
             {"ph", "X"},
             {"pid", 1},
             {"tid", thread},
             {"ts", microseconds(span.begin)},
             {"dur", microseconds(span.end - span.begin)}};
  if (span.bytes > 0) event["args"] = {{"bytes", span.bytes}};
  return event;
}

}  // namespace

json to_trace(const Timeline& timeline, const std::string& title) {
  std::vector<Span> spans = timeline.spans();
  std::ranges::stable_sort(spans, {}, &Span::begin);
  std::array<Threads, kTracks> threads;
  auto events = json::array({name_event("process_name", 0, title)});
  for (const Span& span : spans) {
    const auto track = static_cast<std::size_t>(span.track);
    events.push_back(span_event(span, track * kThreadsPerTrack + threads[track].place(span)));
  }
  for (std::size_t track = 0; track < kTracks; ++track) {
    for (std::size_t thread = 0; thread < threads[track].count(); ++thread)
      events.push_back(name_event("thread_name", track * kThreadsPerTrack + thread, kTrackTexts[track].name));
  }
  return {{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}};
}

}  // namespace bcq::sim
