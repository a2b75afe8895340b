"""Reads the text description of a module's drawing: its ports, and what is inside.

docs/rtl/drawings/MODULE.draw describes a module on a grid of columns and rows that count from 0. A statement per line:

    # comment
    left ROW: port port ...                 ports at the left border, under each other, their middle level with a row
    right ROW: port port ...                ports at the right border
    logic NAME COL,ROW "title" "line" ...   combinational logic
    reg NAME COL,ROW "title" "line" ...     registers
    sub INSTANCE COL,ROW "line" ...         an instance of another module, by its name in the RTL: a link to its page
    sim INSTANCE,... COL,ROW "line" ...     instances of a module that is there in simulation only; needs no wire
    many NAME ...                           these boxes stand for many of a kind
    stage "title": NAME ...                 boxes that belong together
    A -> B : label                          data; A and B are boxes or ports; the label may be missing
    A => B : label                          a stream or bus; one port of a group stands for the whole group
    A .. B : label                          control
    gap COL PIXELS                          room left of a column, where it is too narrow
    drop ROW PIXELS                         room above a row

COL and ROW may be halves (1.5) and spans (1-3). Wires leave a box at the right and enter it at the left unless a side
is named: A.b -> B.t (r, l, t, b). Wires with the same start and kind are one net and may run together. Wires are laid
in the order of the description; where one takes an ugly way, another order, a side or more room helps.

The description is checked against the RTL, which also gives the widths of the ports: every port stands in one group,
every port (clock and reset excepted) and every box has a wire, every instance is drawn.
"""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from rtl_source import Module, SourceError

UNCONNECTED = {"clk_i", "rst_ni", "aclk", "aresetn"}
KINDS = ("logic", "reg", "sub", "sim")


@dataclass
class Box:
    kind: str
    title: str
    lines: list[str]
    cols: tuple[float, float]
    rows: tuple[float, float]
    module: str = ""  # of an instance
    many: bool = False
    x0: int = 0
    y0: int = 0
    x1: int = 0
    y1: int = 0


@dataclass
class Group:
    side: str
    row: float
    ports: list[str]
    y: dict[str, int] = field(default_factory=dict)
    stream: bool = False


@dataclass
class Wire:
    tail: str
    head: str
    kind: str  # ->, =>, ..
    label: str
    out: str  # side of the tail
    into: str  # side of the head
    path: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Drawing:
    boxes: dict[str, Box] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    stages: list[tuple[str, list[str]]] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    gaps: dict[tuple[str, int], int] = field(default_factory=dict)

    def group(self, port: str) -> Group | None:
        return next((group for group in self.groups if port in group.ports), None)


WIRE = re.compile(r"(\w+)(?:\.([rltb]))? (->|=>|\.\.) (\w+)(?:\.([rltb]))?(?: : (.*))?")
GROUP = re.compile(r"(left|right) ([\d.]+): (.+)")
STAGE = re.compile(r'stage "([^"]*)": (.+)')
GAP = re.compile(r"(gap|drop) (\d+) (\d+)")
PLACE = re.compile(r"([\d.]+)(?:-([\d.]+))?,([\d.]+)(?:-([\d.]+))?")


def parse(path: Path, module: Module) -> Drawing:
    """Reads a description and checks it against the module it describes."""
    drawing = Drawing()
    instances = {instance: name for name, instance in module.instances}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            _statement(drawing, text, instances)
        except (SourceError, ValueError) as error:
            raise SourceError(f"{path}:{number}: {error}") from None
    try:
        _check(drawing, module)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from None
    return drawing


def _statement(drawing: Drawing, text: str, instances: dict[str, str]) -> None:
    if match := GROUP.fullmatch(text):
        drawing.groups.append(Group(match[1], float(match[2]), match[3].split()))
    elif match := STAGE.fullmatch(text):
        drawing.stages.append((match[1], match[2].split()))
    elif match := GAP.fullmatch(text):
        drawing.gaps[match[1], int(match[2])] = int(match[3])
    elif match := WIRE.fullmatch(text):
        drawing.wires.append(Wire(match[1], match[4], match[3], match[6] or "", match[2] or "", match[5] or ""))
    elif text.startswith("many "):
        for name in text.split()[1:]:
            if name not in drawing.boxes:
                raise SourceError(f"{name} is no box so far")
            drawing.boxes[name].many = True
    else:
        _box_statement(drawing, text, instances)


def _box_statement(drawing: Drawing, text: str, instances: dict[str, str]) -> None:
    kind, name, *rest = shlex.split(text)
    place = PLACE.fullmatch(rest[0]) if rest else None
    if kind not in KINDS or not place:
        raise SourceError(f"neither a statement nor a wire: {text}")
    if name in drawing.boxes:
        raise SourceError(f"{name} stands here twice")
    lines = rest[1:]
    module = ""
    if kind in ("sub", "sim"):
        for instance in name.split(","):
            if instance not in instances:
                raise SourceError(f"{instance} is no instance in the RTL")
            module = instances[instance]
        lines = [module, *lines]
    if not lines:
        raise SourceError(f"{name} has no title")
    cols = (float(place[1]), float(place[2] or place[1]))
    rows = (float(place[3]), float(place[4] or place[3]))
    drawing.boxes[name] = Box(kind, lines[0], lines[1:], cols, rows, module)


def _check(drawing: Drawing, module: Module) -> None:
    ports = [port.name for port in module.ports]
    drawn = [port for group in drawing.groups for port in group.ports]
    for port in drawn:
        if port not in ports:
            raise SourceError(f"{port} is no port of {module.name}")
        if drawn.count(port) > 1:
            raise SourceError(f"{port} stands in two places")
    for port in ports:
        if port not in drawn:
            raise SourceError(f"port {port} is missing")
    instances = [instance for name in drawing.boxes for instance in name.split(",")]
    for _, instance in module.instances:
        if instance not in instances:
            raise SourceError(f"instance {instance} is missing")
    ends = set()
    for wire in drawing.wires:
        for end in (wire.tail, wire.head):
            if end not in ports and end not in drawing.boxes:
                raise SourceError(f"{end} is neither a port nor a box")
            ends.add(end)
            group = drawing.group(end)
            if wire.kind == "=>" and group:
                group.stream = True
                ends |= set(group.ports)
    for name in [*ports, *(name for name, box in drawing.boxes.items() if box.kind != "sim")]:
        if name not in ends and name not in UNCONNECTED:
            raise SourceError(f"{name} has no wire")
    for title, names in drawing.stages:
        for name in names:
            if name not in drawing.boxes:
                raise SourceError(f'stage "{title}": {name} is no box')
