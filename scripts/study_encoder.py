#!/usr/bin/env python3
"""What encoding on line costs in area: docs/results/encoder.md.

    scripts/study_encoder.py [--liberty FILE] [--jobs N] [--keep FILE]

Synthesizes bcq_encoder alone (scripts/synthesis.py). Around the default (L_b = 8, L_A = 64, N_c = 8, B_c = 6, a block per cycle, FP32, programmable codebooks) one choice
is varied at a time. The parts of the default are synthesized alone, each as often as the encoder has it; what is left is
what stands between them. Frozen codebooks are those of traces/codebooks/. Takes about forty minutes of one core.

Exit status 0: written; 1: a tool that failed; 2: bad usage.
"""

import argparse
import json
import pathlib
import struct

from architectures import ROOT
from synthesis import Design, Synthesis

OUT = ROOT / "docs" / "results" / "encoder.md"
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
    """The default bcq_encoder but for `choice`."""
    params = {**DEFAULT, **choice}
    if params["FROZEN"]:
        params["CODEBOOKS"] = frozen_codebooks(params["NC"])
    return Design("bcq_encoder", params)


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
    return [(title, count, Design(module, p)) for title, count, module, p in store + scale + lane + choice]


PE = Design("bcq_pe", {"LANES": ARRAY["lanes"]})


def row(*cells):
    """A line of a Markdown table."""
    return "| " + " | ".join(f"{cell:,.0f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"


def table(*head):
    """Head of a Markdown table."""
    return [row(*head), "|---" * len(head) + "|"]


def design_cells(result, default):
    return f"{result.cells:,}", f"{result.flops:,}", result.area, f"{result.area / default:.2f}"


def part_rows(results, precision):
    whole = results[encoder(PRECISION=precision)].area
    left = whole
    for title, count, design in parts(precision):
        area = count * results[design].area
        left -= area
        yield row(title, count, results[design].area, area, f"{100 * area / whole:.1f} %")
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
    whole = results[encoder()].area
    choosing = whole - results[encoder(NC=1)].area
    pes = ARRAY["rows"] * ARRAY["cols"] * results[PE].area
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
        lines.append(row(f"{lanes / LB:g} ({lanes})", *design_cells(result, whole), result.area / lanes))
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
        area = results[encoder(LANES=lanes)].area
        lines.append(row(k, f"{rate:g}", lanes, area, f"{100 * area / pes:.1f} %"))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    Synthesis.add_arguments(parser)
    args = parser.parse_args()
    synthesis = Synthesis.of(parser, args)

    designs = [encoder(LANES=n) for n in LANES] + [encoder(NC=n) for n in CODEBOOKS] + [PE]
    designs += [encoder(PRECISION=precision, FROZEN=frozen) for precision in (24, 8) for frozen in (0, 1)]
    designs += [design for precision in (24, 8) for _, _, design in parts(precision)]
    results = synthesis.all(designs)
    OUT.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
