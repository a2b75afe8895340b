"""Cells of a large flat module in modules of a few hundred, for Icarus.

Icarus looks for every cell of an SDF file among all that stand beside it: in square time, which beyond ten thousand cells is most of a
run's. The cells and their nets stay the same, one level deeper; what happens at the same time may happen in another order.
"""

import math

from netlist import Instance, Module, Netlist


def fold(netlist, library):
    """The same netlist, the library's cells of every module in about as many folds as each has cells."""
    modules = {}
    for module in netlist.modules.values():
        cells = [name for name, cell in module.cells.items() if cell.kind in library.cells]
        size = max(1, math.isqrt(len(cells)))
        groups = [cells[start : start + size] for start in range(0, len(cells), size)]
        outside = {net for _, nets in module.ports.values() for net in nets}
        outside |= {net for name in module.cells.keys() - set(cells) for nets in module.cells[name].pins.values() for net in nets}
        where = _where(module, groups, outside)
        kept = {name: cell for name, cell in module.cells.items() if cell.kind not in library.cells}
        for number, group in enumerate(groups):
            fold_of = _module(f"{module.name}_fold_{number}", module, group, where, library)
            modules[fold_of.name] = fold_of
            kept[f"fold_{number}"] = Instance(fold_of.name, {port: nets for port, (_, nets) in fold_of.ports.items()})
        modules[module.name] = Module(module.name, module.base, module.ports, kept)
    return Netlist(modules)


def _where(module, groups, outside):
    """{net: the groups that it is in}; None stands for what is in no group."""
    where = {net: {None} for net in outside}
    for number, group in enumerate(groups):
        for name in group:
            for nets in module.cells[name].pins.values():
                for net in nets:
                    where.setdefault(net, set()).add(number)
    return where


def _module(name, module, group, where, library):
    """The cells of a group; a port for every net that is elsewhere too."""
    cells = {cell: module.cells[cell] for cell in group}
    driven = {net for cell in cells.values() for pin in library.cells[cell.kind].outputs for net in cell.pins.get(pin, ())}
    ports = {}
    for cell in cells.values():
        for nets in cell.pins.values():
            for net in nets:
                if isinstance(net, int) and len(where[net]) > 1:
                    ports[f"net_{net}"] = ("output" if net in driven else "input", [net])
    return Module(name, module.base, ports, cells)
