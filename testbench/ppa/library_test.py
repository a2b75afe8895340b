#!/usr/bin/env python3
"""Cell libraries as the flow reads them: expressions, cells put together or left out, models made of them, delays in any unit."""

import gzip
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ppa"))
import boolean  # noqa: E402
import liberty  # noqa: E402
import library_file  # noqa: E402
import models  # noqa: E402
import power  # noqa: E402
import sdf  # noqa: E402
from netlist import Instance, Module, Netlist  # noqa: E402

OSU018 = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
UNITS = 'time_unit : "1ps"; capacitive_load_unit (1, ff); leakage_power_unit : "1pW"; nom_voltage : 1;'
BUFFER = 'cell (B) { area : 1; pin (A) { direction : input; capacitance : 2; } pin (Y) { direction : output; function : "A"; max_capacitance : 50; } }'
# As in ASAP7: the state is the inverse of D, the only output is that state, and no semicolon ends the area.
INVERSE = """cell (DFFN) {
  area : 4
  ff (IQN,IQNN) { clear : "!SETN"; clear_preset_var1 : L; clear_preset_var2 : L; clocked_on : "CLK"; next_state : "!D"; preset : "!RESETN"; }
  pin (CLK) { direction : input; clock : true; capacitance : 1; } pin (D) { direction : input; capacitance : 1; }
  pin (RESETN) { direction : input; capacitance : 1; } pin (SETN) { direction : input; capacitance : 1; }
  pin (QN) { direction : output; function : "IQN"; max_capacitance : 50; } }"""


def read(text):
    with tempfile.NamedTemporaryFile("w", suffix=".lib") as file:
        file.write(text)
        file.flush()
        return liberty.read(file.name)


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout


class Expressions(unittest.TestCase):
    def test_what_binds_first(self):
        for text, value in (
            ("A B' + C", lambda a, b, c: a & (1 - b) | c),
            ("A + B * C", lambda a, b, c: a | b & c),
            ("!A ^ B & C", lambda a, b, c: ((1 - a) ^ b) & c),
            ("A & B ^ C", lambda a, b, c: a & (b ^ c)),
            ("(A + B)' | C & 0", lambda a, b, c: 1 - (a | b)),
            ("!(A !B) 1", lambda a, b, c: 1 - (a & (1 - b))),
        ):
            expression = boolean.parse(text)
            for row in itertools.product((0, 1), repeat=3):
                pins = dict(zip("ABC", row))
                self.assertEqual(expression.value(pins), value(*row), (text, row))

    def test_how_likely(self):
        high = {"A": 0.25, "B": 0.5, "C": 1.0}.get
        for text, expected in (("A", 0.25), ("!A & B", 0.375), ("A ^ B", 0.5), ("A + C", 1.0), ("A & !A", 0.0), ("A & B | !A & C", 0.875)):
            self.assertAlmostEqual(boolean.parse(text).probability(high), expected, msg=text)

    def test_what_is_none(self):
        for text, message in (("A &", "ends too early"), ("(A", "ends too early"), ("(A B", "ends too early"), ("A)", "goes on"),
                              ("A @ B", "not a Boolean"), ("& A", "where a pin should be")):
            with self.assertRaisesRegex(boolean.ExpressionError, message):
                boolean.parse(text)


