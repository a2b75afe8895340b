#include "bcq/sim/text.hpp"

#include <fmt/format.h>

namespace bcq::sim {

std::string grouped(std::uint64_t value) {
  if (value < 1000) return fmt::format("{}", value);
  return fmt::format("{},{:03}", grouped(value / 1000), value % 1000);
}

}  // namespace bcq::sim
