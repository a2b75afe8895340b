"""The program `bcq` from outside: what it writes, prints and refuses. BCQ names the program."""

import json
import struct
import subprocess
import tomllib
import unittest
from pathlib import Path

from support import ARCH, BCQ, ROOT, Folder, codebooks, f32, layer, npy, read_safetensors, safetensors


COMMANDS = ("calibrate", "quantize", "dequantize", "simulate", "compare", "formats", "verify", "info")


class Commands(Folder):
    def test_help_and_version(self):
        text = self.done("--help")
        order = [text.index("\n  " + c) for c in COMMANDS]
        self.assertEqual(order, sorted(order))
        self.assertRegex(self.done("--version"), r"^bcq \d+\.\d+\.\d+\n$")
        for command in (c for c in COMMANDS if c != "verify"):
            with self.subTest(command):
                text = self.done(command + " --help")
                for word in ("Usage", "Example:", "Next:", "--json"):
                    self.assertIn(word, text)

    def test_calibrate(self):
        report = self.report("calibrate layer.st layer.st -o out.st --nc 4 --lb 4 --la 16 --seed 5")
        self.assertEqual(report["configuration"], {"lb": 4, "la": 16, "nc": 4, "bc": 6})
        self.assertEqual((report["seed"], report["blocks"]), (5, 2 * (5 + 6) * 18))
        self.assertEqual(report["mse"], sorted(report["mse"], reverse=True))
        self.assertEqual([len(book) for book in report["codebooks"]], [16] * 4)
        header, data = read_safetensors(self.dir / "out.st")
        self.assertEqual(header["codebooks"]["shape"], [4, 16])
        self.assertEqual(list(struct.unpack("64b", data)), sum(report["codebooks"], []))
        self.assertEqual(header["__metadata__"]["seed"], "5")
        self.assertEqual(header["__metadata__"]["sources"], "layer.st, layer.st")
        self.assertEqual(float(header["__metadata__"]["mse"]), report["mse"][-1])

    def test_calibrate_is_reproducible(self):
        first = self.done("calibrate layer.st -o a.st --seed 9 --max-blocks 20", BCQ_THREADS="1")
        second = self.done("calibrate layer.st -o b.st --seed 9 --max-blocks 20", BCQ_THREADS="3")
        self.assertEqual(first, second)
        self.assertEqual((self.dir / "a.st").read_bytes(), (self.dir / "b.st").read_bytes())

    def test_calibrate_on_one_operand(self):
        self.assertEqual(self.report("calibrate layer.st -o a.st --tensors weight")["blocks"], 6 * 9)
        self.assertEqual(self.report("calibrate layer.st -o a.st --tensors activation")["blocks"], 5 * 9)

    def test_quantize_and_dequantize(self):
        report = self.report("quantize layer.st --tensor weight --codebooks cb.st -o packed.st")
        # The two codebooks are symmetric and equal, so one is the other mirrored and need not be stored.
        bits = 6 * 72 * 4 + 6 * 9 * 1 + 6 * 2 * 8 + 16 * 6 + 32
        self.assertEqual(report["shape"], [6, 72])
        self.assertAlmostEqual(report["stored_bits_per_scalar"], bits / (6 * 72))
        self.assertLess(report["nmse_db"], -15)
        header, _ = read_safetensors(self.dir / "packed.st")
        shapes = {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}
        self.assertEqual(shapes, {"indices": [6, 36], "selectors": [6, 9], "scales": [6, 2], "codebooks": [2, 16],
                                  "tensor_scale": [1], "shape": [2]})
        self.assertEqual(self.report("dequantize packed.st -o back.st --name weight")["shape"], [6, 72])
        header, data = read_safetensors(self.dir / "back.st")
        self.assertEqual((header["weight"]["dtype"], header["weight"]["shape"]), ("F32", [6, 72]))
        self.assertEqual(len(data), 6 * 72 * 4)
        decoded = struct.unpack("<432f", data)
        original = struct.unpack("<432f", f32(6, 72)[2])
        error = sum((a - b) ** 2 for a, b in zip(decoded, original)) / sum(a * a for a in original)
        self.assertAlmostEqual(10 ** (report["nmse_db"] / 10), error, places=12)

    def test_quantize_npy_with_static_scale(self):
        self.write("a.npy", npy(3, 20))
        report = self.report("quantize a.npy --codebooks cb.st -o packed.st --scale 0.5")
        self.assertEqual((report["shape"], report["tensor_scale"]), ([3, 20], 0.5))

    def test_zeros_are_exact(self):
        self.write("zero.st", safetensors({"z": ("F32", [2, 8], bytes(64))}))
        self.write("cb.st", safetensors({"codebooks": ("I8", [1, 16], bytes(range(16)))},
                                        {"format": "bcq-codebooks", "lb": "8", "la": "64", "nc": "1", "bc": "6"}))
        report = self.report("quantize zero.st --tensor z --codebooks cb.st -o packed.st")
        self.assertEqual((report["nmse_db"], report["exact"]), (None, True))
        self.assertIn("exact", self.done("quantize zero.st --tensor z --codebooks cb.st -o packed.st"))

    def test_simulate(self):
        text = self.done("simulate layer.st --codebooks cb.st --arch arch.toml -o r.st --json r.json")
        self.assertIn("agree in every bit", text)
        report = json.loads((self.dir / "r.json").read_text())
        self.assertEqual(report["shape"], {"m": 5, "n": 6, "k": 72})
        self.assertEqual(report["configuration"]["array"], {"rows": 4, "cols": 3, "lanes": 8, "k_max": 4096,
                                                            "clock_mhz": 500.0, "codebooks": "programmable",
                                                            "accumulator": "exact", "decode": "pairs"})
        self.assertEqual(report["configuration"]["format"], {"lb": 8, "la": 64, "nc": 2, "bc": 6})
        self.assertTrue(report["bit_equal_to_golden_model"])
        run = report["gemms"][0]
        self.assertEqual((run["shape"], run["count"], run["codebook_load_cycles"]), (report["shape"], 1, 64))
        self.assertEqual(run["busy_cycles"], 4 * 9)
        causes = ("busy", "activation_wait", "weight_wait", "both_wait", "drain_stall", "result_stall", "tail")
        self.assertEqual(sum(run[f"{cause}_cycles"] for cause in causes), run["cycles"])
        self.assertAlmostEqual(run["utilization"], 5 * 6 * 72 / (run["cycles"] * 4 * 3 * 8))
        self.assertAlmostEqual(run["seconds"], run["cycles"] / 500e6)
        self.assertAlmostEqual(run["gops"], 2e-9 * 5 * 6 * 72 / run["seconds"])
        for operand in ("weight", "activation"):
            self.assertEqual(report[operand]["nominal_bits_per_scalar"], 4.25)
        header, data = read_safetensors(self.dir / "r.st")
        self.assertEqual((header["output"]["dtype"], header["output"]["shape"]), ("F32", [5, 6]))
        self.assertEqual(json.loads(header["__metadata__"]["configuration"]), report["configuration"])
        weight, activation = (struct.unpack(f"<{r * 72}f", f32(r, 72)[2]) for r in (6, 5))
        reference = [sum(activation[m * 72 + i] * weight[n * 72 + i] for i in range(72))
                     for m in range(5) for n in range(6)]
        error = sum((a - b) ** 2 for a, b in zip(struct.unpack("<30f", data), reference))
        nmse = error / sum(r * r for r in reference)
        self.assertAlmostEqual(10 ** (report["result"]["nmse_db"] / 10), nmse, places=6)

    def test_fp32_accumulators(self):
        self.write("fp32.toml", ARCH.replace("[format]", 'accumulator = "fp32"\n[format]'))
        exact = self.report("simulate layer.st --codebooks cb.st --arch arch.toml")
        fp32 = self.report("simulate layer.st --codebooks cb.st --arch fp32.toml")
        self.assertEqual(fp32["configuration"]["array"]["accumulator"], "fp32")
        self.assertEqual(fp32["gemms"], exact["gemms"])
        self.assertNotIn("accumulation", exact)
        self.assertTrue(fp32["accumulation"]["exact"] or fp32["accumulation"]["nmse_db"] < -130)
        self.assertAlmostEqual(fp32["result"]["nmse_db"], exact["result"]["nmse_db"], places=4)
        self.assertIn("against exact accumulation", self.done("simulate layer.st --codebooks cb.st --arch fp32.toml"))
        self.assertRegex(self.done("info fp32.toml"), r"accumulator +fp32, 32 bits")
        self.assertRegex(self.done("info arch.toml"), r"accumulator +exact, 59 bits")

    def test_default_codebooks_and_activation_scale(self):
        (self.dir / "codebooks").mkdir()
        self.write("codebooks/nc8_lb8.safetensors", codebooks(nc=8))
        report = self.report("simulate layer.st --activation-scale 0.25", BCQ_DATA_DIR=str(self.dir))
        self.assertEqual(report["codebooks"], str(self.dir / "codebooks" / "nc8_lb8.safetensors"))
        self.assertEqual(report["activation"]["tensor_scale"], 0.25)

    def test_architecture_overrules_blocks_of_codebooks(self):
        self.write("other.toml", ARCH.replace("lb = 8", "lb = 4"))
        report = self.report("simulate layer.st --codebooks cb.st --arch other.toml")
        self.assertEqual(report["configuration"]["format"]["lb"], 4)

    def test_info(self):
        self.done("quantize layer.st --tensor weight --codebooks cb.st -o packed.st")
        self.done("simulate layer.st --codebooks cb.st --arch arch.toml -o result.st")
        self.write("a.npy", npy(2, 3))
        self.write("other.st", safetensors({"x\x1b[31m": ("U8", [2], b"ab")}, {"note": "two\nlines"}))
        kinds = {"layer.st": "layer", "cb.st": "codebooks", "packed.st": "packed tensor", "result.st": "result",
                 "other.st": "safetensors", "a.npy": "matrix", "arch.toml": "architecture"}
        for name, kind in kinds.items():
            with self.subTest(name):
                self.assertEqual(self.report("info " + name)["kind"], kind)
                self.assertTrue(self.done("info " + name).startswith("kind"))
        self.assertEqual(sum(self.report("info packed.st")["blocks_per_codebook"]), 6 * 9)
        self.assertNotIn("\x1b", self.done("info other.st"))
        self.assertIn("two\\x0alines", self.done("info other.st"))

    def test_named_architectures(self):
        with (ROOT / "architectures.toml").open("rb") as file:
            named = tomllib.load(file)
        listed = self.report("arch")["architectures"]
        self.assertEqual([arch["name"] for arch in listed], list(named))
        self.assertGreaterEqual(len(named), 12)
        for arch in listed:
            with self.subTest(arch["name"]):
                entry = named[arch["name"]]
                # Every key of array and format is written out, so other programs need no defaults; memory may be left out.
                self.assertEqual(arch["configuration"] | {"name": arch["name"], **entry},
                                 arch["configuration"] | {"about": entry["about"]})
                self.assertLessEqual({"array", "format"}, set(entry))
                for section in ("array", "format"):
                    self.assertEqual(set(arch["configuration"][section]), set(entry[section]))
                self.assertEqual(arch["about"], entry["about"])
                self.assertIn(arch["name"], self.done("arch"))
                self.write("copy.toml", self.done(f"arch {arch['name']} --toml"))
                self.assertEqual(self.report("info copy.toml")["configuration"], arch["configuration"])
        self.assertIn("MACs per cycle", self.done("arch narrow"))

    def test_architecture_by_name(self):
        (self.dir / "codebooks").mkdir()
        self.write("codebooks/nc8_lb8.safetensors", codebooks(nc=8))
        by_default = self.report("simulate layer.st", BCQ_DATA_DIR=str(self.dir))
        named = self.report("simulate layer.st --arch default", BCQ_DATA_DIR=str(self.dir))
        self.assertEqual(by_default["configuration"], named["configuration"])