class Files(unittest.TestCase):
    def test_put_together_and_left_out(self):
        other = BUFFER.replace("cell (B)", 'cell ("C")')
        texts = {
            "one": f"library (one) {{ {UNITS} {BUFFER} /* }} */ {BUFFER.replace('(B)', '(B_unwanted)')} }}",
            "two": f"library (two) {{ {UNITS} power_lut_template (t) {{ variable_1 : input_transition_time; }} {BUFFER} {other} {INVERSE} }}",
        }
        library = read(library_file.joined(texts, ["*_unwanted"]))
        self.assertEqual((library.name, list(library.cells)), ("one", ["B", "C", "DFFN"]))
        self.assertEqual(library.cells["DFFN"].area, 4)
        with self.assertRaisesRegex(library_file.LibraryFileError, "two: its time_unit is not that of one"):
            library_file.joined({"one": texts["one"], "two": texts["two"].replace("1ps", "1ns")})
        with self.assertRaisesRegex(library_file.LibraryFileError, "--dont-use: 'C_unwanted' is no cell of one, two"):
            library_file.joined(texts, ["B", "C_unwanted"])
        with self.assertRaisesRegex(library_file.LibraryFileError, "has no end"):
            library_file.joined({"one": "library (one) { cell (A) {", "two": ""})

    def test_the_only_file_stays_where_it_is(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(library_file.one([OSU018], [], folder), OSU018)
            packed = pathlib.Path(folder) / "packed.lib.gz"
            packed.write_bytes(gzip.compress(OSU018.read_bytes()))
            self.assertEqual(library_file.one([packed], [], folder).read_bytes(), OSU018.read_bytes())
            fewer = liberty.read(library_file.one([OSU018], ["INV*"], folder))
        self.assertEqual(set(liberty.read(OSU018).cells) - set(fewer.cells), {"INVX1", "INVX2", "INVX4", "INVX8"})

    def test_damaged_files(self):
        whole = f"library (l) {{ {UNITS} {BUFFER} {INVERSE} }}"
        for text, message in (
            (whole[:200], "ends in the middle"), (whole.replace("1, ff", "1, foo"), "'foo' is missing or not known"),
            (whole.replace("capacitance : 2", "capacitance : two"), "could not convert"), (whole.replace('"A"', '"A @"'), "not a Boolean"),
        ):
            with self.assertRaisesRegex(liberty.LibertyError, message):
                read(text)
        with tempfile.NamedTemporaryFile(suffix=".lib.gz") as file:
            file.write(gzip.compress(whole.encode())[:40])
            file.flush()
            with self.assertRaisesRegex(liberty.LibertyError, "ended before"):
                liberty.read(file.name)

    def test_registers_of_inverting_flip_flops(self):
        """Set and reset are what they are in the RTL, whatever Yosys makes of such a cell."""
        rtl = """module registers (input clk_i, input rst_ni, input d, output reg q, output reg p);
          always @(posedge clk_i or negedge rst_ni) if (!rst_ni) begin q <= 0; p <= 1; end else begin q <= d; p <= ~d; end endmodule"""
        bench = """module bench; reg clk = 0, rst_n = 1, d = 0; wire q, p, x, y; integer i, bad = 0;
          registers rtl (clk, rst_n, d, q, p); gates net (.clk_i(clk), .rst_ni(rst_n), .d(d), .q(x), .p(y));
          initial begin #1 rst_n = 0; #1; for (i = 0; i < 300; i = i + 1) begin if ({q, p} !== {x, y}) bad = bad + 1;
            case ($random & 3) 0: rst_n = ~rst_n; 1: d = ~d; default: clk = ~clk; endcase #1; end $display("bad %0d", bad); end endmodule"""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for file, text in (("rtl.v", rtl), ("bench.v", bench), ("raw.lib", f"library (l) {{ {UNITS} {BUFFER} {INVERSE} }}")):
                (folder / file).write_text(text, encoding="utf-8")
            upright = library_file.one([folder / "raw.lib"], [], folder)
            self.assertNotEqual(upright, folder / "raw.lib")
            (folder / "cells.v").write_text(models.to_verilog(liberty.read(upright)), encoding="utf-8")
            run("yosys", "-q", "-p", "read_verilog rtl.v; synth -noabc -top registers; "
                f"dfflibmap -liberty {upright}; rename registers gates; write_verilog gates.v", cwd=folder)
            self.assertIn("DFFN", (folder / "gates.v").read_text(encoding="utf-8"))
            run("iverilog", "-g2012", "-s", "bench", "-o", "bench", "rtl.v", "gates.v", "cells.v", "bench.v", cwd=folder)
            self.assertEqual(run("vvp", "-n", "bench", cwd=folder).strip(), "bad 0")


class Models(unittest.TestCase):
    """Those made of osu018's Liberty file against those of the library itself."""

    BENCH = """`timescale 1ns / 1ps
      module bench; reg [{last}:0] in = 0; wire {outs}; integer i, bad = 0;
      {cell} theirs ({theirs}); made_{cell} ours ({ours});
      initial begin for (i = 0; i < {steps}; i = i + 1) begin in = {next}; #5 if (i > {settled} && !({silent}) && ({differ})) bad = bad + 1; end
        $display("{cell} %0d", bad); end endmodule"""

    def test_same_functions(self):
        library = liberty.read(OSU018)
        cells = [cell for cell in library.cells.values() if f"module {cell.name} " in models.to_verilog(library)]
        self.assertEqual({cell.name for cell in library.cells.values()} - {cell.name for cell in cells}, {"LATCH", "TBUFX1", "TBUFX2"})
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            made = re.sub(r"^module ", "module made_", models.to_verilog(library), flags=re.M)
            (folder / "made.v").write_text(made, encoding="utf-8")
            for cell in cells:
                with self.subTest(cell.name):
                    self.assertEqual(self.differences(folder, cell), f"{cell.name} 0")

    def differences(self, folder, cell):
        pins, outputs = list(cell.inputs), cell.outputs
        ins = [f".{pin}(in[{i}])" for i, pin in enumerate(pins)]
        # One pin moves at a time. While both set and reset hold, a library may say what it likes.
        silent = "ours.clear & ours.preset" if cell.state and cell.state.clear and cell.state.preset else "0"
        text = self.BENCH.format(
            cell=cell.name, last=len(pins) - 1, outs=", ".join(f"a_{o}, b_{o}" for o in outputs),
            theirs=", ".join([*ins, *(f".{o}(a_{o})" for o in outputs)]), ours=", ".join([*ins, *(f".{o}(b_{o})" for o in outputs)]),
            steps=400 if cell.sequential else 1 << len(pins), settled=40 if cell.sequential else -1,
            next=f"in ^ (1 << $urandom % {len(pins)})" if cell.sequential else "i", silent=silent, differ=" || ".join(f"a_{o} !== b_{o}" for o in outputs),
        )
        (folder / "bench.v").write_text(text, encoding="utf-8")
        run("iverilog", "-g2012", "-gspecify", "-s", "bench", "-o", "bench", "made.v", "bench.v", OSU018.with_suffix(".v"), cwd=folder)
        return run("vvp", "-n", "bench", cwd=folder).strip().splitlines()[-1]


class Delays(unittest.TestCase):
    TEXT = """(DELAYFILE
 (TIMESCALE 1{unit})
 (CELL
  (CELLTYPE "XOR2")
  (INSTANCE u0)
  (DELAY
   (ABSOLUTE
    (COND (B == 1'b1)
     (IOPATH A Z (24.5::25.0) (10.0::11.0)))
    (COND (B == 1'b0)
     (IOPATH A Z (44.0::44.5) (5.0::6.0)))
    (COND (A == 1'b1)
     (IOPATH B Z () (7.0::8.0)))
    (COND (A == 1'b0)
     (IOPATH B Z (9.0::9.5)))
   )
  )
 )
 (CELL
  (CELLTYPE "INV")
  (INSTANCE u1)
  (DELAY
   (ABSOLUTE
    (IOPATH A Z (-1.0::2.0) (3.0::4.0))
   )
  )
 )
)
"""

    def test_one_delay_for_each_path_in_nanoseconds(self):
        found = sdf.for_icarus(self.TEXT.format(unit="ps"))
        self.assertIn("(TIMESCALE 1ns)", found)
        self.assertNotIn("COND", found)
        self.assertEqual(re.findall(r"\(IOPATH .*", found), [
            "(IOPATH A Z (0.044000::0.044500) (0.010000::0.011000))",
            "(IOPATH B Z (0.009000::0.009500) (0.007000::0.008000))",
            "(IOPATH A Z (-0.001000::0.002000) (0.003000::0.004000))",
        ])
        self.assertEqual(found.count("("), found.count(")"))
        self.assertIn("(IOPATH A Z (44.0::44.5) (10.0::11.0))", sdf.for_icarus(self.TEXT.format(unit="ns")))


class Leakage(unittest.TestCase):
    def test_of_supplies_and_states(self):
        state = "leakage_power () {{ value : {}; related_pg_pin : {}; {} }}"
        for expected, states in (
            (30, [(10, "VDD", 'when : "A";'), (50, "VDD", 'when : "!A";'), (0, "VSS", 'when : "A";'), (0, "VSS", 'when : "!A";')]),
            (22, [(10, "VDD", 'when : "A";'), (20, "VDD", ""), (2, "VSS", "")]),
            (0, []),
        ):
            text = BUFFER.replace("area : 1;", "area : 1; " + " ".join(state.format(*each) for each in states))
            library = read(f"library (l) {{ {UNITS} {text} {INVERSE} }}")
            self.assertAlmostEqual(library.cells["B"].leakage, expected * 1e-6)


class Conditions(unittest.TestCase):
    """Energies that hold for some values of the other pins."""

    LIBRARY = f"""library (l) {{ {UNITS} power_lut_template (t) {{ variable_1 : input_transition_time; index_1 ("1, 2"); }} {BUFFER}
      cell (X) {{ area : 1; pin (A) {{ direction : input; capacitance : 0;
          internal_power () {{ when : "B"; power (t) {{ values ("8, 8"); }} }} internal_power () {{ when : "!B"; power (t) {{ values ("4, 4"); }} }} }}
        pin (B) {{ direction : input; capacitance : 0; }}
        pin (Y) {{ direction : output; function : "A ^ B"; max_capacitance : 50;
          internal_power () {{ related_pin : "A"; when : "B"; related_pg_pin : VDD; power (t) {{ values ("1000, 1000"); }} }}
          internal_power () {{ related_pin : "A"; when : "!B"; related_pg_pin : VDD; power (t) {{ values ("2000, 2000"); }} }}
          internal_power () {{ related_pin : "A"; related_pg_pin : VSS; power (t) {{ values ("10000, 10000"); }} }} }} }}
      cell (F) {{ ff (a, b) {{ }} }} }}"""

    def test_energy_by_hand(self):
        library = read(self.LIBRARY)
        cells = {"a": Instance("B", {"A": [2], "Y": [4]}), "b": Instance("B", {"A": [3], "Y": [5]}), "x": Instance("X", {"A": [4], "B": [5], "Y": [6]})}
        design = Netlist({"top": Module("top", "bcq_dot", {"a": ("input", [2]), "b": ("input", [3]), "y": ("output", [6])}, cells)})
        activity = power.Activity(1, 1.0, {"a/Y": 10, "b/Y": 0, "x/Y": 6}, {"a/Y": 0.5, "b/Y": 0.25, "x/Y": 0.5})
        leaves = list(design.leaves())
        nets = power.Nets(leaves, library, activity)
        pins = next(pins for path, _, _, pins in leaves if path == "x")
        _, energy = power.internal_energy(library.cells["X"], pins, nets, lambda pin: 0.001)
        # fJ: ten transitions of A, B high for a quarter of the time; six of Y, from both rails.
        self.assertAlmostEqual(energy * 1000, 10 * (0.25 * 8 + 0.75 * 4) + 6 * (0.25 * 1000 + 0.75 * 2000 + 10000))


if __name__ == "__main__":
    unittest.main()
