// Files that are either whole or absent.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace bcq {

/// Reads a whole file; throws InputError when it cannot be opened or read, or is not a regular file.
[[nodiscard]] std::vector<std::byte> read_file(const std::filesystem::path& path);

/// Writes a temporary file beside `path`, flushes it and renames it over `path`. Throws InputError (and leaves neither
/// a temporary file nor a changed target) when the folder is missing or not writable, the disk is
/// full, or `path` is a folder or a device. A symbolic link is followed.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

}  // namespace bcq
