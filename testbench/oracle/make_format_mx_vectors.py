#!/usr/bin/env python3
"""Write formats_mx.json, the vectors of the OCP MX formats and of SMX.

OCP MX: elements (E2M1, E2M3, E3M2, E4M3, E5M2) and scales (E8M0) are cast by ml_dtypes; the choice of the scale is that
of the specification, written out below. Integer elements are Python's round(), which is RNE.

SMX: no foreign type exists. The definition of arXiv 2302.08007 in exact fractions.

Needs numpy and ml_dtypes; the vectors are committed, so tests do not.
"""

import math
from fractions import Fraction

import ml_dtypes
import numpy as np

from bcq_oracle import f32_value, rne32
from format_vectors import groups, inputs, vector, write_main

# name -> (ml_dtypes type, bits); None is the integer element.
OCP = {
    "mxfp4": (ml_dtypes.float4_e2m1fn, 4),
    "mxfp6-e2m3": (ml_dtypes.float6_e2m3fn, 6),
    "mxfp6-e3m2": (ml_dtypes.float6_e3m2fn, 6),
    "mxfp8-e4m3": (ml_dtypes.float8_e4m3fn, 8),
    "mxfp8-e5m2": (ml_dtypes.float8_e5m2, 8),
    "mxint8": (None, 8),
}
SMX = {"smx4": 2, "smx6": 4, "smx9": 7}
LOWEST, HIGHEST = -127, 127


def floats(row):
    return np.array(row, np.uint32).view(np.float32)


def bits(array):
    return [int(b) for b in np.asarray(array, np.float32).view(np.uint32)]


def floor_log2(x):
    """Exact, subnormal numbers included; below everything for 0."""
    return math.frexp(x)[1] - 1 if x > 0 else -math.inf


def shared_exponent(row, element_exponent):
    """What takes the largest magnitude to the binade of an element, limited to what E8M0 has."""
    largest = float(np.max(np.abs(floats(row))))
    return int(min(max(floor_log2(largest) - element_exponent, LOWEST), HIGHEST))


# --- OCP MX ---------------------------------------------------------------------------------------------------------


def largest_element(kind):
    return 127 / 64 if kind is None else float(ml_dtypes.finfo(kind).max)


def encode_elements(kind, scaled):
    """Codes and their values; scaled is float64, exact. The integer element has no -0."""
    largest = largest_element(kind)
    clipped = np.clip(scaled, -largest, largest)
    if kind is None:
        integers = [round(Fraction(float(v)) * 64) for v in clipped]
        return [i & 0xFF for i in integers], np.array(integers) / 64
    cast = clipped.astype(np.float32).astype(kind)
    return [int(c) for c in cast.view(np.uint8)], cast.astype(np.float64)


def mx_group(kind, row):
    code = shared_exponent(row, floor_log2(largest_element(kind))) + 127
    scale = float(np.uint8(code).view(ml_dtypes.float8_e8m0fnu))
    codes, values = encode_elements(kind, floats(row).astype(np.float64) / scale)
    y = values * scale
    assert np.all(y.astype(np.float32) == y), "every result is an FP32 number"
    return codes, [code], bits(y)


def mx_case(name, specification, rows, group):
    kind, width = OCP[specification.split(":")[0]]
    encoded = [[mx_group(kind, part) for part in groups(row, group)] for row in rows]
    joined = [[sum((part[i] for part in row), []) for row in encoded] for i in range(3)]
    return vector(name, specification, rows, {"element": (width, joined[0]), "scale": (8, joined[1])}, joined[2])


def element_ties(kind):
    """Groups of 32 whose scale is 1 or 2^-5: the largest element, then midpoints of neighbouring values."""
    if kind is None:
        values = np.arange(128) / 64
    else:
        all_values = np.arange(128, dtype=np.uint8).view(kind).astype(np.float64)
        values = np.unique(all_values[(all_values >= 0) & (all_values <= largest_element(kind))])
    middles = (values[1:] + values[:-1]) / 2
    row = []
    for i, part in enumerate(groups(list(middles), 31)):
        signs = [(-1) ** j for j in range(len(part))]
        row += [v * 2.0 ** (-5 * (i % 2)) for v in [values[-1], *np.multiply(part, signs)]]
    return [bits(row)]


# --- SMX ------------------------------------------------------------------------------------------------------------


def smx_group(m, row):
    shared = shared_exponent(row, 0)
    elements, shifts, y = [], [], []
    for pair in groups(row, 2):
        shift = min(shared - shared_exponent(pair, 0), 1)
        quantum = Fraction(2) ** (shared + 1 - m - shift)
        for word in pair:
            negative = word >> 31
            magnitude = min(round(abs(f32_value(word)) / quantum), 2**m - 1)
            elements.append(negative << m | magnitude)
            y.append(rne32(magnitude * quantum) | negative << 31)
        shifts.append(shift)
    return elements, shifts, [shared + 127], y


def smx_case(name, specification, rows):
    m = SMX[specification]
    encoded = [[smx_group(m, part) for part in groups(row, 16)] for row in rows]
    joined = [[sum((part[i] for part in row), []) for row in encoded] for i in range(4)]
    fields = {"element": (m + 1, joined[0]), "microexponent": (1, joined[1]), "exponent": (8, joined[2])}
    return vector(name, specification, rows, fields, joined[3])


def smx_ties(m):
    """A group of exponent 0 after another: multiples of half a quantum, of pairs with and without shift."""
    halves = [k * 2.0**-m for k in range(2 ** (m + 1))]
    row = []
    for part in groups(halves, 14):
        row += [1.0, 0.0, *part] + [0.0] * (14 - len(part))
    return [bits(row)]


# --- All ------------------------------------------------------------------------------------------------------------


def cases():
    for i, (specification, (kind, _)) in enumerate(OCP.items()):
        rows = {name: r for name, r in inputs(100 + i).items() if not name.startswith("degenerate row")}
        for name, r in rows.items():
            yield mx_case(name, specification, r, 32)
        yield mx_case("ties", specification, element_ties(kind), 32)
        yield mx_case("groups of 8", f"{specification}:group=8", rows["gaussian"], 8)
    for i, (specification, m) in enumerate(SMX.items()):
        rows = {name: r for name, r in inputs(200 + i).items() if not name.startswith("degenerate row")}
        for name, r in {**rows, "ties": smx_ties(m)}.items():
            yield smx_case(name, specification, r)


if __name__ == "__main__":
    producer = f"OCP MX v1.0, elements and scales of ml_dtypes {ml_dtypes.__version__}; arXiv 2302.08007 in fractions"
    write_main("mx", producer, __doc__, cases)
