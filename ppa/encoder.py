"""The on-line encoder (rtl/bcq_encoder.sv) from RTL to area, clock and energies: a part of its own beside the array.

The steps are those of flow.py, but nothing is composed: the encoder is mapped as one flat part at its full size, and its
netlist encodes rows of the layer's activation, every bit of every beat checked.
"""

import dataclasses
import math
import pathlib
import tempfile

import activity
import fanout
import netlist as netlists
import power
import sta
from flow import ICARUS, RTL, SIMULATION_MARGIN, Flow, architectures, case_numbers
from fold import fold
from mapping import Mapper

MODULE = "bcq_encoder"
TOP = "encoder_dut"
BENCH = pathlib.Path(__file__).resolve().parent / "activity" / "encoder_tb.sv"
ROWS = 8  # of the activation
PART = ("encoder", "array")  # as power.py names it


def sources():
    """RTL files, packages first, without those of the case."""
    return [*architectures.rtl_sources_of(MODULE, folder=RTL), ICARUS / f"{TOP}.sv"]


@dataclasses.dataclass(frozen=True)
class Work:
    """What a case took: pJ per beat, the clock's per cycle."""

    beats: int
    cycles: int
    energy_pj: float
    registers_pj: float  # of energy_pj
    clock_pj: float


@dataclasses.dataclass
class Measurement:
    """Of an encoder on a library; without work when nothing ran."""

    lanes: int
    precision: int  # significand bits of a scalar
    timing: sta.Timing
    cells: int
    flip_flops: int
    area_um2: float
    leakage_uw: float
    files: list  # RTL that the encoder is made of
    work: Work | None = None  # on the layer's data
    random: Work | None = None


class EncoderFlow(Flow):
    """Measures encoders with one library, one layer and one target clock."""

    def __init__(self, library, models, programs, layer, clock_ns, cache, jobs=None, rows=ROWS):
        super().__init__(library, models, programs, layer, clock_ns, cache, jobs)
        self.rows = rows
        # One flat part: nothing is put together from its modules.
        self.mapper = Mapper(library, clock_ns, cache, jobs, kept=(MODULE,))

    def measure_encoder(self, design, lanes, with_activity=True, with_random=True):
        """The encoder of `lanes` scalars per cycle for the format and the codebooks of a design."""
        with tempfile.TemporaryDirectory(prefix="bcq-ppa-") as name:
            folder = pathlib.Path(name)
            case = self._rows(design, lanes, folder / "real", [self.layer, self.rows])
            files = [case / "case_pkg.sv", *sources()]
            mapped = self.mapper.map(files, TOP, folder)
            fanout.buffer_nets(mapped, self.library)
            mapped = fold(mapped, self.library)
            (folder / "netlist.v").write_text(netlists.to_verilog(mapped), encoding="utf-8")
            timing = sta.analyse(
                folder / "netlist.v", self.library, TOP, self.clock_ns, folder, folder / "netlist.sdf", folder / "slews"
            )
            cells = [self.library.cells[kind] for _, _, kind, _ in mapped.leaves()]
            found = Measurement(
                lanes, case_numbers(case)["PRECISION"], timing, len(cells), sum(cell.sequential for cell in cells),
                sum(cell.area for cell in cells), sum(cell.leakage for cell in cells), self.mapper.files_of(files, TOP),
            )
            if with_activity:
                period = math.ceil(max(self.clock_ns, timing.critical_path_ns * SIMULATION_MARGIN))
                found.work = self._work(mapped, case, period, folder)
                if with_random:
                    k = found.work.beats * lanes // self.rows
                    random = self._rows(design, lanes, folder / "random", ["random", self.rows, k])
                    found.random = self._work(mapped, random, period, folder)
            return found

    def _rows(self, design, lanes, folder, what):
        """The case of an encoder."""
        architecture = design.architecture(design.array["rows"], design.array["cols"]) + f"[output]\nencoder_lanes = {lanes}\n"
        return self._made(design, folder, architecture, ["--encoder"], what)

    def _work(self, mapped, case, period, folder):
        cycles, toggles = activity.simulate(
            case, folder / "netlist.v", folder / "netlist.sdf", self.models, period, folder, BENCH
        )
        counted = power.read_activity(toggles, cycles)
        energy = power.energies(mapped, self.library, power.read_slews(folder / "slews"), counted)[0][PART]
        beats = case_numbers(case)["BEATS"]
        return Work(
            beats, cycles, (energy.logic + energy.registers) / beats, energy.registers / beats, energy.clock / cycles
        )
