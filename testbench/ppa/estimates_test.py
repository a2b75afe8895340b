"""The estimates of ppa/estimates.py against published points, and their bounds. The numbers here are the sources', not the model's."""

import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "ppa"))

import estimates  # pylint: disable=wrong-import-position
import projection  # pylint: disable=wrong-import-position

NODES = [180, 130, 90, 65, 45, 32, 28, 22, 16, 14, 10, 7, 5]

# Horowitz, ISSCC 2014, Fig. 1.1.9: bytes, pJ of a 64-bit read at 45 nm and 0.9 V.
HOROWITZ = [(8 << 10, 10), (32 << 10, 20), (1 << 20, 100)]

# IHP-Open-PDK, ihp-sg13g2/libs.ref/sg13g2_sram/lib/RM_IHPSG13_1P_*_typ_1p20V_25C.lib: words, bits, area in um2, pJ of a read at
# 1.2 V and of a write.
IHP = [
    (256, 8, 17546.88, 10.2059, 13.5065),
    (512, 16, 45309.312, 19.5664, 23.4667),
    (256, 64, 93180.5344, 49.634, 63.4365),
    (1024, 16, 79673.728, 26.4863, 32.918),
    (1024, 32, 140182.6944, 48.2666, 58.9183),
    (4096, 8, 146413.44, 33.7167, 42.2119),
    (512, 64, 150102.4032, 68.8967, 80.016),
    (4096, 16, 257608.512, 58.644, 72.4898),
    (1024, 64, 263946.1408, 91.8272, 110.9189),
    (2048, 64, 491633.616, 122.394, 155.3678),
]

# Stillmaker, Baas, Integration 58 (2017), table of area factors, rounded there to two digits: from, to, factor.
AREAS = [
    (180, 130, 0.34), (180, 90, 0.15), (180, 45, 0.053), (180, 16, 0.010), (180, 7, 0.0032),
    (130, 90, 0.44), (130, 45, 0.16), (130, 32, 0.072), (90, 65, 0.53), (65, 45, 0.66),
    (45, 32, 0.46), (45, 16, 0.19), (45, 14, 0.17), (45, 10, 0.10), (45, 7, 0.059),
    (32, 16, 0.41), (32, 10, 0.22), (16, 14, 0.91), (14, 10, 0.59), (10, 7, 0.58), (7, 45, 17), (7, 180, 320),
]


def polynomial(coefficients, at):
    return sum(c * at**power for power, c in enumerate(reversed(coefficients)))


class Sram(unittest.TestCase):
    def test_horowitz(self):
        # From 45 nm at 1.0 V to the 0.9 V of the figure, with the paper's energy polynomial of 45 nm, high performance.
        step = (1.018 * 0.81 - 0.3107 * 0.9 + 0.1539) / (1.018 - 0.3107 + 0.1539)
        for capacity, energy in HOROWITZ:
            self.assertAlmostEqual(estimates.sram_read_pj(capacity, 64, 45) * step / energy, 1, delta=0.025, msg=capacity)

    def test_macros_of_130_nm(self):
        step = (7.171 * 1.44 - 6.709 * 1.2 + 2.904) / (7.171 * 1.69 - 6.709 * 1.3 + 2.904)  # from 1.3 V to 1.2 V
        ratios = []
        for words, bits, area, read, write in IHP:
            capacity = words * bits // 8
            with self.subTest(words=words, bits=bits):
                self.assertAlmostEqual(estimates.sram_area_um2(capacity, 130) / area, 1, delta=0.15)
                ratios.append(estimates.sram_read_pj(capacity, bits, 130) * step / read)
                self.assertGreater(ratios[-1], 0.65)
                self.assertLess(ratios[-1], 0.9)
                self.assertAlmostEqual(estimates.sram_write_pj(capacity, bits, 130) * step / write / ratios[-1], 1, delta=0.1)
        self.assertAlmostEqual(math.prod(ratios) ** (1 / len(ratios)), 0.77, delta=0.02)

    def test_large_macro_of_5_nm(self):
        # WikiChip, "TSMC 5-Nanometer Update": about 32 Mib/mm2 of SRAM
        self.assertAlmostEqual(4 * 8 / (estimates.sram_area_um2(4 << 20, 5) / 1e6) / 32, 1, delta=0.05)

    def test_by_hand(self):
        # The example of docs/estimates.md: 64 KiB, 64 bits, 180 nm
        self.assertAlmostEqual(estimates.sram_read_pj(65536, 64, 180), 1024, delta=1)
        self.assertAlmostEqual(estimates.sram_area_um2(65536, 180) / 1e6, 3.868, delta=0.001)
        self.assertAlmostEqual(estimates.sram_leakage_uw(65536, 180), 10.3, delta=0.1)

    def test_monotonic(self):
        sizes = [1 << i for i in range(10, 23)]
        for small, large in zip(sizes, sizes[1:]):
            for node in NODES:
                self.assertLess(estimates.sram_read_pj(small, 32, node), estimates.sram_read_pj(large, 32, node))
                self.assertLess(estimates.sram_read_pj(small, 32, node), estimates.sram_write_pj(small, 32, node))
                self.assertLess(estimates.sram_area_um2(small, node), estimates.sram_area_um2(large, node))
                self.assertGreater(estimates.sram_area_um2(small, node) * 2, estimates.sram_area_um2(large, node))
                self.assertAlmostEqual(estimates.sram_leakage_uw(large, node) / estimates.sram_leakage_uw(small, node), 2)
        for old, new in zip(NODES, NODES[1:]):
            self.assertGreater(estimates.sram_read_pj(8192, 64, old), estimates.sram_read_pj(8192, 64, new))
            self.assertGreater(estimates.sram_area_um2(8192, old), estimates.sram_area_um2(8192, new))
        for width in (8, 16, 64, 256):
            narrow, wide = estimates.sram_read_pj(8192, width, 130), estimates.sram_read_pj(8192, 2 * width, 130)
            self.assertLess(narrow, wide)
            self.assertGreater(2 * narrow, wide)  # a wide word costs less per bit

    def test_errors(self):
        for bad in (0, -1, 1.5, True, None, "8", math.nan):
            for call in (
                lambda bad=bad: estimates.sram_read_pj(bad, 8, 45),
                lambda bad=bad: estimates.sram_read_pj(1024, bad, 45),
                lambda bad=bad: estimates.sram_write_pj(bad, 8, 45),
                lambda bad=bad: estimates.sram_area_um2(bad, 45),
                lambda bad=bad: estimates.sram_leakage_uw(bad, 45),
            ):
                self.assertRaises(ValueError, call)
        for node in (0, 20, 3, 45.0, "45", None, True):
            self.assertRaises(ValueError, estimates.sram_read_pj, 1024, 8, node)
            self.assertRaises(ValueError, estimates.sram_area_um2, 1024, node)
            self.assertRaises(ValueError, estimates.sram_leakage_uw, 1024, node)
        self.assertRaisesRegex(ValueError, "more than the 8 bytes", estimates.sram_read_pj, 8, 65, 45)
        self.assertGreater(estimates.sram_read_pj(8, 64, 45), 0)


