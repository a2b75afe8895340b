#include "file_error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bcq/error.hpp"

namespace bcq {
namespace {

constexpr std::size_t kLongestExcerpt = 80;

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

/// The longest prefix of at most `limit` bytes that does not cut a UTF-8 character in two.
std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

std::string printable(std::string_view text) {
  if (text.size() <= kLongestExcerpt) return escape(text);
  return escape(utf8_prefix(text, kLongestExcerpt)) + "…";
}

std::string printable_path(const std::filesystem::path& path) {
  return escape(path.string());
}

std::string shape_text(std::span<const std::size_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

void refuse(const std::filesystem::path& file, std::string_view field, std::string_view problem,
            std::string_view remedy) {
  throw InputError(fmt::format("{}: {}: {}; {}", printable_path(file), field, problem, remedy));
}

}  // namespace bcq
