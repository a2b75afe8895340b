"""Energy of a netlist from what its nets did: Liberty's power tables, OpenSTA's slews, counted toggles.

Debian's OpenSTA (2.0.17) can take no activity of a net and adds the energies of rise and fall for every single transition
(docs/decisions/0018), so the sum is made here, by the same rules as in later versions:

  switching  C V² / 2 for every transition of a net, C the input capacitances that it drives
  internal   for every transition of an output, the mean of rise and fall of its tables, weighted by the inputs' toggles;
             for every transition of an input, the mean of its own table; tables that hold for some values of the other pins
             (`when`) by how likely these are, from the part of the time that each pin was at one
  leakage    of every cell, all the time
"""

import collections
import dataclasses

from parts import PART_OF, unit_of


@dataclasses.dataclass
class Energy:
    """Of a part in a window, in pJ."""

    logic: float = 0.0  # gates
    registers: float = 0.0  # flip-flops but for their clock pins
    clock: float = 0.0  # clock pins: inside of the flip-flops, and their capacitance
    leakage: float = 0.0


@dataclasses.dataclass(frozen=True)
class Activity:
    """What a simulation counted in a window."""

    cycles: int
    nanoseconds: float
    toggles: dict  # {path of an output pin: transitions}
    duties: dict  # {path of an output pin: part of the time at one}


def read_activity(path, cycles):
    """The file of $count_toggles_stop, times in ps."""
    lines = path.read_text(encoding="utf-8").splitlines()
    toggles, duties = {}, {}
    for line in lines[1:]:
        pin, count, high = line.split()
        toggles[pin], duties[pin] = int(count), int(high) / int(lines[0])
    return Activity(cycles, int(lines[0]) / 1000, toggles, duties)


def read_slews(path):
    """{pin: mean of rise and fall, ns}; a pin that no path reaches has none."""
    slews = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        pin, rise, fall = line.split()
        if float(rise) >= 0 and float(fall) >= 0:
            slews[pin] = (float(rise) + float(fall)) / 2
    return slews


@dataclasses.dataclass(frozen=True)
class Line:
    """A net: the unit that drives it, pF that it drives in every unit, transitions in the window."""

    driver: str
    loads: dict
    toggles: int


class Nets:
    """Load, toggles, units and sinks of every net."""

    def __init__(self, leaves, library, activity):
        self.load = collections.Counter()
        self.toggles = collections.Counter()
        self.duty = {}  # of nets that a cell drives
        self.driver = {}  # net: unit that drives it
        self.loads = collections.defaultdict(collections.Counter)  # net: {unit: pF}
        for path, _, kind, pins in leaves:
            cell = library.cells[kind]
            for pin, net in pins.items():
                if pin in cell.inputs:
                    self.load[net] += cell.inputs[pin]
                    self.loads[net][unit_of(path)] += cell.inputs[pin]
                    if pin in cell.clocks:
                        self.toggles[net] = 2 * activity.cycles
                else:
                    self.toggles[net] = activity.toggles[f"{path}/{pin}"]
                    self.duty[net] = activity.duties[f"{path}/{pin}"]
                    self.driver[net] = unit_of(path)


def _likelihood(arc, pins, nets):
    """Of the values that an arc is for. A net that no cell drives, such as a clock, is at one for half of the time."""
    return 1.0 if arc.when is None else arc.when.probability(lambda pin: nets.duty.get(pins.get(pin), 0.5))


def _by_supply(arcs):
    found = collections.defaultdict(list)
    for arc in arcs:
        found[arc.supply].append(arc)
    return found.values()


def internal_energy(cell, pins, nets, slew):
    """pJ of a cell's clock pins, and of the rest."""
    clock = rest = 0.0
    for output in cell.outputs:
        net = pins.get(output)
        for arcs in _by_supply(arc for arc in cell.power if arc.pin == output and arc.related):
            weights = [nets.toggles[pins.get(arc.related)] * _likelihood(arc, pins, nets) for arc in arcs]
            if not any(weights):
                weights = [1] * len(arcs)
            for arc, weight in zip(arcs, weights):
                energy = arc.energy(nets.load[net], slew(arc.related))
                rest += nets.toggles[net] * energy * weight / sum(weights)
    for arc in cell.power:
        if arc.related is None and arc.pin in pins:
            energy = nets.toggles[pins[arc.pin]] * arc.energy(nets.load[pins[arc.pin]], slew(arc.pin)) * _likelihood(arc, pins, nets)
            if arc.pin in cell.clocks:
                clock += energy
            else:
                rest += energy
    return clock, rest


def energies(netlist, library, slews, activity):
    """{(part, unit): Energy} of the window, and the lines between units.

    What a net's capacitance takes is put down to the cells that load it: a PE's inputs are paid for once per PE, however many
    of them a line drives.
    """
    leaves = list(netlist.leaves())
    nets = Nets(leaves, library, activity)
    half_v2 = library.voltage**2 / 2
    found = collections.defaultdict(Energy)
    for path, module, kind, pins in leaves:
        cell = library.cells[kind]
        energy = found[PART_OF[module.base], unit_of(path)]
        clock, rest = internal_energy(cell, pins, nets, lambda pin: slews.get(f"{path}/{pin}", 0.0))
        for pin, capacitance in cell.inputs.items():
            switching = nets.toggles[pins.get(pin)] * capacitance * half_v2
            if pin in cell.clocks:
                clock += switching
            else:
                rest += switching
        if cell.sequential:
            energy.registers += rest
            energy.clock += clock
        else:
            energy.logic += rest + clock
        # µW times ns are fJ.
        energy.leakage += cell.leakage * activity.nanoseconds / 1000
    return dict(found), [Line(unit, dict(nets.loads[net]), nets.toggles[net]) for net, unit in nets.driver.items()]
