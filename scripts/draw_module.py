"""Draws a module as module_drawing.py describes it: places for boxes and ports, ways for wires, SVG.

Everything lies on a grid of PITCH pixels. Columns are as wide as their widest box, rows as high as their highest; wires
are laid by wire_router.py. Nothing but the standard library takes part, and the same description gives the same bytes.
"""

import hashlib
import html
from pathlib import Path

from module_drawing import UNCONNECTED, Box, Drawing, Group, Wire
from rtl_source import Module, Packages, SourceError
from wire_router import NoPath, Router

PITCH = 10  # pixels of a grid step; everything a wire touches lies on it
PORT_PITCH, TITLE = 20, 50  # between ports; above the first row
COLUMN_GAP, ROW_GAP = 40, 30  # at least

# Colours and type of docs/img/array.svg; registers have corners.
STYLE = (
    "<style>text{font:13px sans-serif;fill:#222}.s{font-size:11px;fill:#555}.t{font-weight:bold}"
    ".l{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    "rect{fill:#f4f6fa;stroke:#345;rx:5}.reg{fill:#fdf1dc;rx:0;stroke-width:1.6}.sub{fill:#e3f1e5}"
    ".sim{fill:#f6e4ea;stroke-dasharray:4 3}.stage{fill:none;stroke:#9aa5b1;stroke-dasharray:5 4}"
    ".module{fill:#fff;stroke-width:1.8;rx:9}path{stroke:#345;stroke-width:1.3;fill:none}.a{marker-end:url(#a)}"
    ".x{stroke-width:3.2}.x.a{marker-end:url(#b)}.c{stroke-dasharray:5 3;stroke-width:1.1}circle{fill:#345}"
    "a text{fill:#15498c}"
    "</style><defs>"
    '<marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#345;stroke:none"/></marker>'
    '<marker id="b" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="4" markerHeight="4" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#345;stroke:none"/></marker></defs>'
)


def mark(path: Path, module: Module, packages: Packages, picture: str) -> str:
    """The first line of a picture file: digests of what it shows and of the picture itself.

    So an old or a changed picture can be told without drawing.
    """
    ports = [(port.name, port.direction, _width_text(port.name, module, packages)) for port in module.ports]
    source = path.read_text(encoding="utf-8") + repr(ports) + repr(module.instances)
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (source, picture)]
    return f"<!-- scripts/make_module_pages.py drew this, {' '.join(digests)} -->"


# ---- places --------------------------------------------------------------------------------------

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


Tracks = list[tuple[int, int]]  # start and end of every column or row


def _tracks(spans: list[tuple[float, float]], sizes: list[int], gaps: dict[int, int], first: int) -> Tracks:
    """Columns or rows that hold boxes of these spans and sizes, with gaps before them; the first starts at `first`."""
    count = int(max((high for _, high in spans), default=0) + 1.5)
    track_sizes = [4 * PITCH] * count
    for (low, high), size in zip(spans, sizes):
        if low == high and low == int(low):
            track_sizes[int(low)] = max(track_sizes[int(low)], size)
    tracks, position = [], first
    for i, size in enumerate(track_sizes):
        position += gaps.get(i, 0)
        tracks.append((position, position + size))
        position += size
    return tracks


def _gaps(drawing: Drawing) -> tuple[dict[int, int], dict[int, int]]:
    """Room before columns and rows: the least, or what is asked for, or what labels in front of their heads need."""
    columns = {i: COLUMN_GAP for i in range(1, 20)}
    rows = {i: ROW_GAP for i in range(1, 20)}
    for (axis, i), pixels in drawing.gaps.items():
        (columns if axis == "gap" else rows)[i] = pixels
    for wire in drawing.wires:
        head = drawing.boxes.get(wire.head)
        if head and wire.label and wire.into in ("", "l"):
            column = int(head.cols[0])
            columns[column] = max(columns.get(column, 0), _up(_text_width(wire.label, 11) + 46))
    return columns, rows


