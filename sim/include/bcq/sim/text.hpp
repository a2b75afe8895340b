// Text for terminals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bcq::sim {

/// Text from a file or a user on one line: control characters become "\x1b" and the like, so that a name can neither
/// forge lines nor drive a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);

}  // namespace bcq::sim
