"""A Llama-style decoder as pure functions, written once for numpy and for jax.numpy (argument `xp`).

Parameters are a dict from Hugging Face Llama tensor names to arrays; a linear layer's weight is [N,K] and
y = x · weightᵀ. Every linear layer goes through one function `linear(name, x, weight) -> y`, which a caller may replace
to record the layer's input (capture.py) or to compute the product in another number format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from store import TraceError, as_f32, load, read_bytes, read_json, sha256

Array = Any  # numpy.ndarray or jax.Array, as `xp` says
Params = dict[str, Array]
Linear = Callable[[str, Array, Array], Array]

WINDOW = 256  # tokens of one evaluation window

# Kind of a captured layer -> the middle of its tensor name.
KINDS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_o": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True)
class Config:
    """Sizes of the model, under the names of a Hugging Face Llama config.json."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    max_position_embeddings: int
    rms_norm_eps: float
    rope_theta: float
    tie_word_embeddings: bool


def block_tensor(block: int, kind: str) -> str:
    """Tensor name of a linear layer, e.g. (0, "attn_q") -> model.layers.0.self_attn.q_proj.weight."""
    return f"model.layers.{block}.{KINDS[kind]}.weight"


def shapes(cfg: Config) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of the model, in file order."""
    d, f = cfg.hidden_size, cfg.intermediate_size
    q, kv = cfg.num_attention_heads * cfg.head_dim, cfg.num_key_value_heads * cfg.head_dim
    by_kind = {"attn_q": (q, d), "attn_k": (kv, d), "attn_v": (kv, d), "attn_o": (d, q)}
    by_kind |= {"ffn_gate": (f, d), "ffn_up": (f, d), "ffn_down": (d, f)}
    out: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (cfg.vocab_size, d)}
    for block in range(cfg.num_hidden_layers):
        out[f"model.layers.{block}.input_layernorm.weight"] = (d,)
        out[f"model.layers.{block}.post_attention_layernorm.weight"] = (d,)
        out |= {block_tensor(block, kind): shape for kind, shape in by_kind.items()}
    out["model.norm.weight"] = (d,)
    if not cfg.tie_word_embeddings:
        out["lm_head.weight"] = (cfg.vocab_size, d)
    return out


def read_config(path: Path) -> Config:
    """Read a Hugging Face Llama config.json; anything this forward pass does not compute is an error."""
    raw = read_json(path)
    if not isinstance(raw, dict) or raw.get("model_type") != "llama":
        raise TraceError(f"{path}: model_type is not llama")
    if raw.get("rope_scaling") or raw.get("attention_bias") or raw.get("mlp_bias"):
        raise TraceError(f"{path}: rope_scaling and biases are not supported")
    if raw.get("hidden_act", "silu") != "silu":
        raise TraceError(f"{path}: hidden_act is not silu")
    try:
        heads = raw["num_attention_heads"]
        defaults = {
            "num_key_value_heads": heads,
            "head_dim": raw["hidden_size"] // heads,
            "rope_theta": 10000.0,
            "tie_word_embeddings": False,
        }
        values = defaults | raw
        return Config(**{name: values[name] for name in Config.__annotations__})
    except (KeyError, TypeError, ZeroDivisionError) as error:
        raise TraceError(f"{path}: field missing or wrong: {error}") from None


def read_model(folder: Path) -> tuple[Config, dict[str, np.ndarray], str]:
    """Read folder/config.json and folder/model.safetensors -> (config, tensors as stored, sha256 of the weights)."""
    cfg = read_config(folder / "config.json")
    path = folder / "model.safetensors"
    tensors, _ = load(path)
    for name, shape in shapes(cfg).items():
        if name not in tensors or tensors[name].shape != shape:
            raise TraceError(f"{path}: tensor {name} of shape {list(shape)} is missing or has another shape")
    return cfg, tensors, sha256(read_bytes(path))


def check_stream(stream: np.ndarray, cfg: Config) -> None:
    """Refuse tokens outside the vocabulary and a model whose context is shorter than a window."""
    if stream.ndim != 1 or stream.size == 0 or stream.min() < 0 or stream.max() >= cfg.vocab_size:
        raise TraceError(f"the tokens are not a list of numbers from 0 to {cfg.vocab_size - 1}")
    if cfg.max_position_embeddings < WINDOW:
        raise TraceError(f"the model's context, {cfg.max_position_embeddings}, is shorter than a window of {WINDOW}")


def to_f32(tensors: dict[str, np.ndarray]) -> Params:
    """Tensors as `load` returns them -> FP32 parameters (BF16 is widened exactly)."""
    return {name: as_f32(tensor) for name, tensor in tensors.items()}


def plain_linear(_name: str, x: Array, weight: Array) -> Array:
    """x [..., K], weight [N,K] -> y [..., N] = x · weightᵀ, in the precision of its inputs."""
    return x @ weight.T


def rms_norm(x: Array, gain: Array, eps: float, xp: ModuleType) -> Array:
    """x [..., D] -> x / rms(x) * gain; eps is added to the mean square."""
    return x / xp.sqrt((x * x).mean(axis=-1, keepdims=True) + eps) * gain


def rotate(x: Array, cos: Array, sin: Array, xp: ModuleType) -> Array:
    """Rotary position embedding, half-split as in Hugging Face: x [B,T,heads,head_dim]; cos, sin [T,1,head_dim/2]."""
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return xp.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)


def attention(q: Array, k: Array, v: Array, xp: ModuleType) -> Array:
    """Causal attention. q [B,T,H,E]; k, v [B,T,G,E], G divides H (grouped queries) -> [B,T,H*E]."""
    batch, time, heads, size = q.shape
    repeats = heads // k.shape[2]  # query head h reads key-value head h // repeats
    q = q.transpose(0, 2, 1, 3)  # [B,H,T,E]
    k = xp.repeat(k, repeats, axis=2).transpose(0, 2, 3, 1)  # [B,H,E,T]
    v = xp.repeat(v, repeats, axis=2).transpose(0, 2, 1, 3)  # [B,H,T,E]
    future = np.triu(np.full((time, time), -1e30, np.float32), 1)
    scores = q @ k * np.float32(size**-0.5) + future
    weights = xp.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return (weights @ v).transpose(0, 2, 1, 3).reshape(batch, time, heads * size)


def forward(params: Params, tokens: Array, cfg: Config, xp: ModuleType = np, linear: Linear = plain_linear) -> Array:
    """Token numbers [B,T] -> logits [B,T,vocab], FP32. Position 0 is the first token of each row.

    `linear` receives the weight's tensor name; with a tied embedding the output layer is called lm_head.weight as well.
    """
    batch, time = tokens.shape
    size, eps = cfg.head_dim, cfg.rms_norm_eps
    frequency = cfg.rope_theta ** (-np.arange(0, size, 2, dtype=np.float64) / size)
    angle = np.arange(time)[:, None, None] * frequency
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)

    x = params["model.embed_tokens.weight"][tokens]
    for block in range(cfg.num_hidden_layers):

        def apply(kind: str, value: Array, block: int = block) -> Array:
            name = block_tensor(block, kind)
            return linear(name, value, params[name])

        h = rms_norm(x, params[f"model.layers.{block}.input_layernorm.weight"], eps, xp)
        q, k, v = (apply(kind, h).reshape(batch, time, -1, size) for kind in ("attn_q", "attn_k", "attn_v"))
        x = x + apply("attn_o", attention(rotate(q, cos, sin, xp), rotate(k, cos, sin, xp), v, xp))
        h = rms_norm(x, params[f"model.layers.{block}.post_attention_layernorm.weight"], eps, xp)
        gate = apply("ffn_gate", h)
        x = x + apply("ffn_down", gate / (1 + xp.exp(-gate)) * apply("ffn_up", h))
    x = rms_norm(x, params["model.norm.weight"], eps, xp)
    output = params["model.embed_tokens.weight" if cfg.tie_word_embeddings else "lm_head.weight"]
    return linear("lm_head.weight", x, output)


def next_token_loss(logits: Array, targets: Array, xp: ModuleType = np) -> Array:
    """logits [B,T,vocab], targets [B,T] -> negative log likelihood of each target in nats, [B,T]."""
    top = logits.max(axis=-1, keepdims=True)
    log_sum = xp.log(xp.exp(logits - top).sum(axis=-1)) + top[..., 0]
    return log_sum - xp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]


def windows(stream: np.ndarray, size: int = WINDOW) -> tuple[np.ndarray, np.ndarray]:
    """Token stream [L] -> inputs and targets, both [(L-1)//size, size]; each token after the first is a target once.

    Each window starts without context. The at most size-1 tokens at the end that fill no window are not scored.
    """
    count = (stream.size - 1) // size
    if count < 1:
        raise TraceError(f"need at least {size + 1} tokens, got {stream.size}")
    used = stream[: count * size + 1].astype(np.int64)
    return used[:-1].reshape(count, size), used[1:].reshape(count, size)


def mean_loss(params: Params, stream: np.ndarray, cfg: Config, linear: Linear = plain_linear) -> tuple[float, int]:
    """Numpy FP32 evaluation over `windows(stream)` -> (mean loss in nats per token, number of scored tokens)."""
    inputs, targets = windows(stream)
    total = 0.0
    for begin in range(0, len(inputs), 8):
        rows = slice(begin, begin + 8)
        logits = forward(params, inputs[rows], cfg, np, linear)
        total += float(next_token_loss(logits, targets[rows]).sum(dtype=np.float64))
    return total / targets.size, targets.size
