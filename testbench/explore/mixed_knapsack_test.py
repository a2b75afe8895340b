#!/usr/bin/env python3
"""The optimum of explore/assignment.py against all assignments, of hundreds of random instances."""

import itertools
import math
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "explore"))
from mixed import knapsack  # noqa: E402
from mixed.knapsack import Assignment, Choice  # noqa: E402


def instance(rng):
    """Up to 5 layers of up to 4 choices; small numbers make ties, large ones do not."""
    costs, errors = rng.choice([(3, 3), (9, 1000), (10**9, 10**9), (0, 2)])
    return [
        [Choice(rng.randint(0, costs), rng.randint(0, errors) / rng.choice([1, 7])) for _ in range(rng.randint(1, 4))]
        for _ in range(rng.randint(1, 5))
    ]


def every(layers):
    """All assignments, their sums taken in the order of the layers."""
    for indices in itertools.product(*(range(len(choices)) for choices in layers)):
        picked = [choices[i] for choices, i in zip(layers, indices)]
        cost, error = 0, 0.0
        for choice in picked:
            cost, error = cost + choice.cost, error + choice.error
        yield Assignment(cost, error, indices)


def dominates(a, b):
    return a.cost <= b.cost and a.error <= b.error and (a.cost, a.error) != (b.cost, b.error)


class Optimum(unittest.TestCase):
    def test_front_is_that_of_all_assignments(self):
        rng = random.Random(1)
        for number in range(400):
            layers = instance(rng)
            all_of_them = list(every(layers))
            sums = {(one.cost, one.error) for one in all_of_them}
            best = {}  # least error by cost; a front point has less than everything cheaper
            for cost, error in sums:
                best[cost] = min(error, best.get(cost, math.inf))
            expected, least = [], math.inf
            for cost in sorted(best):
                if best[cost] < least:
                    expected.append((cost, best[cost]))
                    least = best[cost]
            found = knapsack.front(layers)
            self.assertEqual([(one.cost, one.error) for one in found], expected, number)
            for one in found:
                self.assertIn(one, all_of_them)  # its choices have its sums
                self.assertFalse(any(dominates(other, one) for other in all_of_them))

    def test_best_within(self):
        rng = random.Random(2)
        for _ in range(150):
            layers = instance(rng)
            all_of_them, front = list(every(layers)), knapsack.front(layers)
            budgets = {one.cost + step for one in all_of_them for step in (-1, 0, 1)} | {-1, 10**12}
            for budget in rng.sample(sorted(budgets), min(20, len(budgets))):
                within = [one.error for one in all_of_them if one.cost <= budget]
                found = knapsack.best_within(front, budget)
                self.assertEqual(found and found.error, min(within) if within else None)
                self.assertTrue(found is None or found.cost <= budget)

    def test_ties_and_edges(self):
        same = [Choice(2, 1.0), Choice(2, 1.0)]
        self.assertEqual(knapsack.front([same, same]), [Assignment(4, 2.0, (0, 0))])
        self.assertEqual(knapsack.front([]), [Assignment(0, 0.0, ())])
        self.assertRaises(ValueError, knapsack.front, [same, []])
        self.assertIsNone(knapsack.best_within([], 1))

    def test_many_layers_of_few_kinds(self):
        # What keeps large models quick: the front grows with the sums of costs, not with the assignments (4^300 here).
        layers = [[Choice(cost, 1 / cost + i / 1000) for cost in (3, 4, 5, 6)] for i in range(300)]
        self.assertEqual([one.cost for one in knapsack.front(layers)], list(range(900, 1801)))

    def test_sensitivities(self):
        layers = [
            [Choice(1, 31.0), Choice(2, 1.0), Choice(1, 2.0)],  # the cheapest, of least error: 2.0
            [Choice(3, 9.0), Choice(4, 9.5)],  # the best is the cheapest
            [Choice(9, 0.0), Choice(1, 90.0)],
        ]
        found = knapsack.sensitivities(layers)
        for rise, expected in zip(found, [10 * math.log10(11 / 10), 0.0, 10.0], strict=True):
            self.assertAlmostEqual(rise, expected)
        self.assertEqual(knapsack.sensitivities([[Choice(1, 0.0)], [Choice(2, 0.0), Choice(1, 1.0)]]), [0.0, None])

if __name__ == "__main__":
    unittest.main()
