#!/usr/bin/env python3
"""Mixed formats: requests, and numbers of layers made up by hand."""

import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "explore"))
from mixed import format_energy  # noqa: E402
from mixed import record  # noqa: E402
from mixed.record import Layer, Option  # noqa: E402
from mixed.request import Mixed, MixedError  # noqa: E402


def option(name, bits, error, energy=None):
    return Option(name, name.upper(), bits, energy, error)


class Numbers(unittest.TestCase):
    """Two layers by hand: 10 and 30 scalars, 4 and 12 MACs."""

    def layers(self, exact=0.01):
        pj = format_energy.PJ
        return [
            Layer("p", 10, 4, [option("a", 40, 0.1, 4 * 20 * pj), option("b", 80, exact, 4 * 50 * pj)]),
            Layer("q", 30, 12, [option("a", 120, 0.3, 12 * 20 * pj), option("b", 240, 0.02, 12 * 50 * pj)]),
        ]

    def test_bits(self):
        found = record.of(Mixed(("a", "b"), 5), self.layers())
        self.assertEqual([one["bits_per_scalar"] for one in found["front"]], [4, 5, 7, 8])
        self.assertEqual(found["budget"], {"metric": "bits_per_scalar", "limit": 5})
        self.assertEqual(found["formats"], [{"format": "a", "title": "A"}, {"format": "b", "title": "B"}])
        # A limit that is met exactly is within.
        self.assertEqual(found["chosen"], found["front"][1])
        self.assertEqual(found["chosen"]["assignment"], {"p": "b", "q": "a"})
        self.assertAlmostEqual(found["chosen"]["output_nmse_db"], 10 * math.log10(0.31 / 2))
        self.assertEqual([layer["chosen"] for layer in found["layers"]], ["b", "a"])
        self.assertEqual([(one["format"], one["bits_per_scalar"]) for one in found["uniform"]], [("b", 8), ("a", 4)])
        self.assertAlmostEqual(found["uniform"][1]["output_nmse_db"], 10 * math.log10(0.2))
        first = found["layers"][0]
        self.assertEqual((first["layer"], first["scalars"], first["macs"]), ("p", 10, 4))
        self.assertEqual(first["choices"][1] | {"output_nmse_db": None},
                         {"format": "b", "bits_per_scalar": 8, "output_nmse_db": None, "exact": False, "pj_per_mac": 50})
        self.assertAlmostEqual(first["choices"][1]["output_nmse_db"], -20)
        self.assertEqual([layer["sensitivity_rank"] for layer in found["layers"]], [2, 1])
        self.assertAlmostEqual(first["sensitivity_db"], 10 * math.log10(0.12 / 0.03))

    def test_decimal_limits(self):
        # 435 bits of 100 scalars are 4.35, but 4.35 * 100 is less than 435 in floating point.
        layers = [Layer("p", 100, 1, [option("a", 435, 0.1), option("b", 436, 0.05)])]
        self.assertEqual(record.of(Mixed(("a", "b"), 4.35), layers)["chosen"]["assignment"], {"p": "a"})
        self.assertRaises(MixedError, record.of, Mixed(("a", "b"), 4.3499), layers)

    def test_energy(self):
        found = record.of(Mixed(("a", "b"), 42.5, "pj_per_mac"), self.layers())
        self.assertEqual([one["pj_per_mac"] for one in found["front"]], [20, 27.5, 42.5, 50])
        self.assertEqual(found["chosen"]["assignment"], {"p": "a", "q": "b"})
        self.assertNotIn("bits_per_scalar", found["chosen"])

    def test_weights(self):
        plain = record.of(Mixed(("a", "b"), 7), self.layers())
        found = record.of(Mixed(("a", "b"), 7, weights={"p": 100.0}), self.layers())
        self.assertEqual(plain["chosen"]["assignment"], {"p": "a", "q": "b"})
        self.assertEqual(found["chosen"]["assignment"], {"p": "b", "q": "a"})
        self.assertAlmostEqual(found["chosen"]["output_nmse_db"], 10 * math.log10((100 * 0.01 + 0.3) / 101))
        self.assertNotEqual(found["objective"], plain["objective"])

    def test_infeasible(self):
        for limit in (3.9999, 1e-9):
            with self.assertRaisesRegex(MixedError, "^limit: .*at least 4.0000, what the cheapest"):
                record.of(Mixed(("a", "b"), limit), self.layers())
        # What is named is rounded up: it can be taken.
        layers = [Layer("p", 3, 1, [option("a", 13, 0.1)])]
        with self.assertRaisesRegex(MixedError, "at least 4.3334"):
            record.of(Mixed(("a",), 4), layers)
        record.of(Mixed(("a",), 4.3334), layers)

    def test_exact_and_without_error(self):
        layers = self.layers(exact=0.0)
        layers[1].options.append(option("c", 30, math.inf))
        layers[0].options.append(option("c", 10, 0.5))
        found = record.of(Mixed(("a", "b", "c"), 9), layers)
        self.assertEqual([one["format"] for one in found["uniform"]], ["b", "a"])  # c is no choice of q
        self.assertEqual({one["assignment"]["q"] for one in found["front"]}, {"a", "b"})
        last = found["layers"][1]["choices"][2]
        self.assertEqual((last["format"], last["output_nmse_db"], last["exact"]), ("c", None, False))
        exact = found["layers"][0]["choices"][1]
        self.assertEqual((exact["output_nmse_db"], exact["exact"]), (None, True))
        alone = record.of(Mixed(("a", "b"), 9), [self.layers(exact=0.0)[0]])
        self.assertIsNone(alone["chosen"]["output_nmse_db"])
        self.assertIsNone(alone["layers"][0]["sensitivity_db"])
        layers = [Layer(name, 1, 1, [option("a", 1, worse), option("b", 2, 0.0)]) for name, worse in [("p", 0.0), ("q", 0.1)]]
        found = record.of(Mixed(("a", "b"), 9), layers)["layers"]
        self.assertEqual([(layer["sensitivity_db"], layer["sensitivity_rank"]) for layer in found], [(0.0, 2), (None, 1)])


class Requests(unittest.TestCase):
    def test_fields(self):
        for message, arguments in {
            "^formats: none": ((), 4),
            "^budget: 'area'; use bits_per_scalar or pj": (("bcq",), 4, "area"),
            "^limit: 0; use": (("bcq",), 0),
            "^limit: nan": (("bcq",), math.nan),
            "^limit: inf": (("bcq",), math.inf),
            "^limit: True": (("bcq",), True),
            "^limit: 4.5;": (("bcq",), "4.5"),
            "^weights.p: -1": (("bcq",), 4, "bits_per_scalar", {"p": -1}),
            "^codebooks: 'soft'; use frozen or": (("bcq",), 4, "bits_per_scalar", {}, "soft"),
        }.items():
            with self.assertRaisesRegex(MixedError, message):
                Mixed(*arguments)
        self.assertEqual(Mixed(("bcq", "nvfp4", "bcq"), 4).formats, ("bcq", "nvfp4"))

if __name__ == "__main__":
    unittest.main()
