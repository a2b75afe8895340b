"""Trees of buffers where a net has more to drive than one gate should.

ABC sizes and buffers within a module; it cannot see that a line of the array goes to sixteen PEs. Here every net of every
module, children first, gets a tree until no driver has more than the limit. Clocks are left alone: their tree is made by
placement, which this flow has not.
"""

from netlist import Instance
from parts import unit_of, units


class _Loads:
    """Input capacitance of every pin of every kind of cell, in pF, and which pins are clocks."""

    def __init__(self, library):
        self.library = library
        self.inputs = {}  # (module, port): [pF per bit]
        self.clocks = set()  # (module, port)

    def of(self, kind, pin, bit):
        """pF; None for an output."""
        if kind in self.library.cells:
            return self.library.cells[kind].inputs.get(pin)
        nets = self.inputs.get((kind, pin))
        return None if nets is None else nets[bit]

    def is_clock(self, kind, pin):
        return pin in self.library.cells[kind].clocks if kind in self.library.cells else (kind, pin) in self.clocks


def _sinks(module, loads):
    """{net: [(pF, pins of an instance, bit, instance)]} and the nets that are clocks."""
    sinks, clocks = {}, set()
    for name, cell in module.cells.items():
        for pin, nets in cell.pins.items():
            for bit, net in enumerate(nets):
                load = loads.of(cell.kind, pin, bit)
                if load is None or not isinstance(net, int):
                    continue
                if loads.is_clock(cell.kind, pin):
                    clocks.add(net)
                sinks.setdefault(net, []).append((load, nets, bit, name))
    return sinks, clocks


def _groups(sinks, limit):
    """Sinks in groups of about the same load, none above the limit if it can be helped."""
    total = sum(sink[0] for sink in sinks)
    share = total / -(-total // limit)
    groups, room = [[]], share
    for sink in sinks:
        if groups[-1] and sink[0] > room + 1e-9:
            groups.append([])
            room = share
        groups[-1].append(sink)
        room -= sink[0]
    return groups


def _plant(module, net, sinks, library):
    """Replaces the load of a net by that of a tree; returns the new load."""
    buffer = library.fanout_buffer
    pin_in, pin_out = next(iter(buffer.inputs)), buffer.outputs[0]
    while sum(sink[0] for sink in sinks) > library.load_limit and len(sinks) > 1:
        level = []
        for group in _groups(sinks, library.load_limit):
            branch = module.fresh_net()
            for _, nets, bit, _ in group:
                nets[bit] = branch
            placed = Instance(buffer.name, {pin_in: [net], pin_out: [branch]})
            name = f"tree_{net}_{branch}"
            module.cells[name] = placed
            level.append((buffer.inputs[pin_in], placed.pins[pin_in], 0, name))
        if len(level) >= len(sinks):
            break
        sinks = level
    return sum(sink[0] for sink in sinks)


def tree_size(load, library):
    """Buffers of the tree that `load` pF of many small sinks get."""
    cin, count = next(iter(library.fanout_buffer.inputs.values())), 0
    while load > library.load_limit:
        level = -(-load // library.load_limit)
        count += int(level)
        load = level * cin
    return count


def buffer_nets(netlist, library, arrays=(), stand_ins=None):
    """Gives every net its tree. `stand_ins(driver, sink)` says for two instances of a module of `arrays` how many more sinks
    like this one the net has in the array that the netlist is a specimen of: loads are put in their place."""
    loads = _Loads(library)
    for module in netlist.modules.values():
        if module.base in arrays:
            _add_stand_ins(module, loads, library, stand_ins)
        sinks, clocks = _sinks(module, loads)
        remaining = {
            net: sum(sink[0] for sink in some) if net in clocks else _plant(module, net, some, library)
            for net, some in sinks.items()
        }
        for port, (direction, nets) in module.ports.items():
            if direction == "input":
                loads.inputs[module.name, port] = [remaining.get(net, 0.0) for net in nets]
                if any(net in clocks for net in nets):
                    loads.clocks.add((module.name, port))


def _add_stand_ins(module, loads, library, stand_ins):
    """Buffers that drive nothing, with about the input capacitance of the sinks that they stand for."""
    cell = library.driving_cell
    pin_in, pin_out = next(iter(cell.inputs)), cell.outputs[0]
    drivers = {}
    for name, instance in module.cells.items():
        for pin, nets in instance.pins.items():
            for bit, net in enumerate(nets):
                if loads.of(instance.kind, pin, bit) is None and isinstance(net, int):
                    drivers[net] = name
    sinks, clocks = _sinks(module, loads)
    for net, some in sinks.items():
        if net in clocks or net not in drivers:
            continue
        load = sum(sink[0] * stand_ins(drivers[net], sink[3]) for sink in some)
        for number in range(round(load / cell.inputs[pin_in])):
            module.cells[f"load_{net}_{number}"] = Instance(cell.name, {pin_in: [net], pin_out: [module.fresh_net()]})


def copies(rows, columns):
    """The function `stand_ins` for a specimen of one PE."""
    count = units(rows, columns)

    def more(driver, sink):
        return count[unit_of(sink)] / count[unit_of(driver)] - 1 if count[unit_of(sink)] > count[unit_of(driver)] else 0

    return more
