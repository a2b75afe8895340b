// Lists of GEMM shapes as workloads: read from a file, or those of a published language model (docs/workloads.md).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace bcq::sim {

inline constexpr std::size_t kMaxGemmSide = std::size_t{1} << 31;  ///< largest M, N and count

/// C [M, N] = A [M, K] · W [N, K]ᵀ, `count` times: layers of equal shape, as the blocks and heads of a model have them.
struct GemmShape {
  std::string name;
  std::size_t m = 0, n = 0, k = 0;
  std::size_t count = 1;
};

struct GemmList {
  std::string name;
  std::vector<GemmShape> gemms;
  std::string remark;  ///< one line on what is left out or approximate; empty when nothing is
};

/// Multiply-accumulates of one shape times its count, and of a list. In FP64: the largest exceed 64 bits.
[[nodiscard]] double macs(const GemmShape& gemm);
[[nodiscard]] double macs(const GemmList& list);

/// Reads a list of shapes, named after the file: a line of CSV for every shape under the header
///
///     Layer,M,N,K,
///
/// That is SCALE-Sim's GEMM topology (its -i gemm): M rows of A, N columns of B, which are the filters, K the
/// reduction, so its B [K, N] is our Wᵀ. As there, the name of the first column is free, and blanks, empty lines and a
/// comma at the end of a line do not matter. Further columns, named in the header in any order: `count` (ours; 1 where
/// empty) and `Sparsity` (SCALE-Sim v3; dense N:N only). Case does not matter in the header; names of layers may
/// repeat. Cells may be quoted as in RFC 4180 but not span lines; LF, CRLF and a UTF-8 byte order mark are accepted.
///
/// Throws InputError with file, line, column and remedy: wrong header, missing or superfluous cell, not a whole number,
/// outside 1 to kMaxGemmSide (K: to kMaxK), sparsity, no shapes at all.
[[nodiscard]] GemmList read_gemm_list(const std::filesystem::path& path);

/// What a model computes: `batch` sequences of equal length, read at once and then continued token by token.
struct Sequence {
  std::size_t batch = 1;
  std::size_t prefill = 2048;  ///< tokens of every sequence read at once: GEMMs with M = batch·prefill
  std::size_t decode = 0;      ///< tokens then taken one at a time: GEMMs with M = batch, `decode` times
  bool attention = false;      ///< also Q·Kᵀ and P·V, activation by activation
  bool lm_head = false;        ///< also the logits: of the last token read, and of every one after it
};

/// The models known to model_gemms, in the order of the table: by family, then by size.
[[nodiscard]] std::vector<std::string> model_names();

/// The GEMMs of a decoder's linear layers, blocks of equal shape as one entry: attn_q, attn_k, attn_v (GPT-2:
/// attn_qkv), attn_o, ffn_gate (where there is one), ffn_up, ffn_down, under "prefill." and "decode.".
///
/// Attention, when asked for: attn_qk is Q·Kᵀ [M, context] with K = head dimension, attn_pv is P·V [M, head dimension]
/// with K = context. Query heads that share a key-value head are rows of one GEMM, counted once per key-value head,
/// sequence and block. Nothing is saved for the causal mask or a sliding window. While decoding, the context grows by
/// one with every token; beyond 64 tokens, runs of tokens are counted at the longest context of the run.
///
/// `remark` says what was left out (with its share of all multiply-accumulates) and what runs added. Norms, softmax,
/// rotations and the look-up of embeddings are no GEMMs. Throws InputError for an unknown name (--model), an empty
/// sequence, more than kMaxGemmSide tokens, or attention over more than kMaxK tokens.
[[nodiscard]] GemmList model_gemms(const std::string& name, const Sequence& sequence);

}  // namespace bcq::sim
