"""How numbers are shown: one unit, prefix and number of decimals per quantity, so that columns align and axes compare.

Decided here once for page, Markdown and pictures; the page's script only applies it.
"""

import math
import re
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape

PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
PREFIXED = ("J", "s", "J·s", "W")  # units that take an SI prefix; the others come as people speak of them
DIGITS = 4  # significant ones of a column's largest number
# Of layers, which the exploration does not describe: title, unit, factor.
LAYERS = {
    "output_nmse_db": ("output NMSE", "dB", 1),
    "weight_nmse_db": ("weight NMSE", "dB", 1),
    "activation_nmse_db": ("activation NMSE", "dB", 1),
    "cycles": ("cycles", "", 1),
    "utilization": ("utilization", "%", 100),
    "energy_j": ("energy", "J", 1),
}
ESTIMATED = "*"  # what follows the title of a quantity with estimates in it
NOTHING = "–"  # in place of a number that a point does not have


@dataclass(frozen=True)
class Column:
    """A quantity as it is shown: `factor` times the value, with `decimals`, in `unit` (prefix included)."""

    title: str
    unit: str
    factor: float
    decimals: int
    goal: str | None = None
    estimate: bool = False

    @property
    def heading(self):
        """Title and unit as the head of a table or the label of an axis."""
        return self.title + ESTIMATED * self.estimate + (f" ({self.unit})" if self.unit else "")

    def number(self, value):
        """The number without its unit; NOTHING for None."""
        if value is None:
            return NOTHING
        return rounded(value * self.factor, self.decimals)

    def text(self, value):
        """The number with its unit."""
        return self.number(value) + (f" {self.unit}" if self.unit and value is not None else "")


def rounded(value, decimals):
    """Thousands separated, the minus that aligns with digits; ties away from zero, as the page's script rounds them."""
    text = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{text:,}".replace("-", "−")


def column(values, title, unit, factor=1, goal=None, estimate=False):
    """The Column that shows these values (in `unit`, times `factor`) well."""
    largest = max((abs(value) for value in values), default=0) * factor
    exponent = math.floor(math.log10(largest)) if largest > 0 else 0
    prefix = 0
    if unit in PREFIXED and largest > 0:
        prefix = min(max(exponent // 3 * 3, min(PREFIXES)), max(PREFIXES))
        factor, exponent = factor * 10.0**-prefix, exponent - prefix
    if unit == "dB":
        decimals = 2
    elif all(isinstance(value, int) for value in values) and factor == 1:
        decimals = 0
    else:
        decimals = min(max(DIGITS - 1 - exponent, 0), 6)
    return Column(title, PREFIXES[prefix] + unit, factor, decimals, goal, estimate)


def of_metrics(exploration):
    """{metric: Column} of those that at least one point has, in the exploration's order."""
    found = {}
    for name, about in exploration["metrics"].items():
        values = [point["metrics"][name] for point in exploration["points"] if name in point.get("metrics", {})]
        if values:
            found[name] = column(values, about["title"], about["unit"], 1, about["goal"], about["estimate"])
    return found


def of_layers(exploration):
    """{quantity: Column} of what is known of layers."""
    layers = [layer for point in exploration["points"] for layer in point.get("layers", ())]
    names = dict.fromkeys(name for layer in layers for name, value in layer.items() if is_number(value))
    estimate = exploration["metrics"].get("energy_j", {}).get("estimate", False)
    found = {}
    for name in sorted(names, key=lambda name: list(LAYERS).index(name) if name in LAYERS else len(LAYERS)):
        title, unit, factor = LAYERS.get(name, (name, "", 1))
        values = [layer[name] for layer in layers if is_number(layer.get(name))]
        found[name] = column(values, title, unit, factor, None, estimate and name == "energy_j")
    return found


def is_number(value):
    """Whether it is one; True and False are switches."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def symbol(axis):
    """The name of an axis as the field writes it: lb is L_b."""
    return {"lb": "L_b", "la": "L_A", "nc": "N_c", "bc": "B_c"}.get(axis, axis)


def symbol_html(axis):
    """The same as HTML, with a real subscript where the name has one."""
    return re.sub(r"^([LNB])_(\w)$", r"<i>\1</i><sub>\2</sub>", escape(symbol(axis)))


def numeric_axes(exploration):
    """Axes of two values or more that are all numbers, N_c and L_b first: what heat maps have along their sides."""
    axes = [name for name, values in exploration["axes"].items() if len(values) > 1 and all(map(is_number, values))]
    return sorted(axes, key=lambda name: ("nc", "lb").index(name) if name in ("nc", "lb") else 2)


def described(exploration):
    """What the page's script needs to show numbers: the columns as objects, the axes' names."""
    return {
        "metrics": {name: asdict(shown) for name, shown in of_metrics(exploration).items()},
        "layers": {name: asdict(shown) for name, shown in of_layers(exploration).items()},
        "axes": {name: symbol(name) for name in exploration["axes"]},
        "numericAxes": numeric_axes(exploration),
    }
