"""What the flow asks of a Liberty file: areas, pins and the cells that it places itself.

Liberty is the format of "Liberty User Guide", vol. 1: groups `name (arguments) { ... }`, simple attributes `name : value;`
and complex attributes `name (values);`. Timing is OpenSTA's to read; power tables are read here, for power.py.
"""

import dataclasses
import functools
import gzip
import hashlib
import pathlib
import re

from tables import Table

TOKEN = re.compile(r'/\*.*?\*/|"(?:[^"\\]|\\.)*"|[{}();:,]|[^\s{}();:,"]+', re.S)
# A buffer carries this part of the load that its library allows: about the load at which its slew is that of a gate.
LOAD_OF_MAXIMUM = 1 / 8


class LibertyError(Exception):
    """A library that the flow cannot use; the message says what is missing and what helps."""


@dataclasses.dataclass
class Group:
    """A group of the file: `kind (arguments) { attributes, groups }`."""

    kind: str
    arguments: list
    attributes: dict
    groups: list

    def of(self, kind):
        return [group for group in self.groups if group.kind == kind]


@dataclasses.dataclass(frozen=True)
class PowerArc:
    """internal_power of a pin: energy of a transition, in pJ, the load of the output not included."""

    pin: str
    related: str | None  # the input that causes it; None: the pin's own transitions cost this, whatever follows
    rise: Table | None
    fall: Table | None

    def energy(self, load, slew):
        """Mean of rise and fall; load in pF, slew of the cause in ns."""
        tables = [table for table in (self.rise, self.fall) if table]
        return sum(table.at(load, slew) for table in tables) / len(tables) if tables else 0.0


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell; capacitances in pF, area in the library's unit (µm² by convention)."""

    name: str
    area: float
    inputs: dict  # pin: capacitance
    outputs: tuple
    clocks: frozenset  # of the inputs
    sequential: bool
    buffer: bool  # one input, one output with its value
    max_load: float  # pF, of the first output; 0 when the library does not say
    leakage: float  # µW
    power: tuple  # PowerArc of all pins


@dataclasses.dataclass(frozen=True)
class Library:
    """A cell library as the flow sees it."""

    path: pathlib.Path
    name: str
    voltage: float  # V
    temperature: float  # °C
    cells: dict
    sha256: str

    @functools.cached_property
    def fanout_buffer(self):
        """The buffer that the flow's trees are made of: the least area per load that it drives."""
        buffers = [cell for cell in self.cells.values() if cell.buffer and cell.max_load > 0]
        if not buffers:
            raise LibertyError(f"{self.path}: no buffer with max_capacitance; the flow needs one for nets of large load")
        return min(buffers, key=lambda cell: (cell.area / cell.max_load, cell.name))

    @property
    def load_limit(self):
        """pF that a net may have before the flow puts a tree of buffers in its place."""
        return self.fanout_buffer.max_load * LOAD_OF_MAXIMUM

    @functools.cached_property
    def driving_cell(self):
        """What drives the inputs of a module, for ABC: the smallest buffer."""
        return min((cell for cell in self.cells.values() if cell.buffer), key=lambda cell: (cell.area, cell.name))

    def require_power(self):
        if not any(cell.power for cell in self.cells.values()):
            raise LibertyError(
                f"{self.path}: no internal_power tables, so no power can be computed; choose a library that has them "
                "(Debian's qflow-tech-osu018 does), or leave the power out with --no-power"
            )


def _parse(tokens):
    """Groups and attributes up to the end of the group that has begun."""
    attributes, groups = {}, []
    for token in tokens:
        if token == "}":
            break
        if token == ";":
            continue
        after = next(tokens)
        if after == ":":
            value = next(tokens)
            parts = [value]
            for part in tokens:
                if part in (";", "}"):
                    break
                parts.append(part)
            attributes[token] = " ".join(parts).strip('"')
            if part == "}":
                break
        elif after == "(":
            arguments = []
            for part in tokens:
                if part == ")":
                    break
                if part != ",":
                    arguments.append(part.strip('"'))
            following = next(tokens, ";")
            if following == "{":
                inner_attributes, inner_groups = _parse(tokens)
                groups.append(Group(token, arguments, inner_attributes, inner_groups))
            else:
                attributes[token] = arguments
                if following == "}":
                    break
    return attributes, groups


def _capacitance_unit(attributes):
    """In pF."""
    scale, unit = attributes.get("capacitive_load_unit", ["1", "pf"])
    return float(scale) * {"ff": 1e-3, "pf": 1.0}[unit.lower()]


def _nanoseconds(attributes):
    """The time unit."""
    scale, unit = re.match(r"([\d.]+)\s*(\w+)", attributes.get("time_unit", "1ns")).groups()
    return float(scale) * {"ps": 1e-3, "ns": 1.0}[unit.lower()]


def _microwatts(attributes):
    """The unit of leakage."""
    scale, unit = re.match(r"([\d.]+)\s*(\w+)", attributes.get("leakage_power_unit", "1nW")).groups()
    return float(scale) * {"pw": 1e-6, "nw": 1e-3, "uw": 1.0, "mw": 1e3}[unit.lower()]


@dataclasses.dataclass(frozen=True)
class _Units:
    capacitance: float  # pF
    time: float  # ns
    energy: float  # pJ: capacitance times volt squared
    leakage: float  # µW


