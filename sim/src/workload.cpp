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

constexpr int kDefaultSetsBc = 6;

std::string calibrate_command(const BcqFormat& format, const std::string& layer) {
  return fmt::format("bcq calibrate {} -o codebooks.safetensors --lb {} --la {} --nc {} --bc {}", layer, format.lb,
                     format.la, format.nc, format.bc);
}

fs::path default_codebooks(const Arch& arch, const std::string& layer) {
  const BcqFormat& format = arch.format;
  fs::path path = data_dir() / "codebooks" / fmt::format("nc{}_lb{}.safetensors", format.nc, format.lb);
  if (format.bc == kDefaultSetsBc && fs::exists(path)) return path;
  throw InputError(
      fmt::format("--codebooks: there is no default set for {} in {}; make one with `{}` and name it with --codebooks",
                  format.name(), path.parent_path().string(), calibrate_command(format, layer)));
}

void require_fit(const std::string& path, const BcqFormat& file, const Arch& arch) {
  if (file.nc == arch.format.nc && file.bc == arch.format.bc) return;
  throw InputError(
      fmt::format("{}: metadata: codebooks for nc = {}, bc = {} do not fit architecture \"{}\" with nc = {}, bc = {}; "
                  "name others with --codebooks or change [format] with --arch",
                  path, file.nc, file.bc, arch.name, arch.format.nc, arch.format.bc));
}

void require_k(const WorkloadRequest& request, const Layer& layer, const Arch& arch) {
  if (layer.weight.cols() <= arch.k_max) return;
  throw InputError(fmt::format(
      "{}: tensor 'weight': K = {} is too long for the accumulator of architecture \"{}\"; raise array.k_max = {}{} or "
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

QuantizedLayer quantize_layer(const WorkloadRequest& request) {
  if (request.activation_scale) require_scale("--activation-scale", *request.activation_scale);
  QuantizedLayer out;
  if (!request.arch.empty()) out.arch = read_arch(request.arch);
  out.codebooks = codebooks_for(out.arch, request.codebooks, request.layer, out.codebooks_source);
  out.layer = read_layer(request.layer);
  require_k(request, out.layer, out.arch);
  out.weight = quantize(out.layer.weight, out.codebooks);
  out.activation = quantize(out.layer.activation, out.codebooks, request.activation_scale);
  try {
    (void)output_scale(out.weight, out.activation);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", request.layer, error.what()));
  }
  return out;
}

}  // namespace bcq::sim
