"""Specifications: what is read, and that every mistake is told with line, key and remedy."""

import unittest

from support import LAYER, Folder

import spec as specs  # noqa: E402

GOOD = f"""name = "study"
objectives = ["output_nmse_db", "area_mm2"]
[space]
lb = [4, 8]
rows = 4
[workloads]
layers = ["{LAYER}"]
[constraints]
area_mm2 = "<= 60"
[search]
seed = 7
"""

# What is replaced in the good specification, by what, and what the message must contain.
MISTAKES = [
    ('name = "study"', 'name = "study', ("at line 1", "docs/explore.md")),
    ('name = "study"', "name = 3", (":1: name", "wrong type", 'name = "lb_nc"')),
    ('name = "study"', "speed = 3", (":1: speed", "no such key", "objectives")),
    ('["output_nmse_db", "area_mm2"]', '["output_nmse_db"]', (":2: objectives", "two different metrics")),
    ('["output_nmse_db", "area_mm2"]', '["output_nmse_db", "output_nmse_db"]', (":2: objectives", "two different metrics")),
    ('["output_nmse_db", "area_mm2"]', '["output_nmse_db", "areas"]', (":2: objectives", "no metric 'areas'", "area_mm2")),
    ("[space]\nlb = [4, 8]\nrows = 4", "", ("space", "nothing to explore", "lb = [4, 8, 16]")),
    ("lb = [4, 8]", "lb = []", (":4: space.lb", "no list of values")),
    ("lb = [4, 8]", "lb = [4, 4]", (":4: space.lb", "twice")),
    ("lb = [4, 8]", "lb = [[4], 8]", (":4: space.lb", "no list of values")),
    ("lb = [4, 8]", "blocks = [4, 8]", (":4: space.blocks", "nothing of an architecture", "lb")),
    ("lb = [4, 8]", "mirror = [0, 1]", (":4: space.mirror", "true or false", "[false, true]")),
    (f'layers = ["{LAYER}"]', "", ("workloads", "nothing to run")),
    (f'layers = ["{LAYER}"]', 'layers = ["none/*.safetensors"]', (":7: workloads.layers", "no file none/*.safetensors")),
    (f'layers = ["{LAYER}"]', "layers = [3]", (":7: workloads.layers", "in quotes")),
    (f'layers = ["{LAYER}"]', 'models = ["gpt2"]', (":2: objectives", "no point will have output_nmse_db", "workloads.layers")),
    ('area_mm2 = "<= 60"', 'area_mm2 = "< 60"', (":9: constraints.area_mm2", '"<= 60"')),
    ('area_mm2 = "<= 60"', "area_mm2 = 60", (":9: constraints.area_mm2", '"<= 60"')),
    ('area_mm2 = "<= 60"', 'areas = "<= 60"', (":9: constraints.areas", "no metric")),
    ("seed = 7", 'seed = "7"', (":11: search.seed", "wrong type")),
    ("seed = 7", "trials = 0", (":11: search.trials", "less than 1")),
    ("seed = 7", 'method = "best"', (":11: search.method", "nsga2")),
    ("[search]", "[searching]", (":10: searching", "no such section", "search")),
    ("[search]\nseed = 7", "[synthesis]\nenabled = false", (":2: objectives", "no point will have area_mm2", "synthesis.enabled = true")),
    ("[search]\nseed = 7", "[synthesis]\nclock_ns = 0", (":11: synthesis.clock_ns", "no period")),
    ("[search]\nseed = 7", '[mixed]\nformats = ["bcq"]\nbits_per_scalar = 4', (":11: mixed.formats", "nothing to choose from")),
    ("[search]\nseed = 7", '[mixed]\nformats = ["bcq", "nvfp4"]', (":10: mixed", "no budgets", "bits_per_scalar or pj_per_mac")),
    ("[search]\nseed = 7", '[mixed]\nformats = ["bcq", "nvfp4"]\npj_per_mac = -1', (":12: mixed.pj_per_mac", "no budget")),
]


class Specification(Folder):
    def test_is_read(self):
        found = specs.read(self.write("spec.toml", GOOD))
        self.assertEqual((found.name, found.arch, found.search["seed"], found.search["trials"]), ("study", "default", 7, 200))
        self.assertEqual(found.axes, {"lb": (4, 8), "rows": (4,)})
        self.assertEqual(found.layers, (LAYER,))
        self.assertEqual(found.constraints, (specs.Constraint("area_mm2", "<=", 60.0),))
        self.assertEqual(found.calibration["layers"], (LAYER,))

    def test_mistakes_are_told_with_line_key_and_remedy(self):
        for old, new, wanted in MISTAKES:
            with self.subTest(new=new):
                self.assertIn(old, GOOD)
                with self.assertRaises(specs.SpecError) as caught:
                    specs.read(self.write("spec.toml", GOOD.replace(old, new)))
                for part in ("spec.toml", *wanted):
                    self.assertIn(part, str(caught.exception))

    def test_files_are_relative_to_the_specification(self):
        (self.dir / "layers").mkdir()
        self.write("layers/a.safetensors", "")
        found = specs.read(self.write("spec.toml", GOOD.replace(str(LAYER), "layers/*.safetensors")))
        self.assertEqual(found.layers, ((self.dir / "layers" / "a.safetensors").resolve(),))

    def test_constraints_hold_up_to_their_limit(self):
        at_most, at_least = specs.Constraint("area_mm2", "<=", 2.0), specs.Constraint("gops", ">=", 2.0)
        self.assertTrue(at_most.holds({"area_mm2": 2.0}) and at_least.holds({"gops": 2.0}))
        self.assertFalse(at_most.holds({"area_mm2": 2.1}) or at_least.holds({"gops": 1.9}) or at_most.holds({}))
        self.assertGreater(at_most.violation({"area_mm2": 2.1}), 0)
        self.assertLessEqual(at_least.violation({"gops": 2.0}), 0)

    def test_the_command_line_ends_with_code_2(self):
        self.write("spec.toml", GOOD.replace("lb = [4, 8]", "blocks = [4]"))
        _, error = self.bcq("explore", "spec.toml", "-o", "out", code=2)
        self.assertIn("spec.toml:4: space.blocks", error)
        _, error = self.bcq("explore", "none.toml", "-o", "out", code=2)
        self.assertIn("none.toml: No such file", error)
        self.write("spec.toml", GOOD.replace("[space]", 'arch = "nowhere"\n[space]'))
        _, error = self.bcq("explore", "spec.toml", "-o", "out", code=2)
        self.assertIn("no architecture", error)
        self.assertFalse((self.dir / "out").exists())


if __name__ == "__main__":
    unittest.main()
