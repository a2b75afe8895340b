#!/usr/bin/env python3
"""How the choices of a calibration show in the error: docs/results/calibration.md.

    scripts/study_calibration.py BCQ [LAYER...]

Calibrates the default format (nc 8, lb 8, la 64) with each choice on the embedded model's layers, then measures
`bcq compare --formats bcq` on them and, when given, on other LAYERs that no calibration has seen.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "results" / "calibration.md"
BASE = ["--seed", "1", "--max-blocks", "100000"]
STUDY = [
    ("k-means++, proportional, block", []),
    ("naive start", ["--init", "naive"]),
    ("8 restarts", ["--restarts", "8"]),
    ("even mixture", ["--mixture", "even"]),
    ("energy weighting", ["--weighting", "energy"]),
    ("even mixture, energy weighting", ["--mixture", "even", "--weighting", "energy"]),
    ("weights only", ["--tensors", "weight"]),
    ("activations only", ["--tensors", "activation"]),
    ("mirror pairs", ["--mirror-pairs"]),
]
SCALE_STUDY = [
    (f"L_A = {la}, calibrated at {at}", ["--la", str(at)], f"bcq:la={la}")
    for la in (16, 32, 128)
    for at in (64, la)
]


def run(bcq, *arguments, **environment):
    subprocess.run([bcq, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})


def measure(bcq, folder, layers, specification):
    """(weight, activation, output) NMSE in sum over layers, dB."""
    report = folder / "compare.json"
    run(bcq, "compare", *layers, "--formats", specification, "--json", report, BCQ_DATA_DIR=str(folder))
    score = json.loads(report.read_text())["sum"][0]
    return [score[part]["nmse_db"] for part in ("weight", "activation", "output")]


def row(bcq, name, options, seen, unseen, specification="bcq"):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "codebooks").mkdir()
        books, report = folder / "codebooks" / "nc8_lb8.safetensors", folder / "calibrate.json"
        run(bcq, "calibrate", *seen, *BASE, *options, "-o", books, "--json", report)
        result = json.loads(report.read_text())
        numbers = [result["mse"][-1], result["rounded_mse"][0], result["rounded_mse"][-1]]
        cells = [f"{n:.4f}" for n in numbers]
        for layers in filter(None, (seen, unseen)):
            cells += [f"{n:.2f}" for n in measure(bcq, folder, layers, specification)]
    return "| " + " | ".join([name, *cells]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bcq", help="the program")
    parser.add_argument("layers", nargs="*", help="layers that the calibration has not seen")
    arguments = parser.parse_args()
    seen = sorted(str(path) for path in (ROOT / "traces" / "layers").glob("*.safetensors"))
    header = ["calibration", "real", "rounded", "refined", "seen W", "A", "output"]
    if arguments.layers:
        header += ["unseen W", "A", "output"]
    table_head = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines = [
        "# What a calibration's choices cost",
        "",
        "Written by `scripts/study_calibration.py`. LO-BCQ with nc 8, lb 8, la 64, 100,000 blocks. Columns: mean squared error of the",
        "calibration in codeword steps (with its own weighting) with real codewords, after rounding, after the exact",
        "redesign; then the NMSE in dB of weights, activations and outputs, mean over layers: those of the embedded model",
        "(seen)" + (f", and {len(arguments.layers)} layers of other models (unseen)." if arguments.layers else "."),
        "",
        *table_head,
    ]
    lines += [row(arguments.bcq, name, options, seen, arguments.layers) for name, options in STUDY]
    lines += ["", "The same at other L_A: do codebooks that were calibrated at L_A = 64 serve?", "", *table_head]
    lines += [row(arguments.bcq, name, options, seen, arguments.layers, what) for name, options, what in SCALE_STUDY]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
