#!/usr/bin/env python3
"""Draws a report of `bcq simulate`: the roofline of the machine, and where its GEMMs lie below it.

Reads the JSON report on stdin and writes SVG to stdout: roofline_plot.py < report.json > picture.svg
"""

import style  # first: it sets matplotlib up
from labels import place_labels
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

COMPUTE, MEMORY = "#0072b2", "#c8102e"


class Point:
    """GEMMs of one shape: they fall together."""

    def __init__(self, gemms):
        self.x, self.y = gemms[0]["operations_per_byte"], gemms[0]["gops"]
        names = [style.plain(gemm["name"]) for gemm in gemms]
        self.title = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        self.colour = COMPUTE if gemms[0]["bound"] == "compute" else MEMORY
        self.front = False


def points_of(gemms):
    by_shape = {}
    for gemm in gemms:
        by_shape.setdefault(tuple(gemm["shape"].values()), []).append(gemm)
    return [Point(equal) for equal in by_shape.values()]


def logarithmic(axis):
    """Ticks at 1, 2 and 5, written out."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def roof(axes, roofline, left, right):
    """The two limits, and where they meet; the segments that it is made of."""
    peak, bandwidth = roofline["peak_gops"], roofline["bandwidth_gb_per_s"]
    ridge = roofline["ridge_operations_per_byte"]
    axes.plot([left, ridge, right], [left * bandwidth, peak, peak], color="#333333", linewidth=1.6, zorder=2)
    axes.annotate(f"{peak:,.0f} GOPS", (right, peak), xytext=(-4, 5), textcoords="offset points", ha="right", size=8,
                  color="#333333")
    axes.annotate(f"{bandwidth:g} GB/s", (left, left * bandwidth), xytext=(22, 6), textcoords="offset points", size=8,
                  color="#333333")
    axes.axvline(ridge, color="#bbbbbb", linewidth=0.8, linestyle=":", zorder=0)
    return [((left, left * bandwidth), (ridge, peak)), ((ridge, peak), (right, peak))]


def draw(report):
    points = points_of(report["gemms"])
    roofline = report["roofline"]
    ridge, peak = roofline["ridge_operations_per_byte"], roofline["peak_gops"]
    left = min([ridge] + [p.x for p in points]) / 4
    right = max([ridge] + [p.x for p in points]) * 4
    figure = Figure(figsize=(9, 6))
    axes = figure.add_axes((0.09, 0.11, 0.88, 0.74))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(left, right)
    axes.set_ylim(min([left * roofline["bandwidth_gb_per_s"]] + [p.y / 2 for p in points]), peak * 2)
    for axis in (axes.xaxis, axes.yaxis):
        logarithmic(axis)
    axes.grid(True)
    segments = roof(axes, roofline, left, right)
    for p in points:
        axes.scatter([p.x], [p.y], s=34, color=p.colour, zorder=3, edgecolors="white", linewidths=0.6)
    place_labels(figure, axes, points, [(p.x, p.y) for p in points], segments)
    axes.set_xlabel("operations per byte of DRAM")
    axes.set_ylabel("GOPS (a MAC is two operations)")
    total = report["total"]
    name = style.plain(report["configuration"]["name"])
    figure.text(0.06, 0.945, f"Roofline of \"{name}\": {style.plain(report['workload'])}", size=13, weight="bold",
                color="#222222")
    figure.text(0.06, 0.905, f"in all {total['gops']:,.0f} GOPS, {100 * total['utilization']:.1f} % of the peak; blue: "
                "the array is the limit, red: DRAM is", size=8.5, color="#555555")
    return figure


if __name__ == "__main__":
    style.main(draw)
