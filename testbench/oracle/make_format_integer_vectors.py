#!/usr/bin/env python3
"""Write (or check) the vectors of INT4, INT8 and VS-Quant.

An implementation of the definitions in docs/formats/integer.md in rational arithmetic. Standard library only.
"""

from fractions import Fraction

from bcq_oracle import f32_value
from format_vectors import finite_fp32, fp32_scale, groups, inputs, nearest, rne32, small_float_values, vector, write_main

FP16 = small_float_values(5, 10, 15, 0x7C00)


def largest_of(bits):
    return max((abs(f32_value(x)) for x in bits), default=Fraction(0))


def integer(x, limit):
    """RNE, saturated. Python rounds rationals half to even."""
    return max(-limit, min(limit, round(x)))


def integer_group(bits, size, rows):
    limit = 2 ** (bits - 1) - 1
    elements, scales, y = [], [], []
    for row in rows:
        elements.append([]), scales.append([]), y.append([])
        for group in groups(row, size or len(row)):
            largest = largest_of(group)
            code = 0 if largest == 0 else max(1, nearest(FP16, largest / limit))
            scales[-1].append(code)
            q = [integer(f32_value(x) / FP16[code], limit) if code else 0 for x in group]
            elements[-1] += [v % 2**bits for v in q]
            y[-1] += [rne32(v * FP16[code]) for v in q]
    return {"element": (bits, elements), "scale": (16, scales)}, y


def vsq(rows, operand, group=16, weight=4, activation=4, scale=8, rounded=1):
    bits = weight if operand == "weight" else activation
    limit, top = 2 ** (bits - 1) - 1, 2**scale - 1
    shares = [[x for row in rows for x in row]] if operand == "activation" else rows
    coarse = [fp32_scale(largest_of(share), limit * top) for share in shares]
    elements, scales, y = [], [], []
    for r, row in enumerate(rows):
        gamma = f32_value(coarse[r if operand == "weight" else 0])
        elements.append([]), scales.append([]), y.append([])
        for v in groups(row, group):
            s = largest_of(v) / limit
            code = min(top, round(s / gamma))
            if rounded and s > 0:
                code = max(1, code)
            scales[-1].append(code)
            divisor = code * gamma if rounded else s
            q = [integer(f32_value(x) / divisor, limit) if code else 0 for x in v]
            elements[-1] += [e % 2**bits for e in q]
            y[-1] += [finite_fp32(e * code * gamma) for e in q]
    fields = {"element": (bits, elements), "scale": (scale, scales), "coarse scale": (32, [[c] for c in coarse])}
    return fields, y


def multiples(unit, numbers):
    return [rne32(Fraction(n) * unit) for n in numbers]


def half_integers(limit):
    """Every n + 1/2 within the limit, of either sign."""
    return [Fraction(2 * n + 1, 2) for n in range(-limit, limit)]


def integer_cases():
    variants = [("int4:group=16", 4, 16), ("int4", 4, 128), ("int8", 8, 0), ("int8:group=16", 8, 16)]
    for specification, bits, size in variants:
        for data, rows in inputs(specification).items():
            if not data.startswith("degenerate row"):
                yield vector(data, specification, rows, *integer_group(bits, size, rows))
        limit = 2 ** (bits - 1) - 1
        unit = Fraction(2) ** -3
        # With the largest magnitude in each group, the scale is `unit` and all other scalars are ties.
        row = [x for part in groups(half_integers(limit), 15) for x in multiples(unit, [limit, *part])]
        yield vector("ties", specification, [row], *integer_group(bits, size, [row]))
    # FP16 scales: ties between two of them, underflow to the smallest, saturation.
    scales = [Fraction(2049, 2048), Fraction(2051, 2048), Fraction(1, 2**25), Fraction(3, 2**25), 65519, 65520, 2**20]
    rows = [[x for s in scales for x in multiples(Fraction(s), [7, 3, -1, -7] * 4)]]
    yield vector("scales", "int4:group=16", rows, *integer_group(4, 16, rows))


def vsq_tie_rows(limit, top):
    """Vectors whose scales are ties for γ = 1, behind one that fixes γ."""
    row = multiples(1, [limit * top] + [0] * 15)
    for n in range(6):
        s = Fraction(2 * n + 1, 2)
        row += multiples(1, [limit * s] + [Fraction(k, 4) for k in range(-7, 8)])
    return [row]


def vsq_cases():
    variants = [
        ("vsq", {}),
        ("vsq-s4", {"scale": 4}),
        ("vsq-w8", {"weight": 8}),
        ("vsq:rounded=0", {"rounded": 0}),
        ("vsq-s4:rounded=0:activation=8", {"scale": 4, "rounded": 0, "activation": 8}),
        ("vsq:scale=3", {"scale": 3}),  # its largest element times the scale of FLT_MAX is beyond FLT_MAX
        ("vsq:group=32:scale=6", {"group": 32, "scale": 6}),
    ]
    for specification, options in variants:
        for operand in ("weight", "activation"):
            if specification == "vsq-w8" and operand == "activation":
                continue  # those of vsq
            bits = options.get(operand, 4)
            cases = inputs(specification + operand)
            cases["ties"] = vsq_tie_rows(2 ** (bits - 1) - 1, 2 ** options.get("scale", 8) - 1)
            for data, rows in cases.items():
                if data.startswith("degenerate row") and (operand == "weight" or specification not in ("vsq", "vsq-s4")):
                    continue  # rows with scales of their own are in "degenerate"
                yield vector(data, specification, rows, *vsq(rows, operand, **options), operand=operand)


def make_cases():
    yield from integer_cases()
    yield from vsq_cases()


if __name__ == "__main__":
    write_main("integer", "docs/formats/integer.md in rational arithmetic", __doc__, make_cases)
