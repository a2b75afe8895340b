#!/usr/bin/env python3
"""The steps of ppa/, each against something that it did not compute itself: OpenSTA, ABC, hand arithmetic."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import zlib
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "ppa"), str(ROOT / "scripts")]
import compose  # noqa: E402
import fanout  # noqa: E402
import files  # noqa: E402
import liberty  # noqa: E402
import netlist as netlists  # noqa: E402
import power  # noqa: E402
import results  # noqa: E402
from mapping import MappingError, Mapper  # noqa: E402
from netlist import Instance, Module, Netlist  # noqa: E402
from tables import Table  # noqa: E402

NEWLINE = bytes([10])
OSU018 = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")


def library():
    return liberty.read(OSU018)


def chain():
    """a -> BUFX2 -> INVX1 -> BUFX4 -> y, and a flip-flop whose D is y."""
    cells = {
        "c0": Instance("BUFX2", {"A": [2], "Y": [3]}),
        "c1": Instance("INVX1", {"A": [3], "Y": [4]}),
        "c2": Instance("BUFX4", {"A": [4], "Y": [5]}),
    }
    return Netlist({"chain": Module("chain", "bcq_dot", {"a": ("input", [2]), "y": ("output", [5])}, cells)})


def sta(script):
    with tempfile.NamedTemporaryFile("w", suffix=".tcl") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(["sta", "-no_splash", "-exit", file.name], capture_output=True, text=True, check=True)
    return done.stdout


class Liberty(unittest.TestCase):
    def test_what_the_file_says(self):
        cells = library().cells
        self.assertEqual(len(cells), len(re.findall(r"^cell \(", OSU018.read_text(encoding="utf-8"), re.M)))
        self.assertEqual((cells["NAND2X1"].area, cells["DFFPOSX1"].clocks), (24.0, frozenset({"CLK"})))
        self.assertEqual({name for name, cell in cells.items() if cell.buffer}, {"BUFX2", "BUFX4", "CLKBUF1", "CLKBUF2", "CLKBUF3"})
        self.assertAlmostEqual(cells["NAND2X1"].inputs["A"], 0.0125)
        # The clock pin of DFFPOSX1: 0.006865 and 0.11034 pJ at 0.06 ns.
        clock = [arc for arc in cells["DFFPOSX1"].power if arc.pin == "CLK"]
        self.assertAlmostEqual(clock[0].energy(0.0, 0.06), (0.006865 + 0.11034) / 2)

    def test_what_a_library_lacks_is_said(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "poor.lib"
            for text, message in (
                ("cell (A) {}", "not a Liberty file"),
                ("library (poor) { cell (A) { area : 1; } }", "no flip-flop among its 1 cells"),
            ):
                path.write_text(text, encoding="utf-8")
                with self.assertRaisesRegex(liberty.LibertyError, message):
                    liberty.read(path)
            path.write_text("library (poor) { cell (F) { area : 1; ff (IQ, IQN) {} } }", encoding="utf-8")
            with self.assertRaisesRegex(liberty.LibertyError, "no internal_power tables.*--no-power"):
                liberty.read(path).require_power()
        with self.assertRaisesRegex(liberty.LibertyError, "apt-get install qflow-tech-osu018"):
            liberty.read("/nowhere/osu018_stdcells.lib")

    def test_units_and_both_orders_of_a_table(self):
        text = """library (u) { time_unit : "1ps"; capacitive_load_unit (1, ff); leakage_power_unit : "1pW"; nom_voltage : 1;
          power_lut_template (t) { variable_1 : input_transition_time; variable_2 : total_output_net_capacitance;
            index_1 ("10, 20"); index_2 ("1, 2, 3"); }
          cell (B) { area : 1; cell_leakage_power : 5; pin (A) { direction : input; capacitance : 2; }
            pin (Y) { direction : output; function : "A"; max_capacitance : 50;
              internal_power () { related_pin : "A"; rise_power (t) { values ("1, 2, 3", "4, 5, 6"); }
                fall_power (t) { values ("1, 2, 3", "4, 5, 6"); } } } }
          cell (F) { ff (a, b) {} } }"""
        with tempfile.NamedTemporaryFile("w", suffix=".lib") as file:
            file.write(text)
            file.flush()
            cell = liberty.read(file.name).cells["B"]
        self.assertAlmostEqual(cell.inputs["A"], 0.002)
        self.assertAlmostEqual(cell.leakage, 5e-6)
        self.assertAlmostEqual(cell.power[0].energy(0.003, 0.02), 6e-3)
        self.assertAlmostEqual(cell.power[0].energy(0.0015, 0.015), 3e-3)

    def test_table_is_linear_between_and_beyond(self):
        table = Table((1.0, 2.0), (10.0, 20.0), ((0.0, 1.0), (2.0, 3.0)))
        for load, slew in ((1.0, 10.0), (1.5, 12.0), (3.0, 40.0), (0.0, 0.0)):
            self.assertAlmostEqual(table.at(load, slew), 2 * (load - 1) + (slew - 10) / 10)


class Power(unittest.TestCase):
    """Against OpenSTA, where it can follow activity: through gates of one input."""

    def test_switching_equals_and_internal_is_half(self):
        lib, design = library(), chain()
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "chain.v"
            path.write_text(netlists.to_verilog(design), encoding="utf-8")
            output = sta(
                f"read_liberty {OSU018}\nread_verilog {path}\nlink_design chain\ncreate_clock -name clk -period 10\n"
                "set_input_delay 0 -clock clk [get_ports a]\nset_input_transition 0.1 [get_ports a]\n"
                "set_power_activity -input_ports [get_ports a] -activity 0.5 -duty 0.5\n"
                "report_power -digits 9 -instances [get_cells *]\n"
                'foreach cell [get_cells *] { set pins [$cell pin_iterator]; while {[$pins has_next]} { set pin [$pins next]; puts '
                '"slew [get_full_name $pin] [get_property $pin actual_rise_transition_max] '
                '[get_property $pin actual_fall_transition_max]" }; $pins finish }\n'
            )
        expected = {
            cell: (float(internal), float(switching))
            for internal, switching, cell in re.findall(r"^ *(\S+) +(\S+) +\S+ +\S+ (c\d)$", output, re.M)
        }
        slews = {pin: (float(r) + float(f)) / 2 for pin, r, f in re.findall(r"^slew (\S+) (\S+) (\S+)$", output, re.M)}
        self.assertEqual(len(expected), 3)
        # 0.5 transitions per cycle for 1000 cycles of 10 ns; OpenSTA has W.
        outputs = [f"c{i}/Y" for i in range(3)]
        activity = power.Activity(1000, 10000.0, dict.fromkeys(outputs, 500), dict.fromkeys(outputs, 0.5))
        nets = power.Nets(list(design.leaves()), lib, activity)
        for path, _, kind, pins in design.leaves():
            nets.toggles[pins["A"]] = 500
            _, internal = power.internal_energy(lib.cells[kind], pins, nets, lambda pin, path=path: slews[f"{path}/{pin}"])
            switching = 500 * nets.load[pins["Y"]] * lib.voltage**2 / 2
            # Debian's OpenSTA counts rise and fall for every transition; slews of rise and fall are not averaged there.
            self.assertAlmostEqual(internal / 10000 * 1e-3 / (expected[path][0] / 2), 1.0, delta=0.02)
            self.assertAlmostEqual(switching / 10000 * 1e-3, expected[path][1], delta=1e-3 * expected[path][1] + 1e-15)

    def test_a_line_is_paid_for_by_what_it_drives(self):
        lib, design = library(), chain()
        outputs = [f"c{i}/Y" for i in range(3)]
        activity = power.Activity(1, 10.0, dict.fromkeys(outputs, 1), dict.fromkeys(outputs, 0.5))
        found, lines = power.energies(design, lib, {}, activity)
        self.assertEqual(set(found), {("multiply-add", "array")})
        self.assertEqual(sorted(round(sum(line.loads.values()), 5) for line in lines), [0, 0.00932, 0.01399])


class Fanout(unittest.TestCase):
    def star(self, sinks):
        cells = {"driver": Instance("BUFX2", {"A": [2], "Y": [3]})}
        cells |= {f"s{i}": Instance("INVX1", {"A": [3], "Y": [10 + i]}) for i in range(sinks)}
        return Netlist({"star": Module("star", "star", {"a": ("input", [2])}, cells)})

    def test_no_driver_has_more_than_the_limit_and_all_sinks_are_reached(self):
        lib = library()
        for sinks in (1, 20, 100, 3000):
            design = self.star(sinks)
            fanout.buffer_nets(design, lib)
            module = design.top
            load, source = {}, {}
            for cell in module.cells.values():
                load[cell.pins["A"][0]] = load.get(cell.pins["A"][0], 0.0) + lib.cells[cell.kind].inputs["A"]
                source[cell.pins["Y"][0]] = cell.pins["A"][0]
            self.assertLessEqual(max(load.values()), lib.load_limit * 1.2)
            for i in range(sinks):
                net = module.cells[f"s{i}"].pins["A"][0]
                while net in source:
                    net = source[net]
                self.assertEqual(net, 2)

    def test_size_of_a_tree_is_foretold(self):
        lib = library()
        for sinks in (10, 100, 1000, 5000):
            design = self.star(sinks)
            fanout.buffer_nets(design, lib)
            placed = sum(name.startswith("tree") for name in design.top.cells)
            self.assertAlmostEqual(fanout.tree_size(sinks * lib.cells["INVX1"].inputs["A"], lib), placed, delta=1 + 0.05 * placed)


class Compose(unittest.TestCase):
    def test_sums_by_hand(self):
        parts = [
            compose.Part("multiply-add", "pe", "beat", area_um2=10.0, energy_pj=3.0, clock_pj=0.5),
            compose.Part("decode", "row", "beat", area_um2=4.0, energy_pj=2.0),
            compose.Part("output", "column", "result", area_um2=7.0, energy_pj=8.0, clock_pj=1.0),
        ]
        self.assertEqual(compose.total(parts, 2, 3, lambda part: part.area_um2), 6 * 10 + 2 * 4 + 3 * 7)
        # A beat of 2 x 3 PEs; a tile of 4 beats brings 6 results.
        per_beat = [compose.energy_per_beat(part, 2, 3, 4) for part in parts]
        self.assertEqual(per_beat, [6 * 3.5, 2 * 2.0, 6 / 4 * 8 + 3 * 1.0])

    def test_lines_to_more_sinks_get_trees(self):
        lib = library()
        line = power.Line("row", {"pe": 0.2}, 100)
        window = compose.Window(1, 1, 100, 100, 4)
        self.assertEqual(compose.distribution([line], lib, window, 1, 1, 0.1).cells, 0)
        sixteen = compose.distribution([line], lib, window, 1, 16, 0.1)
        self.assertEqual(sixteen.cells, fanout.tree_size(16 * 0.2, lib))
        self.assertEqual(compose.distribution([line], lib, window, 16, 16, 0.1).area_um2, 16 * sixteen.area_um2)


class Mapping(unittest.TestCase):
    def test_hierarchy_flat_and_function(self):
        """A dot product within a PE: the netlist multiplies as the RTL does, and a bad source is an error."""
        lib = library()
        sources = [ROOT / "rtl" / f"{name}.sv" for name in ("bcq_pkg", "bcq_dot")]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            design = Mapper(lib, 10, folder / "cache").map(sources, "bcq_dot", folder)
            fanout.buffer_nets(design, lib)
            self.assertEqual(list(design.modules), ["bcq_dot"])
            (folder / "netlist.v").write_text(netlists.to_verilog(design), encoding="utf-8")
            self.assertEqual(self.equivalent(folder, sources), 0)
            bad = folder / "bad.sv"
            bad.write_text("module bad (input wire a, output wire b);\n  assign b = missing;\nendmodule\n", encoding="utf-8")
            with self.assertRaises(MappingError):
                Mapper(lib, 10, folder / "cache").map([bad], "worse", folder)

    @staticmethod
    def equivalent(folder, sources):
        """Runs 2,000 random operands through RTL and netlist in Icarus; number of differences."""
        bench = """module bench; reg [151:0] a; reg [143:0] w; wire [14:0] x, y; integer i, bad = 0;
          bcq_dot rtl (.a_i(a), .w_i(w), .sum_o(x)); bcq_dot_gates net (.a_i(a), .w_i(w), .sum_o(y));
          initial begin for (i = 0; i < 2000; i = i + 1) begin a = {$random, $random, $random, $random, $random};
            w = {$random, $random, $random, $random, $random}; #20 if (x !== y) bad = bad + 1; end $display("bad %0d", bad); end
        endmodule"""
        (folder / "bench.v").write_text(bench, encoding="utf-8")
        text = (folder / "netlist.v").read_text(encoding="utf-8").replace("module bcq_dot ", "module bcq_dot_gates ")
        (folder / "gates.v").write_text(text, encoding="utf-8")
        models = OSU018.with_suffix(".v")
        files = [*map(str, sources), str(folder / "gates.v"), str(folder / "bench.v"), str(models)]
        subprocess.run(["iverilog", "-g2012", "-o", str(folder / "bench"), "-s", "bench", *files], check=True, capture_output=True)
        output = subprocess.run(["vvp", "-n", str(folder / "bench")], check=True, capture_output=True, text=True).stdout
        return int(re.search(r"bad (\d+)", output).group(1))


class Files(unittest.TestCase):
    def test_threads_may_write_the_same(self):
        """As they do when two layers are the same."""
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(8) as pool:
            path, texts = pathlib.Path(folder) / "same.txt", [letter * 200_000 for letter in "abcdefgh"]
            for _ in range(20):
                list(pool.map(lambda text: files.write_text(path, text), texts))
                self.assertIn(path.read_text(encoding="utf-8"), texts)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [path])


class Results(unittest.TestCase):
    def test_crc_sees_code_and_not_comments(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            crc = {}
            for text in ("a = 1;  // one\n\nb\n", "a = 1;\nb // two\n", "a = 2;\nb\n"):
                (folder / "x.sv").write_text(text, encoding="utf-8")
                crc[text] = results.rtl_crc32(["x.sv"], folder)
        first, second, third = crc.values()
        self.assertEqual(first, second)
        self.assertNotEqual(first, third)
        self.assertEqual(first, f"{zlib.crc32(b'a = 1;' + NEWLINE + b'b' + NEWLINE):08x}")

    def test_registers_clock_and_power_by_hand(self):
        part = {"cells": 1.0, "flip_flops": 1.0, "area_um2": 1e6, "leakage_uw": 100.0}
        record = {
            "name": "mine", "number_format": "int6", "parameters": {"rows": 2, "cols": 3, "lanes": 2},
            "library": {"name": "lib", "voltage": 1.0, "temperature": 25.0}, "area_um2": 9e6,
            "critical_path_ns": 5.0, "highest_clock_mhz": 200.0, "critical_path": {"start": "a", "end": "b"},
            "parts": [
                part | {"part": "accumulate", "unit": "pe", "event": "beat", "energy_pj": 1.0, "registers_pj": 0.2, "clock_pj": 0.5},
                part | {"part": "output", "unit": "column", "event": "result", "energy_pj": 2.0, "registers_pj": 0.4, "clock_pj": 1.0},
            ],
            "workload": {"layer": "l", "beats_per_tile": 4}, "energy_per_mac_pj": {"total": 1.5},
        }
        found = results.text(record)
        # A beat of 12 MACs: 6 PEs, and 6/4 results of 3 columns.
        registers, clock = (6 * 0.2 + 1.5 * 0.4) / 12, (6 * 0.5 + 3 * 1.0) / 12
        self.assertIn(f"of which registers {registers:.3f}, their clock {clock:.3f}", found)
        self.assertIn("3.60 mW dynamic", found)  # 12 MACs of 1.5 pJ, 200 million times a second
        self.assertIn("0.900 mW leakage", found)  # nine units


if __name__ == "__main__":
    unittest.main()
