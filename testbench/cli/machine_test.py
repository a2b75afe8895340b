"""The machine from outside: workloads, reports, timelines and waves of `bcq simulate`, architectures with memory."""

import json
import re
import unittest
import xml.etree.ElementTree as ElementTree

from support import ARCH, Folder

SLOW = ARCH + """[buffers]
activation_kib = 8
weight_kib = 8
result_kib = 1
[dma]
transfer_kib = 1
outstanding = 2
[dram]
channels = 1
gb_per_s = 0.5
burst_bytes = 32
latency_ns = 100.0
[loop]
resident = "weight"
"""
SHAPES = "Layer,M,N,K,\nfirst,8,12,640,\nsecond,5,6,72,\nagain,8,12,640,\n"


class Machine(Folder):
    def setUp(self):
        super().setUp()
        self.write("slow.toml", SLOW)
        self.write("shapes.csv", SHAPES)

    def test_values_or_not_the_cycles_are_the_same(self):
        run = "simulate layer.st --codebooks cb.st --arch slow.toml"
        with_values, timing_only = self.report(run), self.report("simulate layer.st --arch slow.toml --timing-only")
        self.assertEqual(with_values["gemms"], timing_only["gemms"])
        self.assertTrue(with_values["bit_equal_to_golden_model"])
        self.assertNotIn("result", timing_only)

    def test_memory_costs_cycles(self):
        cycles = {arch: self.report(f"simulate layer.st --arch {arch} --timing-only")["gemms"][0]["cycles"]
                  for arch in ("arch.toml", "slow.toml")}
        self.assertGreater(cycles["slow.toml"], 2 * cycles["arch.toml"])

    def test_list_of_shapes(self):
        report = self.report("simulate shapes.csv --arch slow.toml")
        self.assertEqual([gemm["name"] for gemm in report["gemms"]], ["first", "second", "again"])
        first, second, again = report["gemms"]
        self.assertEqual(first | {"name": ""}, again | {"name": ""})
        self.assertEqual(report["total"]["cycles"], 2 * first["cycles"] + second["cycles"])
        self.assertEqual(report["total"]["macs"], 2 * 8 * 12 * 640 + 5 * 6 * 72)
        # Order and company do not matter: every GEMM starts with empty buffers.
        self.write("one.csv", "Layer,M,N,K,\nsecond,5,6,72,\n")
        self.assertEqual(self.report("simulate one.csv --arch slow.toml")["gemms"][0], second)
        self.assertRegex(self.done("simulate shapes.csv --arch slow.toml"), r"total +3 ")

    def test_model(self):
        report = self.report("simulate --model gpt2 --prefill 64 --decode 2 --arch small")
        names = {gemm["name"] for gemm in report["gemms"]}
        self.assertIn("prefill.attn_qkv", names)
        self.assertIn("decode.ffn_down", names)
        self.assertIn("attention", report["remark"])
        with_attention = self.report("simulate --model gpt2 --prefill 64 --arch small --attention")
        self.assertIn("prefill.attn_qk", {gemm["name"] for gemm in with_attention["gemms"]})

    def test_report_adds_up(self):
        report = self.report("simulate shapes.csv --arch slow.toml")
        roofline = report["roofline"]
        self.assertAlmostEqual(roofline["peak_gops"], 2 * 4 * 3 * 8 * 0.5)
        self.assertAlmostEqual(roofline["bandwidth_gb_per_s"], 0.5)
        for gemm in report["gemms"]:
            shape, actions = gemm["shape"], gemm["actions"]
            self.assertEqual(actions["macs"], shape["m"] * shape["n"] * shape["k"])
            self.assertEqual(gemm["macs"], actions["macs"])
            self.assertAlmostEqual(gemm["padding"], 1 - gemm["macs"] / actions["mac_slots"])
            self.assertAlmostEqual(gemm["utilization"], (1 - gemm["padding"]) * gemm["busy_cycles"] / gemm["cycles"])
            self.assertEqual(8 * gemm["dram_bytes"], actions["dram_read_bits"] + actions["dram_write_bits"])
            self.assertGreaterEqual(gemm["dram_bytes"], shape["m"] * shape["n"] * 4)
            self.assertLessEqual(gemm["gops"], gemm["attainable_gops"] * 1.000001)
            self.assertAlmostEqual(gemm["operations_per_byte"], 2 * gemm["macs"] / gemm["dram_bytes"])
            for statistic in gemm["statistics"]:
                self.assertEqual(set(statistic), {"name", "unit", "description", "value"})
                self.assertTrue(statistic["unit"] and statistic["description"])

    def test_timeline(self):
        self.done("simulate shapes.csv --arch slow.toml --timeline t.json")
        events = json.loads((self.dir / "t.json").read_text())["traceEvents"]
        threads = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
        self.assertEqual(set(threads.values()), {"activation DMA", "weight DMA", "result DMA", "DRAM", "array", "output"})
        spans = [event for event in events if event["ph"] == "X"]
        tiles = [event for event in spans if threads[event["tid"]] == "array"]
        self.assertEqual(len(tiles), 2 * 4 + 2 * 2)  # equal shapes are simulated once
        for thread in threads:
            ends = 0
            for event in sorted((e for e in spans if e["tid"] == thread), key=lambda e: e["ts"]):
                self.assertGreaterEqual(event["ts"], ends - 1e-6)
                ends = event["ts"] + event["dur"]

    def test_waves(self):
        self.done("simulate layer.st --arch slow.toml --timing-only --vcd w.vcd --fst w.fst")
        text = (self.dir / "w.vcd").read_text()
        self.assertEqual(text.count("$var wire"), 21)
        times = [int(line[1:]) for line in text.splitlines() if line.startswith("#")]
        self.assertEqual(times, sorted(set(times)))
        # Everything that begins ends: at the end nothing is under way.
        last = {}
        for value, signal in re.findall(r"^b([01]+) (\w\w)$", text, re.M):
            last[signal] = int(value, 2)
        self.assertEqual([last[f"{track}0"] for track in "ABCDEFG"], [0] * 7)
        self.assertGreater((self.dir / "w.fst").stat().st_size, 300)
        for waves in ("w.vcd", "w.fst"):
            view = (self.dir / (waves + ".gtkw")).read_text()
            self.assertIn(str(self.dir.resolve() / waves), view)
            self.assertIn("machine.array.under_way[31:0]", view)

    def test_roofline_picture(self):
        self.done("simulate shapes.csv --arch slow.toml --svg r.svg")
        root = ElementTree.fromstring((self.dir / "r.svg").read_text())
        texts = {"".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")}
        self.assertTrue(any("first" in text for text in texts))
        self.assertTrue(any("Roofline" in text for text in texts))

    def test_runs_are_reproducible(self):
        for name in ("a.json", "b.json"):
            self.done(f"simulate shapes.csv --arch slow.toml --json {name}")
        a, b = (json.loads((self.dir / name).read_text()) for name in ("a.json", "b.json"))
        self.assertEqual(a | {"command_line": ""}, b | {"command_line": ""})

    def test_bad_input(self):
        self.write("typo.toml", SLOW.replace("gb_per_s", "gbps"))
        self.write("zero.toml", SLOW.replace("channels = 1", "channels = 0"))
        self.write("tiny.toml", SLOW.replace("activation_kib = 8", "activation_kib = 0"))
        self.write("word.toml", SLOW.replace('"weight"', '"both"'))
        self.write("part.toml", SLOW.replace("[dma]", "[dme]"))
        self.write("bad.csv", "Layer,M,N,K,\nfirst,8,x,640,\n")
        self.write("long.csv", "Layer,M,N,K,\nfirst,8,8,5000,\n")
        cases = (
            ("simulate layer.st shapes.csv", "shapes.csv"),
            ("simulate layer.st --model gpt2", "one workload"),
            ("simulate --model gpt7", "gpt7"),
            ("simulate layer.st --prefill 7", "--model"),
            ("simulate shapes.csv --arch typo.toml", "typo.toml:", "dram.gbps", "dram.gb_per_s"),
            ("simulate shapes.csv --arch zero.toml", "zero.toml:19: dram.channels = 0", "1 to"),
            ("simulate shapes.csv --arch tiny.toml", "tiny.toml:12: buffers.activation_kib = 0"),
            ("simulate shapes.csv --arch word.toml", "word.toml:", "loop.resident", "activation"),
            ("simulate shapes.csv --arch part.toml", "part.toml:", "dme", "dram"),
            ("simulate bad.csv --arch slow.toml", "bad.csv", "x"),
            ("simulate long.csv --arch slow.toml", "first", "5000", "array.k_max"),
            ("simulate shapes.csv --values", "--values", "LAYER.safetensors"),
            ("simulate shapes.csv -o r.st", "-o"),
            ("simulate layer.st --timing-only --values", "--values"),
            ("simulate shapes.csv --timeline nowhere/t.json", "nowhere"),
            ("simulate shapes.csv --vcd shapes.csv", "another name"),
        )
        before = self.files()
        for command, *parts in cases:
            with self.subTest(command):
                self.refused(command, *parts)
        self.assertEqual(self.files(), before)


if __name__ == "__main__":
    unittest.main()
