#!/usr/bin/env python3
"""Train the byte-level Llama on the King James Bible with JAX on a CPU, save it as BF16 and measure it.

Writes into --out: model.safetensors (BF16), config.json, metrics.json (settings, loss curve, perplexity) and
eval_tokens.json (the first 8,193 held-out bytes with their perplexity, for checks on machines without the text).
The reported perplexity is that of the BF16-rounded weights, computed by numpy in FP32 over the whole held-out text.

The learning rate warms up, stays at its peak, and follows a cosine down over the last --decay steps. The state is
saved in --state every few minutes; after an interruption the same command goes on from there, and before the decay has
begun --steps and --decay may be changed. Batches depend only on --seed and the step number. Needs numpy and jax
(requirements.txt) and the program `bible` (corpus.py).

  python traces/train.py --steps 60 --warmup 20 --decay 20 --out /tmp/smoke
      a few minutes, to see that everything works
  python traces/train.py
      the committed model
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import corpus
from adamw import adamw, learning_rate
from llama import WINDOW, Config, Params, forward, mean_loss, next_token_loss, shapes, to_f32, windows
from store import TraceError, f32_to_bf16, fail, load, save, sha256, write_json

HERE = Path(__file__).resolve().parent
CONFIG = Config(
    vocab_size=256,
    hidden_size=256,
    intermediate_size=688,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=4,
    head_dim=64,
    max_position_embeddings=WINDOW,
    rms_norm_eps=1e-5,
    rope_theta=10000.0,
    tie_word_embeddings=False,
)
LOG_EVERY = 50  # steps between points of the loss curve
CURVE_WINDOWS = 32  # held-out windows, evenly spread, behind each point
EXCERPT = 32 * WINDOW + 1  # bytes in eval_tokens.json


def initial(cfg: Config, seed: int) -> Params:
    """Normal weights of deviation 0.02, divided by sqrt(2 layers) in the projections that end a residual branch."""
    rng = np.random.default_rng(seed)
    params = {}
    for name, shape in shapes(cfg).items():
        ends_branch = name.endswith(("o_proj.weight", "down_proj.weight"))
        scale = 0.02 / math.sqrt(2 * cfg.num_hidden_layers) if ends_branch else 0.02
        values = rng.normal(0.0, scale, shape) if len(shape) == 2 else np.ones(shape)
        params[name] = values.astype(np.float32)
    return params


def batch(text: np.ndarray, rows: int, seed: int, step: int) -> np.ndarray:
    """`rows` random stretches of WINDOW+1 bytes of the training text, int32 [rows, WINDOW+1]."""
    starts = np.random.default_rng([seed, step]).integers(0, text.size - WINDOW, rows)
    return text[starts[:, None] + np.arange(WINDOW + 1)].astype(np.int32)


def loss(params: Params, rows: jax.Array) -> jax.Array:
    """rows [B, WINDOW+1] -> mean loss in nats per byte."""
    return next_token_loss(forward(params, rows[:, :-1], CONFIG, jnp), rows[:, 1:], jnp).mean()


def resume(path: Path, settings: str, hold: int, steps: int) -> tuple[list[Params], int, float, list[list[float]]]:
    """Read a checkpoint -> ([parameters, first and second moments], steps done, seconds spent, curve).

    The decay begins at step `hold` and ends at `steps`; a checkpoint made in a decay, by the numbers then or now, goes
    on only with the same two numbers.
    """
    tensors, notes = load(path)
    done = int(notes["step"])
    in_decay = done > min(hold, int(notes["hold"]))
    if notes["settings"] != settings or (in_decay and (notes["hold"], notes["steps"]) != (str(hold), str(steps))):
        raise TraceError(f"{path} belongs to a run with other settings: remove it or give --state")
    parts = [{name: tensors[f"{part}/{name}"] for name in shapes(CONFIG)} for part in range(3)]
    points = (point.split() for point in notes["curve"].split(","))
    curve = [[int(step), float(train_loss), float(held_loss)] for step, train_loss, held_loss in points]
    print(f"going on from step {done} of {path}", flush=True)
    return parts, done, float(notes["seconds"]), curve


def train(args: argparse.Namespace, text: np.ndarray, held_out: np.ndarray) -> tuple[Params, list[list[float]], float]:
    """Run the remaining steps -> (FP32 parameters, curve [step, train loss, held-out loss] in nats, wall seconds)."""
    settings = f"rows {args.rows} rate {args.rate} warmup {args.warmup} seed {args.seed}"
    hold = args.steps - args.decay
    # One XLA device per core, the batch split between them: faster here than one device with two threads.
    mesh = Mesh(np.array(jax.devices()), ("rows",))
    whole, by_rows = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec("rows"))

    def update(state: tuple[Params, ...], rows: jax.Array, step: jax.Array) -> tuple[tuple[Params, ...], jax.Array]:
        value, grads = jax.value_and_grad(loss)(state[0], rows)
        rate = learning_rate(step, args.rate, args.warmup, args.decay, args.steps)
        return adamw(state[0], grads, state[1], state[2], step, rate), value

    step_fn = jax.jit(update, out_shardings=(whole, whole), donate_argnums=0)
    loss_fn = jax.jit(loss, out_shardings=whole)
    inputs, targets = windows(held_out)
    picked = np.linspace(0, len(inputs) - 1, CURVE_WINDOWS).astype(int)
    probe = np.concatenate([inputs[picked], targets[picked, -1:]], axis=1).astype(np.int32)

    params = initial(CONFIG, args.seed)
    zeros = {name: np.zeros_like(value) for name, value in params.items()}
    parts, first, spent, curve = [params, zeros, zeros], 0, 0.0, []
    if args.state.exists():
        parts, first, spent, curve = resume(args.state, settings, hold, args.steps)
    state = jax.device_put(tuple(parts), whole)

    begin, saved = time.monotonic(), time.monotonic()
    recent: list[jax.Array] = []
    for step in range(first, args.steps):
        rows = jax.device_put(batch(text, args.rows, args.seed, step), by_rows)
        state, value = step_fn(state, rows, jnp.float32(step))
        recent.append(value)
        done = step + 1
        if done % LOG_EVERY == 0 or done == args.steps:
            train_loss = float(np.mean(jax.device_get(recent)))
            held_loss = float(loss_fn(state[0], jax.device_put(probe, by_rows)))
            seconds = time.monotonic() - begin
            speed = (done - first) * args.rows * WINDOW / seconds
            curve.append([done, round(train_loss, 4), round(held_loss, 4)])
            print(
                f"step {done}: train {train_loss:.4f}, held-out {held_loss:.4f} nats/byte, {speed:.0f} bytes/s",
                flush=True,
            )
            recent = []
            if not math.isfinite(train_loss):
                raise TraceError(f"the loss is {train_loss} at step {done}: lower --rate")
        if done % LOG_EVERY == 0 and time.monotonic() - saved > 120:
            saved = time.monotonic()
            flat = {f"{i}/{n}": np.asarray(a) for i, part in enumerate(state) for n, a in part.items()}
            notes = {"settings": settings, "hold": str(hold), "steps": str(args.steps)}
            notes |= {"step": str(done), "seconds": str(spent + saved - begin)}
            notes["curve"] = ",".join(" ".join(map(str, point)) for point in curve)
            save(args.state, flat, notes)
    final = {name: np.asarray(value) for name, value in state[0].items()}
    return final, curve, spent + time.monotonic() - begin


def score(params: Params, stream: np.ndarray) -> dict[str, float | int]:
    """Perplexity of a byte stream by the numpy FP32 forward, with the loss in nats and in bits per byte."""
    nats, count = mean_loss(params, stream, CONFIG)
    return {
        "nats_per_byte": nats,
        "bits_per_byte": nats / math.log(2),
        "perplexity": math.exp(nats),
        "scored_bytes": count,
    }


def write_model(args: argparse.Namespace, params: Params) -> Params:
    """Write model.safetensors and config.json -> the BF16-rounded parameters as float32."""
    rounded = {name: f32_to_bf16(params[name]) for name in shapes(CONFIG)}
    notes = {"format": "pt", "licence": "Apache-2.0", "note": "byte-level Llama, King James Bible, traces/train.py"}
    save(args.out / "model.safetensors", rounded, notes)
    head = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab": "bytes"}
    tail = {"hidden_act": "silu", "attention_bias": False, "mlp_bias": False, "torch_dtype": "bfloat16"}
    write_json(args.out / "config.json", head | vars(CONFIG) | tail | {"bos_token_id": None, "eos_token_id": None})
    return to_f32(rounded)


def report(
    args: argparse.Namespace, params: Params, text: np.ndarray, held_out: np.ndarray, curve: list, seconds: float
) -> None:
    """Save the model, measure it, and write metrics.json and eval_tokens.json."""
    rounded = write_model(args, params)
    full, excerpt = score(rounded, held_out), score(rounded, held_out[:EXCERPT])
    scoring = f"windows of {WINDOW} inputs over the stream, every next byte scored, each window starts without context"
    model_path = args.out / "model.safetensors"
    metrics = {
        "held_out_bf16_weights": full,
        "held_out_fp32_weights": score(params, held_out),
        "excerpt_bf16_weights": excerpt,
        "scoring": scoring,
        "parameters": sum(value.size for value in params.values()),
        "model_bytes": model_path.stat().st_size,
        "model_sha256": sha256(model_path.read_bytes()),
        "train_bytes": text.size,
        "train_sha256": sha256(text.tobytes()),
        "held_out_bytes": held_out.size,
        "held_out_sha256": sha256(held_out.tobytes()),
        "seed": args.seed,
        "steps": args.steps,
        "rows_per_step": args.rows,
        "bytes_seen": args.steps * args.rows * WINDOW,
        "epochs": args.steps * args.rows * WINDOW / text.size,
        "peak_learning_rate": args.rate,
        "warmup_steps": args.warmup,
        "decay_steps": args.decay,
        "train_seconds": round(seconds, 1),
        "devices": len(jax.devices()),
        "versions": {"python": platform.python_version(), "jax": jax.__version__, "numpy": np.__version__},
        "curve_columns": [
            "step",
            "train nats/byte since the last point",
            f"held-out nats/byte, {CURVE_WINDOWS} windows",
        ],
        "curve": curve,
    }
    tokens = {"model": "kjv_llama", "window": WINDOW, "scoring": scoring, "fp32_nll": excerpt["nats_per_byte"]}
    tokens |= {"fp32_perplexity": excerpt["perplexity"], "scored_tokens": excerpt["scored_bytes"]}
    write_json(args.out / "metrics.json", metrics)
    write_json(args.out / "eval_tokens.json", tokens | {"tokens": held_out[:EXCERPT].tolist()})
    print(
        f"held-out, BF16 weights: perplexity {full['perplexity']:.4f}, {full['bits_per_byte']:.4f} bits per byte, "
        f"{full['scored_bytes']} bytes scored; {seconds:.0f} s; wrote {args.out}"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1900, help="optimizer steps (default %(default)s)")
    parser.add_argument("--rows", type=int, default=8, help="windows of 256 bytes per step (default %(default)s)")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate (default %(default)s)")
    parser.add_argument("--warmup", type=int, default=100, help="warm-up steps (default %(default)s)")
    parser.add_argument("--decay", type=int, default=200, help="steps of the cosine at the end (default %(default)s)")
    parser.add_argument("--seed", type=int, default=20250101, help="seed of weights and batches (default %(default)s)")
    parser.add_argument(
        "--devices", type=int, default=2, help="XLA devices, at most the cores; divides --rows (default %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=HERE / "kjv_llama", help="folder for the results (default %(default)s)"
    )
    parser.add_argument("--state", type=Path, help="checkpoint file (default /tmp/bcq_<name of --out>.safetensors)")
    args = parser.parse_args()
    args.state = args.state or Path(f"/tmp/bcq_{args.out.name}.safetensors")
    try:
        if min(args.rows, args.devices, args.warmup, args.decay) < 1 or args.steps < args.warmup + args.decay:
            raise TraceError(
                "--rows, --devices, --warmup, --decay must be positive and --steps at least --warmup + --decay"
            )
        if args.rows % args.devices or CURVE_WINDOWS % args.devices:
            raise TraceError(f"--devices must divide --rows and {CURVE_WINDOWS}")
        jax.config.update("jax_num_cpu_devices", args.devices)
        text, held_out = corpus.split()
        params, curve, seconds = train(args, text, held_out)
        report(args, params, text, held_out, curve, seconds)
        args.state.unlink(missing_ok=True)
    except TraceError as error:
        fail(Path(sys.argv[0]).name, error)


if __name__ == "__main__":
    main()
