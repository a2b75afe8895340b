// Cycles and simulated time.
#pragma once

#include <cstdint>
#include <systemc>

#include "bcq/sim/arch.hpp"

namespace bcq::sim {

/// Cycle n lasts from n·period to (n+1)·period. Streams change at its start; what moved is settled in its middle, so
/// the order of processes within one time step does not matter.
struct Clocking {
  sc_core::sc_time period;

  [[nodiscard]] std::uint64_t now() const { return sc_core::sc_time_stamp().value() / period.value(); }
  [[nodiscard]] sc_core::sc_time until_start_of(std::uint64_t cycle) const {
    return period * static_cast<double>(cycle) - sc_core::sc_time_stamp();
  }
};

/// The clock of an architecture: an even number of picoseconds, so that the middle of a cycle is a whole one. Reported
/// times use cycles and the exact clock.
[[nodiscard]] Clocking clocking_of(const Arch& arch);

}  // namespace bcq::sim
