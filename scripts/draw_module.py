"""Draws a module from a text description: its ports, and what is inside.

docs/rtl/drawings/MODULE.draw describes a module on a grid of columns and rows that count from 0. A statement per line:

    # comment
    left ROW: port port ...           ports at the left border, the first group level with that row, under each other
    right ROW: port port ...          ports at the right border
    logic NAME COL,ROW "title" "line" ...     combinational logic
    reg NAME COL,ROW "title" "line" ...       registers
    sub INSTANCE COL,ROW "line" ...           an instance of another module, by its name in the RTL: a link to its page
    sim INSTANCE COL,ROW "line" ...           an instance that is there in simulation only
    many NAME ...                             these stand for many of a kind
    stage "title": NAME ...                   boxes that belong together
    A -> B : label                    data; A and B are boxes or ports; the label may be missing
    A => B : label                    a valid/ready stream; a port of the stream's group stands for all of the group
    A .. B : label                    control
    gap COL PIXELS                    room left of a column, where it is too narrow; drop ROW PIXELS above a row

COL and ROW may be halves (1.5) and spans (1-3). Wires leave a box at the right and enter it at the left unless a side is named:
A.b -> B.t (r, l, t, b). Wires with the same start and kind are one net and may run together.

The description is checked against the RTL, which also gives the widths of the ports: every port stands in one group, every port
(clock and reset excepted) and every box has a wire, every instance is drawn.
"""

import hashlib
import html
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from rtl_source import Module, Package, SourceError
from wire_router import NoPath, Router

PITCH = 10  # pixels of a grid step; everything a wire touches lies on it
UNCONNECTED = {"clk_i", "rst_ni"}
KINDS = ("logic", "reg", "sub", "sim")

# Colours and type of docs/img/array.svg; registers have corners.
STYLE = (
    "<style>text{font:13px sans-serif;fill:#222}.s{font-size:11px;fill:#555}.t{font-weight:bold}"
    ".l{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    "rect{fill:#f4f6fa;stroke:#345;rx:5}.reg{fill:#fdf1dc;rx:0;stroke-width:1.6}.sub{fill:#e3f1e5}"
    ".sim{fill:#f6e4ea;stroke-dasharray:4 3}.stage{fill:none;stroke:#9aa5b1;stroke-dasharray:5 4}"
    ".module{fill:#fff;stroke-width:1.8;rx:9}path{stroke:#345;stroke-width:1.3;fill:none}.a{marker-end:url(#a)}"
    ".x{stroke-width:3.2}.x.a{marker-end:url(#b)}.c{stroke-dasharray:5 3;stroke-width:1.1}circle{fill:#345}a text{fill:#15498c}"
    "</style><defs>"
    '<marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#345;stroke:none"/></marker>'
    '<marker id="b" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="4" markerHeight="4" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#345;stroke:none"/></marker></defs>'
)


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


# ---- the description ---------------------------------------------------------------------------------------------------

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
        if name not in instances:
            raise SourceError(f"{name} is no instance in the RTL")
        module = instances[name]
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
    for _, instance in module.instances:
        if instance not in drawing.boxes:
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
    for name in [*ports, *drawing.boxes]:
        if name not in ends and name not in UNCONNECTED:
            raise SourceError(f"{name} has no wire")
    for title, names in drawing.stages:
        for name in names:
            if name not in drawing.boxes:
                raise SourceError(f'stage "{title}": {name} is no box')


def mark(path: Path, module: Module, package: Package, picture: str) -> str:
    """The first line of a picture file: digests of all that it is made of and of the picture itself.

    So an old or a changed picture can be told without drawing.
    """
    tools = [Path(__file__), Path(__file__).with_name("wire_router.py")]
    ports = [(port.name, port.direction, _width_text(port.name, module, package)) for port in module.ports]
    source = "".join(p.read_text(encoding="utf-8") for p in [path, *tools]) + repr(ports) + repr(module.instances)
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (source, picture)]
    return f"<!-- scripts/make_module_pages.py drew this, {' '.join(digests)} -->"


# ---- places ------------------------------------------------------------------------------------------------------------

