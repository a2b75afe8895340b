#!/usr/bin/env python3
"""Write (or check) the vectors of IF4.

An implementation of docs/formats/rivals.md in which every operation is rational and rounded to binary32 by itself.
Standard library only.
"""

import random
from fractions import Fraction

from bcq_oracle import f32_value
from format_vectors import FLT_MAX, SIGN, finite_fp32, groups, inputs, nearest, rne32, small_float_values
from format_vectors import vector, write_main

E2M1 = small_float_values(2, 1, 1, 8)
E4M3 = small_float_values(4, 3, 7, 0x7F)
LARGEST_CODE = Fraction(6 * 448)


def f32(x):
    """A rational rounded to binary32."""
    return f32_value(rne32(x))


INT_STEP, INT_STEP_RECIPROCAL = f32(Fraction(6, 7)), f32(Fraction(7, 6))


def range_factor(maximum):
    if maximum > 2**100:
        return Fraction(1, 2**64)
    return Fraction(2**64) if maximum < Fraction(1, 2**100) else Fraction(1)


def decode(value, scale, maximum, is_int):
    """In units of the tensor times its range factor."""
    product = f32(value * scale * maximum)  # value · scale is exact
    return f32((f32(product * INT_STEP) if is_int else product) / LARGEST_CODE)


def as_fp4(v):
    """(code, value)."""
    index = nearest(E2M1, abs(v))
    return (8 if v < 0 else 0) + index, -E2M1[index] if v < 0 else E2M1[index]


def as_int4(v):
    """(code, value)."""
    value = max(-7, min(7, round(f32(v * INT_STEP_RECIPROCAL))))
    return value % 16, value


def encode_block(x, maximum):
    """x and maximum in units of the tensor times its range factor -> (scale code, codes, decoded, is it -0)."""
    encode_scale = f32(LARGEST_CODE / maximum)
    code = nearest(E4M3, f32(f32(max(map(abs, x)) / 6) * encode_scale))
    if code == 0:
        return 0, [0] * len(x), [Fraction(0)] * len(x), [False] * len(x)
    scale = E4M3[code]
    normaliser = f32(1 / f32(f32(1 / encode_scale) * scale))
    alternatives = []
    for is_int, quantize in ((False, as_fp4), (True, as_int4)):
        codes, values = zip(*(quantize(f32(v * normaliser)) for v in x))
        y = [decode(value, scale, maximum, is_int) for value in values]
        error = sum((a - b) ** 2 for a, b in zip(y, x))
        negative_zero = [not is_int and c == 8 for c in codes]
        alternatives.append((error, code + 128 * is_int, codes, y, negative_zero))
    return min(alternatives, key=lambda alternative: alternative[0])[1:]  # the first, FP4, of equal ones


def if4(rows, group=16):
    """(fields, decoded bits) of rows of binary32 bits."""
    maximum_bits = max(x & ~SIGN for row in rows for x in row)
    factor = range_factor(f32_value(maximum_bits))
    elements, scales, decoded = [], [], []
    for row in rows:
        elements.append([]), scales.append([]), decoded.append([])
        for block in groups(row, group):
            if maximum_bits == 0:
                code, codes, y, negative_zero = 0, [0] * len(block), [0] * len(block), [False] * len(block)
            else:
                scaled = [f32(f32_value(x) * factor) for x in block]
                code, codes, y, negative_zero = encode_block(scaled, f32_value(maximum_bits) * factor)
            scales[-1].append(code)
            elements[-1] += codes
            decoded[-1] += [SIGN if zero else finite_fp32(v / factor) for v, zero in zip(y, negative_zero)]
    return {"element": (4, elements), "scale": (8, scales), "tensor maximum": (32, [[maximum_bits]])}, decoded


# --- Inputs that only IF4 finds hard --------------------------------------------------------------------------------


def uniform(rng):
    return Fraction(rng.randrange(-(2**24), 2**24 + 1), 2**24)


def bits_of(rows):
    return [[rne32(Fraction(x)) for x in row] for row in rows]


def on_ties(values):
    """Rows with the tensor maximum 2688, which makes the tensor scale 1, and a 6 per block, which makes its scale 1."""
    blocks = [*groups(values, 15)][:-1] + [values[-15:]]
    return bits_of([*block, 6, 2688] for block in blocks)


def next_to_ties(rng):
    """Scalars that normalise to within an ulp or two of a tie: every rounding on the way decides."""
    largest = Fraction(67, 10)
    ties = ([(a + b) / 2 for a, b in zip(E2M1, E2M1[1:])], [Fraction(3, 7) * (2 * i + 1) for i in range(7)])
    rows = []
    for _ in range(8):
        rows.append([])
        for b in range(8):
            block = [rne32(uniform(rng)) for _ in range(16)]
            block[0] = rne32(largest) if b == 0 else block[0]
            biggest = max(abs(f32_value(x)) for x in block)
            scale = E4M3[nearest(E4M3, biggest / 6 * LARGEST_CODE / largest)]
            for i in range(8, 16):
                block[i] = rne32(rng.choice(ties[b % 2]) * scale * largest / LARGEST_CODE) + rng.choice([-1, 0, 0, 1])
            rows[-1] += block
    return rows


def subnormal_scales(rng):
    """Blocks far below the tensor maximum, one per power of two, and ties between the smallest scales."""
    levels = [Fraction(448)] + [Fraction(1, 2**e) for e in range(6, 22)]
    descending = [level * uniform(rng) for level in levels for _ in range(16)]
    descending[0] = Fraction(448)
    ties = [Fraction(2688)] + [0] * 15
    for scale in (0.5, 1, 1.5, 2.5, 3.5, 6.5, 7.5, 8.5):
        largest = 6 * Fraction(scale) / 2**9
        ties += [largest, largest * 9 / 20] + [0] * 14
    return {"scales down to none": bits_of([descending]), "ties of subnormal scales": bits_of([ties])}


def make_cases():
    rng = random.Random(20260330)
    cases = inputs(20260330)
    cases["weights"] = [[rne32(uniform(rng) * uniform(rng) / 40) for _ in range(128)] for _ in range(4)]
    cases["uniform"] = [[rne32(uniform(rng)) for _ in range(128)] for _ in range(4)]
    cases["ties of E2M1"] = on_ties([Fraction(i, 4) for i in range(-24, 25)])
    cases["ties of INT4"] = on_ties([Fraction(i * 3, 7) for i in range(-14, 15)])
    cases["next to ties"] = next_to_ties(rng)
    cases.update(subnormal_scales(rng))
    cases["largest"] = [[FLT_MAX | SIGN] * 33]
    cases["one column"] = [[rne32(uniform(rng))] for _ in range(3)]
    cases["tiny"] = [[rne32(uniform(rng) / 2**122) for _ in range(48)] for _ in range(2)]
    for name, rows in cases.items():
        yield vector(name, "if4", rows, *if4(rows))
    rows = cases["gaussian"]
    yield vector("groups of 8", "if4:group=8", rows, *if4(rows, group=8))


if __name__ == "__main__":
    write_main("if4", "docs/formats/rivals.md in rational arithmetic; arXiv 2603.28765", __doc__, make_cases)
