"""Area, power and energy from outside: `bcq simulate` with results of synthesis that are there, stale, missing or bad."""

import json
import sys
import unittest
import zlib

from support import ARCH, ROOT, Folder

sys.path.insert(0, str(ROOT / "ppa"))
sys.dont_write_bytecode = True

import estimates  # noqa: E402
import results  # noqa: E402

SHAPES = "Layer,M,N,K,count\nfirst,8,12,640,1\nsecond,5,6,72,3\n"
TINY = json.loads((ROOT / "testbench/energy/tiny.json").read_text())
RUN = "simulate shapes.csv --arch tiny.toml"


def crc_of_code(files):
    """As docs/machine.md describes it."""
    code = ""
    for name in files:
        lines = [line.split("//")[0].rstrip() for line in (ROOT / "rtl" / name).read_text().split("\n")]
        code += "".join(line + "\n" for line in lines if line)
    return f"{zlib.crc32(code.encode()):08x}"


class Energy(Folder):
    def setUp(self):
        super().setUp()
        self.write("tiny.toml", ARCH)
        self.write("shapes.csv", SHAPES)
        (self.dir / "results").mkdir()
        self.results = {"BCQ_PPA_RESULTS": str(self.dir / "results")}
        self.fresh = TINY | {"rtl_crc32": crc_of_code(TINY["rtl_files"])}

    def put(self, name, result):
        self.write(name, json.dumps(result))

    def test_sums_over_gemms(self):
        self.put("results/tiny.json", self.fresh)
        report = self.report(RUN, **self.results)
        physical, activity = report["physical"], report["physical"]["activity"]
        self.assertEqual(activity["macs"], report["total"]["macs"])
        self.assertEqual(activity["cycles"], report["total"]["cycles"])
        self.assertEqual(activity["beats"], report["total"]["busy_cycles"])
        actions = [(gemm["count"], gemm["actions"]) for gemm in report["gemms"]]
        self.assertEqual(activity["results"], sum(n * a["output_multiplies"] for n, a in actions))
        for kind in ("read", "written"):
            self.assertEqual(sum(level.get(f"{kind}_bits", 0) for level in physical["memory"]),
                             sum(n * a[f"sram_{'read' if kind == 'read' else 'write'}_bits"] for n, a in actions))
        # 500 MHz of the architecture, 125 MHz of the library.
        self.assertTrue(physical["clock_is_limited"])
        self.assertAlmostEqual(physical["seconds"], activity["cycles"] / 125e6)
        parts = {part["part"]: part for part in physical["parts"]}
        self.assertEqual(list(parts), ["multiply-add", "decode", "output", "control"])
        self.assertAlmostEqual(parts["multiply-add"]["switching_j"] * 1e12, 12 * 20 * activity["beats"], delta=1e-3)
        self.assertAlmostEqual(parts["decode"]["area_mm2"], (4 * 200 + 3 * 300) * 1e-6)
        array = physical["totals"]["array"]
        self.assertAlmostEqual(array["energy_j"] * 1e9, sum(part["energy_j"] for part in parts.values()) * 1e9)
        self.assertAlmostEqual(array["power_w"], array["energy_j"] / physical["seconds"])
        self.assertAlmostEqual(array["gops_per_w"], physical["gops"] / array["power_w"], delta=1e-6)
        self.assertAlmostEqual(physical["gops"] * 4, report["total"]["gops"])

    def test_memory_and_projection_are_those_of_estimates_py(self):
        self.put("results/tiny.json", self.fresh)
        for node in estimates.nodes():
            physical = self.report(f"{RUN} --project {node}", **self.results)["physical"]
            projection = physical["projection"]
            self.assertEqual((physical["node_nm"], projection["node_nm"]), (180, node))
            for at in (physical, projection):
                self.check_memory(at, at["node_nm"])
            for here, there in zip(physical["parts"], projection["parts"]):
                self.same(there["area_mm2"], estimates.scale(here["area_mm2"], "area", 180, node))
                self.same(there["switching_j"], estimates.scale(here["switching_j"], "energy", 180, node))
                self.assertTrue(there["estimate"] and not here["estimate"])
            self.same(projection["highest_clock_mhz"], 1e3 / estimates.scale(8, "delay", 180, node))
            self.assertEqual(projection["clock_mhz"], min(500, projection["highest_clock_mhz"]))

    def check_memory(self, at, node):
        *buffers, dram = at["memory"]
        self.assertEqual([level["level"] for level in buffers], ["activation buffer", "weight buffer", "result buffer"])
        for level in buffers:
            bank = (level["bank_bytes"], level["word_bits"], node)
            self.same(level["switching_j"] * 1e12,
                      (level["read_bits"] * estimates.sram_read_pj(*bank)
                       + level["written_bits"] * estimates.sram_write_pj(*bank)) / level["word_bits"])
            self.same(level["area_mm2"], level["banks"] * estimates.sram_area_um2(level["bank_bytes"], node) * 1e-6)
            self.same(level["leakage_j"] / at["seconds"],
                      level["banks"] * estimates.sram_leakage_uw(level["bank_bytes"], node) * 1e-6)
        self.same(dram["energy_j"] * 1e12, dram["bits"] * estimates.dram_pj_per_bit(dram["kind"]))

    def same(self, value, expected):
        self.assertLess(abs(value - expected), 1e-12 * abs(expected))

    def test_kind_of_dram(self):
        self.put("results/tiny.json", self.fresh)
        energies = {}
        for kind in estimates.kinds():
            self.write("kind.toml", ARCH + f'[dram]\nkind = "{kind}"\n')
            report = self.report("simulate shapes.csv --arch kind.toml", **self.results)
            energies[kind] = report["physical"]["memory"][-1]["energy_j"]
            self.assertEqual(report["configuration"]["dram"]["kind"], kind)
            self.same(energies[kind] / energies["ddr4"], estimates.dram_pj_per_bit(kind) / 12.9)
        self.assertRegex(self.done("arch kind.toml"), r"DRAM +lpddr5, 4 x")
        self.write("kind.toml", ARCH + '[dram]\nkind = "sdram"\n')
        self.refused("simulate shapes.csv --arch kind.toml", "kind.toml:12", "dram.kind", '"lpddr4"')

    def test_table(self):
        self.put("results/tiny.json", self.fresh)
        text = self.done(f"{RUN} --project 7", **self.results)
        for part in ("tiny.json: synthesized to round_cells, 180 nm", "500 MHz of the architecture, 125 MHz highest",
                     "projected to 7 nm (estimate, Stillmaker & Baas)", "* estimated"):
            self.assertIn(part, text)
        self.assertNotIn("STALE", text)
        for name in ("multiply-add", "array", r"activation buffer \*", r"chip \*", r"DRAM \*", "GOPS/W", "GOPS/mm2"):
            self.assertRegex(text, rf"\n{name} +[0-9]")

    def test_stale(self):
        self.put("results/tiny.json", TINY)
        self.assertIn("STALE: the RTL has changed since; `bcq synth --arch tiny.toml", self.done(RUN, **self.results))
        self.assertTrue(self.report(RUN, **self.results)["physical"]["synthesis"]["stale"])
        self.put("results/tiny.json", self.fresh | {"rtl_files": ["bcq_pkg.sv", "bcq_gone.sv"]})
        self.assertIn("STALE", self.done(RUN, **self.results))

    def test_encoder(self):
        files = ["bcq_enc_pkg.sv", "bcq_encoder.sv"]
        encoder = TINY["encoder"] | {"rtl_files": files, "rtl_crc32": crc_of_code(files)}
        result = self.fresh | {"parameters": TINY["parameters"] | {"cols": 4}, "encoder": encoder}
        run = "simulate shapes.csv --arch encoding.toml"
        self.write("encoding.toml", ARCH.replace("cols = 3", "cols = 4") + "[output]\nencoder_lanes = 8\n")
        self.put("results/encoding.json", result)
        report = self.report(run, **self.results)
        physical, cycles = report["physical"], report["physical"]["activity"]["cycles"]
        # M rows of N = 12 and, three times, N = 6.
        beats = 8 * 2 + 3 * 5 * 1
        self.assertEqual(sum(gemm["count"] * gemm["actions"]["encoder_beats"] for gemm in report["gemms"]), beats)
        self.assertEqual((physical["encoder"]["lanes"], physical["encoder"]["beats"]), (8, beats))
        self.assertAlmostEqual(physical["encoder"]["switching_j"] * 1e12, beats * 40)
        self.assertAlmostEqual(physical["encoder"]["clock_j"] * 1e12, cycles * 0.25)
        self.assertEqual(physical["highest_clock_mhz"], 80)
        totals = physical["totals"]
        self.assertAlmostEqual(totals["chip"]["area_mm2"], totals["array"]["area_mm2"] + 6000e-6
                               + sum(level.get("area_mm2", 0) for level in physical["memory"]))
        self.assertFalse(physical["synthesis"]["stale"])
        self.put("results/encoding.json", result | {"encoder": encoder | {"rtl_crc32": "00000000"}})
        self.assertIn("STALE", self.done(run, **self.results))
        self.put("results/encoding.json", {key: value for key, value in result.items() if key != "encoder"})
        self.assertRegex(self.done(run, **self.results),
                         r"without the on-line encoder: these results have none; `bcq synth --arch encoding.toml -o \S+` measures it")
        self.assertEqual(set(self.report(run, **self.results)["physical"]["encoder"]), {"missing", "command"})

    def test_who_writes_results_computes_the_same_checksum(self):
        files = sorted(path.name for path in (ROOT / "rtl").glob("*.sv"))
        self.assertEqual(results.rtl_crc32(files), crc_of_code(files))
        self.put("results/tiny.json", self.fresh | {"rtl_files": files, "rtl_crc32": results.rtl_crc32(files)})
        self.assertFalse(self.report(RUN, **self.results)["physical"]["synthesis"]["stale"])

    def test_missing(self):
        self.put("fresh.json", self.fresh)
        with_results = self.report(RUN + " --ppa fresh.json")
        self.put("results/tiny.json", self.fresh | {"parameters": TINY["parameters"] | {"rows": 5}})
        text = self.done(RUN, **self.results)
        self.assertRegex(text, r"\nhardware +area, power and energy are not known: .*tiny.json there has rows = 5 instead of 4\n")
        self.assertRegex(text, r"`bcq synth --arch tiny.toml -o \S+/results` makes them")
        report = self.report(RUN, **self.results)
        self.assertEqual(set(report["physical"]), {"missing", "command"})
        for key in ("command_line", "physical"):
            del report[key], with_results[key]
        self.assertEqual(report, with_results)
        # Results of another name will do.
        self.put("results/other.json", self.fresh)
        self.assertTrue(self.report(RUN, **self.results)["physical"]["synthesis"]["file"].endswith("results/other.json"))

    def test_layer_with_values(self):
        self.put("fresh.json", self.fresh)
        run = "simulate layer.st --codebooks cb.st --arch tiny.toml --ppa fresh.json"
        text = self.done(run)
        self.assertLess(text.index("GOPS/mm2"), text.index("SystemC and golden model agree"))
        timing = self.report("simulate layer.st --arch tiny.toml --ppa fresh.json --timing-only")
        self.assertEqual(self.report(run)["physical"], timing["physical"])

    def test_bad_input(self):
        self.put("fresh.json", self.fresh)
        self.put("node.json", self.fresh | {"library": TINY["library"] | {"node_nm": 350}})
        self.put("schema.json", self.fresh | {"schema": "2"})
        self.put("part.json", self.fresh | {"parts": TINY["parts"] + [{"part": "x"}]})
        self.put("encoder.json", self.fresh | {"encoder": {key: TINY["encoder"][key] for key in TINY["encoder"] if key != "lanes"}})
        self.write("text.json", "{")
        cases = (
            (f"{RUN} --ppa nowhere.json", "nowhere.json"),
            (f"{RUN} --ppa text.json", "text.json: content: not JSON"),
            (f"{RUN} --ppa schema.json", "schema.json: schema", "bcq-ppa-1", "bcq synth"),
            (f"{RUN} --ppa part.json", "part.json: parts[5].unit: missing", "bcq synth"),
            (f"{RUN} --ppa encoder.json", "encoder.json: encoder.lanes: missing", "bcq synth"),
            (f"{RUN} --ppa node.json", "node.json: library.node_nm: 350 nm", "180, 130"),
            (f"{RUN} --ppa fresh.json --project 20", "--project: 20 nm", "180, 130"),
            (f"{RUN} --project seven", "--project"),
            ("simulate shapes.csv --arch default --ppa fresh.json", "fresh.json: parameters: ", "instead of 16", "--ppa"),
            (f"{RUN} --ppa fresh.json --json fresh.json", "another name"),
        )
        for command, *parts in cases:
            with self.subTest(command):
                self.refused(command, *parts)


if __name__ == "__main__":
    unittest.main()
