"""Liberty's lookup tables: values over one or two variables, linear between the points and beyond them."""

import bisect
import dataclasses


@dataclasses.dataclass(frozen=True)
class Table:
    """values[i][j] at (rows[i], columns[j]); a table of one variable has a single row."""

    rows: tuple
    columns: tuple
    values: tuple

    def at(self, row, column):
        low, part = _place(self.rows, row)
        if part == 0.0:
            return self._along(low, column)
        return (1 - part) * self._along(low, column) + part * self._along(low + 1, column)

    def _along(self, i, column):
        low, part = _place(self.columns, column)
        line = self.values[i]
        return line[low] if part == 0.0 else (1 - part) * line[low] + part * line[low + 1]


def _place(points, x):
    """The index below x and how far x is towards the next; less than 0 or more than 1 outside of the points."""
    if len(points) == 1:
        return 0, 0.0
    low = min(max(bisect.bisect_right(points, x) - 1, 0), len(points) - 2)
    return low, (x - points[low]) / (points[low + 1] - points[low])
