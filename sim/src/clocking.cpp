#include "bcq/sim/clocking.hpp"

#include <algorithm>
#include <cmath>

namespace bcq::sim {

Clocking clocking_of(const Arch& arch) {
  const double half_period_ps = std::max(1.0, std::round(5e5 / arch.clock_mhz));
  return {sc_core::sc_time(2 * half_period_ps, sc_core::SC_PS)};
}

}  // namespace bcq::sim
