#include "file_error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bcq/error.hpp"
#include "bcq/text.hpp"

namespace bcq {
namespace {

constexpr std::size_t kLongestExcerpt = 80;

/// The longest prefix of at most `limit` bytes that does not cut a UTF-8 character in two.
std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

std::string excerpt(std::string_view text) {
  if (text.size() <= kLongestExcerpt) return printable(text);
  return printable(utf8_prefix(text, kLongestExcerpt)) + "…";
}

std::string printable_path(const std::filesystem::path& path) {
  return printable(path.string());
}

std::string shape_text(std::span<const std::size_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

void refuse(const std::filesystem::path& file, std::string_view field, std::string_view problem,
            std::string_view remedy) {
  throw InputError(fmt::format("{}: {}: {}; {}", printable_path(file), field, problem, remedy));
}

}  // namespace bcq
