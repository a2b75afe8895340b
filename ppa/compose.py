"""An array of any size out of what its units cost in the specimen, a small array of the same parts."""

import collections
import dataclasses

from fanout import tree_size
from parts import DISTRIBUTION, EVENTS, PART_OF, unit_of, units


@dataclasses.dataclass
class Part:
    """What a part costs per unit: area in µm², leakage in µW, energy per event and clock energy per cycle in pJ."""

    part: str
    unit: str
    event: str
    cells: float = 0.0
    flip_flops: float = 0.0
    area_um2: float = 0.0
    leakage_uw: float = 0.0
    energy_pj: float = 0.0
    registers_pj: float = 0.0  # of energy_pj
    clock_pj: float = 0.0


@dataclasses.dataclass(frozen=True)
class Window:
    """What the specimen did while its toggles were counted."""

    rows: int
    columns: int
    cycles: int
    beats: int
    results: int  # scalars

    def events(self, event):
        """Of one unit."""
        return {"beat": self.beats, "result": self.results, "cycle": self.cycles}[event]


def sizes(netlist, library, window):
    """Parts with cells, flip-flops, area and leakage."""
    parts = {}
    count = units(window.rows, window.columns)
    for path, module, kind, _ in netlist.leaves():
        name, unit, cell = PART_OF[module.base], unit_of(path), library.cells[kind]
        part = parts.setdefault((name, unit), Part(name, unit, EVENTS.get(name, "beat")))
        part.cells += 1 / count[unit]
        part.flip_flops += cell.sequential / count[unit]
        part.area_um2 += cell.area / count[unit]
        part.leakage_uw += cell.leakage / count[unit]
    return parts


def add_energies(parts, energies, window):
    """Puts what power.energies() found into the parts."""
    count = units(window.rows, window.columns)
    for key, energy in energies.items():
        part = parts[key]
        # A result counts once, whatever unit makes it.
        share = window.events(part.event) * (1 if part.event == "result" else count[part.unit])
        part.energy_pj = (energy.logic + energy.registers) / share
        part.registers_pj = energy.registers / share
        part.clock_pj = energy.clock / (window.cycles * count[part.unit])


def distribution(lines, library, window, rows, columns, slew_ns):
    """The trees of buffers between units, as one part of the array; they are not in the specimen, where every line is short.

    slew_ns: at the inputs of their buffers."""
    small, large = units(window.rows, window.columns), units(rows, columns)
    buffer = library.fanout_buffer
    pin = next(iter(buffer.inputs))
    # Inside and the input of a buffer that drives its limit, per transition.
    energy = sum(arc.energy(library.load_limit, slew_ns) for arc in buffer.power) + buffer.inputs[pin] * library.voltage**2 / 2
    part = Part(DISTRIBUTION, "array", "beat")
    for line in lines:
        load = sum(
            pf * max(1.0, (large[unit] / large[line.driver]) / (small[unit] / small[line.driver])) for unit, pf in line.loads.items()
        )
        trees = large[line.driver] / small[line.driver]
        buffers = trees * (tree_size(load, library) - tree_size(sum(line.loads.values()), library))
        part.cells += buffers
        part.area_um2 += buffers * buffer.area
        part.leakage_uw += buffers * buffer.leakage
        part.energy_pj += buffers * energy * line.toggles / window.beats
    return part


def total(parts, rows, columns, of):
    """Sum over an array of `of`, a function of a part."""
    count = units(rows, columns)
    return sum(count[part.unit] * of(part) for part in parts)


def by_part(parts, rows, columns, of):
    """{part: sum over an array}."""
    sums = collections.Counter()
    for part in parts:
        sums[part.part] += units(rows, columns)[part.unit] * of(part)
    return sums


def energy_per_beat(part, rows, columns, beats_per_tile):
    """pJ of all units of a part for a cycle that issues a beat, in a run that never waits."""
    # A tile of the array brings rows * columns results.
    count = units(rows, columns)[part.unit]
    events = count if part.event == "beat" else rows * columns / beats_per_tile
    return events * part.energy_pj + count * part.clock_pj
