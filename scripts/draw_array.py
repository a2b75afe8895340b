#!/usr/bin/env python3
"""Draws docs/img/array.svg and docs/img/dataflow.svg: scripts/draw_array.py (no arguments, standard library only)."""

from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "docs" / "img"
STYLE = (
    "<style>text{font:13px sans-serif;fill:#222}.s{font-size:11px;fill:#555}.t{font-weight:bold}"
    "rect{fill:#f4f6fa;stroke:#345;rx:4}.edge{fill:#fdf1dc}.pe{fill:#e3f1e5}.out{fill:#f6e4ea}"
    "line,path{stroke:#345;stroke-width:1.4;fill:none;marker-end:url(#a)}</style>"
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" style="fill:#345;stroke:none;marker-end:none"/></marker></defs>'
)


def box(x: int, y: int, w: int, h: int, title: str, lines: tuple[str, ...] = (), kind: str = "") -> str:
    """A labelled box; `kind` is a CSS class of STYLE."""
    out = [f'<rect x="{x}" y="{y}" width="{w}" height="{h}" class="{kind}"/>']
    top = y + h / 2 + 5 - 8 * len(lines)
    out.append(f'<text x="{x + w / 2}" y="{top}" text-anchor="middle" class="t">{title}</text>')
    for i, line in enumerate(lines):
        out.append(f'<text x="{x + w / 2}" y="{top + 16 * (i + 1)}" text-anchor="middle" class="s">{line}</text>')
    return "".join(out)


def arrow(x1: int, y1: int, x2: int, y2: int, label: str = "") -> str:
    """A straight arrow with an optional label above its middle."""
    text = f'<text x="{(x1 + x2) / 2}" y="{(y1 + y2) / 2 - 5}" text-anchor="middle" class="s">{label}</text>' if label else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>' + text


def svg(width: int, height: int, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
        f'{STYLE}<rect x="0" y="0" width="{width}" height="{height}" style="fill:#fff;stroke:none"/>\n{body}\n</svg>\n'
    )


def array() -> str:
    """The PE array: edges, PEs, drain chain and the way out."""
    parts = [
        box(20, 250, 120, 56, "act skid", ("ROWS beats",)),
        box(380, 20, 240, 46, "wgt skid", ("COLS beats",)),
        box(20, 110, 120, 62, "sequencer", ("first, last,", "lane mask")),
        arrow(140, 130, 330, 130),
        '<path d="M 140 150 L 230 150 L 230 190"/>',
        box(330, 105, 340, 50, "weight edge: codebooks, COLS decoders", ("selector, codeword, sign → stage D",), "edge"),
        box(175, 190, 110, 190, "act edge", ("codebooks,", "ROWS decoders", "→ stage D"), "edge"),
        arrow(500, 66, 500, 105),
        arrow(140, 278, 175, 278),
    ]
    for r in range(3):
        for c in range(3):
            x, y = 330 + 120 * c, 190 + 68 * r
            parts.append(box(x, y, 100, 48, "PE", ("M · P · T · S",), "pe"))
        parts.append(arrow(285, 214 + 68 * r, 330, 214 + 68 * r))
    for c in range(3):
        x = 380 + 120 * c
        parts.append(arrow(x, 155, x, 190))
        for r in (1, 2):
            parts.append(arrow(x + 30, 190 + 68 * r, x + 30, 170 + 68 * r))
    parts += [
        '<text x="690" y="250" class="s">shadow rows</text><text x="690" y="266" class="s">move up to row 0</text>',
        box(330, 410, 340, 50, "output: S → FP32 → × G_WA", ("one row (COLS values) per cycle",), "out"),
        '<path d="M 670 206 L 682 206 L 682 435 L 670 435"/>',
        arrow(500, 460, 500, 500),
        '<text x="512" y="488" class="s">result stream (skid)</text>',
        box(20, 400, 150, 62, "drain", ("rows left to leave;", "advance")),
        arrow(170, 431, 330, 431, "load, shift"),
    ]
    return svg(800, 515, parts)


def dataflow() -> str:
    """The tree as a dataflow, and who may include whom."""
    steps = [
        ("trace", "traces/", "layer file"),
        ("quantize", "model/", "packed tensor"),
        ("pack", "sim/ edge_stream", "encoded beats"),
        ("array", "sim/ and rtl/", "result beats, cycles"),
        ("result", "model/ files", "output F32"),
        ("report", "sim/ report", "table, JSON"),
    ]
    parts = []
    for i, (title, where, what) in enumerate(steps):
        x = 15 + 150 * i
        parts.append(box(x, 30, 120, 66, title, (where, what), ("", "edge", "edge", "pe", "out", "out")[i]))
        if i:
            parts.append(arrow(x - 30, 63, x, 63))
    parts += [
        box(60, 160, 170, 50, "model", ("no SystemC, no RTL",), "edge"),
        box(300, 160, 170, 50, "sim", ("SystemC, command line",), "pe"),
        box(540, 160, 170, 50, "testbench", ("scoreboard, all tests",), "out"),
        box(540, 260, 170, 50, "rtl", ("SystemVerilog alone",)),
        box(300, 260, 170, 50, "ppa", ("gates: area, clock, energy",), "pe"),
        box(60, 260, 170, 50, "explore", ("points, search, reports",), "out"),
        arrow(300, 185, 230, 185, "includes"),
        arrow(540, 185, 470, 185, "includes"),
        arrow(625, 210, 625, 260),
        arrow(470, 285, 540, 285, "maps"),
        arrow(230, 285, 300, 285, "runs"),
        '<path d="M 625 160 C 560 125, 250 125, 150 158"/>',
        '<path d="M 145 260 C 145 225, 250 225, 318 211"/>',
        '<text x="205" y="246" class="s">runs bcq</text>',
        '<path d="M 385 210 L 385 259" stroke-dasharray="4 3"/>',
        '<text x="393" y="240" class="s">reads results</text>',
    ]
    return svg(915, 330, parts)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "array.svg").write_text(array(), encoding="utf-8")
    (OUT / "dataflow.svg").write_text(dataflow(), encoding="utf-8")


if __name__ == "__main__":
    main()
