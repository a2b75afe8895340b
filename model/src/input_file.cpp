#include "input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>

#include "file_error.hpp"

namespace bcq {
namespace {

std::string system_message(int error) {
  return std::system_category().message(error);
}

std::vector<std::byte> allocate(const std::filesystem::path& path, std::size_t count) {
  try {
    return std::vector<std::byte>(count);
  } catch (const std::bad_alloc&) {
    refuse(path, "size", fmt::format("{} bytes do not fit in memory", count), "split the file");
  }
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : path_(path) {
  // Non-blocking: opening a FIFO by mistake must end in the message below, not in waiting for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    refuse(path, "file", fmt::format("cannot be opened: {}", system_message(errno)), "check the name and permissions");
  }
  struct stat status {};
  const bool regular = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular) {
    ::close(descriptor_);
    refuse(path, "file", "is a folder or a device, not a regular file", "name a file");
  }
  size_ = static_cast<std::size_t>(status.st_size);
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

std::vector<std::byte> InputFile::read(std::size_t offset, std::size_t count) const {
  std::vector<std::byte> bytes = allocate(path_, count);
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(descriptor_, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path_, "file", fmt::format("cannot be read: {}", system_message(errno)), "check the disk");
    if (got == 0) refuse(path_, "file", "became shorter while it was read", "wait until its writer has finished");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace bcq
