#!/usr/bin/env python3
"""Shows that the checks of the documents can fail: breaks a copy, one fault at a time, and expects a complaint.

scripts/make_module_pages.py --check   pages, drawings and headers of copies of rtl/ and docs/rtl/
testbench/docs/check_links.py          links of a small tree of documents
"""

import contextlib
import io
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path[:0] = [str(HERE), str(REPOSITORY / "scripts")]

import check_links  # noqa: E402
import make_module_pages  # noqa: E402

# (file, text that stands there, what takes its place, complaint); None for the text: the file is deleted, or made.
PAGE_FAULTS = [
    ("rtl/bcq_skid.sv", "parameter int W = 8", "parameter int W = 9", "bcq_skid.md: the interface is out of date"),
    ("rtl/bcq_skid.sv", "output wire  [W-1:0] out_data_o", "output wire  [W:0] out_data_o", "bcq_skid.svg: older"),
    ("rtl/bcq_skid.sv", "  input  wire          in_valid_i,\n", "", "in_valid_i is no port"),
    (
        "rtl/bcq_skid.sv",
        "  input  wire          in_valid_i,\n",
        "  input  wire          in_valid_i,\n  input  wire          flush_i,\n",
        "nothing about flush_i",
    ),
    (
        "rtl/bcq_skid.sv",
        "stable while its valid waits for ready",
        "stable",
        "bcq_skid.md: the interface is out of date",
    ),
    (
        "rtl/bcq_skid.sv",
        "// Ports     in_data_i, out_data_o  payload, stable while its valid waits for ready\n",
        "",
        "nothing about in_data_i",
    ),
    ("rtl/bcq_edge.sv", "u_decoder (", "u_other (", "u_decoder is no instance"),
    ("rtl/bcq_drain.sv", "module bcq_drain", "module bcq_drained", "no module bcq_drain"),
    ("rtl/bcq_drain.sv", None, None, "there is no module bcq_drain; delete it"),
    ("rtl/bcq_new.sv", None, "// New.\n\nmodule bcq_new (\n  input wire clk_i\n);\nendmodule\n", "bcq_new.md: missing"),
    (
        "rtl/bcq_pkg.sv",
        "localparam int SIG_W = 4;",
        "localparam int SIG_W = 5;",
        "bcq_pkg.md: the interface is out of date",
    ),
    ("docs/rtl/bcq_dot.md", None, None, "bcq_dot.md: missing"),
    ("docs/rtl/bcq_dot.md", "| `w_i` | in |", "| `w_i` | out |", "bcq_dot.md: the interface is out of date"),
    ("docs/rtl/bcq_dot.md", "## Timing", "## Time", "needs the sections"),
    ("docs/rtl/bcq_dot.md", "drawings/bcq_dot.svg", "drawings/bcq_pe.svg", "needs its purpose and the drawing"),
    ("docs/rtl/bcq_dot.md", "<!-- end -->", "", "needs the lines"),
    ("docs/rtl/drawings/bcq_dot.svg", None, None, "bcq_dot.svg: missing"),
    ("docs/rtl/drawings/bcq_dot.svg", "choose", "guess", "bcq_dot.svg: older"),
    ("docs/rtl/drawings/bcq_dot.draw", None, None, "bcq_dot.draw: missing"),
    ("docs/rtl/drawings/bcq_dot.draw", '"choose"', '"guess"', "bcq_dot.svg: older"),
    ("docs/rtl/drawings/bcq_dot.draw", "left 1: w_i\n", "", "port w_i is missing"),
    ("docs/rtl/drawings/bcq_dot.draw", "w_i -> mul\n", "", "w_i has no wire"),
    ("docs/rtl/drawings/bcq_dot.draw", "w_i -> mul\n", "w_i -> mull\n", "mull is neither a port nor a box"),
    ("docs/rtl/drawings/bcq_dot.draw", "left 1: w_i\n", "left 1: w_i v_i\n", "v_i is no port"),
    (
        "docs/rtl/drawings/bcq_pe.draw",
        'sub u_dot 1,0 "LANES products, summed"',
        'logic u_dots 1,0 "dot"',
        "instance u_dot is missing",
    ),
    ("docs/rtl.md", "[bcq_dot](rtl/bcq_dot.md)", "bcq_dot", "no link to rtl/bcq_dot.md"),
    ("docs/rtl/drawings/bcq_dot.draw", "many mul\n", "many mull\n", "mull is no box"),
]

