#include "bcq/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "file_error.hpp"
#include "input_file.hpp"

namespace bcq {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRemedy = "check that the folder exists, is writable and has space";

/// The file that a write to `path` replaces. Links are followed, so that the link survives; devices are refused,
/// because renaming over /dev/null as root would destroy it.
fs::path target_of(const fs::path& path) {
  if (path.filename().empty()) refuse(path, "output", "names a folder", "name a file");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return path;
  if (!fs::is_regular_file(status)) refuse(path, "output", "is a folder or a device", "name a file");
  fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

/// A new file beside the target that disappears unless it is moved there.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target) {
    // A process id recurs (every container has a process 7), so a name may be taken by the remains of a killed process.
    static std::atomic<unsigned> serial{0};
    do {
      // The name does not contain the target's: that may already be as long as the file system permits.
      path_ = target.parent_path() / fmt::format(".bcq-{}-{}.tmp", ::getpid(), serial++);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) fail();
  }

  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!moved_) ::unlink(path_.c_str());
  }

  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void move_to_target() {
    // Without the flush a crash of the machine after the rename could leave an empty file in place of the old one.
    if (::fsync(descriptor_) != 0) fail();
    // Network file systems report a full disk only now.
    const int closed = ::close(std::exchange(descriptor_, -1));
    if (closed != 0) fail();
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail();
    moved_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    const std::string reason = std::system_category().message(errno);
    refuse(target_, "output", fmt::format("cannot be written: {}", reason), kRemedy);
  }

  fs::path target_;
  fs::path path_;
  int descriptor_ = -1;
  bool moved_ = false;
};

}  // namespace

std::vector<std::byte> read_file(const fs::path& path) {
  const InputFile file(path);
  return file.read(0, file.size());
}

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  TemporaryFile temporary(target_of(path));
  temporary.write(bytes);
  temporary.move_to_target();
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace bcq
