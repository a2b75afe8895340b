// Foreign text on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace bcq {

/// Text from a file or a user on one line: control characters become "\x1b" and the like, so that a name can neither
/// forge lines nor drive a terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace bcq