class Dram(unittest.TestCase):
    def test_published(self):
        self.assertEqual(estimates.kinds(), ["ddr4", "gddr5", "hbm2", "hbm3", "lpddr4", "lpddr5"])
        # O'Connor et al., MICRO 2017
        self.assertEqual(estimates.dram_pj_per_bit("hbm2"), 3.92)
        self.assertEqual(estimates.dram_pj_per_bit("gddr5"), 14.0)
        # below Horowitz' 1.3 nJ per 64 bits (DDR3) and above the demonstrated HBM3E: 4.3 less 20 %
        for kind in estimates.kinds():
            self.assertLess(estimates.dram_pj_per_bit(kind), 1300 / 64)
            self.assertGreater(estimates.dram_pj_per_bit(kind), 3.4)

    def test_currents(self):
        # Datasheet maxima: Micron LPDDR5X Y52P and DDR4-2400 x8; mW by Gb/s
        parts = estimates.load()["dram"]
        self.assertAlmostEqual(parts["lpddr5"]["core"], 1.05 * 390 / (16 * 7.5), delta=0.01)
        self.assertAlmostEqual(parts["lpddr5"]["io"], 0.5 * 111.9 / (16 * 7.5), delta=0.01)
        self.assertAlmostEqual(parts["ddr4"]["core"], (1.2 * 135 + 2.5 * 3) / (8 * 2.4), delta=0.05)
        self.assertAlmostEqual(parts["ddr4"]["io"], 1.2 * 1.2 / 74 / 2 * 1000 / 2.4, delta=0.05)
        self.assertAlmostEqual(parts["ddr4"]["activate"], 1.2 * (48 * 55 - 43 * 39 - 34 * 16) * 0.833 / 8192, delta=0.005)

    def test_parts(self):
        for kind, constants in estimates.load()["dram"].items():
            if "io" in constants:
                parts = constants["activate"] + constants["core"] + constants["io"]
                self.assertAlmostEqual(parts, constants["pj_per_bit"], delta=0.005, msg=kind)

    def test_errors(self):
        for kind in ("", "HBM2", "sram", None, 4, [], True):
            self.assertRaisesRegex(ValueError, "ddr4, gddr5", estimates.dram_pj_per_bit, kind)


