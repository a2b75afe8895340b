"""From an architecture and a number format to areas, clock and energies: the whole chain, one design at a time.

  case (make_case) -> RTL -> gates (mapping, fanout) -> timing (sta) -> toggles (activity) -> energies (power) -> units (compose)
"""

import dataclasses
import math
import pathlib
import re
import shutil
import sys
import tempfile

import activity
import compose
import fanout
import netlist as netlists
import power
import sta
from mapping import Mapper
from parts import units

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import architectures  # noqa: E402

RTL = ROOT / "rtl"
ICARUS = ROOT / "testbench" / "rtl" / "icarus"
TOP = "array_dut"
ARRAY_MODULES = ("bcq_array", "baseline_array")
SPECIMEN = 1  # rows and columns of the specimen
UNIVERSAL_BC = 6  # there are universal codebooks of codewords of so many bits, and no others
WINDOW = 4  # rows and columns of the layer's result that make its window
RANDOM_WINDOW = 2  # the same for random data, which need fewer tiles to be alike
SIMULATION_MARGIN = 1.05  # of the critical path
TREE_SLEW = 0.01  # at the inputs of the trees' buffers, of a cycle


class FlowError(Exception):
    """A step that failed for want of something; the message says of what and how to get it."""


@dataclasses.dataclass(frozen=True)
class Design:
    """What is measured: sections [array] and [format] of an architecture file, and a number format (bcq or a baseline)."""

    name: str
    array: dict
    format: dict
    number_format: str = "bcq"

    def architecture(self, rows, columns):
        """The architecture file of this design with another size."""
        lines = ['name = "specimen"', "[array]"]
        lines += [f"{key} = {_toml(value)}" for key, value in {**self.array, "rows": rows, "cols": columns}.items()]
        lines += ["[format]"] + [f"{key} = {_toml(value)}" for key, value in self.format.items()]
        return "\n".join(lines) + "\n"

    def sources(self):
        """RTL files, packages first, without those of the case."""
        if self.number_format == "bcq":
            return [*architectures.rtl_sources(RTL), ICARUS / "array_dut.sv"]
        return [*architectures.baseline_sources(RTL), ICARUS / "baseline_dut.sv"]


def _toml(value):
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


@dataclasses.dataclass
class Measurement:
    """Of a design on a library."""

    design: Design
    timing: sta.Timing  # of the array at its full size
    parts: list  # compose.Part, on the layer's data
    random: list | None  # the same parts on random data
    window: compose.Window | None
    files: list  # RTL that the array is made of


