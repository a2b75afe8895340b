// A timeline as waves for GTKWave.
#pragma once

#include <filesystem>
#include <string>

#include "bcq/sim/machine/timeline.hpp"

namespace bcq::sim {

/// VCD (IEEE 1364-2005, clause 18), in picoseconds: per track how many spans are under way, and the two numbers of the
/// one that began last.
[[nodiscard]] std::string to_vcd(const Timeline& timeline);

/// The same signals as FST, GTKWave's compressed format. Written beside `path` and renamed. Throws InputError when it
/// cannot be written.
void write_fst(const Timeline& timeline, const std::filesystem::path& path);

/// A GTKWave save file that shows all signals of the waves in `wave_file`.
[[nodiscard]] std::string gtkwave_view(const std::string& wave_file);

}  // namespace bcq::sim
