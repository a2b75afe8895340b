"""Explorations from outside: points, resuming, failures, constraints, optimizers, and that commands reproduce what they say."""

import csv
import json
import shlex
import subprocess
import unittest

import fixture  # noqa: E402
from support import BCQ, LAYER, ROOT, Folder

SPEC = f"""arch = "arch.toml"
objectives = ["output_nmse_db", "bits_per_scalar"]
[space]
lb = [4, 8]
nc = [2, 4]
[workloads]
layers = ["{LAYER}"]
[synthesis]
enabled = false
"""
ARCH = "[array]\nrows = 16\ncols = 16\nlanes = 4\n[format]\nlb = 8\nla = 64\nnc = 2\nbc = 6\n"
# An array so small that its gates are there in seconds.
TINY = 'rows = 1\ncols = 1\nlanes = 4\nk_max = 1024\nla = 16\ncodebooks = "frozen"\nnc = 2\nlb = 4\ngb_per_s = [1.6, 25.6]\n'


class Exploration(Folder):
    def setUp(self):
        super().setUp()
        self.write("arch.toml", ARCH)

    def explore(self, text=SPEC, options=(), code=0):
        """Runs an exploration; returns exploration.json."""
        self.write("spec.toml", text)
        self.out, self.err = self.bcq("explore", "spec.toml", "-o", "out", *options, code=code)
        return json.loads((self.dir / "out" / "exploration.json").read_text(encoding="utf-8"))

    def test_points_are_what_bcq_says(self):
        record = self.explore()
        self.assertEqual([point["parameters"] for point in record["points"]], [{"lb": lb, "nc": nc} for lb in (4, 8) for nc in (2, 4)])
        compared = json.loads(self.bcq("compare", LAYER, "--formats", "bcq:lb=4:nc=2,bcq:lb=8:nc=4", "--json", "-")[0])
        for point, wanted in ((record["points"][0], compared["layers"][0]["formats"][0]), (record["points"][3], compared["layers"][0]["formats"][1])):
            self.assertAlmostEqual(point["metrics"]["output_nmse_db"], wanted["output"]["nmse_db"], 4)
            self.assertAlmostEqual(point["metrics"]["bits_per_scalar"], wanted["stored_bits_per_scalar"], 9)
            self.assertEqual(sum(point["breakdown"]["cycles"].values()), point["metrics"]["cycles"])
        rows = list(csv.DictReader((self.dir / "out" / "points.csv").open(encoding="utf-8")))
        self.assertEqual([float(row["output_nmse_db"]) for row in rows], [point["metrics"]["output_nmse_db"] for point in record["points"]])
        for name in ("report.html", "report.md", "front.svg", "spec.toml"):
            self.assertTrue((self.dir / "out" / name).is_file(), name)

    def test_commands_reproduce_a_point(self):
        point = self.explore()["points"][2]
        words = shlex.split(point["commands"][-1])
        done = subprocess.run([BCQ, *words[1:]], cwd=self.dir / "out", capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout)["total"]["cycles"], point["metrics"]["cycles"])

    def test_what_is_done_is_not_done_again(self):
        self.explore()
        points = sorted((self.dir / "out" / "points").glob("*.json"))
        times = [path.stat().st_mtime_ns for path in points]
        points[1].unlink()
        self.explore()
        again = [path.stat().st_mtime_ns for path in points]
        self.assertEqual([new == old for new, old in zip(again, times)], [True, False, True, True])

    def test_a_change_of_the_data_is_another_job(self):
        before = {point["key"] for point in self.explore()["points"]}
        after = {point["key"] for point in self.explore(SPEC.replace("attn_k", "attn_q"))["points"]}
        self.assertFalse(before & after)

    def test_a_failed_point_does_not_stop_the_rest(self):
        record = self.explore(SPEC.replace("nc = [2, 4]", "k_max = [128, 1024]"))
        self.assertEqual([point["status"] for point in record["points"]], ["failed", "ok", "failed", "ok"])
        self.assertIn("k_max", record["points"][0]["error"])
        # What the report was tried with has the fields of what is found, whether that went well or not.
        for status, found in (("failed", record["points"][0]), ("ok", record["points"][1])):
            shown = next(point for point in fixture.grid()["points"] if point["status"] == status)
            self.assertEqual({key: type(value) for key, value in found.items()}, {key: type(value) for key, value in shown.items()})
        self.assertIn("2 failed", self.out)

    def test_constraints(self):
        record = self.explore(SPEC + '[constraints]\nbits_per_scalar = "<= 4.4"\n')
        for point in record["points"]:
            self.assertEqual(point["feasible"], point["metrics"]["bits_per_scalar"] <= 4.4)
            self.assertFalse(point["front"] and not point["feasible"])
        self.assertEqual({point["feasible"] for point in record["points"]}, {False, True})

    def test_an_optimizer_finds_the_front_of_a_small_space(self):
        everything = self.explore()
        front = {point["key"] for point in everything["points"] if point["front"]}
        for method in ("nsga2", "tpe"):
            text = SPEC + f'[search]\nmethod = "{method}"\ntrials = 24\npopulation = 6\nseed = 3\n[constraints]\nbits_per_scalar = "<= 5"\n'
            first, second = self.explore(text), self.explore(text)
            self.assertEqual([point["key"] for point in first["points"]], [point["key"] for point in second["points"]], method)
            # The seed is part of a job, so keys differ from those above; parameters do not.
            found = [point["parameters"] for point in first["points"] if point["front"]]
            wanted = [point["parameters"] for point in everything["points"] if point["key"] in front]
            self.assertCountEqual(found, wanted, method)

    def test_area_energy_and_clock_from_gates(self):
        text = SPEC.replace("lb = [4, 8]\nnc = [2, 4]", TINY).replace('"bits_per_scalar"]', '"area_mm2", "pj_per_mac"]').replace("enabled = false", "clock_ns = 20.0")
        record = self.explore(text)
        self.assertEqual([point["error"] for point in record["points"]], [None, None])
        # The array is the same, and was synthesized once.
        self.assertEqual(len({point["metrics"]["area_mm2"] for point in record["points"]}), 1)
        self.assertEqual(len(list((self.dir / "cache" / "ppa" / "measurements").iterdir())), 1)
        for point in record["points"]:
            metrics, parts = point["metrics"], point["breakdown"]
            self.assertLessEqual(metrics["clock_mhz"], metrics["highest_clock_mhz"])
            self.assertAlmostEqual(sum(parts["energy_pj_per_mac"].values()), metrics["pj_per_mac"], 6)
            self.assertAlmostEqual(sum(parts["area_mm2"].values()), metrics["chip_area_mm2"], 6)
            known = sum(area for name, area in parts["area_mm2"].items() if name not in parts["estimates"])
            self.assertAlmostEqual(known, metrics["area_mm2"], 4)
            self.assertAlmostEqual(metrics["energy_delay_js"], metrics["energy_j"] * metrics["seconds"], 12)

    def test_other_number_formats_and_models(self):
        text = """objectives = ["cycles", "utilization"]
[space]
number = ["nvfp4", "bcq", "int8"]
lb = [4, 8]
gb_per_s = [0.4, 25.6]
[workloads]
models = ["gpt2"]
prefill = 16
[synthesis]
enabled = false
[search]
method = "nsga2"
trials = 40
population = 10
[constraints]
seconds = "<= 5"
"""
        record = self.explore(text)
        self.assertEqual(self.err, "")
        self.assertEqual({point["status"] for point in record["points"]}, {"ok"})
        cycles = {tuple(point["parameters"].values()): point["metrics"]["cycles"] for point in record["points"]}
        self.assertGreater(cycles["int8", 0.4], cycles["nvfp4", 0.4])  # twice the bytes
        self.assertNotIn("lb", next(point for point in record["points"] if point["parameters"]["number"] == "int8")["parameters"])
        self.assertTrue(all(point["breakdown"]["cycles"] for point in record["points"]))

    def test_list_evaluates_nothing(self):
        self.write("spec.toml", SPEC.replace("lb = [4, 8]", "lb = [4, 7]"))
        out, _ = self.bcq("explore", "spec.toml", "-o", "out", "--list")
        self.assertIn("lb=4 nc=2", out)
        self.assertIn("2 points, 2 illegal combinations", out)
        self.assertFalse((self.dir / "out").exists())

    def test_a_pipe_sees_no_progress(self):
        self.explore()
        self.assertEqual(self.err, "")


class Study(unittest.TestCase):
    """docs/studies/lb_nc as it is committed."""

    def test_is_complete(self):
        folder = ROOT / "docs" / "studies" / "lb_nc"
        record = json.loads((folder / "exploration.json").read_text(encoding="utf-8"))
        self.assertGreaterEqual(len(record["points"]), 3 * 4 * 3)
        self.assertTrue(all(point["status"] == "ok" and point["metrics"]["area_mm2"] > 0 for point in record["points"]))


if __name__ == "__main__":
    unittest.main()
