#!/usr/bin/env python3
"""Draws a report of `bcq compare --sweep`: NMSE of LO-BCQ over bits per scalar and over codeword bits.

Reads the JSON report on stdin and writes SVG to stdout: sweep_plot.py < report.json > picture.svg
"""

import style  # first: it sets matplotlib up
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

QUANTITIES = ("weight", "activation", "output")
COLOURS = ("#08306b", "#2171b5", "#6baed6", "#e6873c")  # of L_A, ascending
MARKERS = ("o", "s", "^")  # of L_b, ascending
QUANTITY_COLOURS = {"weight": "#0072b2", "activation": "#d55e00", "output": "#222222"}
GRID_BC = 6


def values(points, parameter):
    return sorted({p["format"][parameter] for p in points})


def draw_grid(axes, grid, quantity):
    """A line over N_c for every L_A (colour) and L_b (marker)."""
    for la, colour in zip(values(grid, "la"), COLOURS):
        for lb, marker in zip(values(grid, "lb"), MARKERS):
            line = [p for p in grid if (p["format"]["la"], p["format"]["lb"]) == (la, lb)]
            line.sort(key=lambda p: p["format"]["nc"])
            axes.plot([p["sum"]["weight"]["nominal_bits_per_scalar"] for p in line],
                      [number(p, quantity) for p in line], color=colour, marker=marker, markersize=4.5, linewidth=1.1)
    axes.set_title(quantity, loc="left")
    axes.set_xlabel("nominal bits per scalar")
    axes.grid(True)


def number(point, quantity):
    """NMSE in dB; a gap in the line where there is no finite one."""
    value = point["sum"][quantity]["nmse_db"]
    return float("nan") if value is None else value


def draw_codewords(axes, points):
    """NMSE over B_c at the point of the grid that has others."""
    at = next(p["format"] for p in points if p["format"]["bc"] != GRID_BC)
    line = [p for p in points if {**p["format"], "bc": 0} == {**at, "bc": 0}]
    line.sort(key=lambda p: p["format"]["bc"])
    bits = [p["format"]["bc"] for p in line]
    for quantity in QUANTITIES:
        axes.plot(bits, [number(p, quantity) for p in line], color=QUANTITY_COLOURS[quantity], marker="o",
                  markersize=4.5, linewidth=1.1, label=quantity)
    axes.set_xticks(bits)
    axes.set_title(f"L_b = {at['lb']}, L_A = {at['la']}, N_c = {at['nc']}", loc="left")
    axes.set_xlabel("bits per codeword, B_c")
    axes.grid(True)
    axes.legend(frameon=False)


def legend(figure, grid):
    marks = [Line2D([], [], color=colour, label=f"L_A = {la}") for la, colour in zip(values(grid, "la"), COLOURS)]
    marks += [Line2D([], [], color="#555555", linestyle="", marker=marker, markersize=5, label=f"L_b = {lb}")
              for lb, marker in zip(values(grid, "lb"), MARKERS)]
    marks.append(Line2D([], [], linestyle="", label="along a line N_c = " + ", ".join(map(str, values(grid, "nc")))))
    figure.legend(handles=marks, loc="upper left", bbox_to_anchor=(0.045, 0.87), ncol=len(marks), frameon=False,
                  columnspacing=1.6)


def draw(report):
    points = report["points"]
    grid = [p for p in points if p["format"]["bc"] == GRID_BC]
    figure = Figure(figsize=(13, 5.6))
    layers = ", ".join(layer["layer"] for layer in report["layers"])
    codebooks = "for every tensor by itself" if report["local"] else "for all tensors together"
    figure.text(0.05, 0.945, f"LO-BCQ over N_c, L_b, L_A and B_c, codebooks calibrated {codebooks}", size=13,
                weight="bold", color="#222222")
    figure.text(0.05, 0.925, style.wrapped(layers, 185), size=8, color="#555555", va="top", linespacing=1.4)
    legend(figure, grid)
    for i, quantity in enumerate(QUANTITIES):
        axes = figure.add_axes((0.05 + 0.243 * i, 0.12, 0.205, 0.61))
        draw_grid(axes, grid, quantity)
        if i == 0:
            axes.set_ylabel("NMSE (dB), lower is better")
    draw_codewords(figure.add_axes((0.05 + 0.243 * 3, 0.12, 0.205, 0.61)), points)
    return figure


if __name__ == "__main__":
    style.main(draw)