class Scaling(unittest.TestCase):
    def test_areas(self):
        for old, new, factor in AREAS:
            self.assertAlmostEqual(estimates.scale(1, "area", old, new) / factor, 1, delta=0.035, msg=(old, new))

    def test_energy_65_to_45(self):
        # The factor that Camformer used, from the same paper
        self.assertAlmostEqual(estimates.scale(1.0, "energy", 65, 45), 0.52, delta=0.01)

    def test_foundry_7(self):
        # TSMC's page of its 7 nm: of 10 nm, "1.6X logic density, ~20% speed improvement, and ~40% power reduction"
        self.assertAlmostEqual(estimates.scale(1.6, "area", 10, 7), 1, delta=0.08)
        self.assertAlmostEqual(estimates.scale(1.2, "delay", 10, 7), 1, delta=0.05)
        self.assertAlmostEqual(estimates.scale(1, "energy", 10, 7) / 0.6, 1, delta=0.15)
        # and of 16 nm: 70 % less area, 60 % less power (Techgage, April 2018)
        self.assertAlmostEqual(estimates.scale(1, "area", 16, 7) / 0.3, 1, delta=0.08)
        self.assertAlmostEqual(estimates.scale(1, "energy", 16, 7) / 0.4, 1, delta=0.15)

    def test_foundry_5(self):
        # Yeap et al., IEDM 2019: of 7 nm, 1.8 times the density, 15 % more speed or 30 % less power
        self.assertAlmostEqual(estimates.scale(1.8, "area", 7, 5), 1, delta=0.002)
        self.assertAlmostEqual(estimates.scale(1.15, "delay", 7, 5), 1, delta=0.002)
        self.assertAlmostEqual(estimates.scale(1, "energy", 7, 5), 0.7, delta=0.002)

    def test_tables(self):
        table = estimates.load()["scaling"]["node"]
        for node, constants in table.items():
            for quantity in ("delay", "energy"):
                if quantity + "_poly" in constants:
                    value = polynomial(constants[quantity + "_poly"], constants["vdd"])
                    self.assertAlmostEqual(constants[quantity] / value, 1, delta=6e-4, msg=(node, quantity))
        sram = estimates.load()["sram"]
        fitted = polynomial(table[str(sram["fit_node"])]["energy_poly"], sram["fit_vdd"])
        self.assertAlmostEqual(sram["fit_energy"] / fitted, 1, delta=1e-4)
        self.assertEqual(estimates.nodes(), NODES)
        self.assertEqual(set(sram["cell_um2"]), set(table))
        self.assertEqual(set(sram["leakage_pw_per_bit"]), set(table))

    def test_between(self):
        # 28 and 22 nm lie on the line from 32 to 16 nm, in logarithms
        for node in (28, 22):
            share = math.log(32 / node, 2)
            for quantity in estimates.QUANTITIES:
                expected = estimates.scale(1, quantity, 32, 16) ** share
                self.assertAlmostEqual(estimates.scale(1, quantity, 32, node) / expected, 1, delta=1e-3)

    def test_monotonic_and_consistent(self):
        for quantity in estimates.QUANTITIES:
            for old, new in zip(NODES, NODES[1:]):
                self.assertLess(estimates.scale(1, quantity, old, new), 1)
                self.assertAlmostEqual(estimates.scale(estimates.scale(3, quantity, old, new), quantity, new, old), 3)
            self.assertEqual(estimates.scale(7.5, quantity, 45, 45), 7.5)
            self.assertEqual(estimates.scale(0, quantity, 180, 7), 0)

    def test_errors(self):
        for quantity in ("power", "", None, 1):
            self.assertRaisesRegex(ValueError, "area, delay, energy", estimates.scale, 1, quantity, 45, 32)
        for node in (20, 45.0, "45", None, True, 181):
            self.assertRaisesRegex(ValueError, "there are 180, 130", estimates.scale, 1, "area", node, 45)
            self.assertRaisesRegex(ValueError, "there are 180, 130", estimates.scale, 1, "area", 45, node)
        for value in (-1, math.nan, math.inf, "1", None, True, 1j):
            self.assertRaisesRegex(ValueError, "0 or more", estimates.scale, value, "area", 45, 32)


class Projection(unittest.TestCase):
    """One library's comparison, projected to the node of another."""

    @staticmethod
    def comparison(node, names, area, path, energy):
        entry = {"area_um2": area, "critical_path_ns": path, "energy_per_mac_pj": {"total": energy}, "library": {"name": f"l{node}", "node_nm": node}}
        return {"formats": [entry | {"name": name, "title": name.upper()} for name in names]}

    def test_by_hand(self):
        old = self.comparison(180, ["a", "b"], 3200.0, 7.9, 26.4)
        head, rows = projection.against(self.comparison(45, ["b", "c"], 85.0, 2.5, 1.722), old)
        self.assertEqual(head[0], "l180 projected to 45 nm, over l45")
        # docs/estimates.md: areas are as 320 to 17, delays as 79.0 to 12.5, energies as 26.4 to 0.861.
        self.assertEqual(rows, [["B", "2.00", "0.50", "0.50"]])

    def test_nothing_to_compare(self):
        mine = self.comparison(45, ["a"], 1.0, 1.0, 1.0)
        with self.assertRaisesRegex(projection.ProjectionError, "no format"):
            projection.against(mine, self.comparison(180, ["b"], 1.0, 1.0, 1.0))
        with self.assertRaisesRegex(projection.ProjectionError, "lNone: its node is not known"):
            projection.against(mine, self.comparison(None, ["a"], 1.0, 1.0, 1.0))


if __name__ == "__main__":
    unittest.main()
