#!/usr/bin/env python3
"""Arrays of other number formats take the cycles of docs/cycles.md: streams that never stall, in Icarus.

The bench counts from the start of simulation; what is compared is by how much a GEMM takes longer than a tile of two beats.
"""

import os
import pathlib
import re
import tempfile
import unittest

import run_array
from run_array import HERE, RTL, architectures

MAKE_CASE = os.environ["MAKE_CASE"]
ROWS, COLS, LANES = 4, 2, 8
# The bench's first run is the one without stalls, and a column of tiles is a run of VSQ: one column of tiles.
SHAPES = ((ROWS, COLS, 2 * LANES), (5 * ROWS, COLS, 2 * LANES), (3 * ROWS, COLS, 6 * LANES - 1))


def closed_form(m, k):
    beats, tiles = -(-k // LANES), -(-m // ROWS)
    return beats + (tiles - 1) * max(beats, ROWS) + 12 + ROWS


def cycles(number, shape, folder):
    """Of the whole simulation."""
    (folder / "arch.toml").write_text(f"[array]\nrows = {ROWS}\ncols = {COLS}\nlanes = {LANES}\nk_max = 64\n", encoding="utf-8")
    run_array.run([MAKE_CASE, "--format", number, "arch.toml", str(folder), "random", *map(str, shape)], folder)
    own = [*architectures.rtl_sources(RTL), HERE / "array_dut.sv"]
    other = [*architectures.baseline_sources(RTL), HERE / "baseline_dut.sv"]
    sources = [folder / "case_pkg.sv", *(own if number == "bcq" else other), HERE / "array_tb.sv"]
    output = run_array.icarus([str(source) for source in sources], run_array.CELLS, folder)
    return int(re.search(r"PASS: 1 GEMMs, .* (\d+) cycles", output).group(1))


class Cycles(unittest.TestCase):
    def test_closed_form(self):
        for number in ("bcq", *architectures.BASELINES):
            with self.subTest(number), tempfile.TemporaryDirectory() as name:
                found = [cycles(number, shape, pathlib.Path(name)) for shape in SHAPES]
                wanted = [closed_form(m, k) for m, _, k in SHAPES]
                self.assertEqual([one - found[0] for one in found], [one - wanted[0] for one in wanted])


if __name__ == "__main__":
    unittest.main()
