#!/usr/bin/env python3
"""Draws a report of `bcq compare`: bits per scalar against NMSE of the output, with the Pareto front.

Reads the JSON report on stdin and writes SVG to stdout: compare_plot.py < report.json > picture.svg
"""

import re

import style  # first: it sets matplotlib up
from labels import place_labels
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

MOST_BITS = 17  # what is beyond would squeeze the rest into a corner
CROWD_BITS = 5.6  # formats of four bits and what they carry along; they get an enlarged view of their own
CROWD = 10  # formats that need one

# The pages of docs/formats.md: what a specification's name begins with.
FAMILIES = (
    ("LO-BCQ", "bcq", "#c8102e"),
    ("MX, NVFP4", "mx|smx|nvfp", "#0072b2"),
    ("shared exponent, FP8", r"bfp|bm\d|bl\d|minifloat|dmf|fp8", "#7a7a7a"),
    ("integer", "int|vsq", "#e69f00"),
    ("lookup", "nf|af|bof", "#009e73"),
    ("rivals", "if4|hif|m2xfp|blockdialect", "#9b4fb8"),
    ("BF16, FP32", "bf16|fp32", "#3c3c3c"),
    ("other", "", "#8c564b"),
)
FRONT_COLOUR = "#c8a24a"


class Point:
    """A format in the picture."""

    def __init__(self, row):
        self.x = row["stored_bits_per_scalar"]
        self.y = row["output"]["nmse_db"]
        self.title = style.plain(row["title"])
        self.front = row["front"]
        self.family, self.colour = next((name, colour) for name, pattern, colour in FAMILIES
                                        if re.match(pattern, row["format"]))


def split(rows):
    """The points of the picture, and the titles of what is left out with the reason."""
    points, left_out = [], {}
    for row in rows:
        reason = why_not(row)
        if reason:
            left_out.setdefault(reason, []).append(style.plain(row["title"]))
        else:
            points.append(Point(row))
    return points, left_out


def why_not(row):
    """Why the picture has no place for a format; None when it has."""
    if row["output"]["exact"]:
        return "exact"
    if row["output"]["nmse_db"] is None:
        return "without a finite NMSE"
    return f"above {MOST_BITS} bits" if row["stored_bits_per_scalar"] > MOST_BITS else None


def front_segments(points):
    """The front as a stair: what a number of bits can buy stays the same until there are enough for the next point."""
    front = sorted(((p.x, p.y) for p in points if p.front), key=lambda point: (point[0], -point[1]))
    corners = []
    for (x0, y0), (x1, y1) in zip(front, front[1:]):
        corners += [((x0, y0), (x1, y0)), ((x1, y0), (x1, y1))]
    return corners


def draw_points(axes, points, segments, size):
    """The front as a line, and a dot for every format."""
    for (x0, y0), (x1, y1) in segments:
        axes.plot([x0, x1], [y0, y1], color=FRONT_COLOUR, linewidth=1.4, zorder=1, solid_capstyle="round")
    for p in points:
        axes.scatter([p.x], [p.y], s=size * (1.6 if p.front else 1), color=p.colour, zorder=3.5 if p.front else 3,
                     edgecolors="#222222" if p.front else "white", linewidths=0.9 if p.front else 0.5)


def widened(values, least, before, after):
    """The range of the values, at least so wide, with room before and after it as shares of its width."""
    middle, width = (min(values) + max(values)) / 2, max(max(values) - min(values), least)
    return middle - (0.5 + before) * width, middle + (0.5 + after) * width


def frame(axes, points, room):
    """Axes around the points with some room for labels, as shares of the width and height."""
    axes.set_xlim(*widened([p.x for p in points], 0.02, *room[:2]))
    axes.set_ylim(*widened([p.y for p in points], 0.5, *room[2:]))
    axes.grid(True)
    axes.set_xlabel("stored bits per scalar, weight and activation together")
    axes.set_ylabel("NMSE of the layer's output (dB), lower is better")


def panels(figure, points):
    """Axes and the points that they label: one panel, or all formats beside an enlarged crowd."""
    crowd = [p for p in points if p.x <= CROWD_BITS]
    bottom, height = 0.12, 0.68
    if len(crowd) < CROWD or len(crowd) == len(points):
        axes = figure.add_axes((0.07, bottom, 0.90, height))
        frame(axes, points, (0.06, 0.16, 0.08, 0.08))
        return [(axes, points, points)]
    overview = figure.add_axes((0.055, bottom, 0.33, height))
    detail = figure.add_axes((0.445, bottom, 0.545, height))
    frame(overview, points, (0.08, 0.20, 0.06, 0.06))
    frame(detail, crowd, (0.12, 0.16, 0.05, 0.05))
    detail.set_ylabel("")
    (left, right), (low, high) = detail.get_xlim(), detail.get_ylim()
    overview.add_patch(Rectangle((left, low), right - left, high - low, facecolor="#f3f3ee", edgecolor="#999999",
                                  linewidth=0.8, zorder=0))
    overview.set_title("all formats", loc="left", color="#555555")
    detail.set_title(f"up to {CROWD_BITS} bits, enlarged", loc="left", color="#555555")
    visible = [p for p in crowd if low <= p.y <= high]
    return [(overview, points, [p for p in points if p not in crowd]), (detail, visible, visible)]


def legend(figure, points):
    """The families that occur, in their order, and the front."""
    used = {p.family for p in points}
    marks = [Line2D([], [], linestyle="", marker="o", markersize=6, color=colour, label=name)
             for name, _, colour in FAMILIES if name in used]
    marks.append(Line2D([], [], color=FRONT_COLOUR, linewidth=1.4, label="Pareto front (bold)"))
    figure.legend(handles=marks, loc="upper left", bbox_to_anchor=(0.045, 0.89), ncol=len(marks), frameon=False,
                  handletextpad=0.4, columnspacing=1.6, borderpad=0.2)


def headline(figure, report, points):
    """Title, layers, and what the picture does not show."""
    layers = ", ".join(layer["layer"] for layer in report["layers"])
    several = f", sum of {len(report['layers'])} layers" if len(report["layers"]) > 1 else ""
    figure.text(0.05, 0.96, f"Bits and error of {len(points)} formats, weights and activations quantized{several}",
                size=13, weight="bold", color="#222222")
    figure.text(0.05, 0.945, style.wrapped(layers, 185), size=8, color="#555555", va="top", linespacing=1.4)


def caption(figure, left_out):
    text = "; ".join(f"{', '.join(titles)} ({reason})" for reason, titles in left_out.items())
    if text:
        figure.text(0.05, 0.015, style.wrapped("Not shown: " + text, 185), size=8, color="#555555")


def draw(report):
    points, left_out = split(report["sum"])
    figure = Figure(figsize=(13, 8))
    headline(figure, report, points)
    caption(figure, left_out)
    if not points:
        figure.text(0.5, 0.5, "no format to show", ha="center", size=14, color="#888888")
        return figure
    legend(figure, points)
    segments = front_segments(points)
    for axes, shown, labelled in panels(figure, points):
        draw_points(axes, shown, segments, 30)
        place_labels(figure, axes, labelled, [(p.x, p.y) for p in shown], segments)
    return figure


if __name__ == "__main__":
    style.main(draw)
