#!/usr/bin/env python3
"""Write (or check) the vectors of M2XFP, weights and activations.

The definition in docs/formats/rivals.md in rational arithmetic: E2M1 and E2M3 are lists of values that are searched,
and all twelve scales of a subgroup of weights are tried with exact errors. Standard library only.
"""

from fractions import Fraction

from bcq_oracle import f32_value, floor_log2, rne32
from format_vectors import FLT_MAX, SIGN, groups, inputs, nearest, small_float_values, vector, write_main

SPECIFICATION = "m2xfp"
E2M1 = small_float_values(2, 1, 1, 8)
E2M3 = small_float_values(2, 3, 1, 32)
LARGEST = f32_value(FLT_MAX)
TWO = Fraction(2)


def magnitudes(group):
    return [abs(f32_value(x)) for x in group]


def shared_exponent(group):
    largest = max(magnitudes(group))
    return max(-127, floor_log2(largest) - 2) if largest > 0 else -127


def with_signs(group, codes, sign_bit):
    return [code + (sign_bit if bits & SIGN else 0) for bits, code in zip(group, codes)]


# --- Weights ----------------------------------------------------------------------------------------------------------


def subgroup_candidates(x, exponent):
    """(error, mantissa, codes, values) of every scale that keeps the values finite."""
    for mantissa in range(4):
        scale = (1 + Fraction(mantissa, 4)) * TWO**exponent
        codes = [nearest(E2M1, v / scale) for v in x]
        values = [E2M1[code] * scale for code in codes]
        if max(values) <= LARGEST:
            yield sum((a - b) ** 2 for a, b in zip(x, values)), mantissa, codes, values


def encode_weights(group):
    best = None
    base = shared_exponent(group)
    for exponent in range(max(-127, base - 1), base + 2):
        candidates = [list(subgroup_candidates(x, exponent)) for x in groups(magnitudes(group), 8)]
        if not all(candidates):
            continue
        choice = [min(some, key=lambda c: (c[0], c[1])) for some in candidates]
        error = sum(c[0] for c in choice)
        if best is None or error < best[0]:
            best = error, exponent, choice
    _, exponent, choice = best
    codes = sum((c[2] for c in choice), [])
    values = sum((c[3] for c in choice), [])
    y = [rne32(v) | bits & SIGN for v, bits in zip(values, group)]
    return with_signs(group, codes, 8), exponent + 127, [c[1] for c in choice], y


# --- Activations ------------------------------------------------------------------------------------------------------


def encode_activations(group):
    exponent = shared_exponent(group)
    codes, mantissas, values = [], [], []
    for x in groups(magnitudes(group), 8):
        scaled = [v / TWO**exponent for v in x]
        coarse = [nearest(E2M1, v) for v in scaled]
        top = coarse.index(max(coarse))  # the first of equals
        low, high = 4 * coarse[top] - 1, 4 * coarse[top] + 2
        fine = min(max(nearest(E2M3, scaled[top]), low), high)
        decoded = [E2M1[code] for code in coarse]
        decoded[top] = E2M3[fine]
        codes += coarse
        mantissas.append(fine - low)
        values += [v * TWO**exponent for v in decoded]
    y = [rne32(v) | bits & SIGN for v, bits in zip(values, group)]
    return with_signs(group, codes, 8), exponent + 127, mantissas, y


# --- Cases ------------------------------------------------------------------------------------------------------------


def m2xfp(rows, operand):
    encode, mantissa_name = {
        "weight": (encode_weights, "scale_mantissa"),
        "activation": (encode_activations, "element_mantissa"),
    }[operand]
    elements, scales, mantissas, y = [], [], [], []
    for row in rows:
        encoded = [encode(group) for group in groups(row, 32)]
        elements.append(sum((e[0] for e in encoded), []))
        scales.append([e[1] for e in encoded])
        mantissas.append(sum((e[2] for e in encoded), []))
        y.append(sum((e[3] for e in encoded), []))
    return {"element": (4, elements), "scale": (8, scales), mantissa_name: (2, mantissas)}, y


def tie_rows():
    """Ties of E2M1 and of E2M3 under a scale of 2^exponent, each as the largest of a subgroup; ties for the top."""
    fine_ties = [(a + b) / 2 for a, b in zip(E2M3, E2M3[1:])] + [Fraction(31, 4), Fraction(127, 16)]
    coarse_ties = [(a + b) / 2 for a, b in zip(E2M1, E2M1[1:])]
    rows = []
    for exponent in (0, -40):
        row = []
        for tie in fine_ties:
            # The first scalar of a group fixes the scale; it is the top of the first subgroup.
            row += [4, 0, 0, 0, 0, 0, 0, 0, 0, tie, 0, 0, tie, 0, 0, -tie, *coarse_ties, 0, tie / 8, *[0] * 7]
        rows.append([rne32(x * TWO**exponent) for x in row])
    # Equal codes of different scalars: 3 takes what rounds to 2.75 and 3.4; the first of them is refined.
    top_ties = [Fraction(11, 4), Fraction(17, 5), -3, Fraction(13, 4), 0, 1, -1, Fraction(17, 5)]
    rows.append([rne32(Fraction(x)) for r in range(8) for x in [*top_ties[r:], *top_ties[:r]]])
    return rows


def equal_error_rows():
    """Weights that several scales represent without error or with the same."""
    return [
        [rne32(Fraction(x)) for x in row]
        for row in (
            [1, 2, -4, 0] * 8,
            [3, -3, 6, 12] * 8,
            [Fraction(15, 4), -5, 0, 0] * 8,
            [7] * 8 + [6] * 8 + [5] * 8 + [Fraction(21, 4)] * 8,
            [1] * 32,
            [Fraction(5, 4), Fraction(3, 4), Fraction(1, 4), Fraction(7, 4)] * 8,
        )
    ]


def all_magnitudes_rows():
    """Every E2M1 magnitude times each mantissa's scale, so that the search finds it, and with it a tie."""
    rows = []
    for tie in ((a + b) / 2 for a, b in zip(E2M1, E2M1[1:])):
        row = [x * (1 + Fraction(mantissa, 4)) for mantissa in range(4) for x in [tie, *E2M1[:0:-1]]]
        rows.append([rne32(x * sign) for x, sign in zip(row, [1, -1, -1] * 11)])
    return rows


def make_cases():
    for operand in ("weight", "activation"):
        for seed in range(3):
            for data, rows in inputs(f"{SPECIFICATION} {operand} {seed}").items():
                if data.startswith("degenerate row") or (data == "degenerate" and seed > 0):
                    continue
                rows = rows if data == "degenerate" else [sum(rows, [])]  # two groups and a short one
                yield vector(f"{data} {seed}", SPECIFICATION, rows, *m2xfp(rows, operand), operand=operand)
        rows = tie_rows()
        for row in rows:
            yield vector("ties", SPECIFICATION, [row], *m2xfp([row], operand), operand=operand)
        for name, rows in (("equal errors", equal_error_rows()), ("all magnitudes", all_magnitudes_rows())):
            yield vector(name, SPECIFICATION, rows, *m2xfp(rows, operand), operand=operand)
        for k in (1, 7, 8, 9, 31, 32, 33):
            rows = [inputs(f"{SPECIFICATION} {k}")["laplace"][0][:k]]
            yield vector(f"k = {k}", SPECIFICATION, rows, *m2xfp(rows, operand), operand=operand)


if __name__ == "__main__":
    write_main("m2xfp", "docs/formats/rivals.md in rational arithmetic", __doc__, make_cases)
