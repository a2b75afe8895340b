#!/usr/bin/env python3
"""What encoding on line costs in area: docs/results/encoder.md.

    scripts/study_encoder.py [--liberty FILE] [--jobs N] [--keep FILE]

Synthesizes bcq_encoder alone with Yosys for a Liberty file (Debian's qflow-tech-osu018): `synth -flatten; dfflibmap; abc;
stat`. Around the default (L_b = 8, L_A = 64, N_c = 8, B_c = 6, a block per cycle, FP32, programmable codebooks) one choice
is varied at a time. The parts of the default are synthesized alone, each as often as the encoder has it; what is left is
what stands between them. Frozen codebooks are those of traces/codebooks/. Takes about forty minutes of one core; with
--keep a run that was stopped goes on where it was, unless the RTL has changed.

Exit status 0: written; 1: a tool that failed; 2: bad usage.
"""

import argparse
import hashlib
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from architectures import ROOT, rtl_sources

OUT = ROOT / "docs" / "results" / "encoder.md"
LIBERTY = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib"
LB, LA, BC = 8, 64, 6
DEFAULT = {"LANES": 8, "NC": 8, "PRECISION": 24, "FROZEN": 0}
LANES, CODEBOOKS = (1, 2, 4, 8, 16), (1, 2, 4, 8, 16)
ARRAY = {"rows": 16, "cols": 16, "lanes": 16}
LENGTHS = (256, 512, 1024, 2048, 4096, 8192)


def frozen_codebooks(nc):
    """The universal codebooks of N_c = nc as a Verilog constant, codeword i of codebook c at [(16c + i)*BC +: BC]."""
    data = (ROOT / "traces" / "codebooks" / f"nc{nc}_lb{LB}.safetensors").read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    begin, end = json.loads(data[8 : 8 + length])["codebooks"]["data_offsets"]
    words = struct.unpack(f"{end - begin}b", data[8 + length + begin : 8 + length + end])
    value = sum((word & (1 << BC) - 1) << i * BC for i, word in enumerate(words))
    return f"{nc * 16 * BC}'h{value:x}"


def encoder(**choice):
    """A design: module and parameters of bcq_encoder, the default but for `choice`."""
    params = {**DEFAULT, **choice}
    if params["FROZEN"]:
        params["CODEBOOKS"] = frozen_codebooks(params["NC"])
    return "bcq_encoder", tuple(params.items())


