#include "rtl_build.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "bcq/atomic_file.hpp"
#include "bcq/error.hpp"
#include "process.hpp"

namespace bcq::testbench {
namespace {

namespace fs = std::filesystem;

const fs::path kRunnerDir = BCQ_RUNNER_DIR;
const fs::path kSimInclude = BCQ_SIM_INCLUDE_DIR;

/// FNV-1a, 64 bits: names a cache entry; not a defence against an adversary.
class Fingerprint {
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

/// Packages first: Verilator wants them before their users.
std::vector<fs::path> rtl_sources(const fs::path& rtl_dir) {
  std::vector<fs::path> sources;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(rtl_dir, error)) {
    if (entry.path().extension() == ".sv") sources.push_back(entry.path());
  }
  if (sources.empty()) {
    throw InputError(fmt::format("{}: RTL: no *.sv files; name the folder that holds bcq_accel.sv", rtl_dir.string()));
  }
  std::sort(sources.begin(), sources.end(), [](const fs::path& a, const fs::path& b) {
    const auto key = [](const fs::path& path) { return std::pair(!path.stem().string().ends_with("_pkg"), path); };
    return key(a) < key(b);
  });
  return sources;
}

/// Codebooks as a Verilog literal: codeword i of codebook c at bit (c·16 + i)·bc.
std::string codebook_literal(const CodebookSet& set) {
  std::string bits;
  for (const Codebook& book : set.codebooks) {
    for (const std::int8_t codeword : book) {
      for (int b = 0; b < set.format.bc; ++b) bits += ((codeword >> b) & 1) != 0 ? '1' : '0';
    }
  }
  std::reverse(bits.begin(), bits.end());
  return fmt::format("{}'b{}", bits.size(), bits);
}

std::vector<std::string> parameters(const sim::Arch& arch, const CodebookSet& activation, const CodebookSet& weight) {
  std::vector<std::string> out = {
      fmt::format("-GROWS={}", arch.rows),    fmt::format("-GCOLS={}", arch.cols),
      fmt::format("-GLANES={}", arch.lanes),  fmt::format("-GLB={}", arch.format.lb),
      fmt::format("-GLA={}", arch.format.la), fmt::format("-GNC={}", arch.format.nc),
      fmt::format("-GBC={}", arch.format.bc), fmt::format("-GK_MAX={}", arch.k_max),
  };
  if (arch.accumulation == Accumulation::kFp32) out.push_back("-GACCUM=1");
  out.push_back(fmt::format("-GDECODE={}", static_cast<int>(arch.decode)));
  if (arch.frozen) {
    out.push_back("-GFROZEN=1'b1");
    out.push_back("-GACT_CODEBOOKS=" + codebook_literal(activation));
    out.push_back("-GWGT_CODEBOOKS=" + codebook_literal(weight));
  }
  // Where the array shall save its coverage (testbench/coverage): a build of its own.
  if (std::getenv("BCQ_COVERAGE_DIR") != nullptr) {
    for (const auto* option : {"--coverage", "--coverage-max-width", "2048"}) out.emplace_back(option);
  }
  return out;
}

std::string fingerprint(const std::vector<std::string>& arguments, const std::vector<fs::path>& sources) {
  Fingerprint print;
  print.add(verilator_version());
  for (const auto& argument : arguments) print.add(argument + '\n');
  auto files = sources;
  for (const auto* name : {"accel_host.hpp", "job.hpp", "ports.hpp", "rtl_runner.cpp", "verilator.vlt"})
    files.push_back(kRunnerDir / name);
  for (const auto* name : {"pacing.hpp", "registers.hpp", "stall_pattern.hpp"})
    files.push_back(kSimInclude / "bcq/sim" / name);
  for (const auto& file : files) {
    const auto bytes = read_file(file);
    print.add(file.filename().string());
    print.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return print.text();
}

/// Holds a lock file as long as it lives, so that two processes do not build the same thing.
class FileLock {
 public:
  explicit FileLock(const fs::path& path) : fd_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0)
      throw InputError(fmt::format("{}: cannot lock; set BCQ_CACHE_DIR to a folder you can write", path.string()));
  }
  ~FileLock() { ::close(fd_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_;
};

/// `whole`: compile the generated code as one file. Many files cost a small array five times the work, but keep two
/// cores busy with a large one.
void build(const std::vector<std::string>& parameters, const std::vector<fs::path>& sources, const fs::path& target,
           bool whole) {
  const fs::path work = target.string() + fmt::format(".build{}", ::getpid());
  fs::remove_all(work);
  std::vector<std::string> command = {"verilator",
                                      "--cc",
                                      "--exe",
                                      "--build",
                                      "-j",
                                      "2",
                                      "-O3",
                                      "-fno-gate",
                                      "--assert",
                                      "-Wno-fatal",
                                      "--x-initial",
                                      "unique",
                                      "--top-module",
                                      "bcq_accel",
                                      "--Mdir",
                                      work.string(),
                                      "-MAKEFLAGS",
                                      "OPT_FAST=-O1",
                                      "-CFLAGS",
                                      fmt::format("-std=c++20 -I{}", kSimInclude.string()),
                                      "-o",
                                      "rtl_runner",
                                      (kRunnerDir / "verilator.vlt").string()};
  command.insert(command.end(), parameters.begin(), parameters.end());
  if (whole) command.insert(command.end(), {"-MAKEFLAGS", "VM_PARALLEL_BUILDS=0"});
  for (const auto& source : sources) command.push_back(source.string());
  command.push_back((kRunnerDir / "rtl_runner.cpp").string());

  const ProcessResult result = run_process(command);
  if (result.exit_code != 0) {
    const fs::path log = target.string() + ".log";
    write_file_atomically(log, result.output);
    fs::remove_all(work);
    throw std::runtime_error(fmt::format("building the RTL failed; see {}", log.string()));
  }
  fs::rename(work / "rtl_runner", target);
  fs::remove_all(work);
}

}  // namespace

std::string verilator_version() {
  const ProcessResult result = run_process({"verilator", "--version"});
  if (result.exit_code != 0) {
    throw InputError(
        "verilator: not found, but the RTL is built with it; install Debian's package verilator (5.006 or later)");
  }
  return result.output.substr(0, result.output.find('\n'));
}

fs::path cache_dir() {
  const auto folder = [](const char* name) {
    return std::getenv(name) != nullptr ? fs::path(std::getenv(name)) : fs::path();
  };
  if (const auto dir = folder("BCQ_CACHE_DIR"); !dir.empty()) return dir;
  if (const auto dir = folder("XDG_CACHE_HOME"); !dir.empty()) return dir / "bcq";
  if (const auto dir = folder("HOME"); !dir.empty()) return dir / ".cache" / "bcq";
  return fs::temp_directory_path() / "bcq-cache";
}

fs::path default_rtl_dir() {
  return BCQ_RTL_DIR;
}

fs::path rtl_runner(const sim::Arch& arch, const CodebookSet& activation, const CodebookSet& weight,
                    const fs::path& rtl_dir) {
  const auto sources = rtl_sources(rtl_dir);
  const auto arguments = parameters(arch, activation, weight);
  std::error_code error;
  fs::create_directories(cache_dir(), error);
  if (error)
    throw InputError(fmt::format("{}: cannot create the cache folder ({}); set BCQ_CACHE_DIR", cache_dir().string(),
                                 error.message()));
  const fs::path target = cache_dir() / ("rtl_runner-" + fingerprint(arguments, sources));
  const FileLock lock(target.string() + ".lock");
  constexpr int kSmallArray = 64;  // PEs
  if (!fs::exists(target)) build(arguments, sources, target, arch.rows * arch.cols <= kSmallArray);
  return target;
}

}  // namespace bcq::testbench
