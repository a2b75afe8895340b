#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/error.hpp"
#include "bcq/files.hpp"
#include "bcq/quantize.hpp"
#include "bcq/safetensors.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/report.hpp"
#include "commands.hpp"
#include "tables.hpp"

namespace bcq::cli {
namespace {

struct Options {
  std::string input, output, json;
  std::string name = "tensor";
};

int run(const Options& options, const std::string& command_line) {
  if (options.name.empty() || options.name == "__metadata__")
    throw InputError(fmt::format("--name '{}': no name for a tensor in safetensors; use another", options.name));
  sim::require_outputs({options.output, options.json}, {options.input});
  const BcqTensor packed = read_tensor(options.input);
  const Matrix<float> matrix = dequantize(packed);
  SafetensorsFile file;
  file.set<float>(options.name, {matrix.rows(), matrix.cols()}, matrix.flat());
  file.write(options.output);

  auto json = sim::origin_json(command_line);
  json["name"] = options.name;
  json.update(tensor_json(packed));
  sim::write_report(tensor_table(packed), json, options.json);
  return sim::kSuccess;
}

}  // namespace

void add_dequantize(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("dequantize", "Decode a packed tensor to FP32");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->input, "Packed tensor, made by bcq quantize")->required()->type_name("");
  command->add_option("-o,--output", options->output, "safetensors file to write")->required()->type_name("OUT");
  command->add_option("--name", options->name, "Name of the F32 [rows, K] tensor in it")
      ->type_name("NAME")
      ->capture_default_str();
  sim::add_json_option(*command, options->json);
  command->footer(
      "Example:\n"
      "  bcq dequantize weight.bcq.safetensors -o weight.safetensors --name weight\n"
      "Next: load the tensor in Python with safetensors.numpy.load_file (docs/files.md).");
  command->callback(
      [options, &session] { session.command = [options, &session] { return run(*options, session.command_line); }; });
}

}  // namespace bcq::cli