class Refusals(Folder):
    def simulate(self, name, content, *parts):
        """A layer file that `simulate` must refuse."""
        self.write(name, content)
        self.refused(f"simulate {name} --codebooks cb.st --arch arch.toml -o out.st --json out.json", name, *parts)

    def test_layers(self):
        whole = layer()
        nan, infinity = float("nan"), float("inf")
        f64 = ("F64", [6, 72], bytes(8 * 6 * 72))
        cases = {
            "no_weight.st": (safetensors({"activation": f32(5, 72)}), "'weight'", "missing", "activation"),
            "rank.st": (layer(weight=("F32", [6 * 72], f32(6, 72)[2])), "'weight'", "[432]"),
            "k_differs.st": (layer(activation=f32(5, 71)), "'activation'", "[5, 71]", "[6, 72]"),
            "nan.st": (layer(weight=f32(6, 72, {75: nan})), "'weight'", "[1, 3]", "NaN"),
            "infinity.st": (layer(activation=f32(5, 72, {0: -infinity})), "'activation'", "[0, 0]", "infin"),
            "no_rows.st": (layer(weight=("F32", [0, 72], b"")), "'weight'", "[0, 72]"),
            "f64.st": (layer(weight=f64), "'weight'", "F64", "F32"),
            "long_k.st": (layer(1, 1, 4097), "K = 4097", "k_max", "arch.toml"),
            "truncated.st": (whole[:-1],),
            "more.st": (whole + b"\0",),
            "empty.st": (b"",),
            "header.st": (struct.pack("<Q", 8) + b"{garbage", "header"),
            "bomb.st": (struct.pack("<Q", 2**63) + b"{}", "header length"),
            "big_header.st": (struct.pack("<Q", 90_000_000) + b"{}", "header length"),
            "codebooks.st": (codebooks(), "'weight'", "missing"),
        }
        for name, (content, *parts) in cases.items():
            with self.subTest(name):
                self.simulate(name, content, *parts)

    def test_architectures(self):
        cases = {
            "syntax": (ARCH + "rows = = 4\n", "arch.toml:11", "TOML"),
            "unknown key": (ARCH.replace("cols", "columns"), "arch.toml:3", "columns", "array.cols"),
            "unknown section": (ARCH + "[clock]\n", "arch.toml:11", "clock"),
            "wrong type": (ARCH.replace("rows = 4", 'rows = "4"'), "arch.toml:2", "array.rows", "whole number"),
            "lanes and la": (ARCH.replace("lanes = 8", "lanes = 24"), "arch.toml", "array.lanes = 24", "divisor"),
            "lanes and lb": (ARCH.replace("lanes = 8", "lanes = 6").replace("la = 64", "la = 48"), "lanes = 6"),
            "nc": (ARCH.replace("nc = 2", "nc = 3"), "arch.toml", "nc = 3"),
            "la and lb": (ARCH.replace("la = 64", "la = 60"), "arch.toml", "la = 60"),
            "no rows": (ARCH.replace("rows = 4", "rows = 0"), "arch.toml", "array.rows = 0", "1 to"),
            "clock": (ARCH.replace("[format]", "clock_mhz = -1.0\n[format]"), "arch.toml:6", "array.clock_mhz"),
            "decode": (ARCH.replace("[format]", 'decode = "array"\n[format]'), "arch.toml:6", "array.decode",
                       '"pairs", "edge", "pe"'),
            "accumulator": (ARCH.replace("[format]", 'accumulator = "fp16"\n[format]'), "arch.toml:6",
                            "array.accumulator", '"exact", "fp32"'),
            "codebooks of another nc": (ARCH.replace("nc = 2", "nc = 4"), "cb.st", "nc=2", "nc=4"),
            "codebooks of another bc": (ARCH.replace("bc = 6", "bc = 7"), "cb.st", "bc=6", "bc=7"),
        }
        for case, (text, *parts) in cases.items():
            with self.subTest(case):
                self.write("arch.toml", text)
                self.refused("simulate layer.st --codebooks cb.st --arch arch.toml -o out.st", *parts)

    def test_codebooks(self):
        descending = safetensors({"codebooks": ("I8", [1, 16], bytes(range(16, 0, -1)))},
                                 {"format": "bcq-codebooks", "lb": "8", "la": "64", "nc": "1", "bc": "6"})
        too_large = safetensors({"codebooks": ("I8", [1, 16], bytes(range(17, 33)))},
                                {"format": "bcq-codebooks", "lb": "8", "la": "64", "nc": "1", "bc": "6"})
        cases = {
            "descending": (descending, "ascending"),
            "too large": (too_large, "32"),
            "a layer": (layer(), "'format'", "missing"),
            "another format": (codebooks(format="bcq"), "bcq calibrate"),
            "nc = 3": (codebooks(nc=3), "nc = 3"),
            "no number": (codebooks(lb="eight"), "'lb'", "eight"),
        }
        for case, (content, *parts) in cases.items():
            with self.subTest(case):
                self.write("bad.st", content)
                self.refused("quantize layer.st --tensor weight --codebooks bad.st -o out.st", "bad.st", *parts)

    def test_command_lines(self):
        (self.dir / "folder").mkdir()
        self.write("a.npy", npy(2, 3))
        cb = "--codebooks cb.st --arch arch.toml"
        cases = [
            ("", "--help"),
            ("frobnicate", "frobnicate", "bcq --help"),
            ("simulate", "layer file", "LIST.csv", "--model"),
            ("simulate layer.st --frobnicate", "--frobnicate", "bcq simulate --help"),
            (f"simulate nowhere.st {cb}", "nowhere.st", "No such file"),
            (f"simulate folder {cb}", "folder"),
            ("simulate layer.st --codebooks cb.st --arch nowhere.toml", "nowhere.toml", "No such file"),
            ("simulate layer.st --codebooks cb.st --arch folder", "folder"),
            (f"simulate layer.st {cb} --activation-scale 0", "--activation-scale", "positive"),
            (f"simulate layer.st {cb} --activation-scale nan", "--activation-scale", "finite"),
            (f"simulate layer.st {cb} --activation-scale 1e39", "--activation-scale"),
            (f"simulate layer.st {cb} -o folder", "folder", "name a file"),
            (f"simulate layer.st {cb} -o nowhere/out.st", "nowhere", "create it"),
            (f"simulate layer.st {cb} -o layer.st", "layer.st", "another name"),
            (f"simulate layer.st {cb} -o out.st --json ./out.st", "out.st", "another name"),
            (f"simulate layer.st {cb} -o out.st --json nowhere/out.json", "nowhere"),
            ("calibrate -o out.st", "LAYER"),
            ("calibrate layer.st", "--output"),
            ("calibrate layer.st nowhere.st -o out.st", "nowhere.st"),
            ("calibrate layer.st -o out.st --nc 3", "command line", "nc = 3"),
            ("calibrate layer.st -o out.st --lb 128", "lb = 128"),
            ("calibrate layer.st -o out.st --lb 8 --la 60", "la = 60"),
            ("calibrate layer.st -o out.st --bc 9", "bc = 9"),
            ("calibrate layer.st -o out.st --seed 1.5", "--seed", "1.5"),
            ("calibrate layer.st -o out.st --seed 18446744073709551616", "--seed", "whole number"),
            ("calibrate layer.st -o out.st --iterations 0", "--iterations"),
            ("calibrate layer.st -o out.st --max-blocks -5", "--max-blocks"),
            ("calibrate layer.st -o out.st --tensors bias", "--tensors", "bias"),
            ("quantize layer.st --tensor weight -o out.st", "--codebooks"),
            ("quantize layer.st --codebooks cb.st -o out.st", "layer.st", "activation, weight"),
            ("quantize layer.st --tensor bias --codebooks cb.st -o out.st", "'bias'", "activation, weight"),
            ("quantize a.npy --tensor x --codebooks cb.st -o out.st", "a.npy", "leave the name out"),
            ("quantize a.npy --codebooks cb.st -o out.st --scale -1", "--scale -1", "positive"),
            ("dequantize layer.st -o out.st", "layer.st", "'format'"),
            ("dequantize cb.st -o out.st", "cb.st", "bcq quantize"),
            ("dequantize cb.st -o out.st --name __metadata__", "__metadata__"),
            ("info nowhere.st", "nowhere.st"),
            ("info folder", "folder"),
            ("info arch.toml --json arch.toml", "arch.toml", "another name"),
        ]
        for arguments, *parts in cases:
            with self.subTest(arguments):
                self.refused(arguments, *parts)

    def test_no_default_codebooks(self):
        self.refused("simulate layer.st", "bcq calibrate layer.st -o", "--lb 8 --la 64 --nc 8 --bc 6", "--codebooks",
                     BCQ_DATA_DIR=str(self.dir))

    def test_layer_without_data_or_blocks(self):
        self.write("zero.st", layer(weight=("F32", [6, 72], bytes(1728)), activation=("F32", [5, 72], bytes(1440))))
        self.refused("calibrate zero.st -o out.st", "zero")
        self.write("short.st", layer(k=7))
        self.refused("calibrate short.st -o out.st", "short.st", "K = 7", "--lb 8")

    def test_scales_beyond_float(self):
        self.write("huge.st", layer(weight=f32(6, 72, {0: 3e38}), activation=f32(5, 72)))
        self.refused("simulate huge.st --codebooks cb.st --arch arch.toml --activation-scale 3e38",
                     "huge.st", "infinity")

    def test_names_cannot_forge_lines(self):
        self.refused("info x\x1b[31m.st", "x\\x1b[31m.st")

    def test_existing_output_survives_a_failure(self):
        self.write("out.st", "precious")
        self.write("bad.st", layer()[:-1])
        self.refused("simulate bad.st --codebooks cb.st --arch arch.toml -o out.st")