def parts(precision):
    """(title, how many, design) of what the default encoder with scalars of this precision is made of."""
    lanes, nc = DEFAULT["LANES"], DEFAULT["NC"]
    scalars_w = lanes * (precision + 8)
    queue = {"W": scalars_w + lanes + 2, "VALUE_W": 7, "DEPTH": LA // lanes + 4, "GROUPS": 5}
    store = [
        ("queue of beats that wait for their scale", 1, "bcq_enc_hold", queue),
        ("codebook store", 1, "bcq_codebooks", {"NC": nc}),
    ]
    scale = [
        ("largest magnitude", 1, "bcq_enc_absmax", {"LANES": lanes, "PRECISION": precision}),
        ("scale code", 1, "bcq_enc_scale_code", {"PRECISION": precision}),
    ]
    lane = [("normalise", lanes, "bcq_enc_normalise", {"PRECISION": precision})]
    choice = [
        ("thresholds", nc, "bcq_enc_thresholds", {"BC": BC}),
        ("nearest codewords of a lane", lanes, "bcq_enc_nearest", {"NC": nc}),
        ("score of a lane in a codebook", lanes * nc, "bcq_enc_score", {"BC": BC}),
        ("select", 1, "bcq_enc_select", {"LANES": lanes, "NC": nc}),
    ]
    return [(title, count, (module, tuple(p.items()))) for title, count, module, p in store + scale + lane + choice]


PE = ("bcq_pe", (("LANES", ARRAY["lanes"]),))


def synthesize(liberty, design):
    """{"cells", "flops", "area"} of a module alone."""
    module, params = design
    values = " ".join(f"-set {name} {value}" for name, value in params)
    commands = (
        f"read_verilog -sv {' '.join(map(str, rtl_sources()))}; chparam {values} {module}; synth -flatten -top {module}; "
        f"dfflibmap -liberty {liberty}; abc -liberty {liberty}; opt_clean; stat -liberty {liberty}"
    )
    start = time.monotonic()
    done = subprocess.run(["yosys", "-Q", "-T", "-p", commands], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"yosys: {module} {dict(params)}: {done.stderr.strip()}")
    report = done.stdout.split("Number of cells:")[-1]
    result = {
        "cells": int(report.split()[0]),
        "flops": sum(int(count) for count in re.findall(r"^ +DFF\w+ +(\d+)$", report, re.M)),
        "area": float(re.findall(r"Chip area for module .*: ([\d.]+)", report)[0]),
    }
    short = {name: value for name, value in params if name != "CODEBOOKS"}
    print(f"{module} {short}: {result['area']:,.0f} µm² ({time.monotonic() - start:.0f} s)", flush=True)
    return result


class Kept:
    """Results in a file, as long as RTL and library are the same."""

    def __init__(self, path, liberty):
        files = [*rtl_sources(), pathlib.Path(liberty)]
        self.path = path
        self.state = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
        self.results = {}
        if path and path.is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.results = kept["results"] if kept["state"] == self.state else {}

    def get(self, liberty, design):
        key = repr(design)
        if key not in self.results:
            self.results[key] = synthesize(liberty, design)
            if self.path:
                self.path.write_text(json.dumps({"state": self.state, "results": dict(self.results)}), encoding="utf-8")
        return self.results[key]


def row(*cells):
    """A line of a Markdown table."""
    return "| " + " | ".join(f"{cell:,.0f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def table(*head):
    """Head of a Markdown table."""
    return [row(*head), "|---" * len(head) + "|"]


def design_cells(result, default):
    return f"{result['cells']:,}", f"{result['flops']:,}", result["area"], f"{result['area'] / default:.2f}"


def part_rows(results, precision):
    whole = results[encoder(PRECISION=precision)]["area"]
    left = whole
    for title, count, design in parts(precision):
        area = count * results[design]["area"]
        left -= area
        yield row(title, count, results[design]["area"], area, f"{100 * area / whole:.1f} %")
    yield row("stages between, choice of the index, way out", 1, left, left, f"{100 * left / whole:.1f} %")
    yield row("**encoder**", "", "", whole, "100 %")


def demand_rows():
    """Results per cycle of the array (docs/cycles.md), and the encoder that takes them."""
    tile = ARRAY["rows"] * ARRAY["cols"]
    for k in LENGTHS:
        per_cycle = tile / max(-(-k // ARRAY["lanes"]), ARRAY["rows"])
        lanes = next(lanes for lanes in LANES if lanes >= per_cycle)
        yield k, per_cycle, lanes


def page(results):
    whole = results[encoder()]["area"]
    choosing = whole - results[encoder(NC=1)]["area"]
    pes = ARRAY["rows"] * ARRAY["cols"] * results[PE]["area"]
    columns = ("cells", "flip-flops", "area", "of the default")
    lines = [
        "# What encoding on line costs",
        "",
        "Written by `scripts/study_encoder.py`. Area in µm² of osu018 (0.18 µm), Yosys and ABC, before placement; `bcq_encoder`",
        f"alone with L_b = {LB}, L_A = {LA}, B_c = {BC}. The default takes a block of 8 FP32 scalars per cycle and has",
        "8 programmable codebooks; each table varies one choice.",
        "",
        "## Throughput",
        "",
        *table("blocks (scalars) per cycle", *columns, "area per scalar"),
    ]
    for lanes in LANES:
        result = results[encoder(LANES=lanes)]
        lines.append(row(f"{lanes / LB:g} ({lanes})", *design_cells(result, whole), result["area"] / lanes))
    lines += ["", "## Codebooks", "", *table("N_c", *columns)]
    lines += [row(nc, *design_cells(results[encoder(NC=nc)], whole)) for nc in CODEBOOKS]
    lines += [
        "",
        f"With one codebook there is nothing to choose: choosing one of 8 costs {choosing:,.0f} µm², "
        f"{100 * choosing / whole:.0f} % of the encoder.",
        "",
        "## Scalars and codebooks",
        "",
        *table("scalars, codebooks", *columns),
    ]
    for name, precision in (("FP32", 24), ("BF16", 8)):
        for kind, frozen in (("programmable", 0), ("frozen", 1)):
            result = results[encoder(PRECISION=precision, FROZEN=frozen)]
            lines.append(row(f"{name}, {kind}", *design_cells(result, whole)))
    lines += ["", "## Parts", "", "Parts alone, times how often they are there; the last but one line is what is left of the whole."]
    for name, precision in (("FP32", 24), ("BF16", 8)):
        lines += ["", *table(name, "count", "area of one", "area", "share"), *part_rows(results, precision)]
    lines += [
        "",
        "## Beside an array",
        "",
        f"The default array of {ARRAY['rows']} × {ARRAY['cols']} PEs with {ARRAY['lanes']} lanes gives 256 results per tile, and a tile",
        f"takes max(⌈K/{ARRAY['lanes']}⌉, {ARRAY['rows']}) cycles ([cycles](../cycles.md)). Its PEs alone, synthesized in the same way,",
        f"take {pes:,.0f} µm². The encoder that takes results as fast as the array makes them:",
        "",
        *table("K", "results per cycle", "encoder, scalars per cycle", "area", "of the PEs"),
    ]
    for k, rate, lanes in demand_rows():
        area = results[encoder(LANES=lanes)]["area"]
        lines.append(row(k, f"{rate:g}", lanes, area, f"{100 * area / pes:.1f} %"))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liberty", default=LIBERTY, help="cell library (default: %(default)s)")
    parser.add_argument("--keep", type=pathlib.Path, help="file for results as they come (JSON)")
    parser.add_argument("--jobs", type=int, default=1, help="syntheses at a time (default 1)")
    args = parser.parse_args()
    if shutil.which("yosys") is None:
        parser.error("yosys is not installed; apt-get install yosys")
    if not pathlib.Path(args.liberty).is_file():
        parser.error(f"{args.liberty}: no such file; apt-get install qflow-tech-osu018, or name one with --liberty")

    designs = [encoder(LANES=n) for n in LANES] + [encoder(NC=n) for n in CODEBOOKS] + [PE]
    designs += [encoder(PRECISION=precision, FROZEN=frozen) for precision in (24, 8) for frozen in (0, 1)]
    designs += [design for precision in (24, 8) for _, _, design in parts(precision)]
    designs = list(dict.fromkeys(designs))
    kept = Kept(args.keep, args.liberty)
    try:
        with ThreadPoolExecutor(args.jobs) as pool:
            results = dict(zip(designs, pool.map(lambda design: kept.get(args.liberty, design), designs)))
    except RuntimeError as error:
        sys.exit(f"study_encoder.py: {error}")
    OUT.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
