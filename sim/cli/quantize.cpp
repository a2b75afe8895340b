#include "bcq/quantize.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bcq/files.hpp"
#include "bcq/metrics.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/report.hpp"
#include "commands.hpp"
#include "tables.hpp"

namespace bcq::cli {
namespace {

struct Options {
  std::string input, tensor, codebooks, output, json;
  EncoderOptions encoder;
  bool encode_scale = false;
};

int run(const Options& options, const std::string& command_line) {
  if (options.encoder.tensor_scale) sim::require_scale("--scale", *options.encoder.tensor_scale);
  sim::require_outputs({options.output, options.json}, {options.input, options.codebooks});
  CodebookSet codebooks = read_codebooks(options.codebooks);
  if (options.encode_scale) codebooks.format.scale = ScaleConvention::kEncode;
  const Matrix<float> original = read_matrix(options.input, options.tensor);
  const BcqTensor packed = quantize(original, codebooks, options.encoder);
  const double nmse = nmse_db(original, dequantize(packed));

  const std::string source = std::filesystem::path(options.input).filename().string();
  write_tensor(options.output, packed, {{"source", source}, {"tensor", options.tensor}, {"bcq_version", BCQ_VERSION}});
  auto json = sim::origin_json(command_line);
  json["source"] = source;
  json["tensor"] = options.tensor;
  json.update(tensor_json(packed));
  json.update(sim::nmse_json(nmse));
  sim::write_report(tensor_table(packed) + line("NMSE (dB)", sim::nmse_text(nmse)), json, options.json);
  return sim::kSuccess;
}

}  // namespace

void add_quantize(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("quantize", "Encode a matrix as a packed tensor");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->input, "safetensors or .npy file")->required()->type_name("");
  command->add_option("--tensor", options->tensor, "Name of the matrix in a safetensors file; not for .npy")
      ->type_name("NAME");
  command->add_option("--codebooks", options->codebooks, "Codebooks file; sets the format")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "Packed tensor to write (docs/numerics.md section 8)")
      ->required()
      ->type_name("OUT");
  command
      ->add_option("--scale", options->encoder.tensor_scale,
                   "Static tensor scale; what exceeds it saturates; default: from the data")
      ->type_name("G");
  sim::add_encoder_options(*command, options->encoder);
  command->add_flag("--encode-scale", options->encode_scale,
                    "Store what the encoder multiplies by, as in the paper; the array cannot compute with it");
  sim::add_json_option(*command, options->json);
  command->footer(
      "Example:\n"
      "  bcq quantize layer.safetensors --tensor weight --codebooks codebooks.safetensors -o weight.bcq.safetensors\n"
      "Next: bcq info weight.bcq.safetensors, or bcq dequantize to get FP32 back.");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
