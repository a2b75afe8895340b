#include "npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "file_error.hpp"

namespace bcq {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr const char* kRemedy = "save a plain float array with numpy.save";
constexpr std::size_t kMaxRank = 64;  ///< numpy's own limit

/// Recursive descent over the dict; `text_` is what has not been read yet.
class HeaderParser {
 public:
  HeaderParser(const std::filesystem::path& file, std::string_view text) : file_(file), text_(text) {}

  NpyHeader parse() {
    NpyHeader header;
    expect("{");
    while (!accept("}")) {
      const std::string key = quoted("key");
      if (std::find(keys_.begin(), keys_.end(), key) != keys_.end()) fail(excerpt(key), "occurs twice");
      keys_.push_back(key);
      expect(":");
      if (key == "descr") {
        header.descr = quoted("descr");
      } else if (key == "fortran_order") {
        header.fortran_order = truth();
      } else if (key == "shape") {
        header.shape = tuple();
      } else {
        fail(excerpt(key), "is not a key of the format");
      }
      if (!accept(",")) {
        expect("}");
        break;
      }
    }
    skip_spaces();
    if (!text_.empty()) fail("header", fmt::format("has '{}' after the dict", excerpt(text_)));
    if (keys_.size() != 3) fail("header", "lacks one of descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void fail(std::string_view field, std::string_view problem) const {
    refuse(file_, field, problem, kRemedy);
  }

  void skip_spaces() { text_.remove_prefix(std::min(text_.find_first_not_of(kSpaces), text_.size())); }

  bool accept(std::string_view token) {
    skip_spaces();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!accept(token)) fail("header", fmt::format("has '{}' where '{}' is expected", excerpt(text_), token));
  }

  /// A string without escapes: no key and no plain type needs one.
  std::string quoted(std::string_view field) {
    skip_spaces();
    const char quote = text_.empty() ? '\0' : text_.front();
    if (quote != '\'' && quote != '"') fail(field, fmt::format("'{}' is not a plain string", excerpt(text_)));
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) fail(field, "has no closing quote");
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }

  bool truth() {
    if (accept("True")) return true;
    if (accept("False")) return false;
    fail("fortran_order", fmt::format("'{}' is not True or False", excerpt(text_)));
  }

  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> extents;
    expect("(");
    while (!accept(")")) {
      std::size_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc()) fail("shape", fmt::format("'{}' is not a length", excerpt(text_)));
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      if (extents.size() == kMaxRank) fail("shape", fmt::format("has more than {} dimensions", kMaxRank));
      extents.push_back(extent);
      if (!accept(",")) {
        expect(")");
        break;
      }
    }
    return extents;
  }

  const std::filesystem::path& file_;
  std::string_view text_;
  std::vector<std::string> keys_;
};

}  // namespace

NpyHeader parse_npy_header(const std::filesystem::path& file, std::string_view text) {
  return HeaderParser(file, text).parse();
}

}  // namespace bcq
