#!/usr/bin/env python3
"""Mixed formats of layers of the embedded model, through bcq: what is measured, kept, refused and reported."""

import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
BCQ = pathlib.Path(os.environ.get("BCQ", ROOT / "build" / "release" / "bin" / "bcq"))
sys.path.insert(0, str(ROOT / "explore"))
from mixed import compared  # noqa: E402
from mixed import format_energy  # noqa: E402
from mixed import table  # noqa: E402
from mixed.assign import assign  # noqa: E402
from mixed.request import Mixed, MixedError  # noqa: E402

LAYERS = [ROOT / "traces" / "layers" / f"kjv.blk0.{name}.safetensors" for name in ("attn_q", "ffn_down")]
FORMATS = ("bcq:nc=2", "bcq", "nvfp4")


class WithBcq(unittest.TestCase):
    """bcq stands in a folder of its own, behind a script that counts its runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / "log"
        self.install("")

    def install(self, remark):
        program = self.folder / "bcq"
        program.write_text(f'#!/bin/sh\n#{remark}\necho "$@" >> {self.log}\nexec {BCQ} "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    def runs(self):
        """The commands since the last call."""
        found = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return found

    def assign(self, formats=FORMATS, limit=4.4, layers=LAYERS, **others):
        return assign(Mixed(formats, limit, **others), layers, self.folder, self.folder / "cache", jobs=2)

    def test_two_layers(self):
        found = self.assign()
        self.assertEqual(len(self.runs()), 3)  # formats, and each layer once
        self.assertEqual([layer["layer"] for layer in found["layers"]], [path.stem for path in LAYERS])
        self.assertEqual(found["layers"][0]["scalars"], 256 * 256 + 64 * 256)
        self.assertEqual(found["layers"][0]["macs"], 64 * 256 * 256)
        self.assertLessEqual(found["chosen"]["bits_per_scalar"], 4.4)
        self.assertIn(found["chosen"], found["front"])
        self.assertEqual(found["failed"], [])
        # Uniform rows are the sums of bcq compare itself.
        report = compared.Comparer(BCQ.parent, self.folder / "other").report("compare", *LAYERS, "--formats", ",".join(FORMATS))
        for row in report["sum"]:
            (one,) = [one for one in found["uniform"] if one["format"] == row["format"]]
            self.assertAlmostEqual(one["bits_per_scalar"], row["stored_bits_per_scalar"], 9)
            self.assertAlmostEqual(one["output_nmse_db"], row["output"]["nmse_db"], 9)
        for layer, row in zip(found["layers"], report["layers"], strict=True):
            by_format = {choice["format"]: choice for choice in layer["choices"]}
            for entry in row["formats"]:
                self.assertAlmostEqual(by_format[entry["format"]]["output_nmse_db"], entry["output"]["nmse_db"], 9)

    def test_kept(self):
        first = self.assign()
        self.runs()
        self.assertEqual(self.assign(), first)
        self.assertEqual(self.runs(), [])
        # A copy elsewhere is the same layer; another format, another content, another program are not.
        copy = self.folder / LAYERS[0].name
        copy.write_bytes(LAYERS[0].read_bytes())
        self.assertEqual(self.assign(layers=[copy, LAYERS[1]]), first)
        self.assertEqual(self.runs(), [])
        self.assign(formats=(*FORMATS, "mxfp4"))
        self.assertEqual(sorted(self.runs()), [f"compare {path} --formats mxfp4 --json -" for path in LAYERS])
        copy.write_bytes(LAYERS[1].read_bytes())
        self.assign(layers=[copy])
        self.assertEqual(self.runs(), [])
        self.install("another")
        self.assertEqual(self.assign(), first)
        self.assertEqual(len(self.runs()), 3)
        self.assertEqual(list((self.folder / "cache").glob("*.part")), [])

    def test_energy(self):
        committed = json.loads((ROOT / "ppa" / "results" / "formats.json").read_text(encoding="utf-8"))["formats"]
        pj = {entry["name"]: entry["energy_per_mac_pj"]["total"] for entry in committed}
        limit = (pj["bcq-2-frozen"] + pj["bcq-8-frozen"]) / 2  # not enough for the better one everywhere
        found = self.assign(limit=limit, budget="pj_per_mac")
        by_format = {choice["format"]: choice["pj_per_mac"] for choice in found["layers"][0]["choices"]}
        self.assertEqual(by_format, {"bcq:nc=2": pj["bcq-2-frozen"], "bcq": pj["bcq-8-frozen"], "nvfp4": pj["nvfp4"]})
        macs, nc = [layer["macs"] for layer in found["layers"]], found["chosen"]["assignment"]
        expected = sum(by_format[nc[layer["layer"]]] * n for layer, n in zip(found["layers"], macs)) / sum(macs)
        self.assertAlmostEqual(found["chosen"]["pj_per_mac"], expected, 9)
        self.assertLessEqual(found["chosen"]["pj_per_mac"], limit)
        other = self.assign(limit=99, budget="pj_per_mac", codebooks="programmable")["layers"][0]["choices"]
        self.assertEqual([one["pj_per_mac"] for one in other], [pj["bcq-2-programmable"], pj["bcq-8-programmable"], pj["nvfp4"]])
        for specification in ("nf4", "bcq:lb=4", "bcq+opq", "vsq:weight=8", "bcq:nc=x"):
            self.runs()
            with self.assertRaisesRegex(MixedError, "^formats: '.*' has no measured hardware.* bcq:nc=16, or a budget of bits"):
                self.assign(formats=("bcq", specification), limit=99, budget="pj_per_mac")
            self.assertEqual(self.runs(), [])
        # Without a budget of energy such a format has none, and is used.
        plain = self.assign(formats=("nf4", "fp8"), limit=9)["layers"][0]["choices"]
        self.assertEqual([one["pj_per_mac"] for one in plain], [None, pj["fp8_exact"]])

    def test_meanings(self):
        catalogue = compared.Comparer(BCQ.parent, self.folder / "other").catalogue()
        energies = format_energy.Energies(catalogue)
        for one, other in [("bcq", "bcq:lb=8:nc=8"), ("bcq:nc=2", "bcq:la=64:nc=02"), ("vsq", "vsq:activation=4"),
                           ("mxfp4", "mxfp4:group=32"), ("vsq:weight=6:activation=6", "vsq:activation=6:weight=6")]:
            self.assertIsNotNone(energies.per_mac(one))
            self.assertEqual(energies.per_mac(one), energies.per_mac(other))
        self.assertRaises(ValueError, format_energy.Energies, catalogue, "soft")

    def test_formats_that_bcq_refuses(self):
        for specification, message in {
            "bcqq": "^formats: 'bcqq': there is no 'bcqq'; use bcq",
            "bcq:nc=3": "^formats: bcq: nc = 3: not a power of two",
            "bcq,nvfp4": "^formats: 'bcq,nvfp4': not one format",
        }.items():
            with self.assertRaisesRegex(MixedError, message):
                self.assign(formats=("mxfp4", specification))

    def test_layers_that_fail(self):
        broken, absent = self.folder / "broken.safetensors", self.folder / "absent.safetensors"
        broken.write_bytes(b"junk")
        whole = self.assign(layers=LAYERS)
        found = self.assign(layers=[broken, LAYERS[0], absent, LAYERS[1]])
        failed = [(one["layer"], one["file"]) for one in found["failed"]]
        self.assertEqual(failed, [("broken", str(broken)), ("absent", str(absent))])
        self.assertRegex(found["failed"][0]["error"], "header length")
        self.assertRegex(found["failed"][1]["error"], "No such file")
        self.assertEqual(found | {"failed": []}, whole)
        with self.assertRaisesRegex(MixedError, "^layers: none can be measured; the first: .*header length"):
            self.assign(layers=[broken])
        with self.assertRaisesRegex(MixedError, "^layers: none; "):
            self.assign(layers=[])
        with self.assertRaisesRegex(MixedError, "are both 'kjv.blk0.attn_q'"):
            self.assign(layers=[LAYERS[0], self.folder / LAYERS[0].name])
        with self.assertRaisesRegex(MixedError, "^weights.q: no such layer; use kjv"):
            self.assign(weights={"q": 1.0})

    def test_crash_and_no_error(self):
        """A program that dies, and one that has no number."""
        (self.folder / "bcq").write_text("#!/bin/sh\n[ $1 = formats ] && exec %s $@\nexit 1\n" % BCQ, encoding="utf-8")
        with self.assertRaisesRegex(MixedError, "compare .*: exit code 1"):
            self.assign()
        report = {"scalars": 1, "stored_bits": 4}
        entry = {"title": "X", "weight": report, "activation": report, "output": {"nmse_db": None, "exact": False}}
        measured = {"bcq": {"shape": {"m": 1, "n": 1, "k": 1}, "measured": entry}}
        with mock.patch.object(compared.Comparer, "measure", return_value=measured):
            with self.assertRaisesRegex(MixedError, "no format has a finite NMSE"):
                self.assign(formats=("bcq",))
            entry["output"] = {"nmse_db": None, "exact": True}
            self.assertTrue(self.assign(formats=("bcq",))["layers"][0]["choices"][0]["exact"])

    def test_table(self):
        lines = table.table(self.assign(layers=[*LAYERS, self.folder / "absent.safetensors"])).splitlines()
        self.assertTrue(any(line.startswith("mixed, at most 4.4 ") for line in lines))
        for path in LAYERS:
            self.assertTrue(any(line.startswith(path.stem) for line in lines))
        self.assertIn("No such file", lines[-1])


if __name__ == "__main__":
    unittest.main()
