#!/usr/bin/env python3
"""bcq synth and bcq ppa from outside: a small array from RTL to energies, the committed results, and what is said of errors."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BCQ = os.environ.get("BCQ", str(ROOT / "build" / "release" / "bin" / "bcq"))
sys.path[:0] = [str(ROOT / "ppa"), str(ROOT / "scripts")]
import architectures  # noqa: E402
import flow  # noqa: E402
import liberty  # noqa: E402
import results  # noqa: E402
import synth  # noqa: E402
from compose import by_part  # noqa: E402

OSU018 = pathlib.Path("/usr/share/qflow/tech/osu018")
LAYER = ROOT / "traces" / "layers" / "kjv.blk0.attn_q.safetensors"
SMALL = {"rows": 4, "cols": 4, "lanes": 2, "k_max": 256, "codebooks": "frozen", "accumulator": "fp32", "decode": "pairs"}


def bcq(*arguments, **environment):
    command = [BCQ, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


class Whole(unittest.TestCase):
    """One result of a layer, K = 256, through every step: the gates' result bits are checked on the way."""

    def test_small_array(self):
        library = liberty.read(OSU018 / "osu018_stdcells.lib")
        with tempfile.TemporaryDirectory() as name:
            chain = flow.Flow(library, OSU018 / "osu018_stdcells.v", pathlib.Path(BCQ).parent, LAYER, 10, name, window=1)
            design = flow.Design("tiny", SMALL, {"lb": 8, "la": 64, "nc": 2, "bc": 6})
            measured = chain.measure(design, with_random=False)
            record = results.record(measured, library, LAYER.stem, 10, "test")
        self.assertEqual(record["workload"]["macs"], 256)
        # Everything that the array is made of has been found and does something.
        area = by_part(measured.parts, 4, 4, lambda part: part.area_um2)
        for part in ("decode", "multiply-add", "scale", "accumulate", "output", "streams", "control"):
            self.assertGreater(area[part], 0, part)
            self.assertGreater(record["energy_per_mac_pj"][part], 0, part)
        self.assertAlmostEqual(sum(area.values()), record["area_um2"], delta=1)
        self.assertAlmostEqual(
            sum(value for part, value in record["energy_per_mac_pj"].items() if part != "total"),
            record["energy_per_mac_pj"]["total"], delta=0.01,
        )
        self.assertTrue(1 < record["critical_path_ns"] < 30, record["critical_path_ns"])
        self.assertIn("slack", record["critical_path"]["report"])
        self.assertIn("energy per MAC", results.text(record))


class Committed(unittest.TestCase):
    """What lies in ppa/results."""

    def test_files_are_whole(self):
        known = {name: flow.Design(name, arch["array"], arch["format"]) for name, arch in architectures.every().items()}
        for path in results.FOLDER.glob("*.json"):
            if path.stem.startswith("formats"):
                continue
            with self.subTest(path.name):
                record = json.loads(path.read_text(encoding="utf-8"))
                self.assertEqual((record["schema"], record["name"]), (results.SCHEMA, path.stem))
                parameters = record["parameters"]
                wanted = {**known[path.stem].array, **known[path.stem].format}
                self.assertEqual(parameters, {key: wanted[key] for key in parameters})
                total = by_part([flow.compose.Part(**{key: part[key] for key in ("part", "unit", "event", "area_um2")})
                                 for part in record["parts"]], parameters["rows"], parameters["cols"], lambda part: part.area_um2)
                self.assertAlmostEqual(sum(total.values()) / record["area_um2"], 1.0, places=6)
                if "encoder" in record:
                    self.assertEqual(record["encoder"]["lanes"], architectures.every()[path.stem]["output"]["encoder_lanes"])
                    self.assertEqual(record["encoder"]["workload"]["checked"], results.CHECKED)


