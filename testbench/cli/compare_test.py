"""`bcq compare` and `bcq formats` from outside: numbers against their definitions, files, pictures, refusals."""

import csv
import math
import os
import struct
import subprocess
import unittest
import xml.etree.ElementTree

from support import BCQ, Folder, f32, layer, safetensors

INFINITY = float("inf")


def values(tensor):
    """The numbers of an F32 tensor in row order."""
    _, (rows, cols), raw = tensor
    return struct.unpack(f"<{rows * cols}f", raw)


def bf16(x):
    """The nearest BF16 of an FP32 number, ties to even."""
    (bits,) = struct.unpack("<I", struct.pack("<f", x))
    return struct.unpack("<f", struct.pack("<I", (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16))[0]


def nmse(original, other):
    return sum((a - b) ** 2 for a, b in zip(original, other)) / sum(a * a for a in original)


def product(activation, weight, k):
    """activation · weightᵀ, flat."""
    return [sum(a * w for a, w in zip(activation[m:m + k], weight[n:n + k]))
            for m in range(0, len(activation), k) for n in range(0, len(weight), k)]


def by_name(rows):
    return {row["format"]: row for row in rows}


class Numbers(Folder):
    def setUp(self):
        super().setUp()
        self.write("other.st", layer(3, 2, 40))

    def test_numbers_are_those_of_their_definition(self):
        row = by_name(self.report("compare layer.st --formats bf16,fp32")["sum"])["bf16"]
        weight, activation = values(f32(6, 72)), values(f32(5, 72))
        rounded_w, rounded_a = [bf16(x) for x in weight], [bf16(x) for x in activation]
        output, rounded = product(activation, weight, 72), product(rounded_a, rounded_w, 72)
        for key, original, other in (("weight", weight, rounded_w), ("activation", activation, rounded_a),
                                     ("output", output, rounded)):
            with self.subTest(key):
                self.assertAlmostEqual(row[key]["nmse_db"], 10 * math.log10(nmse(original, other)), places=3)
                largest = max(abs(a - b) for a, b in zip(original, other))
                self.assertAlmostEqual(row[key]["max_abs_error"], largest, places=4)
        for operand, scalars in (("weight", 6 * 72), ("activation", 5 * 72)):
            self.assertEqual((row[operand]["scalars"], row[operand]["stored_bits"]), (scalars, 16 * scalars))
            self.assertEqual(row[operand]["nominal_bits_per_scalar"], 16)

    def test_sum_over_layers(self):
        report = self.report("compare layer.st other.st --formats bf16,fp32")
        self.assertEqual([one["shape"] for one in report["layers"]],
                         [{"m": 5, "n": 6, "k": 72}, {"m": 3, "n": 2, "k": 40}])
        layers = [by_name(one["formats"])["bf16"] for one in report["layers"]]
        total = by_name(report["sum"])["bf16"]
        for key in ("weight", "activation", "output"):
            mean = sum(10 ** (one[key]["nmse_db"] / 10) for one in layers) / 2
            self.assertAlmostEqual(total[key]["nmse_db"], 10 * math.log10(mean), places=9)
            self.assertEqual(total[key]["max_abs_error"], max(one[key]["max_abs_error"] for one in layers))
        self.assertEqual(total["weight"]["scalars"], 6 * 72 + 2 * 40)
        exact = by_name(report["sum"])["fp32"]
        self.assertEqual((exact["output"]["nmse_db"], exact["output"]["exact"]), (None, True))
        self.assertTrue(exact["front"] and total["front"])

    def test_all_formats_are_the_default(self):
        names = [row["name"] for row in self.report("formats")["formats"]]
        rows = self.report("compare other.st")["sum"]
        self.assertEqual(sorted(row["format"] for row in rows), sorted(names))
        error = [-INFINITY if row["output"]["exact"] else row["output"]["nmse_db"] for row in rows]
        self.assertEqual(error, sorted(error))
        bits = [row["stored_bits_per_scalar"] for row in self.report("compare other.st --sort bits")["sum"]]
        self.assertEqual(bits, sorted(bits))
        for row, e in zip(rows, error):
            b = row["stored_bits_per_scalar"]
            beaten = any(x["stored_bits_per_scalar"] <= b and y <= e and (x["stored_bits_per_scalar"], y) != (b, e)
                         for x, y in zip(rows, error))
            self.assertEqual(row["front"], not beaten, row["format"])

    def test_tables(self):
        one = self.done("compare layer.st --formats fp32,bf16")
        self.assertIn("layer.st: M = 5, N = 6, K = 72", one)
        self.assertRegex(one, r"(?m)^\* BF16 +16\.000 +16\.000 +-\d")
        self.assertRegex(one, r"(?m)^\* FP32 .* exact +exact +exact +0 +0 +0$")
        both = "compare layer.st other.st --formats fp32,bf16"
        self.assertIn("sum of 2 layers, 512 scalars of weights", self.done(both))
        self.assertNotIn("other.st", self.done(both))
        self.assertIn("other.st: M = 3, N = 2, K = 40", self.done(both + " --per-layer"))

    def test_zero_layer(self):
        zero = {"weight": ("F32", [2, 8], bytes(64)), "activation": ("F32", [1, 8], bytes(32))}
        self.write("zero.st", safetensors(zero))
        row = self.report("compare zero.st --formats bf16")["sum"][0]
        for key in ("weight", "activation", "output"):
            self.assertEqual((row[key]["nmse_db"], row[key]["exact"], row[key]["max_abs_error"]), (None, True, 0))

    def test_csv_has_the_numbers_of_the_report(self):
        (self.dir / "a,b").mkdir()
        self.write('a,b/"x".st', layer(2, 2, 9))
        report = self.report('compare a,b/"x".st layer.st --formats bf16,fp32 --csv out.csv')
        with (self.dir / "out.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(r["scope"], r["layer"], r["file"]) for r in rows],
                         2 * [("layer", '"x"', 'a,b/"x".st')] + 2 * [("layer", "layer", "layer.st")] +
                         2 * [("sum", "", "")])
        wanted = sum((one["formats"] for one in report["layers"]), []) + report["sum"]
        for row, want in zip(rows, wanted):
            self.assertEqual((row["format"], row["title"], row["front"]),
                             (want["format"], want["title"], str(int(want["front"]))))
            self.assertEqual(float(row["weight_stored_bits_per_scalar"]), want["weight"]["stored_bits_per_scalar"])
            for key in ("weight", "activation", "output"):
                error = -INFINITY if want[key]["exact"] else want[key]["nmse_db"]
                self.assertEqual(float(row[key + "_nmse_db"]), error)
                self.assertEqual(float(row[key + "_max_abs_error"]), want[key]["max_abs_error"])

    def test_markdown(self):
        self.done("compare layer.st other.st --formats bf16,fp32 --markdown out.md")
        text = (self.dir / "out.md").read_text()
        self.assertIn("| **BF16** | 16.000 | 16.000 |", text)
        self.assertIn("| other | 3 | 2 | 40 | BF16, FP32 |", text)

    def test_results_do_not_depend_on_threads(self):
        command = "compare layer.st other.st --csv out.csv"
        self.assertEqual(self.done(command, BCQ_THREADS="1"), self.done(command, BCQ_THREADS="3"))

    def test_formats(self):
        report = self.report("formats")
        rows = {row["name"]: row for row in report["formats"]}
        self.assertEqual(rows["bf16"]["weight_nominal_bits_per_scalar"], 16)
        for row in report["formats"] + report["modifiers"]:
            for key in ("title", "what", "source"):
                self.assertTrue(row[key])
            for parameter in row["parameters"]:
                self.assertLessEqual(parameter["lowest"], parameter["default"])
                self.assertLessEqual(parameter["default"], parameter["highest"])
        text = self.done("formats")
        for name in rows:
            self.assertRegex(text, rf"(?m)^{name} ")


class Pictures(Folder):
    def texts(self, name):
        """All text of an SVG file, which must be well-formed."""
        root = xml.etree.ElementTree.parse(self.dir / name).getroot()
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        return "\n".join("".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text"))

    def test_comparison(self):
        self.write("<a&$b_1$>.st", layer(3, 2, 40))
        self.done("compare <a&$b_1$>.st layer.st --formats bf16,fp32 --svg one.svg")
        text = self.texts("one.svg")
        for part in ("<a&$b_1$>, layer", "BF16", "bits per scalar", "(dB)", "Not shown: FP32 (exact)"):
            self.assertIn(part, text)
        self.done("compare <a&$b_1$>.st layer.st --formats bf16,fp32 --svg two.svg")
        self.assertEqual((self.dir / "one.svg").read_bytes(), (self.dir / "two.svg").read_bytes())

    def test_every_format_has_a_label(self):
        rows = self.report("compare layer.st --svg out.svg")["sum"]
        text = self.texts("out.svg")
        for row in rows:
            self.assertIn(row["title"], text)

    def test_nothing_to_show(self):
        self.done("compare layer.st --formats fp32 --svg out.svg")
        self.assertIn("no format to show", self.texts("out.svg"))

    def test_without_matplotlib(self):
        (self.dir / "broken").mkdir()
        self.write("broken/matplotlib.py", "raise ModuleNotFoundError('no matplotlib here')\n")
        self.refused("compare layer.st --svg out.svg --json out.json", "--svg", "no matplotlib here",
                     "apt-get install python3-matplotlib", PYTHONPATH=str(self.dir / "broken"),
                     PYTHONDONTWRITEBYTECODE="1")

    def test_without_scripts(self):
        self.refused("compare layer.st --svg out.svg", "--svg", "compare_plot.py", "BCQ_PLOT_DIR",
                     BCQ_PLOT_DIR=str(self.dir))

    def test_failing_script_leaves_no_output(self):
        self.write("compare_plot.py", "import sys\n"
                                      "if len(sys.argv) < 2:\n  print('<svg')\n  sys.exit('too colourful')\n")
        before = self.files()
        result = self.bcq("compare layer.st --formats bf16 --svg out.svg --csv out.csv --json out.json",
                          BCQ_PLOT_DIR=str(self.dir))
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertEqual(result.stderr.count("\n"), 1)
        self.assertIn("too colourful", result.stderr)
        self.assertEqual(self.files(), before)


class Sweep(Folder):
    def test_points_and_trends(self):
        self.write("other.st", layer(3, 2, 40))
        report = self.report("compare --sweep layer.st other.st --max-blocks 60 --seed 4 --restarts 2 --csv out.csv "
                             "--markdown out.md --svg out.svg")
        options = [report[key] for key in ("seed", "max_blocks", "restarts", "local")]
        self.assertEqual(options, [4, 60, 2, False])
        points = {tuple(point["format"].values()): point for point in report["points"]}
        self.assertEqual(len(points), 51)
        grid = {key for key in points if key[3] == 6}
        self.assertEqual([sorted(set(column)) for column in zip(*grid)],
                         [[2, 4, 8], [16, 32, 64, 128], [2, 4, 8, 16], [6]])
        self.assertEqual(points[8, 64, 8, 6]["sum"]["weight"]["nominal_bits_per_scalar"], 4.5)
        for trend, (axis, direction) in zip(report["trends"], ((2, -1), (0, 1), (1, 1))):
            with self.subTest(trend["trend"]):
                self.assertEqual(self.violations(points, grid, axis, direction),
                                 {(v["layer"], v["quantity"], tuple(v["from"].values()), tuple(v["to"].values()))
                                  for v in trend["violations"]})
        with (self.dir / "out.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 51 * 3)
        key = {"scope": "sum", "lb": "8", "la": "64", "nc": "8", "bc": "6"}
        (row,) = [r for r in rows if all(r[name] == value for name, value in key.items())]
        self.assertEqual(float(row["output_nmse_db"]), points[8, 64, 8, 6]["sum"]["output"]["nmse_db"])
        self.assertIn("| trend in the grid |", (self.dir / "out.md").read_text())
        xml.etree.ElementTree.parse(self.dir / "out.svg")

    def violations(self, points, grid, axis, direction):
        """What breaks a trend, found again from the points of the report."""
        found = set()
        for key in grid:
            to = tuple(value * 2 if i == axis else value for i, value in enumerate(key))
            if to not in grid:
                continue
            places = [(None, points[key]["sum"], points[to]["sum"])]
            places += [(a["layer"], a, b) for a, b in zip(points[key]["layers"], points[to]["layers"])]
            for name, a, b in places:
                for quantity in ("weight", "activation", "output"):
                    if (b[quantity]["nmse_db"] - a[quantity]["nmse_db"]) * direction < 0:
                        found.add((name, quantity, key, to))
        return found

    def test_reproducible(self):
        command = "compare --sweep layer.st --max-blocks 30"
        self.assertEqual(self.done(command, BCQ_THREADS="1"), self.done(command, BCQ_THREADS="3"))
        self.assertNotEqual(self.done(command + " --seed 1"), self.done(command + " --seed 2"))

    def test_local_codebooks_are_better(self):
        def weight(arguments):
            points = self.report("compare --sweep layer.st " + arguments)["points"]
            (point,) = [p for p in points if p["format"] == {"lb": 8, "la": 64, "nc": 2, "bc": 6}]
            return point["sum"]["weight"]["nmse_db"]

        # Numbers of one kind in either operand would be served as well by shared codebooks.
        spread = {i: (i % 5) ** 3 / 10 for i in range(5 * 72)}
        self.write("layer.st", layer(activation=f32(5, 72, spread)))
        self.assertLess(weight("--local"), weight(""))

    def test_codebooks_fit_their_format(self):
        table = self.done("compare --sweep layer.st --max-blocks 30")
        self.assertIn("codebooks calibrated on all tensors together, seed 1, at most 30 blocks, 1 start\n", table)
        self.assertLessEqual(max(map(len, table.splitlines())), 120)

    def test_refusals(self):
        zero = safetensors({"weight": f32(2, 16), "activation": ("F32", [1, 16], bytes(64))})
        self.write("zero.st", zero)
        self.write("short.st", layer(k=7))
        for arguments, *parts in (
            ("--formats bf16", "--sweep", "--formats"),
            ("--sort bits", "--sweep", "--sort"),
            ("--max-blocks 0", "--max-blocks"),
            ("--restarts 0", "--restarts"),
            ("--seed -1", "--seed"),
            ("--svg -", "--svg"),
            ("short.st", "short.st", "K = 7", "8 scalars"),
            ("missing.st", "missing.st"),
            ("--local zero.st", "zero.st", "'activation'", "zero"),
        ):
            with self.subTest(arguments):
                self.refused(f"compare layer.st --sweep {arguments} --json out.json --csv out.csv", *parts)
        self.done("compare --sweep zero.st --max-blocks 5")


class Refusals(Folder):
    def test_command_lines(self):
        (self.dir / "folder").mkdir()
        self.write("bad.st", layer()[:-1])
        self.write("link.st", layer())
        for arguments, *parts in (
            ("", "LAYER", "bcq compare --help"),
            ("missing.st", "missing.st", "No such file"),
            ("layer.st bad.st", "bad.st"),
            ("cb.st", "cb.st", "'weight'"),
            ("layer.st layer.st", "layer.st", "named twice"),
            ("layer.st ./layer.st", "./layer.st", "named twice"),
            ("layer.st --formats no-such", "format 'no-such'", "fp32"),
            ("layer.st --formats bf16,,fp32", "format ''"),
            ("layer.st --formats bf16:bits=3", "format 'bf16:bits=3'", "bits"),
            ("layer.st --sort size", "--sort", "size", "output"),
            ("layer.st --seed 1", "--seed", "--sweep"),
            ("layer.st --local", "--local", "--sweep"),
            ("layer.st --max-blocks 9", "--max-blocks", "--sweep"),
            ("layer.st --csv -", "--csv", "--json"),
            ("layer.st --markdown -", "--markdown"),
            ("layer.st --csv folder", "folder"),
            ("layer.st --csv nowhere/out.csv", "nowhere"),
            ("layer.st --csv out --markdown out", "out", "another name"),
            ("layer.st --svg out --json ./out", "out", "another name"),
            ("layer.st --json layer.st", "layer.st", "another name"),
            ("layer.st --svg folder/../layer.st", "layer.st", "another name"),
        ):
            with self.subTest(arguments):
                self.refused("compare " + arguments, *parts)
        self.refused("formats --json nowhere/out.json", "nowhere")
        self.refused("formats fp32", "fp32")

    def test_existing_outputs_survive_a_failure(self):
        for name in ("out.json", "out.csv", "out.svg"):
            self.write(name, "precious")
        self.write("bad.st", layer()[:-1])
        self.refused("compare layer.st bad.st --json out.json --csv out.csv --svg out.svg", "bad.st")

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([BCQ, "compare", "layer.st", "--formats", "bf16"], cwd=self.dir, stdout=full,
                                    stderr=subprocess.PIPE, text=True, env=os.environ)
        self.assertEqual((result.returncode, result.stderr.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main()
