#!/usr/bin/env python3
"""Exact against FP32 accumulators, in area and in error: docs/results/accumulators.md.

    scripts/study_accumulators.py BCQ [--liberty FILE] [--jobs N] [--keep FILE]

Area and delay: Yosys and ABC with a Liberty file (Debian's qflow-tech-osu018). Error: `bcq simulate` of the embedded model's
layers, and of random layers of long K, on the default array with either accumulator. Takes about ten minutes.
"""

import argparse
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np

from synthesis import FAST, SMALL, Design, Synthesis

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "results" / "accumulators.md"
EXACT, FP32 = {"ACCUM": 0}, {"ACCUM": 1, "ACC_W": 32}
# (title, module, parameters); those left out are the default array's.
UNITS = [
    ("accumulator, exact, K ≤ 4096", "bcq_accumulator", {**EXACT, "ACC_W": 59}),
    ("accumulator, exact, K ≤ 65536", "bcq_accumulator", {**EXACT, "ACC_W": 63}),
    ("accumulator, FP32", "bcq_accumulator", FP32),
    ("PE, exact, K ≤ 65536", "bcq_pe", {**EXACT, "ACC_W": 63}),
    ("PE, FP32", "bcq_pe", FP32),
    ("output stage per column, exact", "bcq_output", {**EXACT, "ACC_W": 63, "COLS": 1}),
    ("output stage per column, FP32", "bcq_output", {**FP32, "COLS": 1}),
]
LONG_K = (1024, 8192, 65536)


def area_rows(synthesis):
    pairs = [(title, [Design(module, parameters, script) for script in (SMALL, FAST)]) for title, module, parameters in UNITS]
    results = synthesis.all(design for _, designs in pairs for design in designs)
    for title, designs in pairs:
        small, fast = (results[design] for design in designs)
        yield f"| {title} | {small.flops} | {small.area:,.0f} | {fast.area:,.0f} | {fast.path:.1f} |"


def simulate(bcq, layer, accumulator, folder):
    arch, report = folder / f"{accumulator}.toml", folder / "report.json"
    default = subprocess.run([bcq, "arch", "default", "--toml"], check=True, capture_output=True, text=True).stdout
    arch.write_text(default.replace('accumulator = "exact"', f'accumulator = "{accumulator}"'))
    subprocess.run([bcq, "simulate", layer, "--arch", arch, "--json", report], check=True, stdout=subprocess.DEVNULL)
    return json.loads(report.read_text())


def write_layer(path, k):
    """Standard normal weight and activation, [16, k] each."""
    random = np.random.default_rng(k)
    size = 16 * k * 4
    header = {
        name: {"dtype": "F32", "shape": [16, k], "data_offsets": [i * size, (i + 1) * size]}
        for i, name in enumerate(("activation", "weight"))
    }
    text = json.dumps(header).encode()
    data = random.standard_normal((2, 16, k), dtype=np.float32)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data.tobytes())


def error_rows(bcq):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        layers = sorted((ROOT / "traces" / "layers").glob("*.safetensors"))
        for k in LONG_K:
            layers.append(folder / f"normal {k}.safetensors")
            write_layer(layers[-1], k)
        for layer in layers:
            exact, fp32 = (simulate(bcq, layer, accumulator, folder) for accumulator in ("exact", "fp32"))
            assert exact["total"]["cycles"] == fp32["total"]["cycles"]
            cells = [layer.stem, exact["shape"]["k"], f"{exact['result']['nmse_db']:.4f}"]
            difference = fp32["accumulation"]["nmse_db"]
            cells += [f"{fp32['result']['nmse_db']:.4f}", "none" if difference is None else f"{difference:.1f}"]
            yield "| " + " | ".join(map(str, cells)) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bcq", help="the program")
    Synthesis.add_arguments(parser)
    arguments = parser.parse_args()
    lines = [
        "# Exact or FP32 accumulators",
        "",
        "Written by `scripts/study_accumulators.py`. Area in µm² of osu018 (0.18 µm), Yosys and ABC, before placement: mapped for",
        "area, then mapped and sized for speed, with the longest path between registers. Units alone, parameters of",
        "the architecture `default`.",
        "",
        "| unit | flip-flops | area, small | area, fast | path, fast (ns) |",
        "|---|---|---|---|---|",
        *area_rows(Synthesis.of(parser, arguments)),
        "",
        "NMSE of C in dB: against FP64 with either accumulator, then FP32 against exact accumulation of the same operands.",
        "Layers of the embedded model, and products of standard normal operands. Cycles are the same.",
        "",
        "| layer | K | exact | FP32 | FP32 against exact |",
        "|---|---|---|---|---|",
        *error_rows(arguments.bcq),
    ]
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
