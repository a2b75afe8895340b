"""What the flow asks of a Liberty file: areas, pins and the cells that it places itself.

Liberty is the format of "Liberty User Guide", vol. 1: groups `name (arguments) { ... }`, simple attributes `name : value;`
and complex attributes `name (values);`. Timing is OpenSTA's to read; power tables are read here, for power.py.
"""

import dataclasses
import functools
import hashlib
import pathlib
import re

import boolean
import library_file
from tables import Table

# A simple attribute whose line ends without a semicolon, as in ASAP7.
OPEN_END = re.compile(r'^(\s*\w+\s*:\s*(?:"[^"\n]*"|[^;"\n{}]*[^;"\n{}\s]))[ \t]*$', re.M)
TOKEN = re.compile(r'/\*.*?\*/|"(?:[^"\\]|\\.)*"|[{}();:,]|[^\s{}();:,"]+', re.S)
# Trees are made of the smallest buffer of so many times the drive of the library's weakest (a "X2" has not quite twice that of a "X1") ...
FANOUT_DRIVE = 1.9
# ... which carries this part of the load that its library allows: about the load at which its slew is that of a gate.
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
    when: boolean.Expression | None  # the other pins' values for which it holds; None: always
    supply: str | None  # the rail that it comes from, where the library tells them apart: a transition takes its part of every one
    rise: Table | None
    fall: Table | None

    def energy(self, load, slew):
        """Mean of rise and fall; load in pF, slew of the cause in ns."""
        tables = [table for table in (self.rise, self.fall) if table]
        return sum(table.at(load, slew) for table in tables) / len(tables) if tables else 0.0


@dataclasses.dataclass(frozen=True)
class State:
    """The flip-flop of a cell: group `ff`."""

    name: str  # its value in functions of outputs
    inverse: str  # its inverted value there
    clocked_on: boolean.Expression
    next_state: boolean.Expression
    clear: boolean.Expression | None
    preset: boolean.Expression | None


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell; capacitances in pF, area in the library's unit (µm² by convention)."""

    name: str
    area: float
    inputs: dict  # pin: capacitance
    functions: dict  # output: boolean.Expression of inputs and state; None for what the library describes otherwise
    state: State | None
    clocks: frozenset  # of the inputs
    sequential: bool
    buffer: bool  # one input, one output with its value, and not marked dont_use
    max_load: float  # pF, of the first output; 0 when the library does not say
    leakage: float  # µW
    power: tuple  # PowerArc of all pins

    @property
    def outputs(self):
        return tuple(self.functions)


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
        """The buffer that the flow's trees are made of, small enough for any gate to drive a few of."""
        least = FANOUT_DRIVE * self.driving_cell.max_load
        return min((cell for cell in self._buffers if cell.max_load >= least), key=_size, default=self.driving_cell)

    @property
    def load_limit(self):
        """pF that a net may have before the flow puts a tree of buffers in its place."""
        return self.fanout_buffer.max_load * LOAD_OF_MAXIMUM

    @functools.cached_property
    def driving_cell(self):
        """What drives the inputs of a module, for ABC: the smallest buffer."""
        return min(self._buffers, key=_size)

    @functools.cached_property
    def _buffers(self):
        found = [cell for cell in self.cells.values() if cell.buffer and cell.max_load > 0]
        if not found:
            raise LibertyError(f"{self.path}: no buffer with max_capacitance; the flow needs one for nets of large load")
        return found

    def require_power(self):
        if not any(cell.power for cell in self.cells.values()):
            raise LibertyError(
                f"{self.path}: no internal_power tables, so no power can be computed; choose a library that has them "
                "(Debian's qflow-tech-osu018 does), or leave the power out with --no-power"
            )


def _size(cell):
    return cell.area, cell.name


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
                _expression(group, "when"),
                group.attributes.get("related_pg_pin"),
                _table(rise, templates, units) if rise else None,
                _table(fall, templates, units) if fall else None,
            )


def _expression(group, attribute):
    text = group.attributes.get(attribute)
    return boolean.parse(text) if text else None


def _state(group):
    """Of a cell with one flip-flop and nothing else that holds a value."""
    found = group.of("ff")
    if len(found) != 1 or len(found[0].arguments) != 2 or not {"clocked_on", "next_state"} <= set(found[0].attributes):
        return None
    return State(*found[0].arguments, *(_expression(found[0], name) for name in ("clocked_on", "next_state", "clear", "preset")))


def _leakage(group, units):
    """µW. Where the cell has no number of its own: of every supply that for no state in particular, or the mean of the states."""
    plain = group.attributes.get("cell_leakage_power")
    if plain is not None:
        return float(plain) * units.leakage
    supplies = {}
    for state in (state.attributes for state in group.of("leakage_power") if "value" in state.attributes):
        supplies.setdefault(state.get("related_pg_pin"), {}).setdefault("when" in state, []).append(float(state["value"]))
    chosen = [states.get(False) or states[True] for states in supplies.values()]
    return sum(sum(values) / len(values) for values in chosen) * units.leakage


def _cell(group, templates, units):
    pins = group.of("pin") + [pin for bus in group.of("bus") + group.of("bundle") for pin in bus.of("pin")]
    named = [(name, pin) for pin in pins for name in pin.arguments]
    direction = {name: pin.attributes.get("direction") for name, pin in named}
    inputs = {name: float(pin.attributes.get("capacitance", 0)) * units.capacitance for name, pin in named if direction[name] == "input"}
    functions = {
        name: None if "three_state" in pin.attributes else _expression(pin, "function")
        for name, pin in named if direction[name] == "output"
    }
    sequential = bool(group.of("ff") or group.of("latch") or group.of("ff_bank") or group.of("latch_bank"))
    unwanted = group.attributes.get("dont_use") == "true"
    loads = [float(pin.attributes.get("max_capacitance", 0)) for name, pin in named if name in functions]
    return Cell(
        name=group.arguments[0],
        area=float(group.attributes.get("area", 0)),
        inputs=inputs,
        functions=functions,
        state=_state(group),
        clocks=frozenset(name for name, pin in named if pin.attributes.get("clock") == "true"),
        sequential=sequential,
        buffer=not (sequential or unwanted) and [boolean.Expression(name) for name in inputs] == list(functions.values()),
        max_load=(loads or [0.0])[0] * units.capacitance,
        leakage=_leakage(group, units),
        power=tuple(_power(named, templates | _templates(group), units)),
    )


def read(path):
    """Reads a Liberty file, plain or gzip; LibertyError names what is wrong with it."""
    path = pathlib.Path(path)
    try:
        return _library(path, library_file.text_of(path))
    except library_file.LibraryFileError as error:
        raise LibertyError(str(error)) from error
    except KeyError as error:
        raise LibertyError(f"{path}: {error} is missing or not known") from error
    except ValueError as error:
        raise LibertyError(f"{path}: {error}") from error


def _library(path, text):
    statements = OPEN_END.sub(r"\1;", text.replace("\\\n", " "))
    tokens = [token for token in TOKEN.findall(statements) if not token.startswith("/*")]
    if tokens.count("{") != tokens.count("}"):
        raise LibertyError(f"{path}: ends in the middle of a group, or has a bracket too many")
    _, groups = _parse(iter(tokens))
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
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
