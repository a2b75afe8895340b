// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace bcq::sim {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);

}  // namespace bcq::sim
