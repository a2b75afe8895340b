// Waves: the same changes in VCD and in FST, as GTKWave's own reader sees them.
#include <gtkwave/fstapi.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bcq/sim/waves.hpp"

using namespace bcq::sim;

namespace {

/// Values of all signals over time, in the order of declaration: [signal][time].
using Waves = std::vector<std::map<std::uint64_t, std::uint64_t>>;

Timeline example() {
  Timeline timeline(100);
  timeline.add({Track::kArray, 3000, 9000, 0, 1, 0});
  timeline.add({Track::kWeightDma, 0, 5000, 2, 3, 640});
  timeline.add({Track::kWeightDma, 1000, 6000, 2, 4, 640});
  timeline.add({Track::kArray, 9000, 12000, 1, 0, 0});
  timeline.add({Track::kOutput, 10000, 11000, 0, 1, 0});
  return timeline;
}

Waves read_vcd(const std::string& text) {
  std::map<std::string, std::size_t> signals;
  Waves waves;
  std::uint64_t time = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, type, width, id;
    words >> word;
    if (word == "$var") {
      words >> type >> width >> id;
      signals[id] = waves.size();
      waves.emplace_back();
    } else if (word[0] == '#') {
      time = std::stoull(word.substr(1));
    } else if (word[0] == 'b') {
      words >> id;
      waves[signals.at(id)][time] = std::stoull(word.substr(1), nullptr, 2);
    }
  }
  return waves;
}

void on_change(void* user, std::uint64_t time, fstHandle signal, const unsigned char* value) {
  auto& waves = *static_cast<Waves*>(user);
  waves.at(signal - 1)[time] = std::stoull(reinterpret_cast<const char*>(value), nullptr, 2);
}

Waves read_fst(const std::string& path) {
  const std::unique_ptr<void, decltype(&fstReaderClose)> reader(fstReaderOpen(path.c_str()), &fstReaderClose);
  REQUIRE(reader);
  Waves waves(fstReaderGetVarCount(reader.get()));
  fstReaderSetFacProcessMaskAll(reader.get());
  fstReaderIterBlocks(reader.get(), &on_change, &waves, nullptr);
  return waves;
}

}  // namespace

TEST_CASE("VCD says how many spans are under way and which began last", "[waves]") {
  const Waves waves = read_vcd(to_vcd(example()));
  REQUIRE(waves.size() == 3 * kTracks);
  const auto signal = [&](Track track, std::size_t which) {
    return waves[3 * static_cast<std::size_t>(track) + which];
  };
  using Changes = std::map<std::uint64_t, std::uint64_t>;
  CHECK(signal(Track::kWeightDma, 0) == Changes{{0, 1}, {1000, 2}, {5000, 1}, {6000, 0}});
  CHECK(signal(Track::kWeightDma, 2) == Changes{{0, 3}, {1000, 4}});
  // The second tile begins where the first ends: at no time are two under way.
  CHECK(signal(Track::kArray, 0) == Changes{{0, 0}, {3000, 1}, {9000, 1}, {12000, 0}});
  CHECK(signal(Track::kArray, 1) == Changes{{0, 0}, {3000, 0}, {9000, 1}});
  CHECK(signal(Track::kDram, 0) == Changes{{0, 0}});
}

TEST_CASE("FST holds what VCD holds", "[waves]") {
  const auto path = std::filesystem::temp_directory_path() / ("bcq-waves-" + std::to_string(::getpid()) + ".fst");
  write_fst(example(), path);
  const Waves fst = read_fst(path.string());
  std::filesystem::remove(path);
  // FST leaves out what does not change.
  Waves vcd = read_vcd(to_vcd(example()));
  const auto changes_only = [](Waves waves) {
    for (auto& signal : waves) {
      for (auto at = signal.begin(), last = signal.end(); at != signal.end();) {
        const bool same = last != signal.end() && last->second == at->second;
        if (!same) last = at;
        at = same ? signal.erase(at) : std::next(at);
      }
    }
    return waves;
  };
  CHECK(changes_only(fst) == changes_only(vcd));
}

TEST_CASE("The view of GTKWave names every signal of the waves", "[waves]") {
  const std::string view = gtkwave_view("run.fst"), vcd = to_vcd(example());
  CHECK(view.find("[dumpfile] \"run.fst\"") == 0);
  std::size_t signals = 0;
  for (std::size_t at = view.find("machine."); at != std::string::npos; at = view.find("machine.", at + 1)) ++signals;
  CHECK(signals == 3 * kTracks);
}
