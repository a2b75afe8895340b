#include "bcq/sim/waves.hpp"

#include <fmt/format.h>
#include <gtkwave/fstapi.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <system_error>
#include <tuple>
#include <vector>

#include "bcq/error.hpp"
#include "bcq/sim/track_text.hpp"

namespace bcq::sim {
namespace {

constexpr std::size_t kSignals = 3;  ///< per track: under way, and the two numbers
constexpr int kBits = 32;

/// A signal's new value at a time.
struct Change {
  std::uint64_t time;
  std::size_t track, signal;
  std::uint64_t value;
};

std::array<const char*, kSignals> signal_names(const TrackText& text) {
  return {"under_way", text.first, text.second};
}

/// In the order of time.
std::vector<Change> changes_of(const Timeline& timeline) {
  // Ends before beginnings, so that spans in a row do not seem to overlap.
  std::vector<std::tuple<std::uint64_t, bool, const Span*>> edges;
  for (const Span& span : timeline.spans()) {
    edges.emplace_back(span.begin, true, &span);
    edges.emplace_back(span.end, false, &span);
  }
  std::ranges::stable_sort(edges, {}, [](const auto& edge) { return std::pair(std::get<0>(edge), std::get<1>(edge)); });
  std::vector<Change> changes;
  std::array<std::uint64_t, kTracks> under_way{};
  for (const auto& [time, begins, span] : edges) {
    const auto track = static_cast<std::size_t>(span->track);
    if (begins) {
      changes.push_back({time, track, 0, ++under_way[track]});
      changes.push_back({time, track, 1, span->first});
      changes.push_back({time, track, 2, span->second});
    } else {
      changes.push_back({time, track, 0, --under_way[track]});
    }
  }
  return changes;
}

/// A signal's identifier in VCD.
std::string identifier(std::size_t track, std::size_t signal) {
  return {static_cast<char>('A' + track), static_cast<char>('0' + signal)};
}

}  // namespace

std::string to_vcd(const Timeline& timeline) {
  std::string out = "$comment bcq $end\n$timescale 1 ps $end\n$scope module machine $end\n";
  std::string start;
  for (std::size_t track = 0; track < kTracks; ++track) {
    out += fmt::format("$scope module {} $end\n", kTrackTexts[track].scope);
    const auto names = signal_names(kTrackTexts[track]);
    for (std::size_t signal = 0; signal < kSignals; ++signal) {
      out +=
          fmt::format("$var wire {} {} {} [{}:0] $end\n", kBits, identifier(track, signal), names[signal], kBits - 1);
      start += fmt::format("b0 {}\n", identifier(track, signal));
    }
    out += "$upscope $end\n";
  }
  out += fmt::format("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n{}$end\n", start);
  std::uint64_t now = 0;
  for (const Change& change : changes_of(timeline)) {
    if (change.time != now) out += fmt::format("#{}\n", now = change.time);
    out += fmt::format("b{:b} {}\n", change.value, identifier(change.track, change.signal));
  }
  return out;
}

void write_fst(const Timeline& timeline, const std::filesystem::path& path) {
  const std::string temporary = fmt::format("{}.tmp{}", path.string(), ::getpid());
  std::unique_ptr<void, decltype(&fstWriterClose)> writer(fstWriterCreate(temporary.c_str(), 1), &fstWriterClose);
  if (!writer) throw InputError(fmt::format("{}: cannot be written; choose a folder that is writable", path.string()));
  void* fst = writer.get();
  fstWriterSetTimescaleFromString(fst, "1ps");
  fstWriterSetScope(fst, FST_ST_VCD_MODULE, "machine", nullptr);
  std::array<std::array<fstHandle, kSignals>, kTracks> handles{};
  for (std::size_t track = 0; track < kTracks; ++track) {
    fstWriterSetScope(fst, FST_ST_VCD_MODULE, kTrackTexts[track].scope, nullptr);
    const auto names = signal_names(kTrackTexts[track]);
    for (std::size_t signal = 0; signal < kSignals; ++signal) {
      const std::string name = fmt::format("{} [{}:0]", names[signal], kBits - 1);
      handles[track][signal] = fstWriterCreateVar(fst, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, kBits, name.c_str(), 0);
    }
    fstWriterSetUpscope(fst);
  }
  fstWriterSetUpscope(fst);
  const auto emit = [&](std::size_t track, std::size_t signal, std::uint64_t value) {
    fstWriterEmitValueChange(fst, handles[track][signal], std::bitset<kBits>(value).to_string().c_str());
  };
  fstWriterEmitTimeChange(fst, 0);
  for (std::size_t track = 0; track < kTracks; ++track) {
    for (std::size_t signal = 0; signal < kSignals; ++signal) emit(track, signal, 0);
  }
  std::uint64_t now = 0;
  for (const Change& change : changes_of(timeline)) {
    if (change.time != now) fstWriterEmitTimeChange(fst, now = change.time);
    emit(change.track, change.signal, change.value);
  }
  writer.reset();
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) throw InputError(fmt::format("{}: {}; choose another name", path.string(), error.message()));
}

std::string gtkwave_view(const std::string& wave_file) {
  std::string out = fmt::format("[dumpfile] \"{}\"\n[timestart] 0\n", wave_file);
  for (const TrackText& text : kTrackTexts) {
    out += fmt::format("@200\n-{}\n@24\n", text.name);
    for (const char* name : signal_names(text))
      out += fmt::format("machine.{}.{}[{}:0]\n", text.scope, name, kBits - 1);
  }
  return out;
}

}  // namespace bcq::sim
