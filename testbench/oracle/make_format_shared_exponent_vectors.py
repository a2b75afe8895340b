#!/usr/bin/env python3
"""Write (or check) the vectors of BFP, block minifloat, block logarithm, MiniFloat, DMF and FP8.

An implementation of the definitions in docs/formats/shared_exponent.md in rational arithmetic: values of small floats
are listed and searched, logarithms are found by comparing with powers of two. Standard library only.
"""

from fractions import Fraction

from bcq_oracle import f32_value, floor_log2, round_half_even
from format_vectors import (
    fp32_scale,
    groups,
    inputs,
    nearest,
    neighbourhood,
    rne32,
    small_float_values,
    vector,
    write_main,
)

TWO = Fraction(2)
E4M3_NUMBERS = small_float_values(4, 3, 7, 128)  # up to 480
E4M3 = E4M3_NUMBERS[:127]  # OCP: 0x7F is NaN
E5M2 = small_float_values(5, 2, 15, 124)
BM8 = small_float_values(4, 3, 15, 128)
BM4 = small_float_values(2, 1, 3, 8)


def ceil_log2(x):
    n = floor_log2(x)
    return n if TWO**n == x else n + 1


def round_log2(x):
    """k with 2^(k - 1/2) < x < 2^(k + 1/2), by squares."""
    k = floor_log2(x)
    return k + 1 if x * x > TWO ** (2 * k + 1) else k


def signed(bits, magnitude_bits):
    """The value of a sign and the bits of a magnitude."""
    return bits & 0x80000000 | magnitude_bits


# --- Formats with a shared exponent: (element bits, X of the largest magnitude, code of a magnitude, its value) --------


def bfp(bits):
    quanta = 2 ** (bits - 1)
    return (
        bits,
        ceil_log2,
        lambda scaled: min(round_half_even(scaled * quanta), quanta - 1),
        lambda code: Fraction(code, quanta),
    )


def bm(bits, values):
    return bits, floor_log2, lambda scaled: nearest(values, scaled), lambda code: values[code]


def bl(bits):
    top = 2 ** (bits - 1) - 1
    return (
        bits,
        lambda largest: min(ceil_log2(largest), 127),
        lambda scaled: 0 if scaled == 0 else max(0, min(top, top + round_log2(scaled))),
        lambda code: TWO ** (code - top),
    )


SHARED = {"bfp4": bfp(4), "bfp6": bfp(6), "bfp8": bfp(8), "bm4": bm(4, BM4), "bm8": bm(8, BM8), "bl4": bl(4), "bl8": bl(8)}


def shared_exponent(name, rows, size=16):
    bits, exponent_of, code_of, value_of = SHARED[name]
    elements, exponents, y = [], [], []
    for row in rows:
        elements.append([]), exponents.append([]), y.append([])
        for group in groups(row, size):
            largest = max(abs(f32_value(x)) for x in group)
            exponent = -127 if largest == 0 else max(-127, min(128, exponent_of(largest)))
            exponents[-1].append(exponent + 127)
            for x in group:
                if name.startswith("bl") and f32_value(x) == 0:
                    x = 0  # a logarithm knows no sign of zero
                code = code_of(abs(f32_value(x)) / TWO**exponent)
                elements[-1].append((x >> 31) << (bits - 1) | code)
                y[-1].append(signed(x, rne32(value_of(code) * TWO**exponent)))
    return {"element": (bits, elements), "exponent": (8, exponents)}, y


# --- Formats without -------------------------------------------------------------------------------------------------