class Verify(Folder):
    def test_verify_is_found_beside_bcq(self):
        alone = self.dir / "alone"
        alone.mkdir()
        (alone / "bcq").write_bytes(Path(BCQ).read_bytes())
        (alone / "bcq").chmod(0o755)
        result = subprocess.run([alone / "bcq", "verify", "x"], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stderr.count("\n")), (2, 1))
        self.assertIn("bcq-verify", result.stderr)
        (alone / "bcq-verify").write_text('#!/bin/sh\necho "$@"\nexit 7\n')
        (alone / "bcq-verify").chmod(0o755)
        result = subprocess.run([alone / "bcq", "verify", "--help", "a b"], capture_output=True, text=True)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (7, "--help a b\n", ""))

    def test_refusals(self):
        self.write("int8.toml", '[format]\nnumber = "int8"\n')
        fits = "--codebooks cb.st --arch arch.toml --json out.json"
        for arguments, *parts in (
            ("verify", "LAYER", "--shape"),
            (f"verify missing.st {fits}", "missing.st"),
            (f"verify layer.st --shape 1,2,3 {fits}", "--shape"),
            ("verify --shape 1,2 --arch arch.toml", "--shape"),
            ("verify --shape 0,2,3 --arch arch.toml", "--shape", "1 to 65536"),
            ("verify --shape 1,1,4097 --arch arch.toml", "K = 4097", "k_max"),
            ("verify --shape 1,1,1 --arch missing.toml", "missing.toml"),
            ("verify layer.st --arch int8.toml", "--arch", 'number = "int8"', "make baselines"),
            ("verify --shape 1,1,1 --stalls 100 --arch arch.toml", "--stalls"),
            ("verify --shape 1,1,1 --seed -1 --arch arch.toml", "--seed"),
            ("verify --shape 1,1,1 --rtl nowhere --arch arch.toml", "nowhere", "bcq_accel.sv"),
            ("verify --shape 1,1,1 --arch arch.toml --json nowhere/out.json", "nowhere"),
        ):
            with self.subTest(arguments):
                self.refused(arguments, *parts)


if __name__ == "__main__":
    unittest.main()
