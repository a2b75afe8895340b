#!/usr/bin/env python3
"""Draws a report of `bcq ppa`: error of the output against energy per MAC, and against area.

Reads the JSON report on stdin and writes SVG to stdout: ppa_plot.py < formats.json > picture.svg
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "sim" / "plot"))
import style  # noqa: E402  first: it sets matplotlib up
from matplotlib.figure import Figure  # noqa: E402

FROZEN, PROGRAMMABLE, OTHER = "#c8102e", "#e58a00", "#0072b2"


def colour_of(entry):
    if entry["number_format"] != "bcq":
        return OTHER
    return FROZEN if entry["parameters"]["codebooks"] == "frozen" else PROGRAMMABLE


def label_of(entry):
    """Within a line that joins the BCQ arrays the number of codebooks says all."""
    return str(entry["parameters"]["nc"]) if entry["number_format"] == "bcq" else entry["title"]


def place_of(entry):
    """Where a label stands, in points from its point, and which end of it is there."""
    if entry["number_format"] == "bcq":
        frozen = entry["parameters"]["codebooks"] == "frozen"
        up = {8: -9, 16: 3}.get(entry["parameters"]["nc"], -3)
        return ((-6, up), "right") if frozen else ((7, up), "left")
    if entry["name"].startswith("fp8"):
        return ((4, 8 if entry["name"] == "fp8_exact" else -15), "right")
    return {"int4": ((-6, -3), "right"), "nvfp4": ((7, -3), "left")}.get(entry["name"], ((5, -11), "left"))


def panel(axes, entries, x_of, x_label):
    for colour, title in ((FROZEN, "BCQ, frozen codebooks (N_c)"), (PROGRAMMABLE, "BCQ, programmable (N_c)")):
        line = sorted((entry for entry in entries if colour_of(entry) == colour), key=lambda entry: entry["parameters"]["nc"])
        axes.plot([x_of(entry) for entry in line], [entry["output_nmse_db"] for entry in line], color=colour, linewidth=1.2, label=title)
    for entry in entries:
        x, y = x_of(entry), entry["output_nmse_db"]
        axes.scatter([x], [y], s=18 + 14 * (entry["bits_per_scalar"] - 4), color=colour_of(entry), zorder=3)
        offset, side = place_of(entry)
        axes.annotate(label_of(entry), (x, y), xytext=offset, textcoords="offset points", size=8, ha=side, color=colour_of(entry))
    axes.set_xlabel(x_label)
    axes.set_xlim(0, 1.08 * max(map(x_of, entries)))
    axes.grid(True)
    axes.margins(y=0.1)


def draw(comparison):
    entries = comparison["formats"]
    first = entries[0]
    figure = Figure(figsize=(10.5, 5.2))
    left, right = figure.subplots(1, 2, sharey=True)
    panel(left, entries, lambda entry: entry["energy_per_mac_pj"]["total"], "energy per MAC (pJ)")
    panel(right, entries, lambda entry: entry["area_um2"] / 1e6, "area of the array (mm²)")
    left.set_ylabel("NMSE of the output (dB), lower is better")
    left.invert_yaxis()
    left.legend(loc="lower right", frameon=False, fontsize=8)
    size, library = first["parameters"], first["library"]
    figure.suptitle(
        f"{size['rows']} × {size['cols']} PEs of {size['lanes']} lanes in {library['name']}, layer {first['workload']['layer']}; "
        "better is up and left, larger points store more bits", fontsize=10,
    )
    figure.subplots_adjust(left=0.07, right=0.98, top=0.9, bottom=0.11, wspace=0.06)
    return figure


if __name__ == "__main__":
    style.main(draw)
