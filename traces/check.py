#!/usr/bin/env python3
"""Check the committed model and layer files against each other. Needs numpy only; exits with code 1 if a check fails.

1. model.safetensors is the file that metrics.json and every layer file name (sha256); all its tensors are BF16.
2. All 15 layer files are there, their weights equal the model's tensors bit for bit, M is 64, and they stay below 6 MB.
3. The perplexity of the excerpt, recomputed, equals the one in eval_tokens.json and metrics.json.
4. The activations, recomputed from the held-out text, equal the files'. Skipped where `bible` is not installed.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np

import corpus
from capture import NAME, activations, layer_names
from llama import Config, Params, mean_loss, read_model, to_f32, windows
from store import TraceError, fail, load, read_json, sha256

ROWS = 64
LAYER_LIMIT = 6_000_000  # bytes of all layer files together
TOLERANCE = 1e-3  # of an activation, relative to the largest of its layer; FP32 sums differ between machines

failures = 0


def check(passed: bool, what: str) -> None:
    """Print one line for a check and count a failure."""
    global failures
    failures += not passed
    print(f"{'ok  ' if passed else 'FAIL'} {what}")


def recompute(params: Params, cfg: Config, files: dict[str, tuple[dict[str, np.ndarray], dict[str, str]]]) -> None:
    """Check 4. files: {tensor name: (tensors, metadata)}, all captured at the same rows."""
    stream, _ = corpus.stream(None)
    notes = next(iter(files.values()))[1]
    digest = sha256(stream.astype("<i8").tobytes())
    check(all(n["source_sha256"] == digest for _, n in files.values()), "the layer files name this held-out text")
    check(all(n["rows"] == notes["rows"] for _, n in files.values()), "the layer files name the same rows")
    rows = np.array([pair.split(":") for pair in notes["rows"].split()], np.int64)
    chosen = np.unique(rows[:, 0])
    positions = rows[:, 1].reshape(chosen.size, -1)
    found = activations(params, cfg, windows(stream)[0][chosen], positions, set(files))
    worst = max(float(np.abs(found[n] - t["activation"]).max() / np.abs(found[n]).max()) for n, (t, _) in files.items())
    check(worst <= TOLERANCE, f"activations recomputed: largest difference {worst:.1e} of the layer's largest value")


def run(root: Path) -> None:
    """All checks on the folders root/kjv_llama and root/layers."""
    folder = root / "kjv_llama"
    cfg, tensors, digest = read_model(folder)
    metrics, excerpt = read_json(folder / "metrics.json"), read_json(folder / "eval_tokens.json")
    check(metrics["model_sha256"] == digest, f"metrics.json describes this model, sha256 {digest[:16]}...")
    check(all(t.dtype == np.uint16 for t in tensors.values()), "every tensor of the model is BF16")

    files, total = {}, 0
    for stem, name in layer_names(cfg, [0, cfg.num_hidden_layers - 1]).items():
        path = root / "layers" / f"{NAME}.{stem}.safetensors"
        layer, notes = load(path)
        total += path.stat().st_size
        files[name] = (layer, notes)
        weight, act = layer["weight"], layer["activation"]
        equal = weight.dtype == tensors[name].dtype and np.array_equal(weight, tensors[name])
        shaped = act.dtype == np.float32 and act.shape == (ROWS, weight.shape[-1]) and bool(np.isfinite(act).all())
        named = notes["layer"] == name and notes["model_sha256"] == digest
        check(equal and shaped and named, f"{path.name}: weight bit for bit, activation, names")
    check(total <= LAYER_LIMIT, f"{len(files)} layer files, {total} bytes")

    params = to_f32(tensors)
    nats, count = mean_loss(params, np.array(excerpt["tokens"], np.int64), cfg)
    same = all(
        math.isclose(nats, value, rel_tol=1e-5)
        for value in (excerpt["fp32_nll"], metrics["excerpt_bf16_weights"]["nats_per_byte"])
    )
    check(same and count == excerpt["scored_tokens"], f"excerpt perplexity {math.exp(nats):.4f} over {count} bytes")
    if corpus.find_bible():
        recompute(params, cfg, files)
    else:
        print("skip activations: program `bible` not installed")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parent,
        metavar="DIR",
        help="folder that holds kjv_llama and layers (default %(default)s)",
    )
    args = parser.parse_args()
    try:
        run(args.root)
    except TraceError as error:
        fail(Path(sys.argv[0]).name, error)
    except KeyError as error:
        fail(Path(sys.argv[0]).name, TraceError(f"a field or tensor is missing: {error}"))
    print("all checks passed" if failures == 0 else f"{failures} checks failed")
    raise SystemExit(failures > 0)


if __name__ == "__main__":
    main()
