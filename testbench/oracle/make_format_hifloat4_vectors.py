#!/usr/bin/env python3
"""Write (or check) the vectors of HiFloat4.

The definition in docs/formats/rivals.md in rational arithmetic: every number is a fraction, a scale is searched in the
list of all E6M2 values, and an element in the list of S1P2 values. Standard library only.
"""

from fractions import Fraction

from bcq_oracle import f32_value, floor_log2, rne32, round_half_even
from format_vectors import FLT_MAX, SIGN, groups, inputs, nearest, neighbourhood, vector, write_main

SPECIFICATION = "hifloat4"
SCALES = [(1 + Fraction(m, 4)) * Fraction(2) ** (e - 48) for e in range(64) for m in range(4)][:-1]  # the last is NaN


def bf16(x):
    """A positive rational to 8 significant bits, ties to even; no number here comes near the ends of BF16."""
    unit = Fraction(2) ** (floor_log2(x) - 7)
    return round_half_even(x / unit) * unit


def peaks(group, size):
    return [max(abs(f32_value(x)) for x in part) for part in groups(group, size)]


def hifloat4(rows):
    fields = {"element": (4, []), "scale": (8, []), "micro_exponent_8": (1, []), "micro_exponent_4": (1, [])}
    y = []
    for row in rows:
        for _, entries in fields.values():
            entries.append([])
        y.append([])
        for group in groups(row, 64):
            encoded, decoded = encode_group(group)
            for (_, entries), more in zip(fields.values(), encoded):
                entries[-1] += more
            y[-1] += decoded
    return fields, y


def encode_group(group):
    """Element, scale and micro-exponent entries, and the decoded bits."""
    (peak,) = peaks(group, 64)
    target = bf16(peak * bf16(Fraction(1, 7))) if peak > 0 else Fraction(0)
    code = nearest(SCALES, target)
    scale, reciprocal = SCALES[code], bf16(1 / SCALES[code])
    eights = [int(peak * reciprocal >= 4) for peak in peaks(group, 8)]
    fours = [int(peak * reciprocal / 2 ** eights[i // 2] >= 2) for i, peak in enumerate(peaks(group, 4))]
    elements, y = [], []
    for i, bits in enumerate(group):
        power = 2 ** (eights[i // 8] + fours[i // 4])
        quarters = abs(f32_value(bits)) * reciprocal / power * 4
        magnitude = min(7, (quarters + Fraction(1, 2)).__floor__())  # ties away from zero
        elements.append(magnitude + (8 if bits & SIGN else 0))
        y.append(rne32(scale * power * magnitude / 4) | bits & SIGN)
    return (elements, [code], eights, fours), y


def fp32(numbers):
    return [rne32(Fraction(x)) for x in numbers]


def wide(rows):
    """All rows of a case in one: two full groups and a short one."""
    return sum(rows, [])


def tie_row(scale):
    """Under a scale with an exact reciprocal: every tie between elements, and the thresholds of both exponents."""
    quarters = [Fraction(2 * n + 1, 8) for n in range(8)]
    row = [7 * scale] * 8  # fixes the scale
    for power in (1, 2, 4):
        reach = [Fraction(7, 4) * power, *(q * power for q in quarters if q < Fraction(7, 4))]
        row += [x * scale * sign for x, sign in zip(reach, [1, -1] * 4)]
    row += [x * scale for x in (4, 0, 0, 0, Fraction(31, 8), 2, Fraction(15, 8), 0)]
    bits = fp32(row)
    for threshold in (4, 2):
        for x in neighbourhood(threshold * scale):
            bits += [x, 0, 0, 0]
    return bits


def scale_rows():
    """Largest magnitudes around every tie between scales and between BF16 numbers before them, and out of range."""
    seventh = bf16(Fraction(1, 7))
    rows = []
    for target in [Fraction(n, 8) for n in range(8, 17)] + [Fraction(n, 256) for n in (287, 289, 351, 353, 415, 417)]:
        for exponent in (0, -20, 14):
            peak = rne32(target * Fraction(2) ** exponent / seventh)
            rows += [[bits] for bits in (peak - 1, peak, peak + 1)]
    ends = fp32([2**-48 * Fraction(7), 49152 * 7, 49152 * Fraction(7) + 20000, 2**20, Fraction(2) ** -60])
    rows += [[bits | SIGN] for bits in [*ends, FLT_MAX, 1, 0x00800000]]
    return [[row[0], row[0] ^ SIGN, 0x3F800000, SIGN] for row in rows]


def make_cases():
    for seed in range(2):
        many = [inputs(f"{SPECIFICATION} {seed} {part}") for part in range(2)]
        for data in many[0]:
            if not data.startswith("degenerate"):
                rows = [wide(case[data]) for case in many]
                yield vector(f"{data} {seed}", SPECIFICATION, rows, *hifloat4(rows))
    degenerate = [row + [0] * (37 - len(row)) for row in inputs(SPECIFICATION)["degenerate"]]
    yield vector("degenerate", SPECIFICATION, degenerate, *hifloat4(degenerate))
    rows = [tie_row(Fraction(2) ** exponent) for exponent in (0, -30, 10)]
    yield vector("ties", SPECIFICATION, rows, *hifloat4(rows))
    rows = scale_rows()
    yield vector("scales", SPECIFICATION, rows, *hifloat4(rows))
    for k in (1, 4, 5, 8, 9, 63, 64, 65):
        rows = [wide(inputs(f"{SPECIFICATION} {k}")["gaussian"])[:k]]
        yield vector(f"k = {k}", SPECIFICATION, rows, *hifloat4(rows))


if __name__ == "__main__":
    write_main("hifloat4", "docs/formats/rivals.md in rational arithmetic", __doc__, make_cases)
