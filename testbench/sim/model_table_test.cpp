// GEMMs of published models: whether the table is as large as the weights, and what a sequence computes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

#include "bcq/error.hpp"
#include "bcq/sim/gemm_list.hpp"

using namespace bcq;
using namespace bcq::sim;

namespace {

std::string refusal(const std::string& name, const Sequence& sequence) {
  try {
    (void)model_gemms(name, sequence);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

const GemmShape& find(const GemmList& list, const std::string& name) {
  const auto found = std::ranges::find(list.gemms, name, &GemmShape::name);
  INFO(name);
  REQUIRE(found != list.gemms.end());
  return *found;
}

void check_shape(const GemmShape& gemm, std::size_t m, std::size_t n, std::size_t k, std::size_t count) {
  INFO(gemm.name);
  CHECK(gemm.m == m);
  CHECK(gemm.n == n);
  CHECK(gemm.k == k);
  CHECK(gemm.count == count);
}

/// Weights of all linear layers of the blocks.
std::uint64_t linear_parameters(const std::string& name) {
  std::uint64_t sum = 0;
  for (const GemmShape& gemm : model_gemms(name, {.prefill = 1}).gemms) sum += gemm.n * gemm.k * gemm.count;
  return sum;
}

enum class Family { kGpt2, kOpt, kLlama, kQwen2, kQwen3 };

struct Published {
  const char* name;
  Family family;
  bool tied;  ///< lm_head is the embedding
  std::uint64_t parameters;
};

/// All parameters of a model: linear layers of the table, embeddings, and what a family has beside them.
std::uint64_t all_parameters(const Published& model) {
  const GemmList list = model_gemms(model.name, {.prefill = 1, .lm_head = true});
  const GemmShape& head = find(list, "prefill.lm_head");
  const GemmShape& down = find(list, "prefill.ffn_down");
  const std::uint64_t layers = down.count, hidden = head.k, ffn = down.k;
  std::uint64_t sum = linear_parameters(model.name) + head.n * hidden * (model.tied ? 1 : 2);
  if (model.family == Family::kGpt2 || model.family == Family::kOpt) {
    const std::uint64_t positions = model.family == Family::kGpt2 ? 1024 : 2048 + 2;
    const std::uint64_t norms = 2 * (2 * layers + 1) * hidden;                   // gains and offsets
    const std::uint64_t biases = layers * (3 * hidden + hidden + ffn + hidden);  // q, k, v, o, up, down
    return sum + positions * hidden + norms + biases;
  }
  sum += (2 * layers + 1) * hidden;  // gains of the norms
  const std::uint64_t q = find(list, "prefill.attn_q").n, kv = find(list, "prefill.attn_k").n;
  if (model.family == Family::kQwen2) sum += layers * (q + 2 * kv);  // biases of q, k, v
  if (model.family == Family::kQwen3) sum += layers * 2 * 128;       // norms of the heads of q and k
  return sum;
}

}  // namespace

TEST_CASE("Every model has the parameters of its published weights", "[model_table]") {
  // The sizes of the tensors in the published weights, in all.
  const Published model = GENERATE(
      Published{"gpt2", Family::kGpt2, true, 124'439'808}, Published{"gpt2-medium", Family::kGpt2, true, 354'823'168},
      Published{"gpt2-large", Family::kGpt2, true, 774'030'080},
      Published{"gpt2-xl", Family::kGpt2, true, 1'557'611'200}, Published{"opt-125m", Family::kOpt, true, 125'239'296},
      Published{"opt-1.3b", Family::kOpt, true, 1'315'758'080},
      Published{"llama2-7b", Family::kLlama, false, 6'738'415'616},
      Published{"llama2-13b", Family::kLlama, false, 13'015'864'320},
      Published{"llama2-70b", Family::kLlama, false, 68'976'648'192},
      Published{"llama3-8b", Family::kLlama, false, 8'030'261'248},
      Published{"llama3-70b", Family::kLlama, false, 70'553'706'496},
      Published{"llama3.1-405b", Family::kLlama, false, 405'853'388'800},
      Published{"llama3.2-1b", Family::kLlama, true, 1'235'814'400},
      Published{"llama3.2-3b", Family::kLlama, true, 3'212'749'824},
      Published{"mistral-7b", Family::kLlama, false, 7'241'732'096},
      Published{"qwen2.5-0.5b", Family::kQwen2, true, 494'032'768},
      Published{"qwen2.5-1.5b", Family::kQwen2, true, 1'543'714'304},
      Published{"qwen2.5-3b", Family::kQwen2, true, 3'085'938'688},
      Published{"qwen2.5-7b", Family::kQwen2, false, 7'615'616'512},
      Published{"qwen2.5-14b", Family::kQwen2, false, 14'770'033'664},
      Published{"qwen2.5-32b", Family::kQwen2, false, 32'763'876'352},
      Published{"qwen2.5-72b", Family::kQwen2, false, 72'706'203'648},
      Published{"qwen3-8b", Family::kQwen3, false, 8'190'735'360},
      Published{"qwen3-14b", Family::kQwen3, false, 14'768'307'200},
      Published{"qwen3-32b", Family::kQwen3, false, 32'762'123'264});
  INFO(model.name);
  CHECK(all_parameters(model) == model.parameters);
}

TEST_CASE("OPT models are as large as their names say", "[model_table]") {
  const auto [name, billions] = GENERATE(table<std::string, double>(
      {{"opt-2.7b", 2.7}, {"opt-6.7b", 6.7}, {"opt-13b", 13}, {"opt-30b", 30}, {"opt-66b", 66}, {"opt-175b", 175}}));
  const std::uint64_t parameters = all_parameters({name.c_str(), Family::kOpt, true, 0});
  CHECK(static_cast<double>(parameters) / 1e9 == Approx(billions).epsilon(0.02));
}

TEST_CASE("Linear layers per block", "[model_table]") {
  CHECK(linear_parameters("llama2-7b") == 32 * 202'375'168ULL);
  CHECK(linear_parameters("gpt2") == 12 * 12 * 768 * 768ULL);
  CHECK(model_names().size() == 31);
  for (const std::string& name : model_names()) CHECK(model_gemms(name, {}).name == name);
}

TEST_CASE("Prefill takes all tokens at once, decoding one of each sequence", "[model_table]") {
  const GemmList list = model_gemms("llama2-70b", {.batch = 3, .prefill = 100, .decode = 7, .lm_head = true});
  REQUIRE(list.gemms.size() == 2 * 8);
  check_shape(find(list, "prefill.attn_q"), 300, 8192, 8192, 80);
  check_shape(find(list, "prefill.attn_k"), 300, 1024, 8192, 80);
  check_shape(find(list, "prefill.attn_v"), 300, 1024, 8192, 80);
  check_shape(find(list, "prefill.attn_o"), 300, 8192, 8192, 80);
  check_shape(find(list, "prefill.ffn_gate"), 300, 28672, 8192, 80);
  check_shape(find(list, "prefill.ffn_up"), 300, 28672, 8192, 80);
  check_shape(find(list, "prefill.ffn_down"), 300, 8192, 28672, 80);
  check_shape(find(list, "prefill.lm_head"), 3, 32000, 8192, 1);
  check_shape(find(list, "decode.ffn_down"), 3, 8192, 28672, 7 * 80);
  check_shape(find(list, "decode.lm_head"), 3, 32000, 8192, 7);

  const GemmList gpt2 = model_gemms("gpt2", {.prefill = 10});
  REQUIRE(gpt2.gemms.size() == 4);
  check_shape(find(gpt2, "prefill.attn_qkv"), 10, 2304, 768, 12);
  check_shape(find(model_gemms("qwen3-32b", {}), "prefill.attn_o"), 2048, 5120, 8192, 64);
  CHECK(model_gemms("gpt2", {.prefill = 0, .decode = 1}).gemms.size() == 4);
}

TEST_CASE("Attention is counted per key-value head and sequence, its context grows", "[model_table]") {
  const GemmList list = model_gemms("llama2-70b", {.batch = 3, .prefill = 100, .decode = 2, .attention = true});
  REQUIRE(list.gemms.size() == 2 * 7 + 2 + 2 * 2);
  check_shape(find(list, "prefill.attn_qk"), 800, 100, 128, 80 * 8 * 3);
  check_shape(find(list, "prefill.attn_pv"), 800, 128, 100, 80 * 8 * 3);
  check_shape(find(list, "decode@101.attn_qk"), 8, 101, 128, 80 * 8 * 3);
  check_shape(find(list, "decode@102.attn_pv"), 8, 128, 102, 80 * 8 * 3);
  CHECK(list.remark == "lm_head left out: less than 0.1 % of all MACs");

  // 100 tokens are counted in 50 runs of 2, the first of each at a context longer by one: 50 of 100·10 + 5050 too many.
  const GemmList runs = model_gemms("gpt2", {.prefill = 10, .decode = 100, .attention = true, .lm_head = true});
  CHECK(runs.gemms.size() == 4 + 2 + 1 + 4 + 2 * 50 + 1);
  check_shape(find(runs, "decode@12.attn_qk"), 1, 12, 64, 12 * 12 * 2);
  check_shape(find(runs, "decode@110.attn_pv"), 1, 64, 110, 12 * 12 * 2);
  CHECK(runs.remark == "attention while decoding counted in runs of 2 tokens: 0.8 % more MACs of attention");

  const GemmList last = model_gemms("gpt2", {.prefill = 0, .decode = 129, .attention = true});
  check_shape(find(last, "decode@129.attn_qk"), 1, 129, 64, 12 * 12 * 3);
  check_shape(find(model_gemms("gpt2", {.prefill = 0, .decode = 127, .attention = true}), "decode@127.attn_qk"), 1, 127,
              64, 12 * 12 * 1);
}

TEST_CASE("A remark says what is left out and how much that is", "[model_table]") {
  const Sequence sequence{.batch = 2, .prefill = 1000, .decode = 64};
  Sequence whole = sequence;
  whole.attention = whole.lm_head = true;
  const GemmList all = model_gemms("llama2-7b", whole);
  CHECK(all.remark.empty());
  double attention = 0, lm_head = 0;
  for (const GemmShape& gemm : all.gemms) {
    if (gemm.name.ends_with("attn_qk") || gemm.name.ends_with("attn_pv")) attention += macs(gemm);
    if (gemm.name.ends_with("lm_head")) lm_head += macs(gemm);
  }
  const GemmList linear = model_gemms("llama2-7b", sequence);
  CHECK(macs(linear) + attention + lm_head == Approx(macs(all)));
  CHECK(100 * attention / macs(all) == Approx(3.9).margin(0.05));
  CHECK(100 * lm_head / macs(all) == Approx(0.1).margin(0.05));
  CHECK(linear.remark == "attention (Q·Kᵀ and P·V) left out: 3.9 % of all MACs; lm_head left out: 0.1 % of all MACs");
}

TEST_CASE("Sequences and models that do not exist are refused", "[model_table]") {
  const std::string unknown = refusal("llama9", Sequence{});
  CHECK(unknown.starts_with("--model llama9: no model of that name; use one of gpt2, gpt2-medium, "));
  CHECK(unknown.ends_with("qwen3-32b, or a list LIST.csv"));
  CHECK(refusal("gpt2", {.batch = 0}) == "--batch 0: no sequences; use 1 or more");
  CHECK(refusal("gpt2", {.prefill = 0}) == "--prefill 0 and --decode 0: no tokens; ask for one or more");
  const std::string many = "more than 2147483648 tokens in all; ask for fewer";
  CHECK(refusal("gpt2", {.batch = 1 << 21, .prefill = 1024, .decode = 1}) ==
        "--batch 2097152, --prefill 1024, --decode 1: " + many);
  CHECK(refusal("gpt2", {.prefill = static_cast<std::size_t>(-1), .decode = 1}).ends_with(many));
  CHECK(refusal("gpt2", {.batch = 1 << 21, .prefill = 1024}) == "accepted");
  CHECK(refusal("gpt2", {.prefill = 65536, .attention = true}) == "accepted");
  CHECK(refusal("gpt2", {.prefill = 65536, .decode = 1, .attention = true}) ==
        "--prefill 65536 and --decode 1 with attention: a context above 65536 is too long a reduction; shorten it or "
        "leave attention out");
}
