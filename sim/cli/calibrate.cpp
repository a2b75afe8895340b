#include "bcq/calibrate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/error.hpp"
#include "bcq/files.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/progress.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/text.hpp"
#include "commands.hpp"
#include "tables.hpp"

namespace bcq::cli {
namespace {

struct Options {
  std::vector<std::string> layers;
  std::string output, json;
  std::string tensors = "both";
  std::string initialisation = "k-means++", mixture = "proportional", weighting = "block", codewords = "int";
  bool encode_scale = false;
  BcqFormat format;
  CalibrationOptions calibration;
};

void apply_choices(Options& options) {
  CalibrationOptions& calibration = options.calibration;
  calibration.initialisation =
      options.initialisation == "naive" ? Initialisation::kNaive : Initialisation::kKmeansPlusPlus;
  calibration.mixture = options.mixture == "even" ? Mixture::kEven : Mixture::kProportional;
  calibration.weighting = options.weighting == "energy" ? Weighting::kEnergy : Weighting::kBlock;
  options.format.codeword = options.codewords == "e2m3" ? CodewordType::kFloat : CodewordType::kInteger;
  options.format.scale = options.encode_scale ? ScaleConvention::kEncode : ScaleConvention::kDecode;
}

std::vector<std::string> source_names(const Options& options) {
  std::vector<std::string> names;
  for (const auto& layer : options.layers) names.push_back(std::filesystem::path(layer).filename().string());
  return names;
}

std::vector<Matrix<float>> read_tensors(const Options& options) {
  std::vector<Matrix<float>> tensors;
  for (const auto& path : options.layers) {
    Layer layer = read_layer(path);
    if (layer.weight.cols() < static_cast<std::size_t>(options.format.lb)) {
      throw InputError(fmt::format("{}: tensor 'weight': K = {} has no whole block of --lb {}; use a smaller lb", path,
                                   layer.weight.cols(), options.format.lb));
    }
    if (options.tensors != "activation") tensors.push_back(std::move(layer.weight));
    if (options.tensors != "weight") tensors.push_back(std::move(layer.activation));
  }
  return tensors;
}

std::map<std::string, std::string> metadata(const Options& options, const Calibration& result) {
  return {{"seed", std::to_string(options.calibration.seed)},
          {"sources", fmt::format("{}", fmt::join(source_names(options), ", "))},
          {"tensors", options.tensors},
          {"blocks", std::to_string(result.blocks)},
          {"init", options.initialisation},
          {"mixture", options.mixture},
          {"weighting", options.weighting},
          {"restarts", std::to_string(options.calibration.restarts)},
          {"mse", fmt::format("{}", result.mse.back())},
          {"rounded_mse", fmt::format("{}", result.rounded_mse.back())},
          {"bcq_version", BCQ_VERSION}};
}

/// The first error is that of the start; then come two steps per iteration.
std::size_t iterations(const std::vector<double>& mse) {
  return (mse.size() - 1) / 2;
}

std::string table(const Calibration& result, std::size_t tensors) {
  return line("blocks", fmt::format("{} of {} scalars from {} tensors", sim::grouped(result.blocks),
                                    result.codebooks.format.lb, tensors)) +
         line("iterations", fmt::format("{} real, {} with codewords that can be stored", iterations(result.mse),
                                        iterations(result.rounded_mse))) +
         line("error", fmt::format("{:.5f} first, {:.5f} last; {:.5f} rounded, {:.5f} refined (mean square; a codeword "
                                   "step is 1)",
                                   result.mse.front(), result.mse.back(), result.rounded_mse.front(),
                                   result.rounded_mse.back())) +
         codebooks_table(result.codebooks);
}

int run(Options& options, const std::string& command_line) {
  apply_choices(options);
  options.format.validate("command line");
  sim::require_outputs({options.output, options.json}, options.layers);
  const auto tensors = read_tensors(options);
  Calibration result;
  {
    sim::ProgressBar bar("calibrate");
    const auto total = static_cast<std::size_t>(options.calibration.max_iterations);
    result = calibrate(tensors, options.format, options.calibration, [&](int iteration, double mse) {
      bar.update(static_cast<std::size_t>(iteration), total, fmt::format("error {:.5f}", mse));
    });
  }
  write_codebooks(options.output, result.codebooks, metadata(options, result));

  auto json = sim::origin_json(command_line, options.calibration.seed);
  json["configuration"] = sim::to_json(options.format);
  json["sources"] = source_names(options);
  json["tensors"] = options.tensors;
  json["blocks"] = result.blocks;
  json["init"] = options.initialisation;
  json["mixture"] = options.mixture;
  json["weighting"] = options.weighting;
  json["mirror_pairs"] = options.calibration.mirror_pairs;
  json["iterations"] = iterations(result.mse);
  json["restarts"] = result.restarts;
  json["mse"] = result.mse;
  json["rounded_mse"] = result.rounded_mse;
  json["codebooks"] = codebooks_json(result.codebooks);
  sim::write_report(table(result, tensors.size()), json, options.json);
  return sim::kSuccess;
}

}  // namespace

void add_calibrate(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("calibrate", "Make codebooks from layers (LO-BCQ)");
  const auto options = std::make_shared<Options>();
  CalibrationOptions& calibration = options->calibration;
  command->add_option("LAYER", options->layers, "Layer files: safetensors with `weight` [N,K] and `activation` [M,K]")
      ->required()
      ->type_name("");
  command->add_option("-o,--output", options->output, "Codebooks file to write")->required()->type_name("CODEBOOKS");
  const auto add_number = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help)->type_name("N")->capture_default_str();
  };
  add_number("--lb", options->format.lb, "Scalars per block: a power of two, 1 to 64");
  add_number("--la", options->format.la, "Scalars per scale: a multiple of lb, up to 1024");
  add_number("--nc", options->format.nc, "Codebooks: a power of two, 1 to 16");
  add_number("--bc", options->format.bc, "Bits per codeword: 4 to 8");
  const auto add_choice = [&](const char* name, std::string& value, std::vector<std::string> choices,
                              const char* help) {
    command->add_option(name, value, help)
        ->check(CLI::IsMember(std::move(choices)).description(""))
        ->type_name("WHICH")
        ->capture_default_str();
  };
  add_choice("--codewords", options->codewords, {"int", "e2m3"}, "What a codeword is: an integer (int) or E2M3 (e2m3)");
  command->add_flag("--encode-scale", options->encode_scale, "Normalise with encode scales, as in the paper");
  add_choice("--tensors", options->tensors, {"weight", "activation", "both"},
             "Which operands to learn from: weight, activation or both");
  add_choice("--mixture", options->mixture, {"proportional", "even"},
             "Blocks per tensor: in proportion to its size, or the same from each (even)");
  add_choice("--weighting", options->weighting, {"block", "energy"},
             "What an error counts: every block alike (block), or as in the NMSE of its tensor (energy)");
  add_choice("--init", options->initialisation, {"k-means++", "naive"}, "First clusters: k-means++, or naive (random)");
  add_number("--restarts", calibration.restarts, "Initialisations tried; the best result stays")
      ->check(CLI::Range(1, 10'000).description(""));
  command->add_flag("--mirror-pairs", calibration.mirror_pairs,
                    "Second half of the codebooks = first half mirrored, so that half must be stored");
  sim::add_seed_option(*command, calibration.seed, "Seed of the random choices; equal seeds give equal files");
  add_number("--max-blocks", calibration.max_blocks, "Blocks drawn from all layers together, at least 1")
      ->check(CLI::Range(1, 1'000'000'000).description(""));
  add_number("--iterations", calibration.max_iterations, "Most iterations; ends earlier when nothing improves")
      ->check(CLI::Range(1, 1'000'000).description(""));
  sim::add_json_option(*command, options->json);
  command->footer(
      "Example:\n"
      "  bcq calibrate q.safetensors up.safetensors -o codebooks.safetensors --nc 8 --seed 1\n"
      "Next: bcq simulate LAYER --codebooks codebooks.safetensors, or bcq quantize for a packed tensor.");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