class Flow:
    """Measures designs with one library, one layer and one target clock."""

    def __init__(self, library, models, programs, layer, clock_ns, cache, jobs=None, window=WINDOW):
        self.library, self.models, self.programs, self.layer = library, models, pathlib.Path(programs), layer
        self.clock_ns, self.window = clock_ns, window
        self.mapper = Mapper(library, clock_ns, cache, jobs)

    @staticmethod
    def require_tools(with_activity):
        """FlowError names what is not installed."""
        needed = {"yosys": "yosys", "sta": "opensta"}
        if with_activity:
            needed |= {"iverilog": "iverilog", "vvp": "iverilog", "c++": "g++"}
        for program, package in needed.items():
            if shutil.which(program) is None:
                raise FlowError(f"{program} is not installed; apt-get install {package}")

    def measure(self, design, with_activity=True, with_random=True):
        """The whole chain; intermediate files live as long as it takes."""
        with tempfile.TemporaryDirectory(prefix="bcq-ppa-") as name:
            folder = pathlib.Path(name)
            case = self._case(design, folder / "real", [self.layer, self.window, self.window])
            sources = [case / "case_pkg.sv", *design.sources()]
            mapped = self.mapper.map(sources, TOP, folder)
            timing = self._full_timing(design, mapped, folder)
            fanout.buffer_nets(mapped, self.library)
            window = _window(case, SPECIMEN, 0)
            parts = compose.sizes(mapped, self.library, window)
            result = Measurement(design, timing, list(parts.values()), None, None, self.mapper.files_of(sources, TOP))
            if with_activity:
                (folder / "netlist.v").write_text(netlists.to_verilog(mapped), encoding="utf-8")
                specimen = sta.analyse(
                    folder / "netlist.v", self.library, TOP, self.clock_ns, folder, folder / "netlist.sdf", folder / "slews"
                )
                period = math.ceil(max(self.clock_ns, specimen.critical_path_ns * SIMULATION_MARGIN))
                result.window, result.parts = self._energies(design, mapped, parts, case, period, folder)
                if with_random:
                    k = result.window.beats * design.array["lanes"] // self.window**2
                    side = min(RANDOM_WINDOW, self.window)
                    random = self._case(design, folder / "random", ["random", side, side, k])
                    _, result.random = self._energies(design, mapped, parts, random, period, folder)
            return result

    def composed_and_direct(self, design, side):
        """Area in µm² of an array of side x side PEs: put together from units, and mapped as one flat module."""
        with tempfile.TemporaryDirectory(prefix="bcq-ppa-") as name:
            folder = pathlib.Path(name)
            specimen = self._mapped(design, SPECIMEN, folder / "specimen", self.mapper)
            parts = compose.sizes(specimen, self.library, compose.Window(SPECIMEN, SPECIMEN, 0, 0, 0))
            flat = Mapper(self.library, self.clock_ns, self.mapper.cache, self.mapper.jobs, kept=())
            direct = self._mapped(design, side, folder / "direct", flat)
            area = direct.count(lambda kind: self.library.cells[kind].area)[TOP]
            return compose.total(parts.values(), side, side, lambda part: part.area_um2), area

    def _mapped(self, design, side, folder, mapper):
        case = self._case(design, folder, [self.layer, side, side], side)
        netlist = mapper.map([case / "case_pkg.sv", *design.sources()], TOP, folder)
        fanout.buffer_nets(netlist, self.library)
        return netlist

    def _case(self, design, folder, what, side=SPECIMEN):
        return self._made(design, folder, design.architecture(side, side), ["--format", design.number_format], what)

    def _made(self, design, folder, architecture, options, what):
        """The folder, with a case of make_case."""
        folder.mkdir()
        (folder / "arch.toml").write_text(architecture, encoding="utf-8")
        command = [self.programs / "make_case", *options]
        if design.number_format == "bcq" and design.format["bc"] != UNIVERSAL_BC:
            command += ["--codebooks", self._calibrated(design, folder)]
        activity.run([*command, folder / "arch.toml", folder, *what], folder)
        return folder

    def _calibrated(self, design, folder):
        """Codebooks of the layer itself."""
        path = folder / "codebooks.safetensors"
        numbers = [word for key in ("lb", "la", "nc", "bc") for word in (f"--{key}", design.format[key])]
        activity.run([self.programs / "bcq", "calibrate", self.layer, "-o", path, *numbers], folder)
        return path

    def _full_timing(self, design, mapped, folder):
        """Timing with every line as loaded as in the whole array."""
        loaded = netlists.copy(mapped)
        stand_ins = fanout.copies(design.array["rows"], design.array["cols"])
        fanout.buffer_nets(loaded, self.library, ARRAY_MODULES, stand_ins)
        (folder / "loaded.v").write_text(netlists.to_verilog(loaded), encoding="utf-8")
        return sta.analyse(folder / "loaded.v", self.library, TOP, self.clock_ns, folder)

    def _energies(self, design, mapped, parts, case, period, folder):
        """(window, parts with energies) of a case."""
        cycles, toggles = activity.simulate(case, folder / "netlist.v", folder / "netlist.sdf", self.models, period, folder)
        window = _window(case, SPECIMEN, cycles)
        counted = power.read_activity(toggles, cycles)
        found, lines = power.energies(mapped, self.library, power.read_slews(folder / "slews"), counted)
        measured = {key: dataclasses.replace(part) for key, part in parts.items()}
        compose.add_energies(measured, found, window)
        rows, columns = design.array["rows"], design.array["cols"]
        trees = compose.distribution(lines, self.library, window, rows, columns, TREE_SLEW * self.clock_ns)
        return window, [*measured.values(), trees]


def case_numbers(case):
    """{name: value} of the integers of a case."""
    text = (case / "case_pkg.sv").read_text(encoding="utf-8")
    return {name: int(value) for name, value in re.findall(r"localparam int (\w+) = (\d+);", text)}


def _window(case, side, cycles):
    number = case_numbers(case)
    return compose.Window(side, side, cycles, number["BEATS"], number["RESULT_ROWS"] * side)


def energy_per_mac(parts, design, beats_per_tile):
    """pJ by part in an array that never waits; every cycle issues a beat."""
    rows, columns = design.array["rows"], design.array["cols"]
    macs = units(rows, columns)["pe"] * design.array["lanes"]
    found = {}
    for part in parts:
        found[part.part] = found.get(part.part, 0.0) + compose.energy_per_beat(part, rows, columns, beats_per_tile) / macs
    return found
