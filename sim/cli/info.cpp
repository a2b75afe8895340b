#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "bcq/e4m3.hpp"
#include "bcq/files.hpp"
#include "bcq/safetensors.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/sim/program.hpp"
#include "bcq/sim/report.hpp"
#include "bcq/sim/text.hpp"
#include "bcq/text.hpp"
#include "commands.hpp"
#include "tables.hpp"

namespace bcq::cli {
namespace {

using nlohmann::ordered_json;
using std::filesystem::path;

/// What is known about a file, for people and for programs.
struct Description {
  std::string kind;
  std::string table;
  ordered_json json = ordered_json::object();
};

struct Range {
  float least, most;
};

Range range_of(const Matrix<float>& matrix) {
  const auto [least, most] = std::ranges::minmax_element(matrix.flat());
  return {*least, *most};
}

std::string matrix_text(const Matrix<float>& matrix) {
  const Range range = range_of(matrix);
  return fmt::format("{} x {}, {} to {}", matrix.rows(), matrix.cols(), range.least, range.most);
}

ordered_json matrix_json(const Matrix<float>& matrix) {
  const Range range = range_of(matrix);
  return {{"shape", {matrix.rows(), matrix.cols()}}, {"least", range.least}, {"most", range.most}};
}

Description describe_arch(const path& file) {
  const sim::Arch arch = sim::read_arch(file);
  return {"architecture", arch_table(arch), {{"configuration", sim::to_json(arch)}}};
}

Description describe_layer(const path& file) {
  const Layer layer = read_layer(file);
  std::string table = line("shape", fmt::format("M = {}, N = {}, K = {}", layer.activation.rows(), layer.weight.rows(),
                                                layer.weight.cols()));
  table += line("weight", matrix_text(layer.weight));
  table += line("activation", matrix_text(layer.activation));
  return {"layer", table, {{"weight", matrix_json(layer.weight)}, {"activation", matrix_json(layer.activation)}}};
}

Description describe_codebooks(const path& file) {
  const CodebookSet set = read_codebooks(file);
  return {
      "codebooks", codebooks_table(set), {{"format", sim::to_json(set.format)}, {"codebooks", codebooks_json(set)}}};
}

Description describe_packed(const path& file) {
  const BcqTensor tensor = read_tensor(file);
  std::vector<double> scales;
  for (const std::uint8_t code : tensor.scales.flat()) scales.push_back(e4m3_decode(code));
  std::ranges::sort(scales);
  const auto zero = std::ranges::count(scales, 0.0);
  const double median = scales[scales.size() / 2];
  std::vector<std::size_t> uses(tensor.codebooks.codebooks.size());
  for (const std::uint8_t selector : tensor.selectors.flat()) ++uses[selector];

  Description out{"packed tensor", tensor_table(tensor), tensor_json(tensor)};
  out.table += line("scales", fmt::format("{} block arrays: least {}, median {}, largest {}; {} zero",
                                          sim::grouped(scales.size()), scales.front(), median, scales.back(), zero));
  out.table += line("selectors", fmt::format("blocks per codebook: {}", fmt::join(uses, ", ")));
  out.table += codebooks_table(tensor.codebooks);
  out.json["scales"] = {{"count", scales.size()},
                        {"least", scales.front()},
                        {"median", median},
                        {"largest", scales.back()},
                        {"zero", zero}};
  out.json["blocks_per_codebook"] = uses;
  out.json["codebooks"] = codebooks_json(tensor.codebooks);
  return out;
}

Description describe_tensors(const std::string& kind, const SafetensorsFile& file) {
  Description out{kind, "", {{"tensors", ordered_json::object()}}};
  for (const auto& [name, tensor] : file.tensors()) {
    out.table += line(printable(name), fmt::format(" {} [{}]", tensor.dtype, fmt::join(tensor.shape, ", ")));
    out.json["tensors"][name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}};
  }
  return out;
}

Description describe_safetensors(const path& name) {
  const SafetensorsFile file = SafetensorsFile::read(name);
  const auto found = file.metadata().find("format");
  const std::string format = found == file.metadata().end() ? "" : found->second;
  Description out;
  if (format == "bcq-codebooks") {
    out = describe_codebooks(name);
  } else if (format == "bcq") {
    out = describe_packed(name);
  } else if (format == "bcq-result") {
    out = describe_tensors("result", file);
  } else if (file.has("weight") && file.has("activation")) {
    out = describe_layer(name);
  } else {
    out = describe_tensors("safetensors", file);
  }
  out.table += metadata_table(file.metadata());
  out.json["metadata"] = file.metadata();
  return out;
}

Description describe(const path& file) {
  if (file.extension() == ".toml") return describe_arch(file);
  if (file.extension() != ".npy") return describe_safetensors(file);
  const Matrix<float> matrix = read_matrix(file, "");
  return {"matrix", line("matrix", matrix_text(matrix)), matrix_json(matrix)};
}

int run(const std::string& file, const std::string& json_path, const std::string& command_line) {
  sim::require_outputs({json_path}, {file});
  const Description description = describe(file);
  auto json = sim::origin_json(command_line);
  json["file"] = file;
  json["kind"] = description.kind;
  json.update(description.json);
  sim::write_report(line("kind", description.kind) + description.table, json, json_path);
  return sim::kSuccess;
}

}  // namespace

void add_info(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("info", "Say what a file is and what is in it");
  const auto file = std::make_shared<std::string>();
  const auto json = std::make_shared<std::string>();
  command->add_option("FILE", *file, "safetensors, .npy or architecture .toml file")->required()->type_name("");
  sim::add_json_option(*command, *json);
  command->footer(
      "Files are checked as every command would check them.\n"
      "Example:\n"
      "  bcq info codebooks.safetensors\n"
      "Next: docs/files.md says how to read and write these files in Python.");
  command->callback([file, json, &session] {
    session.command = [file, json, &session] { return run(*file, *json, session.command_line); };
  });
}

}  // namespace bcq::cli