def dmf_codes():
    """value -> its code with the smallest exponent field."""
    codes = {}
    for code in range(128):
        codes.setdefault(Fraction(code % 8, 8) * TWO ** (code // 8 - 7), code)
    return codes


DMF = dmf_codes()


def unscaled(values, codes, rows):
    """`codes` of ascending `values`."""
    chosen = [[nearest(values, abs(f32_value(x))) for x in row] for row in rows]
    elements = [[x >> 31 << 7 | codes[i] for x, i in zip(row, index)] for row, index in zip(rows, chosen)]
    y = [[signed(x, rne32(values[i])) for x, i in zip(row, index)] for row, index in zip(rows, chosen)]
    return {"element": (8, elements)}, y


def tensor_scaled(values, rows):
    scale_bits = fp32_scale(max(abs(f32_value(x)) for row in rows for x in row), values[-1])
    scale = f32_value(scale_bits)
    chosen = [[nearest(values, abs(f32_value(x)) / scale) for x in row] for row in rows]
    elements = [[x >> 31 << 7 | i for x, i in zip(row, index)] for row, index in zip(rows, chosen)]
    y = [[signed(x, rne32(values[i] * scale)) for x, i in zip(row, index)] for row, index in zip(rows, chosen)]
    return {"element": (8, elements), "tensor scale": (32, [[scale_bits]])}, y


UNSCALED = {
    "minifloat8": lambda rows: unscaled(E4M3_NUMBERS, range(128), rows),
    "dmf8": lambda rows: unscaled(sorted(DMF), [DMF[v] for v in sorted(DMF)], rows),
    "fp8": lambda rows: tensor_scaled(E4M3, rows),
    "fp8-e5m2": lambda rows: tensor_scaled(E5M2, rows),
}


# --- Cases -----------------------------------------------------------------------------------------------------------


def around_ties(values, largest=None):
    """FP32 numbers at and beside every midpoint, with alternating signs; and the largest, which fixes the scale."""
    middles = [(low + high) / 2 for low, high in zip(values[:-1], values[1:])]
    row = [x for middle in middles for x in neighbourhood(middle)]
    row = [x | (i % 2) << 31 for i, x in enumerate(row)]
    return [row + ([] if largest is None else [rne32(largest)])]


def grouped_ties(values, largest, exponent):
    """As above, in groups of 16 that each begin with the largest magnitude; all times 2^exponent."""
    factor = TWO**exponent
    (row,) = around_ties([v * factor for v in values])
    first = rne32(largest * factor)
    return [[x for group in groups(row, 15) for x in [first, *group]]]


def grouped_tie_cases():
    for name in ("bfp4", "bfp6"):
        bits, _, _, value_of = SHARED[name]
        values = [value_of(code) for code in range(2 ** (bits - 1))]
        yield name, grouped_ties(values, values[-1], 5)
    yield "bm4", grouped_ties(BM4, Fraction(3, 2), -40)
    yield "bm8", grouped_ties(BM8, Fraction(15, 8), 9)
    # A group's exponent at powers of two and beside them; and √2 between its FP32 neighbours.
    edges = [x for k in (-126, -3, 0, 7, 127) for x in neighbourhood(TWO**k)]
    roots = [(127 + k) << 23 | 0x3504F3 + step for k in (-20, -1, 0, 30) for step in (0, 1)]
    for name in SHARED:
        yield f"{name}:group=1", [edges + roots]
    for name in ("bl4", "bl8"):
        yield name, [[x for root in roots for x in (root, 0x3F800000, 0, 0x80000000)]]


def make_cases():
    for name in SHARED:
        for data, rows in inputs(f"shared exponent {name}").items():
            if not data.startswith("degenerate row"):
                yield vector(data, name, rows, *shared_exponent(name, rows))
    for specification, rows in grouped_tie_cases():
        name, _, size = specification.partition(":group=")
        yield vector("ties", specification, rows, *shared_exponent(name, rows, int(size or 16)))
    rows = inputs("group")["gaussian"]
    yield vector("gaussian", "bfp4:group=32", rows, *shared_exponent("bfp4", rows, 32))
    for name, encode in UNSCALED.items():
        for data, rows in inputs(f"8-bit float {name}").items():
            yield vector(data, name, rows, *encode(rows))
    ties = {
        "minifloat8": around_ties(E4M3_NUMBERS, 500),
        "dmf8": around_ties(sorted(DMF), 250),
        "fp8": around_ties(E4M3, E4M3[-1]),
        "fp8-e5m2": around_ties(E5M2, E5M2[-1]),
    }
    for name, rows in ties.items():
        yield vector("ties", name, rows, *UNSCALED[name](rows))


if __name__ == "__main__":
    write_main("shared_exponent", "docs/formats/shared_exponent.md in rational arithmetic", __doc__, make_cases)