def _table(group, templates, units):
    """The table of a rise_power or fall_power group, over (load, slew)."""
    variables, indices = templates.get(group.arguments[0] if group.arguments else "scalar", ((), ()))
    numbers = [float(number) for text in group.attributes["values"] for number in text.split(",") if number.strip()]
    axes = []
    for position, variable in enumerate(variables, 1):
        text = group.attributes.get(f"index_{position}", indices[position - 1])
        unit = units.capacitance if "capacitance" in variable else units.time
        axes.append((variable, tuple(float(number) * unit for part in text for number in part.split(","))))
    loads = next((points for variable, points in axes if "capacitance" in variable), (0.0,))
    slews = next((points for variable, points in axes if "transition" in variable), (0.0,))
    values = [[0.0] * len(slews) for _ in loads]
    load_first = not axes or "capacitance" in axes[0][0]
    for position, number in enumerate(numbers):
        inner = len(slews) if load_first else len(loads)
        i, j = divmod(position, inner)
        if not load_first:
            i, j = j, i
        values[i][j] = number * units.energy
    return Table(loads, slews, tuple(tuple(line) for line in values))


def _templates(group):
    """{name: (variables, indices)} of the power tables of a library or cell."""
    found = {}
    for template in group.of("power_lut_template"):
        places = range(1, 1 + sum(f"variable_{place}" in template.attributes for place in (1, 2, 3)))
        variables = tuple(template.attributes[f"variable_{place}"] for place in places)
        found[template.arguments[0]] = (variables, tuple(template.attributes.get(f"index_{place}", []) for place in places))
    return found


def _power(pins, templates, units):
    for name, pin in pins:
        for group in pin.of("internal_power"):
            tables = {kind: next(iter(group.of(kind)), None) for kind in ("rise_power", "fall_power", "power")}
            rise, fall = (tables[kind] or tables["power"] for kind in ("rise_power", "fall_power"))
            related = group.attributes.get("related_pin", "").split()
            yield PowerArc(
                name,
                related[0] if related else None,
                _table(rise, templates, units) if rise else None,
                _table(fall, templates, units) if fall else None,
            )


def _leakage(group, units):
    """µW; the mean of the states when they are given one by one."""
    states = [float(state.attributes["value"]) for state in group.of("leakage_power") if "value" in state.attributes]
    plain = group.attributes.get("cell_leakage_power")
    value = float(plain) if plain is not None else sum(states) / len(states) if states else 0.0
    return value * units.leakage


def _cell(group, templates, units):
    pins = group.of("pin") + [pin for bus in group.of("bus") + group.of("bundle") for pin in bus.of("pin")]
    named = [(name, pin) for pin in pins for name in pin.arguments]
    direction = {name: pin.attributes.get("direction") for name, pin in named}
    inputs = {name: float(pin.attributes.get("capacitance", 0)) * units.capacitance for name, pin in named if direction[name] == "input"}
    outputs = tuple(name for name, _ in named if direction[name] == "output")
    functions = [pin.attributes.get("function", "").strip("() ") for name, pin in named if name in outputs]
    three_state = any("three_state" in pin.attributes for _, pin in named)
    sequential = bool(group.of("ff") or group.of("latch") or group.of("ff_bank") or group.of("latch_bank"))
    loads = [float(pin.attributes.get("max_capacitance", 0)) for name, pin in named if name in outputs]
    return Cell(
        name=group.arguments[0],
        area=float(group.attributes.get("area", 0)),
        inputs=inputs,
        outputs=outputs,
        clocks=frozenset(name for name, pin in named if pin.attributes.get("clock") == "true"),
        sequential=sequential,
        buffer=not sequential and not three_state and len(inputs) == 1 and functions == list(inputs),
        max_load=(loads or [0.0])[0] * units.capacitance,
        leakage=_leakage(group, units),
        power=tuple(_power(named, templates | _templates(group), units)),
    )


def read(path):
    """Reads a Liberty file, plain or gzip; LibertyError names what is wrong with it."""
    path = pathlib.Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "; apt-get install qflow-tech-osu018" if "osu018" in path.name else ""
        raise LibertyError(f"{path}: {error.strerror}{hint}, or name another library with --liberty") from error
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8", errors="replace").replace("\\\n", " ")
    tokens = (token for token in TOKEN.findall(text) if not token.startswith("/*"))
    _, groups = _parse(tokens)
    libraries = [group for group in groups if group.kind == "library"]
    if not libraries:
        raise LibertyError(f"{path}: not a Liberty file: it has no group `library`")
    library = libraries[0]
    picofarads = _capacitance_unit(library.attributes)
    units = _Units(picofarads, _nanoseconds(library.attributes), picofarads, _microwatts(library.attributes))
    templates = _templates(library)
    cells = {cell.name: cell for cell in (_cell(group, templates, units) for group in library.of("cell"))}
    if not any(cell.sequential for cell in cells.values()):
        raise LibertyError(f"{path}: no flip-flop among its {len(cells)} cells")
    return Library(
        path=path,
        name=library.arguments[0],
        voltage=float(library.attributes.get("nom_voltage", 0)),
        temperature=float(library.attributes.get("nom_temperature", 0)),
        cells=cells,
        sha256=hashlib.sha256(data).hexdigest(),
    )
