"""Heat maps as values: the first two numeric axes against each other, a grid per value of a third one."""

from dataclasses import dataclass

from . import columns, summary

FACETS = 6  # grids side by side at most; of an axis with more values only the recommended one is shown


@dataclass(frozen=True)
class Cell:
    """One place of a grid: its point if there is one, else "illegal" or nothing known."""

    point: dict | None
    illegal: bool

    def value(self, metric):
        """The point's value; None without one."""
        return self.point["metrics"].get(metric) if self.point else None

    def text(self, column, metric):
        """The value as text, or why there is none."""
        if self.point and self.point["status"] == "failed":
            return "failed"
        return "illegal" if self.illegal else column.number(self.value(metric))


@dataclass(frozen=True)
class Grid:
    """`cells[row][column]` over the values of two axes, at fixed values of the others."""

    across: str
    down: str
    columns: list
    rows: list
    fixed: dict
    cells: list[list[Cell]]

    @property
    def title(self):
        return ", ".join(f"{columns.symbol(axis)} = {value}" for axis, value in self.fixed.items())

    def best(self, metric, goal):
        """The feasible point with the best value; None without one."""
        able = [cell.point for row in self.cells for cell in row if cell.value(metric) is not None and cell.point["feasible"]]
        sign = 1 if goal == "min" else -1
        return min(able, key=lambda point: sign * point["metrics"][metric], default=None)


def grids(exploration):
    """The Grids of N_c and L_b, or of the first two numeric axes; none when there are fewer."""
    axes = columns.numeric_axes(exploration)
    if len(axes) < 2:
        return []
    across, down = axes[:2]
    found = [{}]
    facets = True  # until one axis has them
    for axis, values in exploration["axes"].items():
        if axis in (across, down):
            continue
        shown = values if facets and len(values) <= FACETS else [_typical(exploration, axis)]
        facets = facets and shown is not values
        found = [fixed | {axis: value} for fixed in found for value in shown]
    points = {_place(exploration, point["parameters"]): point for point in exploration["points"]}
    illegal = {_place(exploration, entry["parameters"]) for entry in exploration["illegal"]}

    def cell(parameters):
        place = _place(exploration, parameters)
        return Cell(points.get(place), place in illegal)

    columns_of, rows_of = exploration["axes"][across], exploration["axes"][down]
    return [
        Grid(
            across, down, columns_of, rows_of, fixed, [[cell(fixed | {across: x, down: y}) for x in columns_of] for y in rows_of]
        )
        for fixed in found
    ]


def _typical(exploration, axis):
    """The recommended point's value of an axis, else the first one."""
    best = summary.recommended(exploration)
    return (best["parameters"] if best else {}).get(axis, exploration["axes"][axis][0])


def _place(exploration, parameters):
    return tuple(repr(parameters.get(axis)) for axis in exploration["axes"])
