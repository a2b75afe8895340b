// What the tests of files share: a folder that disappears, and the form of an error message.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "bcq/error.hpp"

namespace bcq::test {

/// A new folder for one test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "bcq-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

/// Writes without any of the code under test.
inline void put(const std::filesystem::path& path, std::string_view bytes) {
  // ext4 flushes a file that is truncated and rewritten to the disk: thousands of mutations would take half a minute.
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string get(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the InputError that `action` must throw: one line, "<file>: <field>: <problem>; <remedy>".
template <class Action>
std::string refusal(const std::filesystem::path& file, Action action) {
  try {
    action();
  } catch (const InputError& error) {
    const std::string message = error.what();
    INFO(message);
    CHECK(message.starts_with(file.string() + ": "));
    const std::string_view rest = std::string_view(message).substr(std::min(message.size(), file.string().size() + 2));
    CHECK(rest.find(": ") != std::string_view::npos);
    CHECK(rest.find("; ") != std::string_view::npos);
    CHECK(std::none_of(message.begin(), message.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    return message;
  }
  FAIL("no InputError");
  return {};
}

}  // namespace bcq::test
