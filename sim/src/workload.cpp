#include "bcq/sim/workload.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <utility>

#include "bcq/error.hpp"
#include "bcq/gemm.hpp"
#include "bcq/quantize.hpp"

namespace bcq::sim {
namespace {

namespace fs = std::filesystem;

std::string calibrate_command(const BcqFormat& format, const std::string& layer) {
  return fmt::format("bcq calibrate {} -o codebooks.safetensors --lb {} --la {} --nc {} --bc {}", layer, format.lb,
                     format.la, format.nc, format.bc);
}

fs::path default_codebooks(const Arch& arch, const std::string& layer) {
  const BcqFormat& format = arch.format;
  try {
    return universal_codebooks_path(data_dir() / "codebooks", format);
  } catch (const InputError& error) {
    throw InputError(fmt::format("--codebooks: {}; make one with `{}` and name it with --codebooks", error.what(),
                                 calibrate_command(format, layer)));
  }
}

void require_fit(const std::string& path, const BcqFormat& file, const Arch& arch) {
  if (file.nc == arch.format.nc && file.bc == arch.format.bc && file.codeword == arch.format.codeword) return;
  throw InputError(
      fmt::format("{}: metadata: codebooks for {} do not fit architecture \"{}\" with {}; name others with --codebooks "
                  "or change [format] with --arch",
                  path, file.name(), arch.name, arch.format.name()));
}

void require_k(const WorkloadRequest& request, const Layer& layer, const Arch& arch) {
  if (layer.weight.cols() <= arch.k_max) return;
  throw InputError(fmt::format(
      "{}: tensor 'weight': K = {} is too long for architecture \"{}\"; raise array.k_max = {}{} or "
      "split K",
      request.layer, layer.weight.cols(), arch.name, arch.k_max, request.arch.empty() ? "" : " in " + request.arch));
}

}  // namespace

fs::path data_dir() {
  const char* folder = std::getenv("BCQ_DATA_DIR");
  return folder != nullptr && *folder != '\0' ? fs::path(folder) : fs::path(BCQ_DATA_DIR);
}

CodebookSet codebooks_for(const Arch& arch, const std::string& path, const std::string& layer, std::string& source) {
  source = path.empty() ? default_codebooks(arch, layer).string() : path;
  CodebookSet set = read_codebooks(source);
  require_fit(source, set.format, arch);
  set.format = arch.format;
  return set;
}

void require_scale(const std::string& where, float scale) {
  if (std::isfinite(scale) && scale > 0.0F) return;
  throw InputError(fmt::format("{} {}: out of range; use a positive finite number", where, scale));
}

Arch arch_of(const WorkloadRequest& request) {
  return request.arch.empty() ? Arch{} : find_arch(request.arch);
}

QuantizedLayer quantize_layer(const WorkloadRequest& request) {
  if (request.activation_scale) require_scale("--activation-scale", *request.activation_scale);
  QuantizedLayer out;
  out.arch = arch_of(request);
  out.codebooks = codebooks_for(out.arch, request.codebooks, request.layer, out.codebooks_source);
  out.layer = read_layer(request.layer);
  require_k(request, out.layer, out.arch);
  EncoderOptions options = request.encoder;
  out.weight = quantize(out.layer.weight, out.codebooks, options);
  options.tensor_scale = request.activation_scale;
  out.activation = quantize(out.layer.activation, out.codebooks, options);
  try {
    (void)output_scale(out.weight, out.activation);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", request.layer, error.what()));
  }
  return out;
}

}  // namespace bcq::sim
