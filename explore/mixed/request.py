"""What is asked of mixed formats, checked as far as it can be without layers."""

import dataclasses
import math
from collections.abc import Mapping

from mixed import format_energy

BUDGETS = {"bits_per_scalar": "bits per scalar", "pj_per_mac": "pJ per MAC"}


class MixedError(Exception):
    """The request cannot be met; the message begins with the field that is wrong and ends with a remedy."""


@dataclasses.dataclass(frozen=True)
class Mixed:
    """formats: specifications as `bcq compare --formats` takes them, one each; what is named twice counts once
    limit: the budget, in bits per scalar or pJ per MAC
    weights: {layer: weight > 0} of the layers' errors; 1 for a layer that is not named
    codebooks: "frozen" or "programmable", the hardware of LO-BCQ whose energy counts
    """

    formats: tuple[str, ...]
    limit: float
    budget: str = "bits_per_scalar"
    weights: Mapping[str, float] = dataclasses.field(default_factory=dict)
    codebooks: str = "frozen"

    def __post_init__(self):
        object.__setattr__(self, "formats", tuple(dict.fromkeys(self.formats)))
        if not self.formats:
            raise MixedError("formats: none; name at least one, `bcq formats` lists them")
        if self.budget not in BUDGETS:
            raise MixedError(f"budget: '{self.budget}'; use {' or '.join(BUDGETS)}")
        if not _positive(self.limit):
            raise MixedError(f"limit: {self.limit}; use a positive number of {BUDGETS[self.budget]}")
        if self.codebooks not in format_energy.CODEBOOKS:
            raise MixedError(f"codebooks: '{self.codebooks}'; use {' or '.join(format_energy.CODEBOOKS)}")
        for layer, weight in self.weights.items():
            if not _positive(weight):
                raise MixedError(f"weights.{layer}: {weight}; use a positive number")

    @property
    def by_energy(self):
        return self.budget == "pj_per_mac"


def _positive(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf
