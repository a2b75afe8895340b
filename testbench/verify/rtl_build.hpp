// Builds the Verilated array of a configuration on demand and keeps it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bcq/codebook.hpp"
#include "bcq/sim/arch.hpp"

namespace bcq::testbench {

/// Where builds are kept: $BCQ_CACHE_DIR, or $XDG_CACHE_HOME/bcq, or ~/.cache/bcq.
[[nodiscard]] std::filesystem::path cache_dir();

/// The first line of `verilator --version`. Throws InputError when there is no Verilator.
[[nodiscard]] std::string verilator_version();

/// The RTL that comes with bcq.
[[nodiscard]] std::filesystem::path default_rtl_dir();

/// The runner of this configuration of the RTL in `rtl_dir` (*.sv, top module bcq_accel): found in the cache, or built
/// with Verilator (up to a minute for a large array). The key covers the parameters, frozen codebooks, every RTL and
/// runner source and the Verilator version. Concurrent builds of one configuration wait for each other; an interrupted
/// one leaves nothing that is taken for whole. Throws InputError when Verilator or the RTL is missing,
/// std::runtime_error (with the log's path) when the build fails.
[[nodiscard]] std::filesystem::path rtl_runner(const sim::Arch& arch, const CodebookSet& activation,
                                               const CodebookSet& weight, const std::filesystem::path& rtl_dir);

}  // namespace bcq::testbench
