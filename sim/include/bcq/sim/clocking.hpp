// Cycles and simulated time.
#pragma once

#include <cstdint>
#include <systemc>

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

}  // namespace bcq::sim
