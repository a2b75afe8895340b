// Whether results of synthesis are of the RTL that is there.
#include <fmt/format.h>
#include <zlib.h>

#include <string_view>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "bcq/sim/energy/ppa_result.hpp"

namespace bcq::sim {
namespace {

/// The code of a source: every line up to its comment, without white space at its end; empty lines left out.
std::string code_of(std::string_view source) {
  std::string code;
  while (!source.empty()) {
    const std::size_t end = source.find('\n');
    std::string_view line = source.substr(0, end);
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
    line = line.substr(0, line.find("//"));
    line = line.substr(0, line.find_last_not_of(" \t\r\v\f") + 1);
    if (!line.empty()) code += std::string(line) + '\n';
  }
  return code;
}

}  // namespace

std::optional<std::string> rtl_crc32(const std::vector<std::string>& files, const std::filesystem::path& folder) {
  uLong crc = ::crc32(0, Z_NULL, 0);
  for (const std::string& file : files) {
    std::vector<std::byte> bytes;
    try {
      bytes = read_file(folder / file);
    } catch (const InputError&) {
      return std::nullopt;
    }
    const std::string code = code_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    crc = ::crc32(crc, reinterpret_cast<const Bytef*>(code.data()), static_cast<uInt>(code.size()));
  }
  return fmt::format("{:08x}", crc);
}

bool stale(const PpaRtl& rtl, const std::filesystem::path& folder) {
  return rtl_crc32(rtl.rtl_files, folder) != rtl.rtl_crc32;
}

bool stale(const PpaRtl& rtl) {
  return stale(rtl, BCQ_RTL_DIR);
}

}  // namespace bcq::sim
