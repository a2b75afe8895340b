"""front.svg and heatmap_METRIC.svg: the page's pictures for documents; equal explorations give equal bytes."""

import io
import itertools
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "sim" / "plot"))
import style  # noqa: E402  first: it sets matplotlib up
from matplotlib import colormaps  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Rectangle  # noqa: E402

from . import columns, grid, summary  # noqa: E402

PANELS = 4  # pairs of objectives at most
MARKS = 4  # of the legend that a panel's width has room for
SHADES = colormaps["viridis"]
OTHER = "#888888"
RECOMMENDED = "#c8102e"
NOWHERE = "#f2f1ee"  # cells without a value


def texts(exploration):
    """{name: SVG} of an exploration ("bcq-explore-1"); none where nothing was evaluated."""
    shown = columns.of_metrics(exploration)
    metrics = [objective["metric"] for objective in exploration["objectives"] if objective["metric"] in shown]
    pictures = {}
    if len(metrics) > 1:
        pictures["front.svg"] = draw_front(exploration, shown, metrics)
    found = grid.grids(exploration)
    if found:
        pictures |= {
            f"heatmap_{metric}.svg": draw_grids(found, shown[metric], metric, summary.recommended(exploration))
            for metric in metrics
        }
    return {name: _svg(figure) for name, figure in pictures.items()}


def _svg(figure):
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None}, facecolor="white")
    return text.getvalue()


def draw_front(exploration, shown, metrics):
    """A panel per pair of objectives, the points of the front of all objectives in colour."""
    pairs = list(itertools.combinations(metrics, 2))[:PANELS]
    across = 2 if len(pairs) == 4 else len(pairs)
    down = len(pairs) // across
    axis = next(iter(columns.numeric_axes(exploration)), None)
    marks = _marks(exploration, axis)
    legend = 0.1 + 0.25 * math.ceil(len(marks) / (MARKS * across))  # inches
    figure = Figure(figsize=(5.6 * across + 0.6, 4.3 * down + 0.35 + legend))
    for axes, (first, second) in zip(figure.subplots(down, across, squeeze=False).flat, pairs):
        _panel(axes, exploration, axis, shown[second], second, shown[first], first)
    figure.legend(handles=marks, loc="lower center", ncol=MARKS * across, frameon=False, handletextpad=0.3, columnspacing=1.4)
    figure.suptitle(style.plain(f"{exploration['name']}: {summary.counts(exploration)}"), x=0.02, ha="left", size=10)
    figure.tight_layout(rect=(0, legend / figure.get_figheight(), 1, 1))
    return figure


def _shade(exploration, axis, value):
    """Grey for a point that the axis means nothing to."""
    values = exploration["axes"][axis] if axis else [value]
    if value not in values:
        return OTHER
    return SHADES(0.85 * values.index(value) / max(len(values) - 1, 1))


def _panel(axes, exploration, axis, x, x_metric, y, y_metric):
    best = summary.recommended(exploration)
    for point in exploration["points"]:
        if x_metric not in point["metrics"] or y_metric not in point["metrics"]:
            continue
        colour = _shade(exploration, axis, point["parameters"].get(axis))
        at = (point["metrics"][x_metric] * x.factor, point["metrics"][y_metric] * y.factor)
        if point is best:
            axes.scatter(*at, s=150, marker="*", color=RECOMMENDED, edgecolors="#222222", linewidths=0.7, zorder=5)
        else:
            axes.scatter(
                *at,
                s=34 if point["front"] else 22,
                facecolors=colour if point["feasible"] else "none",
                zorder=4 if point["front"] else 3,
                edgecolors="#222222" if point["front"] else colour,
                linewidths=0.9,
            )
    axes.set_xlabel(style.plain(x.heading))
    axes.set_ylabel(style.plain(y.heading))
    axes.grid(True)


def _marks(exploration, axis):
    def dot(label, **more):
        return Line2D([], [], linestyle="", **{"marker": "o", "markersize": 5, "color": "#777777"} | more, label=label)

    values = exploration["axes"][axis] if axis and len(exploration["axes"][axis]) <= 6 else []
    marks = [dot(f"{columns.symbol(axis)} = {value}", color=_shade(exploration, axis, value)) for value in values]
    marks.append(dot("front of all objectives", markeredgecolor="#222222", markersize=6))
    if any(point["status"] == "ok" and not point["feasible"] for point in exploration["points"]):
        marks.append(dot("outside the constraints", markerfacecolor="none"))
    if summary.recommended(exploration):
        marks.append(dot("recommended", marker="*", markersize=11, color=RECOMMENDED))
    return marks


def draw_grids(found, column, metric, recommended):
    """The grids side by side, all to one scale of shades; the best of each in bold."""
    values = [cell.value(metric) for one in found for row in one.cells for cell in row if cell.value(metric) is not None]
    low, high = min(values, default=0), max(values, default=0)
    width, height = len(found[0].columns), len(found[0].rows)
    figure = Figure(figsize=(max(len(found) * (0.78 * width + 0.8), 4.5), 0.42 * height + 1.35))
    for axes, one in zip(figure.subplots(1, len(found), squeeze=False).flat, found):
        best = one.best(metric, column.goal)
        for y, row in enumerate(one.cells):
            for x, cell in enumerate(row):
                _cell(axes, x, y, cell, column, metric, (low, high), best)
                if cell.point and cell.point is recommended:
                    axes.add_patch(
                        Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, fill=False, edgecolor=RECOMMENDED, linewidth=2, zorder=4)
                    )
        axes.set_xlim(-0.5, width - 0.5)
        axes.set_ylim(height - 0.5, -0.5)
        axes.set_xticks(range(width), [str(value) for value in one.columns])
        axes.set_yticks(range(height), [str(value) for value in one.rows])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(columns.symbol(one.across))
        axes.set_ylabel(columns.symbol(one.down))
        axes.set_title(style.plain(one.title), loc="left")
    figure.suptitle(
        style.plain(f"{column.heading}; bold: best feasible one; struck through: outside the constraints"),
        x=0.02,
        ha="left",
        size=9,
    )
    figure.tight_layout()
    return figure


def _cell(axes, x, y, cell, column, metric, limits, best):
    value, (low, high) = cell.value(metric), limits
    colour, ink = NOWHERE, "#666666"
    if value is not None:
        share = (value - low) / (high - low) if high > low else 0.5
        good = share if column.goal == "max" else 1 - share
        colour, ink = SHADES(0.15 + 0.8 * good), "white" if good < 0.5 else "black"
    axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, color=colour, linewidth=0))
    is_best = cell.point is not None and cell.point is best
    axes.text(
        x,
        y,
        cell.text(column, metric),
        ha="center",
        va="center",
        size=8,
        color=ink,
        weight="bold" if is_best else "normal",
        zorder=5,
    )
    if value is not None and not cell.point["feasible"]:
        axes.plot([x - 0.36, x + 0.36], [y, y], color=ink, linewidth=0.8, zorder=5)