class Designs(unittest.TestCase):
    """What is measured for an architecture."""

    def design(self, text):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "mine.toml"
            path.write_text(text, encoding="utf-8")
            return synth.design_of(argparse.ArgumentParser(), pathlib.Path(BCQ).parent, path)[0]

    def test_named(self):
        for name, arch in architectures.every().items():
            design, encoder_lanes = synth.design_of(None, None, name)
            self.assertEqual(design.array, {key: value for key, value in arch["array"].items() if key != "clock_mhz"})
            self.assertEqual((design.format, encoder_lanes), (arch["format"], arch.get("output", {}).get("encoder_lanes", 0)))

    def test_file(self):
        default = architectures.every()["default"]
        design = self.design("[array]\nrows = 4\nclock_mhz = 1.0\n[format]\nnc = 2\n")
        self.assertEqual((design.name, design.number_format), ("mine", "bcq"))
        self.assertEqual(design.array | {"clock_mhz": 500.0}, default["array"] | {"rows": 4})
        self.assertEqual(design.format, default["format"] | {"nc": 2})

    def test_other_number_format(self):
        design = self.design('name = "other"\n[array]\nrows = 4\nk_max = 256\n[format]\nnumber = "nvfp4"\n')
        self.assertEqual((design.name, design.number_format), ("other", "nvfp4"))
        self.assertIn(ROOT / "rtl" / "baseline" / "baseline_array.sv", design.sources())
        # make_case takes the size from a file of BCQ.
        with tempfile.TemporaryDirectory() as name:
            arch, case = pathlib.Path(name) / "arch.toml", pathlib.Path(name) / "case"
            arch.write_text(design.architecture(1, 1), encoding="utf-8")
            case.mkdir()
            command = [pathlib.Path(BCQ).with_name("make_case"), "--format", design.number_format, arch, case, "random", "1", "1", "64"]
            subprocess.run(command, check=True)
            self.assertIn("FORMAT = 3", (case / "case_pkg.sv").read_text(encoding="utf-8"))


class Commands(unittest.TestCase):
    def test_help_teaches(self):
        for command in ("synth", "ppa"):
            done = bcq(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn("every result bit", done.stdout)

    def test_bad_input(self):
        for arguments, message in (
            (("--arch", "nosuch"), "no architecture 'nosuch'"),
            (("--liberty", "/nowhere/osu018_stdcells.lib"), "apt-get install qflow-tech-osu018"),
            (("--layer", "/nowhere.safetensors"), "no such layer"),
            (("--layer", ROOT / "README.md"), "README.md: header length"),
            (("--models", "/nowhere.v"), "--no-power"),
            (("--programs", "/nowhere"), "make programs"),
            (("--liberty", OSU018 / "osu018_stdcells.lib", "/nowhere.lib"), "/nowhere.lib: No such file"),
        ):
            done = bcq("synth", *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)

    def test_what_is_no_comparison(self):
        for option in ("--results", "--project"):
            for path, message in (("/nowhere.json", "No such file"), (results.FOLDER / "default.json", "not a comparison of formats")):
                done = bcq("ppa", option, path)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(message, done.stderr)

    def test_bad_architecture(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "bad.toml"
            path.write_text('[format]\nnumber = "nvfp4"\nla = 64\n', encoding="utf-8")
            done = bcq("synth", "--no-power", "--arch", path)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn('bad.toml:3: format.la: means nothing with format.number = "nvfp4"', done.stderr)

    def test_a_missing_tool_is_named_with_its_package(self):
        with tempfile.TemporaryDirectory() as empty:
            done = bcq("synth", PATH=empty)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("apt-get install", done.stderr)

    def test_library_without_power(self):
        with tempfile.TemporaryDirectory() as name:
            poor = pathlib.Path(name) / "poor.lib"
            poor.write_text(
                "library (poor) { cell (B) { area : 1; pin (A) { direction : input; capacitance : 1; } pin (Y) { direction : output; "
                'function : "A"; max_capacitance : 9; } } cell (F) { area : 1; ff (IQ, IQN) {} } }', encoding="utf-8",
            )
            done = bcq("synth", "--liberty", poor)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no internal_power tables", done.stderr)

    def test_committed_comparisons(self):
        """Every one has its page, and the page is what it says."""
        for comparison in results.FOLDER.glob("formats*.json"):
            stem = comparison.stem.replace("formats", "ppa")
            beside = () if stem == "ppa" else ("--project", results.FOLDER / "formats.json")
            with self.subTest(comparison.name), tempfile.TemporaryDirectory() as name:
                picture, page = pathlib.Path(name) / f"{stem}.svg", pathlib.Path(name) / f"{stem}.md"
                done = bcq("ppa", "--results", comparison, *beside, "--svg", picture, "--page", page)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("VSQ INT6", done.stdout)
                self.assertIn("</svg>", picture.read_text(encoding="utf-8"))
                committed = ROOT / "docs" / "results" / f"{stem}.md"
                self.assertEqual(page.read_text(encoding="utf-8"), committed.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
