#!/usr/bin/env python3
"""Capture linear layers of a Llama model: weight and real activations, one safetensors file per layer.

The model (Hugging Face names, model.safetensors and config.json) runs in numpy FP32 over windows of 256 tokens; while
it runs, the inputs of the chosen linear layers are recorded at a seeded sample of positions: --windows windows drawn
without replacement from all windows of the source, and in each the same number of positions, also without replacement.

Each file <name>.blk<i>.<kind>.safetensors (and <name>.lm_head.safetensors) holds
  weight      [N,K]  exactly the model's tensor, in the model's type (BF16 or F32)
  activation  [M,K]  F32, rows in order of window and position
so that y = activation · weightᵀ. Kinds: attn_q attn_k attn_v attn_o ffn_gate ffn_up ffn_down. Its metadata strings name
the model, its sha256, the tensor, the source text, its sha256, the seed and every row's window and position.

  python traces/capture.py
      the committed files, from the held-out text
  python traces/capture.py --model DIR --tokens FILE.json --name NAME --out DIR
      any other Llama
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

import corpus
from llama import (
    KINDS,
    WINDOW,
    Array,
    Config,
    Params,
    block_tensor,
    check_stream,
    forward,
    plain_linear,
    read_model,
    to_f32,
    windows,
)
from store import TraceError, fail, save, sha256

HERE = Path(__file__).resolve().parent
MODEL, NAME = HERE / "kjv_llama", "kjv"  # the committed model and the name of its layer files
VERSION = "traces/capture.py 1"


def layer_names(cfg: Config, blocks: list[int]) -> dict[str, str]:
    """Layers to capture: {file stem without the model's name: name under which `forward` calls the layer}."""
    out = {f"blk{block}.{kind}": block_tensor(block, kind) for block in blocks for kind in KINDS}
    if max(blocks) >= cfg.num_hidden_layers or min(blocks) < 0:
        raise TraceError(f"--blocks: the model has blocks 0 to {cfg.num_hidden_layers - 1}")
    return out | {"lm_head": "lm_head.weight"}


def sample(count: int, picked: int, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `picked` of `count` windows and `rows` positions -> (windows [picked], positions [picked, rows/picked])."""
    if not 1 <= picked <= count or rows < picked or rows % picked or rows // picked > WINDOW:
        raise TraceError(f"--windows must be 1 to {count} and divide --rows, with at most {WINDOW} rows per window")
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(count)[:picked])
    positions = np.stack([np.sort(rng.permutation(WINDOW)[: rows // picked]) for _ in range(picked)])
    return chosen, positions


def activations(
    params: Params, cfg: Config, inputs: np.ndarray, positions: np.ndarray, wanted: set[str]
) -> dict[str, np.ndarray]:
    """Run windows `inputs` [W,256] -> {layer name: its inputs at `positions` [W,P], float32 [W*P, K]}."""
    found: dict[str, np.ndarray] = {}

    def record(name: str, x: Array, weight: Array) -> Array:
        if name in wanted:
            rows = np.take_along_axis(x, positions[..., None], axis=1)
            found[name] = np.ascontiguousarray(rows.reshape(-1, x.shape[-1]), np.float32)
        return plain_linear(name, x, weight)

    forward(params, inputs, cfg, np, record)
    return found


def capture(args: argparse.Namespace) -> None:
    """Write the layer files and print one line for each."""
    cfg, tensors, digest = read_model(args.model)
    stream, source = corpus.stream(args.tokens)
    check_stream(stream, cfg)
    folder = args.model.resolve().name
    prefix = args.name or (NAME if args.model.resolve() == MODEL else folder)
    layers = layer_names(cfg, args.blocks or sorted({0, cfg.num_hidden_layers - 1}))
    inputs, _ = windows(stream)
    chosen, positions = sample(len(inputs), args.windows, args.rows, args.seed)
    found = activations(to_f32(tensors), cfg, inputs[chosen], positions, set(layers.values()))
    common = {
        "model": folder,
        "model_sha256": digest,
        "source": source,
        "source_sha256": sha256(stream.astype("<i8").tobytes()),
        "seed": str(args.seed),
        "rows": " ".join(f"{w}:{p}" for w, line in zip(chosen, positions, strict=True) for p in line),
        "rows_meaning": f"window:position of each activation row; window w starts at token {WINDOW}*w of the source",
        "capture": VERSION,
    }
    print(f"{'file':36} {'N':>5} {'K':>5} {'act rms':>9} {'act max':>9} {'kurtosis':>9} {'bytes':>8}")
    for stem, name in layers.items():
        tied = name not in tensors  # a tied output layer is the embedding
        tensor = "model.embed_tokens.weight" if tied else name
        weight, act = tensors[tensor], found[name]
        path = args.out / f"{prefix}.{stem}.safetensors"
        save(path, {"weight": weight, "activation": act}, {"layer": tensor} | common)
        wide = act.astype(np.float64)
        rms, centred = np.sqrt((wide**2).mean()), wide - wide.mean()
        kurtosis = (centred**4).mean() / (centred**2).mean() ** 2
        n, k = weight.shape
        print(f"{path.name:36} {n:5} {k:5} {rms:9.4f} {np.abs(act).max():9.3f} {kurtosis:9.1f} {path.stat().st_size:8}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODEL, metavar="DIR", help="model folder (default %(default)s)")
    parser.add_argument(
        "--tokens", type=Path, metavar="FILE", help="JSON file with a list `tokens` (default: held-out text)"
    )
    parser.add_argument(
        "--out", type=Path, default=HERE / "layers", metavar="DIR", help="folder for the files (default %(default)s)"
    )
    parser.add_argument(
        "--name", help=f"first part of the file names (default: {NAME} for the committed model, else the folder's name)"
    )
    parser.add_argument(
        "--blocks", type=int, nargs="+", metavar="I", help="blocks to capture (default: first and last)"
    )
    parser.add_argument("--rows", type=int, default=64, help="activation rows M (default %(default)s)")
    parser.add_argument("--windows", type=int, default=16, help="windows sampled; divides --rows (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1611, help="seed of the sample (default %(default)s)")
    args = parser.parse_args()
    try:
        capture(args)
    except TraceError as error:
        fail(Path(sys.argv[0]).name, error)


if __name__ == "__main__":
    main()
