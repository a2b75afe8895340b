"""One format for every layer, with the least sum of errors for every sum of costs: the multiple-choice knapsack, exactly.

Costs and errors add up over layers and a layer's choice does not touch another layer, so the Pareto front of the first n layers
is made of the front of the first n - 1 alone: whatever is dominated there stays dominated, whatever follows. Each layer is added
to the front in turn and dominated sums are dropped. With f choices per layer and fronts of at most F points this takes
O(layers * f * F * log f) steps. F is at most the number of different sums of costs; costs with a large common divisor, or few
kinds of layers, keep it small.

Sums of errors are of floating point numbers in the order of the layers. Rounding is monotonic, a <= b gives a + c <= b + c, so
the front is exact for these sums, not only within rounding.
"""

import bisect
import dataclasses
import math
from collections.abc import Sequence
from operator import attrgetter, itemgetter


@dataclasses.dataclass(frozen=True)
class Choice:
    """What a layer costs (an integer, so that sums are exact) and the error that it adds (0 or more) with one format."""

    cost: int
    error: float


@dataclasses.dataclass(frozen=True)
class Assignment:
    """Sums over all layers, and for each layer the index of its choice."""

    cost: int
    error: float
    choices: tuple[int, ...]


def front(layers: Sequence[Sequence[Choice]]) -> list[Assignment]:
    """The Pareto front of all assignments: costs rise strictly, errors fall strictly. Of equal ones there is the one whose last
    layer has the cheapest choice. Every layer needs a choice; no layers at all have one assignment, the empty one."""
    sums = [(0, 0.0, None)]  # cost, error, and (choice of this layer, the same of the layers before it)
    for choices in layers:
        if not choices:
            raise ValueError("a layer has no choice")
        kept = _undominated(sorted((choice.cost, choice.error, index) for index, choice in enumerate(choices)))
        # One ascending run per choice: sorting merges them.
        longer = [
            (cost + more_cost, error + more_error, (index, taken))
            for more_cost, more_error, index in kept
            for cost, error, taken in sums
        ]
        longer.sort(key=itemgetter(0, 1))
        sums = _undominated(longer)
    return [Assignment(cost, error, _unrolled(taken)) for cost, error, taken in sums]


def best_within(found: Sequence[Assignment], budget) -> Assignment | None:
    """Of a front the one of least error whose cost is at most `budget` (any exact number); None if even the first costs more."""
    count = bisect.bisect_right(found, budget, key=attrgetter("cost"))
    return found[count - 1] if count else None


def sensitivities(layers: Sequence[Sequence[Choice]]) -> list[float | None]:
    """For each layer, by how much (dB) the sum of errors rises when this layer alone goes from its choice of least error to its
    cheapest one, all others staying at theirs of least error. None where the rise is infinite, from an error of 0."""
    best = [min(choice.error for choice in choices) for choices in layers]
    cheapest = [min(choices, key=lambda choice: (choice.cost, choice.error)).error for choices in layers]
    before = math.fsum(best)
    return [_rise_db(before, math.fsum([*best[:i], worse, *best[i + 1 :]])) for i, worse in enumerate(cheapest)]


def _undominated(ascending):
    """Of (cost, error, …) in ascending order those whose error is less than that of all before them."""
    kept, least = [], math.inf
    for entry in ascending:
        if entry[1] < least:
            kept.append(entry)
            least = entry[1]
    return kept


def _unrolled(taken):
    choices = []
    while taken is not None:
        index, taken = taken
        choices.append(index)
    return tuple(reversed(choices))


def _rise_db(before, after):
    if after == before:
        return 0.0
    return 10 * math.log10(after / before) if before > 0 else None
