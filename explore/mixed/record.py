"""The object "mixed" of exploration.json from layers that have been measured."""

import dataclasses
import math
from fractions import Fraction

from mixed import knapsack
from mixed import format_energy
from mixed.request import BUDGETS, MixedError


@dataclasses.dataclass(frozen=True)
class Option:
    """A format on a layer.

    bits: stored, of weight and activation together
    energy: of all MACs, in 1/format_energy.PJ pJ; None without hardware
    error: linear NMSE of the output; infinite where there is none, which is no choice
    """

    format: str
    title: str
    bits: int
    energy: int | None
    error: float


@dataclasses.dataclass(frozen=True)
class Layer:
    """scalars: of weight and activation together; options: one per format, in the order of the request."""

    name: str
    scalars: int
    macs: int
    options: list[Option]


def of(mixed, layers):
    """Every layer needs an option of finite error. Raises MixedError if nothing is within the limit."""
    return _Object(mixed, layers).whole()


class _Object:
    def __init__(self, mixed, layers):
        self._mixed, self._layers = mixed, layers
        # What a sum of costs is divided by to be the average.
        self._unit = sum(layer.macs * format_energy.PJ if mixed.by_energy else layer.scalars for layer in layers)
        self._weights = [mixed.weights.get(layer.name, 1.0) for layer in layers]
        self._choices = [
            {option.format: self._choice(weight, option) for option in layer.options if option.error < math.inf}
            for weight, layer in zip(self._weights, layers)
        ]  # by format, for each layer

    def _choice(self, weight, option):
        return knapsack.Choice(option.energy if self._mixed.by_energy else option.bits, weight * option.error)

    def whole(self):
        choices = [list(by_format.values()) for by_format in self._choices]
        front = knapsack.front(choices)
        # The limit is the decimal number that was written: an average that equals it is within.
        chosen = knapsack.best_within(front, Fraction(str(self._mixed.limit)) * self._unit)
        if chosen is None:
            raise MixedError(self._too_low(front[0].cost))
        titles = {option.format: option.title for option in self._layers[0].options}
        return {
            "budget": {"metric": self._mixed.budget, "limit": self._mixed.limit},
            "objective": self._objective(),
            "formats": [{"format": specification, "title": titles[specification]} for specification in self._mixed.formats],
            "layers": self._per_layer(chosen, knapsack.sensitivities(choices)),
            "front": [self._assignment(one) for one in front],
            "uniform": self._uniform(),
            "chosen": self._assignment(chosen),
        }

    def _too_low(self, cheapest):
        """Rounded up, so that what is named can be taken as the limit."""
        needed = math.ceil(Fraction(cheapest * 10_000, self._unit)) / 10_000
        return (f"limit: none has {self._mixed.limit:g} {BUDGETS[self._mixed.budget]} or less; use at least {needed:.4f}, "
                "what the cheapest assignment has, or add a cheaper format")

    def _objective(self):
        how = "by the weights given" if self._mixed.weights else "layers alike"
        what = ("pJ per MAC over all MACs, each in an array built for its format alone" if self._mixed.by_energy else
                "stored bits of all weights and activations by their scalars")
        return f"least mean of the layers' linear output NMSE, {how}; budget: {what}"

    def _per_layer(self, chosen, rises):
        # An infinite rise (None) is the first.
        order = sorted(range(len(rises)), key=lambda i: -math.inf if rises[i] is None else -rises[i])
        return [
            {
                "layer": layer.name, "scalars": layer.scalars, "macs": layer.macs,
                "choices": [_numbers(layer, option) for option in layer.options],
                "sensitivity_db": rises[i], "sensitivity_rank": order.index(i) + 1,
                "chosen": self._formats(chosen)[i],
            }
            for i, layer in enumerate(self._layers)
        ]

    def _formats(self, one):
        return [list(by_format)[i] for by_format, i in zip(self._choices, one.choices)]

    def _assignment(self, one):
        names = [layer.name for layer in self._layers]
        return self._sums(one.cost, one.error) | {"assignment": dict(zip(names, self._formats(one)))}

    def _uniform(self):
        """Formats that every layer can take, least error first."""
        found = []
        for specification in self._mixed.formats:
            picked = [by_format.get(specification) for by_format in self._choices]
            if None not in picked:
                sums = sum(choice.error for choice in picked), sum(choice.cost for choice in picked)
                found.append((*sums, specification))
        return [{"format": specification} | self._sums(cost, error) for error, cost, specification in sorted(found)]

    def _sums(self, cost, error):
        return {self._mixed.budget: cost / self._unit, "output_nmse_db": _db(error / sum(self._weights))}


def _numbers(layer, option):
    """NMSE null: none at all if `exact`, otherwise none that is finite."""
    return {
        "format": option.format,
        "bits_per_scalar": option.bits / layer.scalars,
        "output_nmse_db": _db(option.error),
        "exact": option.error == 0,
        "pj_per_mac": None if option.energy is None else option.energy / (layer.macs * format_energy.PJ),
    }


def _db(error):
    return 10 * math.log10(error) if 0 < error < math.inf else None
