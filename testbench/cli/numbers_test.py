"""Architectures of other number formats from outside: what they run, what they share with BCQ's, what they refuse."""

import json
import unittest

from support import ROOT, Folder

NUMBERS = ("int8", "int6", "int4", "nvfp4", "mxfp4", "fp8_exact", "fp8_fp32")
SHAPES = "Layer,M,N,K,\nfirst,64,96,640,\nsecond,5,6,128,\n"
ARRAY = "[array]\nrows = 4\ncols = 3\nlanes = 8\nk_max = 4096\n"
TINY = json.loads((ROOT / "testbench/energy/tiny.json").read_text())


class Numbers(Folder):
    def setUp(self):
        super().setUp()
        self.write("shapes.csv", SHAPES)
        for number in ("bcq", *NUMBERS):
            self.write(f"{number}.toml", f'{ARRAY}[format]\nnumber = "{number}"\n')

    def gemms(self, number, extra=""):
        return self.report(f"simulate shapes.csv --arch {number}.toml {extra}")["gemms"]

    def test_explained_and_written_again(self):
        for number in NUMBERS:
            with self.subTest(number):
                text = self.done(f"arch {number}.toml")
                self.assertRegex(text, rf"format +{number}: .* bits/scalar")
                self.assertNotIn("codebooks", text)
                configuration = self.report(f"arch {number}.toml")["configuration"]
                self.assertEqual(configuration["format"], {"number": number})
                self.assertEqual(set(configuration["array"]), {"rows", "cols", "lanes", "k_max", "clock_mhz"})
                self.write("copy.toml", self.done(f"arch {number}.toml --toml"))
                self.assertEqual(self.report("info copy.toml")["configuration"], configuration)
        self.assertEqual(self.report("arch bcq.toml")["configuration"]["format"], {"lb": 8, "la": 64, "nc": 8, "bc": 6})

    def test_same_bytes_same_run(self):
        # In whole block arrays INT4 and NVFP4 have BCQ's 4.5 bits: 9 bytes per 16 scalars, 36 per 64.
        bcq = [gemm["cycles"] for gemm in self.gemms("bcq")]
        for number in ("int4", "nvfp4"):
            gemms = self.gemms(number)
            self.assertEqual([gemm["cycles"] for gemm in gemms], bcq)
            self.assertEqual([gemm["codebook_load_cycles"] for gemm in gemms], [0, 0])

    def test_only_traffic_differs(self):
        bits = {number: self.gemms(number)[0] for number in ("bcq", *NUMBERS)}
        busy = {gemm["busy_cycles"] for gemm in bits.values()}
        self.assertEqual(len(busy), 1)
        by_size = ("mxfp4", "nvfp4", "int6", "fp8_exact", "int8")
        read = [bits[number]["actions"]["sram_read_bits"] for number in by_size]
        self.assertEqual(read, sorted(set(read)))

    def test_layers_and_models_without_data(self):
        layer = self.report("simulate layer.st --arch nvfp4.toml")
        self.assertEqual(layer["gemms"][0]["shape"], {"m": 5, "n": 6, "k": 72})
        self.assertNotIn("result", layer)
        self.assertEqual(layer["gemms"], self.report("simulate layer.st --arch nvfp4.toml --timing-only")["gemms"])
        self.assertGreater(self.report("simulate --model gpt2 --prefill 8 --arch int6.toml")["total"]["cycles"], 0)

    def test_energy_of_its_own_synthesis(self):
        self.write("nvfp4.json", json.dumps(TINY | {"number_format": "nvfp4"}))
        self.write("bcq.json", json.dumps(TINY))
        physical = self.report("simulate shapes.csv --arch nvfp4.toml --ppa nvfp4.json")["physical"]
        self.assertGreater(physical["totals"]["array"]["energy_j"], 0)
        self.refused("simulate shapes.csv --arch nvfp4.toml --ppa bcq.json", "number_format = bcq instead of nvfp4")
        self.refused("simulate shapes.csv --arch bcq.toml --ppa nvfp4.json", "number_format = nvfp4 instead of bcq")

    def test_data_are_refused(self):
        for option in ("--values", "--codebooks cb.st", "--activation-scale 1", "--scale-search", "--mirror",
                       "--output-scale 1", "-o r.st"):
            with self.subTest(option):
                self.refused(f"simulate layer.st --arch int4.toml {option}", option.split()[0], 'number = "int4"',
                             "bcq compare LAYER --formats vsq", "docs/baselines.md")

    def test_bad_files(self):
        alone = {"array": ('codebooks = "frozen"', 'accumulator = "fp32"', 'decode = "pe"'),
                 "format": ("lb = 8", "la = 64", "nc = 8", "bc = 6")}
        for section, keys in alone.items():
            for key in keys:
                text = f'[array]\nrows = 4\n[format]\nnumber = "int8"\n'.replace(f"[{section}]", f"[{section}]\n{key}")
                self.write("bad.toml", text)
                with self.subTest(key):
                    self.refused("arch bad.toml", f"bad.toml:{text[:text.index(key)].count(chr(10)) + 1}: {section}.{key.split()[0]}: ",
                                 'format.number = "int8"', "leave it out")
        for text, *parts in (
            ('[format]\nnumber = "int5"\n', "bad.toml:2: format.number", '"int4"', '"bcq"'),
            ("[format]\nnumber = 4\n", "bad.toml:2: format.number", "string"),
            ('[array]\nlanes = 32\n[format]\nnumber = "int4"\n', "bad.toml:2: array.lanes = 32", "16 scalars of a group of int4"),
            ('[array]\nlanes = 8\nk_max = 8\n[format]\nnumber = "int4"\n', "bad.toml:3: array.k_max = 8", "16 to 65536"),
            ('[format]\nnumber = "int4"\n[output]\nencoder_lanes = 8\n', "bad.toml:4: output.encoder_lanes = 8", "use 0"),
        ):
            self.write("bad.toml", text)
            with self.subTest(text):
                self.refused("arch bad.toml", *parts)


if __name__ == "__main__":
    unittest.main()
