"""A mapped, hierarchical netlist: modules whose cells are library cells or other modules.

A net is the number that Yosys gives its bit; constants are "0" and "1". Names are made plain (letters, digits, `_`), so that
every tool of the flow spells the path of a cell alike.
"""

import dataclasses
import itertools
import re

from parts import plain_base


@dataclasses.dataclass
class Instance:
    """A cell of a module."""

    kind: str  # library cell or module
    pins: dict  # pin: list of nets, LSB first


@dataclasses.dataclass
class Module:
    """What lies between its ports."""

    name: str
    base: str  # the module of the RTL that it was made of, whatever its parameters
    ports: dict  # name: (direction, list of nets)
    cells: dict  # name: Instance

    def input_nets(self):
        return {net for direction, nets in self.ports.values() if direction == "input" for net in nets}

    def fresh_net(self):
        """A net number that nothing uses."""
        if not hasattr(self, "_next"):
            pins = [net for cell in self.cells.values() for nets in cell.pins.values() for net in nets]
            ports = [net for _, nets in self.ports.values() for net in nets]
            self._next = max((net for net in pins + ports if isinstance(net, int)), default=0)
        self._next += 1
        return self._next


@dataclasses.dataclass
class Netlist:
    """Modules by name, children before parents; the last is the top."""

    modules: dict

    @property
    def top(self):
        return next(reversed(self.modules.values()))

    def count(self, select):
        """{module: sum of select(kind) over the library cells in it and below}."""
        totals = {}
        for module in self.modules.values():
            totals[module.name] = sum(
                totals[cell.kind] if cell.kind in totals else select(cell.kind) for cell in module.cells.values()
            )
        return totals

    def leaves(self):
        """Yields (path, module around it, kind, {pin: net}) of every library cell, nets numbered across the hierarchy."""
        numbers = itertools.count()
        pending = [("", self.top, {net: next(numbers) for _, nets in self.top.ports.values() for net in nets if isinstance(net, int)})]
        while pending:
            prefix, module, known = pending.pop()
            for name, cell in module.cells.items():
                pins = {
                    pin: [known.setdefault(net, next(numbers)) if isinstance(net, int) else None for net in nets]
                    for pin, nets in cell.pins.items()
                }
                if cell.kind not in self.modules:
                    yield prefix + name, module, cell.kind, {pin: nets[0] for pin, nets in pins.items()}
                    continue
                below = self.modules[cell.kind]
                ports = {}
                for port, (_, nets) in below.ports.items():
                    outside = pins.get(port, [None] * len(nets))
                    ports |= {net: number for net, number in zip(nets, outside) if isinstance(net, int) and number is not None}
                pending.append((f"{prefix}{name}/", below, ports))


def _plain(name):
    return re.sub(r"\W", "_", name)


def assemble(parts, top):
    """The netlist of parts that were mapped alone: {name given by elaboration: module of Yosys' write_json}."""
    order = []

    def visit(name):
        if name in order:
            return
        for cell in parts[name]["cells"].values():
            if cell["type"] in parts:
                visit(cell["type"])
        order.append(name)

    visit(top)
    names = {}
    for name in order:
        base = plain_base(name)
        taken = sum(plain_base(other) == base for other in names)
        names[name] = base + (f"_{taken + 1}" if taken else "")
    modules = {}
    for name in order:
        source = parts[name]
        cells = {}
        for number, (cell_name, cell) in enumerate(source["cells"].items()):
            if cell["type"].startswith("$"):
                if cell["type"] not in names:
                    raise ValueError(f"{name}: {cell['type']} is no cell of the library")
            # Cells have no names that mean anything; instances keep theirs.
            plain = _plain(cell_name) if cell["type"] in names else f"c{number}"
            cells[plain] = Instance(names.get(cell["type"], cell["type"]), cell["connections"])
        ports = {port: (what["direction"], what["bits"]) for port, what in source["ports"].items()}
        modules[names[name]] = Module(names[name], plain_base(name), ports, cells)
    return Netlist(modules)


def copy(netlist):
    """Another netlist with the same content; either may be changed."""
    modules = {}
    for module in netlist.modules.values():
        ports = {port: (direction, list(nets)) for port, (direction, nets) in module.ports.items()}
        cells = {
            name: Instance(cell.kind, {pin: list(nets) for pin, nets in cell.pins.items()}) for name, cell in module.cells.items()
        }
        modules[module.name] = Module(module.name, module.base, ports, cells)
    return Netlist(modules)


def isolate_outputs(netlist, buffer):
    """Puts a buffer in front of every output bit that is an input or another output, so that each has a net of its own."""
    pin_in, pin_out = next(iter(buffer.inputs)), buffer.outputs[0]
    for module in netlist.modules.values():
        taken = module.input_nets()
        for port, (direction, nets) in module.ports.items():
            if direction != "output":
                continue
            for bit, net in enumerate(nets):
                if not isinstance(net, int):
                    continue
                if net in taken:
                    nets[bit] = module.fresh_net()
                    module.cells[f"alias_{port}_{bit}"] = Instance(buffer.name, {pin_in: [net], pin_out: [nets[bit]]})
                taken.add(nets[bit])


def _verilog_module(module):
    names = {}
    for port, (_, nets) in module.ports.items():
        for bit, net in enumerate(nets):
            names.setdefault(net, port if len(nets) == 1 else f"{port}[{bit}]")
    for constant in "01xz":
        names[constant] = f"1'b{'0' if constant in 'xz' else constant}"
    lines = [f"module {module.name} ({', '.join(module.ports)});"]
    for port, (direction, nets) in module.ports.items():
        width = f" [{len(nets) - 1}:0]" if len(nets) > 1 else ""
        lines.append(f"  {direction}{width} {port};")
    wires = dict.fromkeys(
        net for cell in module.cells.values() for nets in cell.pins.values() for net in nets if net not in names
    )
    for net in wires:
        names[net] = f"n{net}"
        lines.append(f"  wire n{net};")
    for port, (direction, nets) in module.ports.items():
        for bit, net in enumerate(nets):
            if direction == "output" and not isinstance(net, int):
                lines.append(f"  assign {port}{f'[{bit}]' if len(nets) > 1 else ''} = {names[net]};")
    for name, cell in module.cells.items():
        pins = []
        for pin, nets in cell.pins.items():
            signal = names[nets[0]] if len(nets) == 1 else "{" + ", ".join(names[net] for net in reversed(nets)) + "}"
            pins.append(f".{pin}({signal})")
        lines.append(f"  {cell.kind} {name} ({', '.join(pins)});")
    return "\n".join([*lines, "endmodule", ""])


def to_verilog(netlist):
    """The netlist as structural Verilog; unknown constants are 0."""
    return "\n".join(_verilog_module(module) for module in netlist.modules.values())
