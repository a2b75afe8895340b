#!/usr/bin/env python3
"""The on-line encoder as gates: the smallest one through every step, a wrong bit, and cells in folds."""

import dataclasses
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BCQ = os.environ.get("BCQ", str(ROOT / "build" / "release" / "bin" / "bcq"))
sys.path[:0] = [str(ROOT / "ppa"), str(ROOT / "scripts")]
import encoder  # noqa: E402
import flow  # noqa: E402
import liberty  # noqa: E402
import netlist as netlists  # noqa: E402
import results  # noqa: E402
from activity import ActivityError  # noqa: E402
from fold import fold  # noqa: E402
from netlist import Instance, Module, Netlist  # noqa: E402

OSU018 = pathlib.Path("/usr/share/qflow/tech/osu018")
K = 24  # of a layer of two rows
ARRAY = {"rows": 2, "cols": 2, "lanes": 1, "k_max": 256, "codebooks": "frozen", "accumulator": "exact", "decode": "pairs"}
DESIGN = flow.Design("tiny", ARRAY, {"lb": 1, "la": 1, "nc": 1, "bc": 6})
LANES = 1


def write_layer(path):
    """Numbers of either sign over some binades, as weight and as activation."""
    size = 2 * K * 4
    tensors = {name: {"dtype": "F32", "shape": [2, K], "data_offsets": [at, at + size]}
               for name, at in (("activation", 0), ("weight", size))}
    values = [(i * 7919 % 1009 - 504) * 2.0 ** (i % 5) for i in range(2 * K)]
    header = json.dumps(tensors).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + 2 * struct.pack(f"<{2 * K}f", *values))
    return path


class Tampering(encoder.EncoderFlow):
    """Runs its netlist again with another bit in the tenth beat of what is expected."""

    def _work(self, mapped, case, period, folder):
        found = super()._work(mapped, case, period, folder)
        lines = (case / "out.hex").read_text(encoding="utf-8").splitlines()
        lines[9] = f"{int(lines[9], 16) ^ 1:x}"
        (case / "out.hex").write_text("\n".join(lines) + "\n", encoding="utf-8")
        with self.test.assertRaisesRegex(ActivityError, "FAIL: beat 9: got"):
            super()._work(mapped, case, period, folder)
        return found


class Whole(unittest.TestCase):
    def test_smallest_encoder(self):
        library = liberty.read(OSU018 / "osu018_stdcells.lib")
        with tempfile.TemporaryDirectory() as name:
            layer = write_layer(pathlib.Path(name) / "layer.safetensors")
            chain = Tampering(library, OSU018 / "osu018_stdcells.v", pathlib.Path(BCQ).parent, layer, 10, name, rows=2)
            chain.test = self
            found = chain.measure_encoder(DESIGN, LANES, with_random=False)
        record = results.encoder_record(found, "layer")
        self.assertEqual((record["lanes"], record["precision"]), (LANES, 24))
        beats = 2 * K // LANES
        self.assertEqual(record["workload"]["beats"], beats)
        # What the last beat takes: min(B, LA/LANES) + 9, and a cycle for the first to come (docs/encoder.md).
        self.assertEqual(record["workload"]["cycles"], beats + 1 + 9 + 1)
        self.assertTrue(3 < record["critical_path_ns"] < 30, record["critical_path_ns"])
        self.assertTrue(0 < record["registers_pj"] < record["energy_pj"])
        # A clock pin takes some tenths of a pJ per cycle.
        self.assertTrue(0.1 < record["clock_pj"] / record["flip_flops"] < 0.4)
        # All gates switch, on average, less than ten times per beat and 0.1 pJ.
        self.assertTrue(0.001 < record["energy_pj"] / record["cells"] < 1)
        self.assertIn("bcq_encoder.sv", record["rtl_files"])
        self.assertNotIn("bcq_array.sv", record["rtl_files"])
        self.assertEqual(record["rtl_crc32"], results.rtl_crc32(record["rtl_files"]))


class Case(unittest.TestCase):
    def make(self, text, *what):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "arch.toml").write_text(text, encoding="utf-8")
            command = [pathlib.Path(BCQ).parent / "make_case", "--encoder", folder / "arch.toml", folder, *what]
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
            files = {path.name: path.read_text(encoding="utf-8").split() for path in folder.glob("*.hex")}
        return done, files

    def test_beats_of_short_rows(self):
        design = dataclasses.replace(DESIGN, format=DESIGN.format | {"lb": 2, "la": 2})
        text = design.architecture(2, 2) + "[output]\nencoder_lanes = 2\n"
        done, files = self.make(text, "random", 3, 5)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Three beats a row; each has its last bit, then two lanes that exist (one in the last beat), then scalars.
        self.assertEqual([int(line, 16) >> 64 for line in files["in.hex"]], [0b011, 0b011, 0b101] * 3)
        # 8 bits of indices, 1 of a selector, 8 of a scale; the index of a lane that does not exist is 0.
        self.assertEqual([int(line, 16) >> 17 for line in files["out.hex"]], [0, 0, 1] * 3)
        self.assertEqual({int(line, 16) >> 4 & 0xF for line in files["out.hex"][2::3]}, {0})

    def test_bad_input(self):
        for lanes, what, message in (
            (0, ("random", 1, 8), "output.encoder_lanes = 0"),
            (1, ("layer", 0), "'0' is no count"),
            (1, (), "LAYER ROWS or random ROWS K"),
            (1, ("/nowhere.safetensors", 1), "/nowhere.safetensors"),
        ):
            done, _ = self.make(DESIGN.architecture(2, 2) + f"[output]\nencoder_lanes = {lanes}\n", *what)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)


class Fold(unittest.TestCase):
    def test_cells_and_nets_stay(self):
        """A chain of inverters with taps, as a part in a top module: the same cells on the same nets."""
        library = liberty.read(OSU018 / "osu018_stdcells.lib")
        chain = {f"c{i}": Instance("INVX1", {"A": [i + 2], "Y": [i + 3]}) for i in range(100)}
        part = Module("part", "bcq_encoder", {"a": ("input", [2]), "y": ("output", [52, 102])}, chain)
        top = Module("top", "top", {"a": ("input", [9]), "y": ("output", [7, 8])}, {"u": Instance("part", {"a": [9], "y": [7, 8]})})
        design = Netlist({"part": part, "top": top})
        folded = fold(design, library)
        self.assertEqual(len(folded.modules["part"].cells), 10)
        self.assertLessEqual(max(len(module.cells) for module in folded.modules.values()), 10)
        self.assertEqual({module.base for module in folded.modules.values()}, {"bcq_encoder", "top"})
        self.assertEqual(self.shape(design), self.shape(folded))
        self.assertIn("module part_fold_9", netlists.to_verilog(folded))

    @staticmethod
    def shape(design):
        """How deep below the input each cell is, whatever nets are called."""
        driven = {pins["Y"]: (path.split("/")[-1], pins["A"]) for path, _, _, pins in design.leaves()}
        depth = {}
        for net, (cell, source) in driven.items():
            count = 0
            while source in driven:
                source, count = driven[source][1], count + 1
            depth[cell] = count
        return depth


if __name__ == "__main__":
    unittest.main()