def _span(tracks: list[tuple[int, int]], low: float, high: float, size: int) -> tuple[int, int]:
    """Where a box lies: the whole of several tracks, or in the middle of one or between two."""
    if high > low:
        return tracks[int(low)][0], tracks[int(high)][1]
    left, right = tracks[int(low)], tracks[int(-(-low // 1))]
    centre = ((left[0] + left[1]) / 2 + (right[0] + right[1]) / 2) / 2
    start = _up(centre - size / 2)
    return start, start + size


def place(drawing: Drawing, module: Module, packages: Packages) -> tuple[int, int, int, int]:
    """Gives boxes and ports their places; returns the module's rectangle."""
    boxes = list(drawing.boxes.values())
    sizes = [_box_size(box) for box in boxes]
    left = _up(_flags_width(drawing, "left", module, packages) + 24)
    column_gaps, row_gaps = _gaps(drawing)
    cols = _tracks([box.cols for box in boxes], [w for w, _ in sizes], column_gaps, left + 40)
    rows = _tracks([box.rows for box in boxes], [h for _, h in sizes], row_gaps, TITLE + (20 if drawing.stages else 0))
    for box, (width, height) in zip(boxes, sizes):
        box.x0, box.x1 = _span(cols, *box.cols, width)
        box.y0, box.y1 = _span(rows, *box.rows, height)
    labels = [_text_width(wire.label, 11) + 30 for wire in drawing.wires if wire.label and drawing.group(wire.head)]
    right = cols[-1][1] + max([40, *(_up(width) for width in labels)])
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


def _width_text(name: str, module: Module, packages: Packages) -> str:
    port = next(port for port in module.ports if port.name == name)
    return "" if port.width == "1" else packages.short(port.width)


def _flags_width(drawing: Drawing, side: str, module: Module, packages: Packages) -> float:
    """Of the widest port on a side."""
    names = [name for group in drawing.groups if group.side == side for name in group.ports]
    return max((_flag_width(name, module, packages) for name in names), default=0)


def _flag_width(name: str, module: Module, packages: Packages) -> float:
    width = _width_text(name, module, packages)
    return _text_width(name, 13) + (_text_width(width, 11) + 8 if width else 0)


# ---- wires ---------------------------------------------------------------------------------------


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
            raise SourceError(
                f"no way for the wire from {wire.tail} to {wire.head}: give it a side or its boxes more room"
            ) from None


def _net(drawing: Drawing, wire: Wire) -> str:
    """Wires that begin at the same place and mean the same are one net."""
    group = drawing.group(wire.tail)
    if group:
        return f"{group.ports[0] if group.stream else wire.tail} {wire.kind}"
    return f"{wire.tail}.{wire.out} {wire.kind}"


INWARDS = {"r": "l", "l": "r", "t": "b", "b": "t"}


def _ends(
    drawing: Drawing, frame: tuple[int, int, int, int], name: str, side: str, tail: bool
) -> list[tuple[int, int, str, int]]:
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


# ---- SVG -----------------------------------------------------------------------------------------


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


def _ports_svg(group: Group, frame: tuple[int, int, int, int], module: Module, packages: Packages) -> list[str]:
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
        out.append(
            f'<path d="M{ends[0]} {y}H{ends[1]}"{"" if enters and not alone else " class=" + chr(34) + "a" + chr(34)}/>'
        )
        width = _width_text(name, module, packages)
        small = f'<tspan class="s" dx="6">{html.escape(width)}</tspan>' if width else ""
        where = "end" if left else "start"
        place = f'x="{outer + (-6 if left else 6)}" y="{y + 4.5:g}" text-anchor="{where}"'
        out.append(f"<text {place}>{html.escape(name)}{small}</text>")
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


def svg(drawing: Drawing, module: Module, packages: Packages) -> str:
    """The picture."""
    frame = place(drawing, module, packages)
    route(drawing, frame)
    left, top, right, bottom = frame
    margin = 10
    flags = _flags_width(drawing, "right", module, packages)
    width, height = right + _up(flags + 24) + 2 * margin, bottom + 2 * margin
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin} {-margin} {width} {height}" '
        f'width="{width}" height="{height}">',
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
        out += _ports_svg(group, frame, module, packages)
    out += [*titles, *_labels(drawing)]
    return "\n".join(out) + "\n</svg>\n"