NARROW, WIDE = set("iljI.,:;|'!()[]{}t/f r-·"), set("mwMW@—→←↔⌈⌉Σ×≥≤")


def _text_width(text: str, size: float, bold: bool = False) -> float:
    """About the width of a text in a wide sans-serif typeface."""
    ems = sum(0.38 if c in NARROW else 0.88 if c in WIDE else 0.68 if c.isupper() else 0.58 for c in text)
    return ems * size * (1.1 if bold else 1.0)


def _up(value: float, step: int = PITCH) -> int:
    return int(-(-value // step) * step)


def _box_size(box: Box) -> tuple[int, int]:
    width = max([_text_width(box.title, 13, True)] + [_text_width(line, 11) for line in box.lines]) + 14
    return _up(width, 2 * PITCH), _up(18 + 15 * len(box.lines) + 8, 2 * PITCH)


def _tracks(boxes: list[Box], axis: str, labels: dict[int, float], gaps: dict[tuple[str, int], int], first: int) -> list[tuple[int, int]]:
    """Start and end of every column or row; those that hold nothing get the least size."""
    span = (lambda box: box.cols) if axis == "gap" else (lambda box: box.rows)
    count = int(max([span(box)[1] for box in boxes], default=0) + 1.5)
    size = [2 * PITCH * 2] * count
    for box in boxes:
        low, high = span(box)
        if low == high and low == int(low):
            size[int(low)] = max(size[int(low)], _box_size(box)[0 if axis == "gap" else 1])
    tracks, position = [], first
    for i in range(count):
        least = 40 if axis == "gap" else 30
        position += max(gaps.get((axis, i), 0) or least, _up(labels.get(i, 0))) if i else gaps.get((axis, i), 0) + _up(labels.get(i, 0))
        tracks.append((position, position + size[i]))
        position += size[i]
    return tracks


def _span(tracks: list[tuple[int, int]], low: float, high: float, size: int) -> tuple[int, int]:
    """Where a box lies: the whole of several tracks, or in the middle of one or between two."""
    if high > low:
        return tracks[int(low)][0], tracks[int(high)][1]
    left, right = tracks[int(low)], tracks[int(-(-low // 1))]
    centre = ((left[0] + left[1]) / 2 + (right[0] + right[1]) / 2) / 2
    start = _up(centre - size / 2)
    return start, start + size


PORT_PITCH, TITLE = 20, 50


def place(drawing: Drawing, module: Module, package: Package) -> tuple[int, int, int, int]:
    """Gives boxes and ports their places; returns the module's rectangle."""
    boxes = list(drawing.boxes.values())
    flags = {"left": 0.0, "right": 0.0}
    for group in drawing.groups:
        for name in group.ports:
            flags[group.side] = max(flags[group.side], _flag_width(name, module, package))
    left = _up(flags["left"] + 24)
    labels: dict[int, float] = {}
    for wire in drawing.wires:  # a label stands before its head
        head = drawing.boxes.get(wire.head)
        if head and wire.label and wire.into in ("", "l"):
            column = int(head.cols[0])
            labels[column] = max(labels.get(column, 0), _text_width(wire.label, 11) + 46)
    top = TITLE + (20 if drawing.stages else 0)
    cols = _tracks(boxes, "gap", labels, drawing.gaps, left + 40)
    rows = _tracks(boxes, "drop", {}, drawing.gaps, top)
    for box in boxes:
        width, height = _box_size(box)
        box.x0, box.x1 = _span(cols, *box.cols, width)
        box.y0, box.y1 = _span(rows, *box.rows, height)
    tail_labels = [_text_width(wire.label, 11) + 30 for wire in drawing.wires if wire.head not in drawing.boxes and wire.label]
    right = cols[-1][1] + max([40, *(_up(width) for width in tail_labels)])
    bottom = rows[-1][1] + (40 if drawing.stages else 30)
    for side in ("left", "right"):
        bottom = max(bottom, _place_ports([g for g in drawing.groups if g.side == side], rows) + 30)
    return left, 0, right, _up(bottom)


def _place_ports(groups: list[Group], rows: list[tuple[int, int]]) -> int:
    """Ports level with their rows, pushed down where they meet; returns the lowest place."""
    free = TITLE - 10
    for group in sorted(groups, key=lambda group: group.row):
        if group.row > len(rows) - 1:
            centre = rows[-1][1] + 40 * (group.row - len(rows) + 1) + 10
        else:
            centre = sum(_span(rows, group.row, group.row, 0)) / 2
        y = max(_up(centre - PORT_PITCH * (len(group.ports) - 1) / 2), free)
        for port in group.ports:
            group.y[port] = y
            y += PORT_PITCH
        free = y + PORT_PITCH // 2
    return max([y for group in groups for y in group.y.values()], default=0)


def _width_text(name: str, module: Module, package: Package) -> str:
    port = next(port for port in module.ports if port.name == name)
    return "" if port.width == "1" else package.short(port.width)


def _flag_width(name: str, module: Module, package: Package) -> float:
    width = _width_text(name, module, package)
    return _text_width(name, 13) + (_text_width(width, 11) + 8 if width else 0)


# ---- wires -------------------------------------------------------------------------------------------------------------


def route(drawing: Drawing, frame: tuple[int, int, int, int]) -> None:
    """Finds the paths of all wires, in the order of the description."""
    left, top, right, bottom = frame
    router = Router(right // PITCH, bottom // PITCH)
    for box in drawing.boxes.values():
        router.block(box.x0 // PITCH, box.y0 // PITCH, box.x1 // PITCH, box.y1 // PITCH)
    router.block(0, 0, left // PITCH, bottom // PITCH)
    router.block(right // PITCH, 0, right // PITCH, bottom // PITCH)
    router.block(0, 0, right // PITCH, (top + 20) // PITCH)
    router.block(0, bottom // PITCH, right // PITCH, bottom // PITCH)
    for group in drawing.groups:  # bars of streams, and ports that have no wire
        x = (left if group.side == "left" else right) // PITCH
        inner = x + (1 if group.side == "left" else -1)
        ys = [y // PITCH for y in group.y.values()]
        if group.stream:
            router.block(inner, min(ys), inner, max(ys))
    for wire in drawing.wires:
        starts = _ends(drawing, frame, wire.tail, wire.out, True)
        goals = _ends(drawing, frame, wire.head, wire.into, False)
        net = _net(drawing, wire)
        try:
            wire.path = [(x * PITCH, y * PITCH) for x, y in router.connect(net, starts, goals)]
        except NoPath:
            raise SourceError(f"no way for the wire from {wire.tail} to {wire.head}: give it a side or its boxes more room") from None


def _net(drawing: Drawing, wire: Wire) -> str:
    """Wires that begin at the same place and mean the same are one net."""
    group = drawing.group(wire.tail)
    if group:
        return f"{group.ports[0] if group.stream else wire.tail} {wire.kind}"
    return f"{wire.tail}.{wire.out} {wire.kind}"


INWARDS = {"r": "l", "l": "r", "t": "b", "b": "t"}


def _ends(drawing: Drawing, frame: tuple[int, int, int, int], name: str, side: str, tail: bool) -> list[tuple[int, int, str, int]]:
    """Where a wire may begin or end: points in grid steps, a direction, and how much they are disliked."""
    group = drawing.group(name)
    if group:
        x = frame[0] if group.side == "left" else frame[2]
        y = group.y[name]
        if group.stream:
            ys = list(group.y.values())
            x += PITCH if group.side == "left" else -PITCH
            y = (min(ys) + max(ys)) // 2 // PITCH * PITCH
        outwards = "r" if group.side == "left" else "l"
        return [(x // PITCH, y // PITCH, outwards if tail else INWARDS[outwards], 0)]
    box = drawing.boxes[name]
    x0, y0, x1, y1 = (v // PITCH for v in (box.x0, box.y0, box.x1, box.y1))
    ends = []
    for which in side or ("r" if tail else "l"):
        if which in "lr":
            points = [(x0 if which == "l" else x1, y) for y in range(y0 + 1, y1)]
            middle = (y0 + y1) / 2
            costs = [int(6 * abs(y - middle)) for _, y in points]
        else:
            points = [(x, y0 if which == "t" else y1) for x in range(x0 + 1, x1)]
            middle = (x0 + x1) / 2
            costs = [int(3 * abs(x - middle)) for x, _ in points]
        direction = which if tail else INWARDS[which]
        ends += [(x, y, direction, cost) for (x, y), cost in zip(points, costs)]
    return ends


# ---- SVG ---------------------------------------------------------------------------------------------------------------


def _text(x: float, y: float, text: str, css: str = "", anchor: str = "middle") -> str:
    kind = f' class="{css}"' if css else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}"{where}{kind}>{html.escape(text, quote=False)}</text>'


def _rect(x0: float, y0: float, x1: float, y1: float, css: str) -> str:
    kind = f' class="{css}"' if css else ""
    return f'<rect x="{x0:g}" y="{y0:g}" width="{x1 - x0:g}" height="{y1 - y0:g}"{kind}/>'


def _box_svg(box: Box) -> str:
    css = "" if box.kind == "logic" else box.kind
    out = [_rect(box.x0 + d, box.y0 + d, box.x1 + d, box.y1 + d, css) for d in ((6, 3) if box.many else ())]
    out.append(_rect(box.x0, box.y0, box.x1, box.y1, css))
    if box.kind == "reg":  # the mark of a clock
        out.append(f'<path d="M{box.x0 + 4} {box.y1}l5 -7l5 7"/>')
    x = (box.x0 + box.x1) / 2
    y = (box.y0 + box.y1) / 2 + 4.5 - 7.5 * len(box.lines)
    title = _text(x, y, box.title, "t")
    out.append(f'<a href="../{box.module}.md">{title}</a>' if box.module else title)
    out += [_text(x, y + 15 * i, line, "s") for i, line in enumerate(box.lines, 1)]
    return "".join(out)


def _ports_svg(group: Group, frame: tuple[int, int, int, int], module: Module, package: Package) -> list[str]:
    """Names and widths outside the border, arrows across it; a stream's ports meet in a bar inside."""
    out = []
    left = group.side == "left"
    x = frame[0] if left else frame[2]
    outer, inner = (x - 14, x + 10) if left else (x + 14, x - 10)
    for name, y in group.y.items():
        port = next(port for port in module.ports if port.name == name)
        enters = port.direction == "input"
        alone = group.stream or name in UNCONNECTED
        ends = (outer, inner if alone else x) if enters else (inner if alone else x, outer)
        out.append(f'<path d="M{ends[0]} {y}H{ends[1]}"{"" if enters and not alone else " class=" + chr(34) + "a" + chr(34)}/>')
        width = _width_text(name, module, package)
        small = f'<tspan class="s" dx="6">{html.escape(width)}</tspan>' if width else ""
        where = "end" if left else "start"
        out.append(f'<text x="{outer + (-6 if left else 6)}" y="{y + 4.5:g}" text-anchor="{where}">{html.escape(name)}{small}</text>')
    if group.stream:
        ys = list(group.y.values())
        out.append(f'<path class="x" d="M{inner} {min(ys) - 4}V{max(ys) + 4}"/>')
    return out


def _forks(drawing: Drawing) -> list[tuple[int, int]]:
    """Where wires of one net part: nodes with three of their steps."""
    nets: dict[str, set] = {}
    for wire in drawing.wires:
        steps = nets.setdefault(_net(drawing, wire), set())
        for (x0, y0), (x1, y1) in zip(wire.path, wire.path[1:]):
            count = max(abs(x1 - x0), abs(y1 - y0)) // PITCH
            points = [(x0 + (x1 - x0) // count * i, y0 + (y1 - y0) // count * i) for i in range(count + 1)]
            steps |= {(min(a, b), max(a, b)) for a, b in zip(points, points[1:])}
    forks = []
    for steps in nets.values():
        degree: dict[tuple[int, int], int] = {}
        for step in steps:
            for node in step:
                degree[node] = degree.get(node, 0) + 1
        forks += [node for node, count in degree.items() if count > 2]
    return sorted(set(forks))


Area = tuple[float, float, float, float]


def _labels(drawing: Drawing) -> list[str]:
    """Every label beside a part of its wire that is its own, near the head, where nothing else is."""
    taken = [(box.x0 - 2, box.y0 - 2, box.x1 + 2 + 6 * box.many, box.y1 + 2) for box in drawing.boxes.values()]
    out = []
    for wire in drawing.wires:
        if not wire.label:
            continue
        width = _text_width(wire.label, 11)
        shared = [other for other in drawing.wires if other is not wire and _net(drawing, other) == _net(drawing, wire)]
        best: tuple[float, Area] | None = None
        for order, part in enumerate(reversed(_parts(wire))):
            for rank, area in enumerate(_beside(part, width)):
                cost = 12.0 * order + 2 * rank
                if part[0][1] == part[1][1]:
                    cost += max(0.0, width + 10 - abs(part[1][0] - part[0][0])) / 4
                cost += sum(400 for other in taken if _meet(area, other))
                cost += sum(40 for other in drawing.wires for p in _parts(other) if p != part and _meet(area, _area(p)))
                cost += sum(60 for other in shared for p in _parts(other) if _meet(_area(part), _area(p)))
                if best is None or cost < best[0]:
                    best = (cost, area)
        assert best is not None
        x0, y0, x1, _ = best[1]
        taken.append(best[1])
        out.append(_text((x0 + x1) / 2, y0 + 10, wire.label, "s l"))
    return out


def _parts(wire: Wire) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return list(zip(wire.path, wire.path[1:]))


def _area(part: tuple[tuple[int, int], tuple[int, int]]) -> Area:
    (x0, y0), (x1, y1) = part
    return min(x0, x1) - 0.5, min(y0, y1) - 0.5, max(x0, x1) + 0.5, max(y0, y1) + 0.5


def _beside(part: tuple[tuple[int, int], tuple[int, int]], width: float) -> list[Area]:
    """Places for a text of 13 pixels' height beside a part of a wire, the best first."""
    x0, y0, x1, y1 = _area(part)
    if part[0][1] == part[1][1]:
        xs = [(x0 + x1 - width) / 2, x1 - width - 12, x0 + 8]
        return [(x, y, x + width, y + 13) for y in (y0 - 14, y0 + 3) for x in xs]
    ys = [(y0 + y1) / 2 - 6, y0 + 2, y1 - 16]
    return [(x, y, x + width, y + 13) for y in ys for x in (x0 + 6, x0 - 5 - width)]


def _meet(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


CSS = {"->": "w", "=>": "x", "..": "c"}


def svg(drawing: Drawing, module: Module, package: Package) -> str:
    """The picture."""
    frame = place(drawing, module, package)
    route(drawing, frame)
    left, top, right, bottom = frame
    margin = 10
    flags = max((_flag_width(name, module, package) for g in drawing.groups if g.side == "right" for name in g.ports), default=0)
    width, height = right + _up(flags + 24) + 2 * margin, bottom + 2 * margin
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin} {-margin} {width} {height}" width="{width}" height="{height}">',
        STYLE,
        f'<rect x="{-margin}" y="{-margin}" width="{width}" height="{height}" style="fill:#fff;stroke:none;rx:0"/>',
        _rect(left, top, right, bottom, "module"),
        _text(left + 14, top + 22, module.name, "t", "start"),
    ]
    titles = []
    for title, names in drawing.stages:
        inside = [drawing.boxes[name] for name in names]
        x0, y0 = min(box.x0 for box in inside) - 12, min(box.y0 for box in inside) - 22
        x1, y1 = max(box.x1 for box in inside) + 12, max(box.y1 for box in inside) + 12
        out.append(_rect(x0, y0, x1, y1, "stage"))
        titles.append(_text(x0 + 8, y0 + 14, title, "s l", "start"))
    out += [_box_svg(box) for box in drawing.boxes.values()]
    for wire in drawing.wires:
        points = "L".join(f"{x} {y}" for x, y in wire.path)
        arrow = "" if drawing.group(wire.head) else "a "
        out.append(f'<path class="{arrow}{CSS[wire.kind]}" d="M{points}"/>')
    out += [f'<circle cx="{x}" cy="{y}" r="2.6"/>' for x, y in _forks(drawing)]
    for group in drawing.groups:
        out += _ports_svg(group, frame, module, package)
    out += [*titles, *_labels(drawing)]
    return "\n".join(out) + "\n</svg>\n"
