#!/usr/bin/env python3
"""Where and how operands are decoded, in area: docs/results/decode.md.

    scripts/study_decode.py [--liberty FILE] [--jobs N] [--keep FILE]

Synthesizes (scripts/synthesis.py) a PE and an edge line for every value of DECODE, programmable and frozen, for 2 to 16
codebooks, and puts the areas of a 16 x 16 x 16 array together from them; then dot products and look-ups alone, with the
alternatives of scripts/decode_alternatives.sv. Takes about twenty minutes on two cores.
"""

import argparse
import pathlib
import random

from synthesis import Design, Synthesis

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "results" / "decode.md"
ALTERNATIVES = ROOT / "scripts" / "decode_alternatives.sv"
DECODES = ("pe", "edge", "pairs")  # by value of the parameter
CODEBOOKS = (2, 4, 8, 16)
SIDE = 16  # rows and columns of the array that is put together
BC, ENTRIES = 6, 16
DOTS = [
    ("multipliers, left to Yosys", "dot_plain"),
    ("sign and magnitude", "dot_magnitude"),
    ("a row per bit of a weight", "dot_rows"),
    ("Booth digits from the edge", "dot_booth"),
    ("factors of pairs of lanes: `bcq_dot`", "bcq_dot"),
]
LOOKUPS = [
    ("variable part-selects, codebook first", "lookup_shift"),
    ("comparisons, codeword first", "lookup_index_first"),
    ("comparisons, codebook first: `bcq_lookup` without sign and mask", "lookup_book_first"),
]


def constant(nc):
    """nc ascending codebooks of random codewords, as a Verilog number."""
    numbers = random.Random(nc)
    words = [word for _ in range(nc) for word in sorted(numbers.randint(-31, 31) for _ in range(ENTRIES))]
    return f"{len(words) * BC}'b" + "".join(f"{word & 63:06b}" for word in reversed(words))


def designs():
    """What to synthesize, by key."""
    work = {("pe", "edge"): Design("bcq_pe", {"DECODE": 1}), ("pe", "pairs"): Design("bcq_pe", {"DECODE": 2})}
    for _, module in DOTS + LOOKUPS:
        work["alone", module] = Design(module, {}, sources=(ALTERNATIVES,))
    for nc in CODEBOOKS:
        pe = {"DECODE": 0, "NC": nc}
        frozen = {"FROZEN": "1'b1", "ACT_CODEBOOKS": constant(nc), "WGT_CODEBOOKS": constant(nc)}
        work["pe", "pe", nc, False] = Design("bcq_pe", pe)
        work["pe", "pe", nc, True] = Design("bcq_pe", {**pe, **frozen})
        work["store", nc] = Design("bcq_codebooks", {"NC": nc})
        for decode, name in enumerate(DECODES):
            for weight in (0, 1) if name == "pairs" else (0,):
                parameters = {"DECODE": decode, "WEIGHT": weight, "NC": nc, "LINES": 1}
                work["line", name, weight, nc, False] = Design("bcq_edge", parameters)
                constants = {"FROZEN": "1'b1", "CODEBOOKS": constant(nc)}
                work["line", name, weight, nc, True] = Design("bcq_edge", {**parameters, **constants})
    return work


def array_row(results, name, nc, frozen):
    """A row of the table: areas of the parts and of the array that they make."""
    pe = results["pe", name] if ("pe", name) in results else results["pe", name, nc, frozen]
    store = 0 if frozen else results["store", nc].area
    lines = [results["line", name, weight if name == "pairs" else 0, nc, frozen] for weight in (0, 1)]
    # Alone, an edge of one line holds the store; constants need none.
    areas = [line.area - store for line in lines]
    total = SIDE * SIDE * pe.area + SIDE * sum(areas) + 2 * store
    decoding = total - SIDE * SIDE * results["pe", "pairs"].area
    cells = [nc, "frozen" if frozen else "programmable", name, f"{pe.area:,.0f}"]
    cells += [f"{area:,.0f}" for area in areas] + [f"{store:,.0f}", lines[0].flops - (0 if frozen else nc * ENTRIES * BC)]
    return [*cells, f"{total / 1e6:.2f}", f"{100 * decoding / total:.1f}"]


def table(head, rows):
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(map(str, row))} |" for row in rows), ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    Synthesis.add_arguments(parser)
    arguments = parser.parse_args()
    synthesis = Synthesis.of(parser, arguments)
    work = designs()
    done = synthesis.all(work.values())
    results = {key: done[design] for key, design in work.items()}
    alone = [
        (title, f"{result.cells:,}", f"{result.area:,.0f}", f"{result.path:.1f}")
        for title, module in DOTS
        for result in [results["alone", module]]
    ]
    lookups = [
        (title, f"{result.cells:,}", f"{result.area:,.0f}")
        for title, module in LOOKUPS
        for result in [results["alone", module]]
    ]
    lines = [
        "# Where operands are decoded",
        "",
        "Written by `scripts/study_decode.py`. Areas in µm² of osu018 (0.18 µm), Yosys and ABC, mapped for area, before placement.",
        "Units alone, 16 lanes, parameters of the default array but for the codebooks; frozen ones are random constants.",
        "",
        "The array is 16 × 16 PEs, 16 + 16 lines and two stores of codebooks put together; the rest of it is left out. *Decoding* is",
        "what it has beyond 256 PEs that get their factors ready made, in percent: look-ups, pairing, stage D, delayed scales.",
        "",
        *table(
            ["codebooks", "kind", "decode", "PE", "activation line", "weight line", "store", "flip-flops of a line", "array (mm²)",
             "decoding (%)"],
            [array_row(results, name, nc, frozen) for nc in CODEBOOKS for frozen in (False, True) for name in DECODES],
        ),
        "Dot products of 16 lanes alone, with the longest path in ns. Those that get something ready made from the edge are",
        "without its cost.",
        "",
        *table(["dot product", "cells", "area", "path"], alone),
        "Look-ups of a line alone, 8 codebooks, without register.",
        "",
        *table(["look-up", "cells", "area"], lookups),
    ]
    OUT.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
