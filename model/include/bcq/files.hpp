// The files of the project as typed values: layers, codebooks, packed tensors (docs/files.md).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bcq/codebook.hpp"
#include "bcq/matrix.hpp"
#include "bcq/tensor.hpp"

namespace bcq {

/// A linear layer with an input of it: y = activation · weightᵀ.
struct Layer {
  std::string name;          ///< the file's stem
  Matrix<float> weight;      ///< [N, K]
  Matrix<float> activation;  ///< [M, K]
};

/// Reads a layer file (safetensors with `weight` [N,K] and `activation` [M,K]). Throws InputError for a missing tensor,
/// wrong rank or type, empty dimension, mismatched K, K > kMaxK, NaN or infinity.
[[nodiscard]] Layer read_layer(const std::filesystem::path& path);

/// Reads one matrix: tensor `name` of a safetensors file, or the array of a .npy file (then `name` must be empty).
/// Throws InputError like read_layer.
[[nodiscard]] Matrix<float> read_matrix(const std::filesystem::path& path, const std::string& name);

/// Codebook file: safetensors with `codebooks` I8 [nc,16]; metadata format = "bcq-codebooks", lb, la, nc, bc and
/// whatever else was recorded (seed, sources, error).
[[nodiscard]] CodebookSet read_codebooks(const std::filesystem::path& path);

/// The universal codebooks for a format: nc<N_c>_lb<L_b>.safetensors of `folder`, with la and scale of the format.
/// Throws InputError when there is no such set; 6-bit integers are the only codewords there are universal codebooks of.
[[nodiscard]] std::filesystem::path universal_codebooks_path(const std::filesystem::path& folder,
                                                             const BcqFormat& format);
[[nodiscard]] CodebookSet read_universal_codebooks(const std::filesystem::path& folder, const BcqFormat& format);

void write_codebooks(const std::filesystem::path& path, const CodebookSet& codebooks,
                     const std::map<std::string, std::string>& metadata);

/// Packed tensor file (docs/numerics.md section 8).
[[nodiscard]] BcqTensor read_tensor(const std::filesystem::path& path);
void write_tensor(const std::filesystem::path& path, const BcqTensor& tensor,
                  const std::map<std::string, std::string>& metadata);

}  // namespace bcq
