// Reading parts of a file whose size is known, so that a header can be judged before anything large is allocated.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace bcq {

/// A regular file open for reading. Every failure is an InputError that names the file.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }

  /// The bytes [offset, offset + count), which must lie within size().
  [[nodiscard]] std::vector<std::byte> read(std::size_t offset, std::size_t count) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
};

}  // namespace bcq
