// The wording of errors about files: one line, whatever bytes the file holds.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace bcq {

/// Throws InputError "<file>: <field>: <problem>; <remedy>".
[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view field, std::string_view problem,
                         std::string_view remedy);

/// Text from a file, fit for a message: printable (bcq/text.hpp) and shortened to a readable length.
[[nodiscard]] std::string excerpt(std::string_view text);

/// The name of a file, fit for a message; never shortened.
[[nodiscard]] std::string printable_path(const std::filesystem::path& path);

/// "[3, 4]".
[[nodiscard]] std::string shape_text(std::span<const std::size_t> shape);

}  // namespace bcq
