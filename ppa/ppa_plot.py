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


def panel(axes, entries, x_of, x_label):
    for colour, title in ((FROZEN, "BCQ, frozen codebooks (N_c)"), (PROGRAMMABLE, "BCQ, programmable (N_c)")):
        line = sorted((entry for entry in entries if colour_of(entry) == colour), key=lambda entry: entry["parameters"]["nc"])
        axes.plot([x_of(entry) for entry in line], [entry["output_nmse_db"] for entry in line], color=colour, linewidth=1.2, label=title)
    for place, entry in enumerate(sorted(entries, key=x_of)):
        x, y = x_of(entry), entry["output_nmse_db"]
        axes.scatter([x], [y], s=18 + 14 * (entry["bits_per_scalar"] - 4), color=colour_of(entry), zorder=3)
        above = entry["number_format"] != "bcq" or entry["parameters"]["codebooks"] == "frozen"
        if entry["number_format"] == "bcq":
            offset = (-9, -3) if above else (6, -3)
        else:
            offset = (6, 5 if place % 2 else -11)
        axes.annotate(label_of(entry), (x, y), xytext=offset, textcoords="offset points", size=8, color=colour_of(entry))
    axes.set_xlabel(x_label)
    axes.set_xlim(left=0)
    axes.grid(True)
    axes.margins(x=0.18, y=0.1)


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
