"""The options of LO-BCQ from outside: what calibrate, quantize and simulate make of them."""

import struct
import unittest

from support import ROOT, Folder, codebooks, read_safetensors

E2M3 = {sign * n for sign in (-1, 1) for n in [*range(16), *range(16, 31, 2), *range(32, 61, 4)]}
LAYER = ROOT / "traces/layers/kjv.blk0.attn_k.safetensors"


class Calibrate(Folder):
    def calibrate(self, options):
        report = self.report(f"calibrate layer.st -o out.st --nc 4 --lb 4 --la 16 {options}")
        for descent in ("mse", "rounded_mse"):
            self.assertEqual(report[descent], sorted(report[descent], reverse=True))
        header, data = read_safetensors(self.dir / "out.st")
        books = [data[i:i + 16] for i in range(0, 64, 16)]
        return report, header["__metadata__"], [list(struct.unpack("16b", book)) for book in books]

    def test_choices_are_recorded(self):
        for name, option, other in (("init", "--init", "naive"), ("mixture", "--mixture", "even"),
                                    ("weighting", "--weighting", "energy")):
            with self.subTest(name):
                default, _, _ = self.calibrate("--max-blocks 60")
                report, metadata, _ = self.calibrate(f"--max-blocks 60 {option} {other}")
                self.assertEqual((report[name], metadata[name]), (other, other))
                self.assertNotEqual(report["mse"], default["mse"])

    def test_restarts_keep_the_best(self):
        report, metadata, _ = self.calibrate("--restarts 5")
        self.assertEqual((len(report["restarts"]), metadata["restarts"]), (5, "5"))
        self.assertEqual(report["rounded_mse"][-1], min(report["restarts"]))

    def test_mirror_pairs(self):
        _, _, books = self.calibrate("--mirror-pairs")
        self.assertEqual([[-c for c in reversed(book)] for book in books[:2]], books[2:])

    def test_e2m3_codewords(self):
        report, metadata, books = self.calibrate("--codewords e2m3")
        self.assertEqual((report["configuration"]["codeword"], metadata["codeword"]), ("e2m3", "e2m3"))
        self.assertLessEqual(set(sum(books, [])), E2M3)
        self.assertGreater(max(sum(books, [])), 31)
        self.refused("calibrate layer.st -o no.st --codewords e2m3 --bc 5", "bc = 5", "6 bits")
        self.refused("simulate layer.st --codebooks out.st --arch arch.toml -o no.st", "out.st", "E2M3", "arch")

    def test_refusals(self):
        for option in ("--init random", "--mixture odd", "--weighting none", "--codewords fp4", "--restarts 0"):
            with self.subTest(option):
                self.refused(f"calibrate layer.st -o no.st {option}", option.split()[0])
        self.refused("calibrate layer.st -o no.st --mirror-pairs --nc 1", "nc = 1", "nc = 2")


class Encode(Folder):
    def setUp(self):
        super().setUp()
        (self.dir / "real.st").write_bytes(LAYER.read_bytes())
        self.write("cb.st", codebooks())

    def quantize(self, options):
        report = self.report(f"quantize real.st --tensor weight --codebooks cb.st -o packed.st {options}")
        header, data = read_safetensors(self.dir / "packed.st")
        begin, end = header["scales"]["data_offsets"]
        return report["nmse_db"], data[begin:end], header["__metadata__"]

    def test_searches_help(self):
        nearest, nearest_scales, metadata = self.quantize("")
        self.assertEqual((metadata["scale"], max(nearest_scales) < 0x80), ("decode", True))
        searched, searched_scales, _ = self.quantize("--scale-search")
        self.assertLess(searched, nearest)
        steps = {b - a for a, b in zip(nearest_scales, searched_scales)}
        self.assertLessEqual(steps, {-1, 0, 1, 2})
        self.assertGreater(len(steps), 1)

    def test_mirror_bit(self):
        self.assertEqual(self.report("calibrate real.st -o cb.st --nc 2 --max-blocks 2000")["blocks"], 2000)
        plain, _, _ = self.quantize("")
        mirrored, scales, _ = self.quantize("--mirror")
        self.assertLess(mirrored, plain)
        self.assertGreaterEqual(max(scales), 0x80)

    def test_encode_scales(self):
        decode, _, _ = self.quantize("")
        encode, _, metadata = self.quantize("--encode-scale")
        self.assertEqual(metadata["scale"], "encode")
        self.assertAlmostEqual(encode, decode, delta=0.3)
        self.assertIn("encode scales", self.done("info packed.st"))
        self.done("dequantize packed.st -o back.st")

    def test_the_array_computes_what_a_search_finds(self):
        run = "simulate real.st --codebooks cb.st --arch arch.toml -o r.st"
        plain = self.report(run)
        searched = self.report(run + " --scale-search --mirror")
        self.assertTrue(searched["bit_equal_to_golden_model"])
        self.assertLess(searched["result"]["nmse_db"], plain["result"]["nmse_db"])
        self.assertEqual(searched["gemms"][0]["cycles"], plain["gemms"][0]["cycles"])


if __name__ == "__main__":
    unittest.main()
