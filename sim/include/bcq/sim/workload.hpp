// From files to operands: what every program that runs a layer does first.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "bcq/codebook.hpp"
#include "bcq/files.hpp"
#include "bcq/quantize.hpp"
#include "bcq/sim/arch.hpp"
#include "bcq/tensor.hpp"

namespace bcq::sim {

/// What a user names on the command line; empty strings stand for the defaults.
struct WorkloadRequest {
  std::string layer;
  std::string codebooks;                  ///< default: the set of data_dir() for the architecture's format
  std::string arch;                       ///< default: Arch{}
  std::optional<float> activation_scale;  ///< static g of the activation
  EncoderOptions encoder;                 ///< searches of the encoder, for both operands
};

/// The architecture that a request names. Throws InputError.
[[nodiscard]] Arch arch_of(const WorkloadRequest& request);

/// A layer in the format of an architecture.
struct QuantizedLayer {
  Layer layer;
  Arch arch;
  CodebookSet codebooks;
  BcqTensor weight;
  BcqTensor activation;
  std::string codebooks_source;  ///< the file they came from
};

/// Where the default codebooks lie: the environment variable BCQ_DATA_DIR, or else the folder `traces` of the sources.
[[nodiscard]] std::filesystem::path data_dir();

/// The codebooks for an architecture: those of `path`, or the default set when `path` is empty. A file fits when its nc
/// and bc are those of the architecture; lb and la are the architecture's. Throws InputError otherwise, and (with the
/// command that makes one) when there is no default set. `layer` is the file named in that command.
[[nodiscard]] CodebookSet codebooks_for(const Arch& arch, const std::string& path, const std::string& layer,
                                        std::string& source);

/// Throws InputError (naming `where`) unless a static tensor scale is positive and finite.
void require_scale(const std::string& where, float scale);

/// Reads and checks all files, the layer last, and quantizes both operands. Throws InputError, before quantizing, for a
/// K that the architecture cannot accumulate.
[[nodiscard]] QuantizedLayer quantize_layer(const WorkloadRequest& request);

}  // namespace bcq::sim