LINK_FAULTS = [
    ("README.md", "docs/a.md", "docs/c.md", "docs/c.md#two-words leads nowhere"),
    ("README.md", "#two-words", "#three-words", "docs/a.md#three-words leads nowhere"),
    ("docs/sub/b.md", "../a.md", "a.md", "b.md:4: a.md leads nowhere"),
    ("docs/sub/p.svg", "../a.md", "a.md", "p.svg:1: a.md leads nowhere"),
]


def run(program, *arguments: str) -> tuple[int, str]:
    """Exit status and output of a main()."""
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["program", *arguments]):
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = program()
    return status, out.getvalue()


def spoil(path: Path, old: str | None, new: str | None) -> None:
    if old is not None:
        text = path.read_text(encoding="utf-8")
        if text.count(old) < 1:
            raise AssertionError(f"{path.name} has no: {old}")
        path.write_text(text.replace(old, new or "", 1), encoding="utf-8")
    elif new is not None:
        path.write_text(new, encoding="utf-8")
    else:
        path.unlink()


class Pages(unittest.TestCase):
    def check(self, root: Path) -> tuple[int, str]:
        return run(make_module_pages.main, "--check", "--rtl", str(root / "rtl"), "--docs", str(root / "docs" / "rtl"))

    def test_every_fault_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            shutil.copytree(REPOSITORY / "rtl", root / "rtl")
            shutil.copytree(REPOSITORY / "docs" / "rtl", root / "docs" / "rtl")
            shutil.copy(REPOSITORY / "docs" / "rtl.md", root / "docs")
            status, output = self.check(root)
            self.assertEqual(status, 0, output)
            for name, old, new, complaint in PAGE_FAULTS:
                with self.subTest(file=name, old=old, new=new):
                    path = root / name
                    before = path.read_bytes() if path.exists() else None
                    spoil(path, old, new)
                    status, output = self.check(root)
                    self.assertEqual(status, 1, f"not found: {complaint}")
                    self.assertIn(complaint, output)
                    if before is None:
                        path.unlink()
                    else:
                        path.write_bytes(before)

    def test_pictures_are_drawn_alike_again(self):
        names = ["bcq_skid", "bcq_decoder", "bcq_output", "bcq_edge"]
        with tempfile.TemporaryDirectory() as folder:
            docs = Path(folder) / "docs" / "rtl"
            shutil.copytree(REPOSITORY / "docs" / "rtl", docs)
            for name in names:
                (docs / "drawings" / f"{name}.svg").unlink()
            run(make_module_pages.main, *names, "--docs", str(docs))
            for name in names:
                picture = Path("drawings") / f"{name}.svg"
                self.assertEqual((docs / picture).read_bytes(), (REPOSITORY / "docs" / "rtl" / picture).read_bytes(), name)


class Links(unittest.TestCase):
    def test_every_fault_is_found(self):
        for name, old, new, complaint in [("README.md", "x", "x", ""), *LINK_FAULTS]:
            with self.subTest(file=name, new=new), tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                (root / "docs" / "sub").mkdir(parents=True)
                (root / "README.md").write_text(
                    "x [a](docs/a.md#two-words) `[no](link)` [w](https://x.y)\n", encoding="utf-8"
                )
                (root / "docs" / "a.md").write_text(
                    "# Two words\n```\n[no](link)\n```\n![p](sub/p.svg)\n", encoding="utf-8"
                )
                (root / "docs" / "sub" / "b.md").write_text("\n\n[a text\nof two lines](../a.md)\n", encoding="utf-8")
                (root / "docs" / "sub" / "p.svg").write_text('<svg><a href="../a.md"/></svg>', encoding="utf-8")
                spoil(root / name, old, new)
                status, output = run(check_links.main, "--root", str(root))
                self.assertEqual(status, int(bool(complaint)), output)
                self.assertIn(complaint, output)


if __name__ == "__main__":
    unittest.main()
