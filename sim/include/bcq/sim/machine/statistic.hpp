// What a module of the machine counts: every number has a name, a unit and a description.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bcq::sim {

struct Statistic {
  std::string name;         ///< "dram.read_bursts"
  std::string unit;         ///< "bursts"
  std::string description;  ///< for people, in a line
  std::uint64_t value = 0;
};

using Statistics = std::vector<Statistic>;

}  // namespace bcq::sim
