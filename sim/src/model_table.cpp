// Shapes of published language models, and the GEMMs they make.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bcq/bcq_format.hpp"
#include "bcq/error.hpp"
#include "bcq/sim/gemm_list.hpp"

namespace bcq::sim {
namespace {

constexpr std::size_t kMaxRuns = 64;  ///< context lengths that decode attention is counted at

/// What a block is made of. All project q, k, v and the output of attention, and have a feed-forward network.
enum class Block {
  kGpt2,   ///< q, k and v as one layer; ffn_up and ffn_down
  kOpt,    ///< q, k, v; ffn_up and ffn_down
  kLlama,  ///< q, k, v; ffn_gate, ffn_up and ffn_down
};

struct ModelShape {
  const char* name;
  Block block;
  std::size_t layers, hidden, heads, kv_heads, head_dim, ffn, vocabulary;

  [[nodiscard]] std::size_t query_width() const { return heads * head_dim; }
  [[nodiscard]] std::size_t kv_width() const { return kv_heads * head_dim; }
};

// config.json is that of the named repository on huggingface.co. The totals that these shapes make are checked against
// the parameters of the published weights in model_table_test.cpp.
constexpr std::array kModels{
    // Radford et al., Language Models are Unsupervised Multitask Learners (2019), table 2; github.com/openai/gpt-2,
    // src/model.py (c_attn is q, k, v; c_fc is 4·hidden); openai-community/gpt2*: config.json (n_head, vocab_size).
    ModelShape{"gpt2", Block::kGpt2, 12, 768, 12, 12, 64, 3072, 50257},
    ModelShape{"gpt2-medium", Block::kGpt2, 24, 1024, 16, 16, 64, 4096, 50257},
    ModelShape{"gpt2-large", Block::kGpt2, 36, 1280, 20, 20, 64, 5120, 50257},
    ModelShape{"gpt2-xl", Block::kGpt2, 48, 1600, 25, 25, 64, 6400, 50257},

    // Zhang et al., arXiv 2205.01068, table 1; github.com/facebookresearch/metaseq, launcher/opt_job_constants.py;
    // facebook/opt-*: config.json (vocab_size). Not 350m: it has embeddings of 512 and layers from and to them.
    ModelShape{"opt-125m", Block::kOpt, 12, 768, 12, 12, 64, 3072, 50272},
    ModelShape{"opt-1.3b", Block::kOpt, 24, 2048, 32, 32, 64, 8192, 50272},
    ModelShape{"opt-2.7b", Block::kOpt, 32, 2560, 32, 32, 80, 10240, 50272},
    ModelShape{"opt-6.7b", Block::kOpt, 32, 4096, 32, 32, 128, 16384, 50272},
    ModelShape{"opt-13b", Block::kOpt, 40, 5120, 40, 40, 128, 20480, 50272},
    ModelShape{"opt-30b", Block::kOpt, 48, 7168, 56, 56, 128, 28672, 50272},
    ModelShape{"opt-66b", Block::kOpt, 64, 9216, 72, 72, 128, 36864, 50272},
    ModelShape{"opt-175b", Block::kOpt, 96, 12288, 96, 96, 128, 49152, 50272},

    // Touvron et al., arXiv 2307.09288; meta-llama/Llama-2-*-hf: config.json.
    ModelShape{"llama2-7b", Block::kLlama, 32, 4096, 32, 32, 128, 11008, 32000},
    ModelShape{"llama2-13b", Block::kLlama, 40, 5120, 40, 40, 128, 13824, 32000},
    ModelShape{"llama2-70b", Block::kLlama, 80, 8192, 64, 8, 128, 28672, 32000},

    // Grattafiori et al., arXiv 2407.21783, table 3; meta-llama/Meta-Llama-3-*, Llama-3.1-405B: config.json.
    ModelShape{"llama3-8b", Block::kLlama, 32, 4096, 32, 8, 128, 14336, 128256},
    ModelShape{"llama3-70b", Block::kLlama, 80, 8192, 64, 8, 128, 28672, 128256},
    ModelShape{"llama3.1-405b", Block::kLlama, 126, 16384, 128, 8, 128, 53248, 128256},

    // meta-llama/Llama-3.2-*: config.json.
    ModelShape{"llama3.2-1b", Block::kLlama, 16, 2048, 32, 8, 64, 8192, 128256},
    ModelShape{"llama3.2-3b", Block::kLlama, 28, 3072, 24, 8, 128, 8192, 128256},

    // Jiang et al., arXiv 2310.06825, table 1; mistralai/Mistral-7B-v0.1: config.json.
    ModelShape{"mistral-7b", Block::kLlama, 32, 4096, 32, 8, 128, 14336, 32000},

    // Yang et al., arXiv 2412.15115, table 1 (layers, heads); Qwen/Qwen2.5-*: config.json.
    ModelShape{"qwen2.5-0.5b", Block::kLlama, 24, 896, 14, 2, 64, 4864, 151936},
    ModelShape{"qwen2.5-1.5b", Block::kLlama, 28, 1536, 12, 2, 128, 8960, 151936},
    ModelShape{"qwen2.5-3b", Block::kLlama, 36, 2048, 16, 2, 128, 11008, 151936},
    ModelShape{"qwen2.5-7b", Block::kLlama, 28, 3584, 28, 4, 128, 18944, 152064},
    ModelShape{"qwen2.5-14b", Block::kLlama, 48, 5120, 40, 8, 128, 13824, 152064},
    ModelShape{"qwen2.5-32b", Block::kLlama, 64, 5120, 40, 8, 128, 27648, 152064},
    ModelShape{"qwen2.5-72b", Block::kLlama, 80, 8192, 64, 8, 128, 29568, 152064},

    // Yang et al., arXiv 2505.09388, table 1 (layers, heads); Qwen/Qwen3-*: config.json. 32b: 64·128 is not hidden.
    ModelShape{"qwen3-8b", Block::kLlama, 36, 4096, 32, 8, 128, 12288, 151936},
    ModelShape{"qwen3-14b", Block::kLlama, 40, 5120, 40, 8, 128, 17408, 151936},
    ModelShape{"qwen3-32b", Block::kLlama, 64, 5120, 64, 8, 128, 25600, 151936},
};

const ModelShape& find_model(const std::string& name) {
  const auto* model = std::ranges::find(kModels, name, &ModelShape::name);
  if (model != kModels.end()) return *model;
  throw InputError(fmt::format("--model {}: no model of that name; use one of {}, or a list LIST.csv", name,
                               fmt::join(model_names(), ", ")));
}

void require_sequence(const Sequence& sequence) {
  const auto& [batch, prefill, decode, attention, lm_head] = sequence;
  if (batch == 0) throw InputError("--batch 0: no sequences; use 1 or more");
  if (prefill == 0 && decode == 0) throw InputError("--prefill 0 and --decode 0: no tokens; ask for one or more");
  if (prefill > kMaxGemmSide || decode > kMaxGemmSide || batch > kMaxGemmSide / (prefill + decode)) {
    throw InputError(fmt::format("--batch {}, --prefill {}, --decode {}: more than {} tokens in all; ask for fewer",
                                 batch, prefill, decode, kMaxGemmSide));
  }
  if (attention && prefill + decode > kMaxK) {
    throw InputError(
        fmt::format("--prefill {} and --decode {} with attention: a context above {} is too long a "
                    "reduction; shorten it or leave attention out",
                    prefill, decode, kMaxK));
  }
}

/// The linear layers of all blocks on `m` tokens at once, `times` times.
void add_linear(std::vector<GemmShape>& gemms, const ModelShape& model, const std::string& phase, std::size_t m,
                std::size_t times) {
  const auto add = [&](const char* layer, std::size_t n, std::size_t k) {
    gemms.push_back({phase + layer, m, n, k, times * model.layers});
  };
  if (model.block == Block::kGpt2) {
    add("attn_qkv", model.query_width() + 2 * model.kv_width(), model.hidden);
  } else {
    add("attn_q", model.query_width(), model.hidden);
    add("attn_k", model.kv_width(), model.hidden);
    add("attn_v", model.kv_width(), model.hidden);
  }
  add("attn_o", model.hidden, model.query_width());
  if (model.block == Block::kLlama) add("ffn_gate", model.ffn, model.hidden);
  add("ffn_up", model.ffn, model.hidden);
  add("ffn_down", model.hidden, model.ffn);
}

/// Attention of all blocks: `tokens` of a sequence to `context` keys and values, for `times` sequences or steps.
void add_attention(std::vector<GemmShape>& gemms, const ModelShape& model, const std::string& phase, std::size_t tokens,
                   std::size_t context, std::size_t times) {
  const std::size_t m = tokens * (model.heads / model.kv_heads);
  const std::size_t count = times * model.layers * model.kv_heads;
  gemms.push_back({phase + "attn_qk", m, context, model.head_dim, count});
  gemms.push_back({phase + "attn_pv", m, model.head_dim, context, count});
}

/// Tokens per run, so that there are at most kMaxRuns.
std::size_t run_length(std::size_t decode) {
  return (decode + kMaxRuns - 1) / kMaxRuns;
}

/// The shapes of a sequence with the parts it asks for; K is not checked.
std::vector<GemmShape> shapes_of(const ModelShape& model, const Sequence& sequence, bool linear) {
  const auto& [batch, prefill, decode, attention, lm_head] = sequence;
  std::vector<GemmShape> gemms;
  if (prefill > 0) {
    if (linear) add_linear(gemms, model, "prefill.", batch * prefill, 1);
    if (attention) add_attention(gemms, model, "prefill.", prefill, prefill, batch);
    if (lm_head) gemms.push_back({"prefill.lm_head", batch, model.vocabulary, model.hidden, 1});
  }
  if (decode > 0) {
    if (linear) add_linear(gemms, model, "decode.", batch, decode);
    for (std::size_t done = 0; attention && done < decode;) {
      const std::size_t run = std::min(run_length(decode), decode - done);
      done += run;
      add_attention(gemms, model, fmt::format("decode@{}.", prefill + done), 1, prefill + done, run * batch);
    }
    if (lm_head) gemms.push_back({"decode.lm_head", batch, model.vocabulary, model.hidden, decode});
  }
  return gemms;
}

/// Multiply-accumulates of attention with every token at its own context.
double exact_attention_macs(const ModelShape& model, const Sequence& sequence) {
  const auto prefill = static_cast<double>(sequence.prefill);
  const auto decode = static_cast<double>(sequence.decode);
  const double pairs = prefill * prefill + decode * prefill + decode * (decode + 1) / 2;
  return 2 * pairs * static_cast<double>(model.query_width() * model.layers) * static_cast<double>(sequence.batch);
}

std::string percent(double share) {
  return share < 0.001 ? "less than 0.1 %" : fmt::format("{:.1f} %", 100 * share);
}

/// What a list of the sequence lacks, and what it has too much.
std::string remark_on(const ModelShape& model, const Sequence& sequence) {
  const auto macs_of = [&](bool linear, bool lm_head) {
    Sequence part = sequence;
    part.attention = false;
    part.lm_head = lm_head;
    return macs(GemmList{{}, shapes_of(model, part, linear), {}});
  };
  const double attention = exact_attention_macs(model, sequence);
  const double lm_head = macs_of(false, true);
  const double all = macs_of(true, false) + attention + lm_head;
  std::vector<std::string> parts;
  const auto leave_out = [&](const char* part, double part_macs) {
    parts.push_back(fmt::format("{} left out: {} of all MACs", part, percent(part_macs / all)));
  };
  if (!sequence.attention) leave_out("attention (Q·Kᵀ and P·V)", attention);
  if (!sequence.lm_head) leave_out("lm_head", lm_head);
  if (sequence.attention && run_length(sequence.decode) > 1) {
    Sequence part = sequence;
    part.lm_head = false;
    const double counted = macs(GemmList{{}, shapes_of(model, part, false), {}});
    parts.push_back(fmt::format("attention while decoding counted in runs of {} tokens: {} more MACs of attention",
                                run_length(sequence.decode), percent(counted / attention - 1)));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  names.reserve(kModels.size());
  for (const ModelShape& model : kModels) names.emplace_back(model.name);
  return names;
}

GemmList model_gemms(const std::string& name, const Sequence& sequence) {
  const ModelShape& model = find_model(name);
  require_sequence(sequence);
  return {name, shapes_of(model, sequence, true), remark_on(model, sequence)};
}

}  // namespace bcq::sim
