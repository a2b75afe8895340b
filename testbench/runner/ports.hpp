// Ports of Verilated modules, whatever type Verilator gave them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace bcq::testbench {

/// Copies words to an input port, least significant first.
template <class Port>
void drive(Port& port, const std::uint32_t* words) {
  if constexpr (std::is_integral_v<Port>) {
    std::uint64_t value = words[0];
    if constexpr (sizeof(Port) > sizeof(std::uint32_t)) value |= static_cast<std::uint64_t>(words[1]) << 32;
    port = static_cast<Port>(value);
  } else {
    for (std::size_t i = 0; i < sizeof(Port) / sizeof(std::uint32_t); ++i) port.m_storage[i] = words[i];
  }
}

/// Appends the first `count` words of an output port.
template <class Port>
void sample(const Port& port, std::size_t count, std::vector<std::uint32_t>& out) {
  if constexpr (std::is_integral_v<Port>) {
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(static_cast<std::uint32_t>(static_cast<std::uint64_t>(port) >> (32 * i)));
  } else {
    for (std::size_t i = 0; i < count; ++i) out.push_back(port.m_storage[i]);
  }
}

}  // namespace bcq::testbench
