// Writes stimulus and expected results of a few GEMMs on a small array, or of rows for the encoder, as files for
// $readmemh.
//
// The folder gets case_pkg.sv (the hardware's parameters and the case's sizes) and *.hex. Expected words come from the
// golden model; rows and columns beyond an operand are +0.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "cases.hpp"

namespace bcq::testbench {

namespace {

std::size_t count(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || *end != '\0' || value == 0)
    throw std::runtime_error(fmt::format("'{}' is no count: give 1 or more", text));
  return value;
}

void run_encoder(const CaseRequest& request, const std::vector<std::string>& what) {
  if (what.size() == 3 && what[0] == "random") return write_encoder_random(request, count(what[1]), count(what[2]));
  if (what.size() == 2) return write_encoder_window(request, {what[0], count(what[1])});
  throw std::runtime_error("--encoder: behind FOLDER: LAYER ROWS or random ROWS K");
}

void run(const CaseRequest& request, const std::string& format, const std::vector<std::string>& what) {
  const Baseline* baseline = format == "bcq" ? nullptr : &find_baseline(format);
  if (what.empty()) {
    if (baseline == nullptr) return write_bcq_corners(request);
    return write_baseline_corners(request, *baseline);
  }
  if (what.size() == 4 && what[0] == "random") {
    const Shape shape{count(what[1]), count(what[2]), count(what[3])};
    if (baseline == nullptr) return write_bcq_random(request, shape);
    return write_baseline_random(request, *baseline, shape);
  }
  if (what.size() == 3) {
    const Window window{what[0], count(what[1]), count(what[2])};
    if (baseline == nullptr) return write_bcq_window(request, window);
    return write_baseline_window(request, *baseline, window);
  }
  throw std::runtime_error("behind FOLDER: nothing, LAYER M N or random M N K");
}

}  // namespace
}  // namespace bcq::testbench

// libsystemc, which bcq_sim brings along, has the main() that calls this.
extern "C" int sc_main(int argc, char** argv);
int sc_main(int argc, char** argv) {
  CLI::App app("Stimulus and expected results of GEMMs on a small array");
  bcq::testbench::CaseRequest request{"", "", 20240722, ""};
  std::string format = "bcq";
  std::vector<std::string> what;
  app.add_option("ARCH", request.arch, "architecture file (TOML); a baseline takes the array's size from it")
      ->required();
  app.add_option("FOLDER", request.folder, "where the files go")->required();
  app.add_option("WHAT", what,
                 "LAYER M N: the first M x N results of a layer; random M N K; without: corner cases; with --encoder "
                 "LAYER ROWS or random ROWS K");
  bool encoder = false;
  CLI::Option* encoder_option = app.add_flag(
      "--encoder", encoder, "rows for the on-line encoder of the architecture, and the beats that it makes of them");
  app.add_option("--format", format, "number format: bcq, or a baseline of docs/baselines.md")
      ->capture_default_str()
      ->excludes(encoder_option);
  app.add_option("--seed", request.seed, "of random operands")->capture_default_str();
  app.add_option("--codebooks", request.codebooks, "of BCQ (default: the universal set of the format)");
  CLI11_PARSE(app, argc, argv);
  try {
    if (encoder) {
      bcq::testbench::run_encoder(request, what);
    } else {
      bcq::testbench::run(request, format, what);
    }
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "make_case: {}\n", error.what());
    return 2;
  }
}
