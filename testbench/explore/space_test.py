"""Spaces: which points there are, which are illegal, and which of them nothing beats."""

import itertools
import random
import unittest

from support import LAYER, PROGRAMS, Folder

import front  # noqa: E402
import spec as specs  # noqa: E402
from metrics import METRICS  # noqa: E402
from space import Illegal, Point, Space, architecture_file  # noqa: E402


class Points(Folder):
    def space(self, lines, arch="default"):
        text = f'arch = "{arch}"\n[space]\n{lines}\n[workloads]\nlayers = ["{LAYER}"]\n'
        return Space(specs.read(self.write("spec.toml", text)), PROGRAMS)

    def test_every_combination_once(self):
        space = self.space("lb = [4, 8]\nnc = [2, 4, 8]\nrows = 4")
        points = list(space.every())
        self.assertEqual(space.size(), 6)
        self.assertEqual([tuple(point.parameters.values()) for point in points], list(itertools.product((4, 8), (2, 4, 8))))
        self.assertTrue(all(point.arch["array"]["rows"] == 4 and "rows" not in point.parameters for point in points))
        self.assertEqual(points[1].name, "lb=4 nc=4")
        self.assertEqual((points[1].arch["format"]["lb"], points[1].arch["format"]["nc"]), (4, 4))

    def test_values_reach_the_section_that_they_belong_to(self):
        point = next(self.space('gb_per_s = [3.2, 6.4]\nencoder_lanes = 8\nactivation_kib = 256\nscale_search = true\ncodebooks = "frozen"').every())
        self.assertEqual(point.arch["dram"]["gb_per_s"], 3.2)
        self.assertEqual((point.arch["output"]["encoder_lanes"], point.arch["buffers"]["activation_kib"]), (8, 256))
        self.assertEqual(point.arch["array"]["codebooks"], "frozen")
        self.assertEqual(point.encoding, {"mirror_pairs": False, "mirror": False, "scale_search": True})

    def test_illegal_combinations_say_why(self):
        points = list(self.space("lb = [7, 8]\nla = [64, 48]").every())
        legal = [point for point in points if isinstance(point, Point)]
        self.assertEqual([point.parameters for point in legal], [{"lb": 8, "la": 64}, {"lb": 8, "la": 48}])
        self.assertTrue(all(isinstance(point, Illegal) and point.reason.startswith("lb = 7") for point in points[:2]))

    def test_architecture_files_are_read_back(self):
        base = self.write("mine.toml", "[array]\nrows = 2\ncols = 3\nlanes = 8\n[format]\nlb = 8\nla = 64\nnc = 2\nbc = 6\n")
        point = next(self.space("nc = [4]", arch=base.name).every())
        self.assertEqual((point.arch["array"]["cols"], point.arch["format"]["nc"]), (3, 4))
        self.write("again.toml", architecture_file({"name": "again"} | point.arch))
        self.assertIn("2 x 3", self.bcq("arch", "again.toml")[0])


class Front(unittest.TestCase):
    @staticmethod
    def point(key, **metrics):
        return {"key": key, "status": "ok", "metrics": metrics}

    def test_against_the_definition(self):
        choose = random.Random(1)
        names = ("output_nmse_db", "gops")  # one to be minimised, one to be maximised
        for _ in range(200):
            points = [self.point(str(i), output_nmse_db=choose.randint(0, 5), gops=choose.randint(0, 5)) for i in range(12)]
            limit = specs.Constraint("gops", ">=", 2)
            front.mark(points, names, (limit,))
            for point in points:
                x, y = point["metrics"].values()
                beaten = any(
                    a <= x and b >= y and (a, b) != (x, y) for a, b in (other["metrics"].values() for other in points) if b >= 2
                )
                self.assertEqual(point["feasible"], y >= 2)
                self.assertEqual(point["front"], y >= 2 and not beaten)

    def test_points_without_a_metric_are_not_on_it(self):
        points = [self.point("a", output_nmse_db=1.0), {"key": "b", "status": "failed", "metrics": {}}]
        front.mark(points, ("output_nmse_db", "area_mm2"), ())
        self.assertFalse(any(point["feasible"] or point["front"] for point in points))
        self.assertIsNone(front.recommended(points, ("output_nmse_db", "area_mm2")))

    def test_the_knee_is_recommended(self):
        points = [self.point(key, output_nmse_db=x, area_mm2=y) for key, x, y in (("a", -30, 10), ("b", -28, 2), ("c", -20, 1), ("d", -10, 9))]
        front.mark(points, ("output_nmse_db", "area_mm2"), ())
        found = front.recommended(points, ("output_nmse_db", "area_mm2"))
        self.assertEqual(found["key"], "b")
        self.assertIn("2.00 dB", found["why"])
        self.assertIn("100.0 %", found["why"])

    def test_every_metric_says_which_way_is_better(self):
        self.assertTrue(all(metric.goal in ("min", "max") for metric in METRICS.values()))
        self.assertLess(METRICS["gops"].cost(2), METRICS["gops"].cost(1))


if __name__ == "__main__":
    unittest.main()
