#!/usr/bin/env python3
"""Write (or check) the vectors of BlockDialect.

An implementation of docs/formats/rivals.md in rational arithmetic: the dialects as the paper prints them, nearest
values by their distances, beneficial ranges by their bounds. Standard library only.
"""

import random
from fractions import Fraction

from bcq_oracle import f32_value
from format_vectors import SIGN, groups, inputs, neighbourhood, rne32, vector, write_main

DIALECTS = [  # Figure 4 of arXiv 2501.01144v5
    [Fraction(value) for value in line.split()]
    for line in """
    7.5 5.5 3 2 1.5 1 0.5 0
    7.5 4.5 3 2 1.5 1 0.5 0
    7   5.5 3 2 1.5 1 0.5 0
    7   4.5 3 2 1.5 1 0.5 0
    6.5 5   3 2 1.5 1 0.5 0
    6.5 4   3 2 1.5 1 0.5 0
    6   5   3 2 1.5 1 0.5 0
    6   4   3 2 1.5 1 0.5 0
    5.5 4.5 3 2 1.5 1 0.5 0
    5.5 3.5 3 2 1.5 1 0.5 0
    5   4.5 3 2 1.5 1 0.5 0
    5   3.5 3 2 1.5 1 0.5 0
    4.5 4   3 2 1.5 1 0.5 0
    4.5 3.5 3 2 1.5 1 0.5 0
    4   3.5 3 2 1.5 1 0.5 0
    4   3 2.5 2 1.5 1 0.5 0
    """.strip().splitlines()
]


def floor_log2(x):
    """Of a positive fraction."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if Fraction(2) ** e <= x else e - 1


def nearest(dialect, v):
    """The nearest magnitude, the larger of two that are equally near."""
    return min(DIALECTS[dialect], key=lambda value: (abs(v - value), -value))


def squared_error(magnitudes):
    return min(range(16), key=lambda d: (sum((v - nearest(d, v)) ** 2 for v in magnitudes), d))


def beneficial_range(dialect):
    """Bounded by the midpoints to the neighbours of the magnitude that the partner lacks, the partner's included."""
    (own,) = set(DIALECTS[dialect]) - set(DIALECTS[dialect ^ 1])
    (other,) = set(DIALECTS[dialect ^ 1]) - set(DIALECTS[dialect])
    around = [*DIALECTS[dialect], other]
    return (max(v for v in around if v < own) + own) / 2, (own + min(v for v in around if v > own)) / 2


def two_stage(magnitudes):
    truncated = [Fraction(min(int(4 * v), 31), 4) for v in magnitudes]
    rounded = Fraction(int(2 * max(truncated) + Fraction(1, 2)), 2)
    largest = min(max(rounded, Fraction(4)), Fraction(15, 2))

    def count(dialect):
        low, high = beneficial_range(dialect)
        return sum(low <= v < high for v in truncated)

    return max((d for d in range(16) if DIALECTS[d][0] == largest), key=lambda d: (count(d), -d))


def blockdialect(rows, select, group=32):
    """(fields, decoded bits) of rows of binary32 bits."""
    elements, dialects, exponents, y = [], [], [], []
    for row in rows:
        elements.append([]), dialects.append([]), exponents.append([]), y.append([])
        for block in groups(row, group):
            exact = [abs(f32_value(x)) for x in block]
            code = min(max(floor_log2(max(exact)) + 15, 0), 31) if any(exact) else 0
            unit = Fraction(2) ** (code - 17)
            dialect = select([v / unit for v in exact])
            dialects[-1].append(dialect)
            exponents[-1].append(code)
            for x, v in zip(block, exact):
                value = nearest(dialect, v / unit)
                elements[-1].append((8 if x & SIGN else 0) + 7 - DIALECTS[dialect].index(value))
                y[-1].append((x & SIGN) | rne32(value * unit))
    return {"element": (4, elements), "dialect": (4, dialects), "exponent": (5, exponents)}, y


def signed(rng, x):
    return rne32(Fraction(x)) | rng.choice([0, SIGN])


def uniform(rng, low, high):
    return low + Fraction(rng.randrange(2**24), 2**24) * (high - low)


def make_inputs():
    rng = random.Random(20250102)
    cases = inputs(20250102)
    # Every quarter of a unit with its neighbours in binary32, under the largest and the smallest maximum of a block.
    quarters = [bits for i in range(1, 31) for bits in neighbourhood(Fraction(i, 4))]
    parts = [*groups(quarters, 31)][:-1] + [quarters[-31:]]
    cases["every truncated magnitude"] = [[rne32(Fraction(m, 4)), *part] for m in (30, 31) for part in parts]
    cases["every maximum"] = [
        [signed(rng, Fraction(m, 8)), *(signed(rng, Fraction(rng.randrange(m), 8)) for _ in range(31))]
        for m in range(32, 64)
    ]
    for pair in range(8):
        largest = DIALECTS[2 * pair][0]
        cases[f"large magnitudes of pair {pair}"] = [
            [rne32(largest), *(signed(rng, uniform(rng, Fraction(2), largest)) for _ in range(31))] for _ in range(4)
        ]
    limits = [-149, -30, -17, -16, -15, -14, -13, -1, 0, 14, 15, 16, 17, 18, 19, 126]
    cases["exponents at their limits"] = [
        [rne32(Fraction(2) ** e), *(signed(rng, uniform(rng, 0, 1) * Fraction(2) ** e) for _ in range(31))]
        for e in limits
    ]
    cases["one column"] = [[signed(rng, uniform(rng, 0, 1))] for _ in range(3)]
    return cases


def make_cases():
    cases = make_inputs()
    for name, rows in cases.items():
        yield vector(name, "blockdialect", rows, *blockdialect(rows, squared_error))
        yield vector(name, "blockdialect", rows, *blockdialect(rows, two_stage), "activation")
    rows = cases["gaussian"]
    yield vector("groups of 16", "blockdialect:group=16", rows, *blockdialect(rows, two_stage, 16), "activation")
    yield vector("all by error", "blockdialect:two_stage=0", rows, *blockdialect(rows, squared_error), "activation")


if __name__ == "__main__":
    source = "docs/formats/rivals.md in rational arithmetic; arXiv 2501.01144v5"
    write_main("blockdialect", source, __doc__, make_cases)
