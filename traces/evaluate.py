#!/usr/bin/env python3
"""Perplexity of a Hugging Face style Llama model, computed by the numpy FP32 forward pass of llama.py.

The tokens are cut into windows of 256 inputs; every next token is scored; each window starts without context. BF16
weights are widened to FP32. Without --tokens the model must be byte-level and is scored on the held-out text of
corpus.py.

  python traces/evaluate.py                                              the committed model, whole held-out text
  python traces/evaluate.py --tokens traces/kjv_llama/eval_tokens.json   the same on the committed excerpt
  python traces/evaluate.py --model DIR --tokens FILE.json               another model (model.safetensors, config.json)
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import corpus
from llama import check_stream, mean_loss, read_model, to_f32
from store import TraceError, fail

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--model", type=Path, default=HERE / "kjv_llama", metavar="DIR", help="model folder (default %(default)s)"
    )
    parser.add_argument(
        "--tokens", type=Path, metavar="FILE", help="JSON file with a list `tokens` (default: held-out text)"
    )
    args = parser.parse_args()
    try:
        cfg, tensors, digest = read_model(args.model)
        stream, source = corpus.stream(args.tokens)
        check_stream(stream, cfg)
        nats, count = mean_loss(to_f32(tensors), stream, cfg)
    except TraceError as error:
        fail(Path(sys.argv[0]).name, error)
    print(f"model sha256 {digest}")
    print(f"source: {source}")
    bits = nats / math.log(2)
    print(f"perplexity {math.exp(nats):.6f}, {nats:.6f} nats, {bits:.6f} bits per token, {count} tokens scored")


if __name__ == "__main__":
    main()
