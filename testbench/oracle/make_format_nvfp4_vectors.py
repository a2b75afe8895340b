#!/usr/bin/env python3
"""Write formats_nvfp4.json, the vectors of NVFP4 and its encoders.

Elements (E2M1) and scales (E4M3) are cast by ml_dtypes. The rest is numpy's binary32, operation after operation as
TransformerEngine's reference quantizer has them (custom_recipes/reference_nvfp4.py); the search is binary64. Decoding is
exact fractions and one rounding.

Needs numpy and ml_dtypes; the vectors are committed, so tests do not.
"""

from fractions import Fraction

import ml_dtypes
import numpy as np

from format_vectors import finite_fp32, groups, inputs, vector, write_main

F = np.float32
BIGGEST = np.finfo(F).max
E4M3, E2M1 = ml_dtypes.float8_e4m3fn, ml_dtypes.float4_e2m1fn
LARGEST_SCALE_CODE = 0x7E


def at_most(x):
    return np.minimum(x, BIGGEST)


class Tensor:
    """What a tensor shares: 448 or 256 is where its largest group scale goes."""

    def __init__(self, amax, scale_max):
        self.amax, self.scale_max = amax, F(scale_max)
        self.encode = at_most(F(6) * self.scale_max / amax)
        self.decode = F(1) / self.encode

    def elements(self, code, x):
        """Codes and values of a group under a scale code."""
        inverse = at_most(F(1) / (scale_value(code) * self.decode))
        cast = np.clip(x * inverse, F(-6), F(6)).astype(E2M1)
        return cast.view(np.uint8), cast.astype(F)


def scale_code(value):
    return int(np.clip(value, F(-448), F(448)).astype(E4M3).view(np.uint8))


def scale_value(code):
    return np.uint8(code).view(E4M3).astype(F)


def usual(tensor, x):
    return scale_code(at_most(np.max(np.abs(x)) * (tensor.encode * (F(1) / F(6)))))


def four_over_six(tensor, x):
    base = np.max(np.abs(x)) / F(6) * tensor.encode

    def error(code):
        total = F(0)
        for q, value in zip(tensor.elements(code, x)[1], x):
            back = q * scale_value(code) * tensor.amax / (F(6) * tensor.scale_max)
            total = total + (back - value) * (back - value)
        return total

    four, six = scale_code(base * F(1.5)), scale_code(base)
    return four if error(four) < error(six) else six


def search(down, up):
    def choose(tensor, x):
        base = usual(tensor, x)

        def error(code):
            values = tensor.elements(code, x)[1]
            differences = [float(v) / float(tensor.decode) - float(q * scale_value(code)) for q, v in zip(values, x)]
            total = 0.0
            for d in differences:
                total += d * d
            return total

        others = range(max(base - down, 0), min(base + up, LARGEST_SCALE_CODE) + 1)
        return min([base, *others], key=error)  # the first of the smallest

    return choose


# specification -> (group, largest scale, choice of the scale code)
FORMATS = {
    "nvfp4": (16, 448, usual),
    "nvfp4-46": (16, 256, four_over_six),
    "nvfp4-search": (16, 448, search(1, 2)),
}
VARIANTS = {
    "nvfp4:group=32": (32, 448, usual),
    "nvfp4-46:group=8": (8, 256, four_over_six),
    "nvfp4-search:down=0:up=0": (16, 448, search(0, 0)),
    "nvfp4-search:down=4:up=5:group=8": (8, 448, search(4, 5)),
}


def case(name, specification, rows, group, scale_max, choose):
    x = [np.array(row, np.uint32).view(F) for row in rows]
    tensor = Tensor(max(np.max(np.abs(row)) for row in x), scale_max)
    elements, scales, y = [], [], []
    for row in x:
        parts = groups(row, group)
        codes = [choose(tensor, part) for part in parts]
        encoded = [tensor.elements(code, part) for code, part in zip(codes, parts)]
        scales.append(codes)
        elements.append([int(e) for part, _ in encoded for e in part])
        y.append([decode(tensor, code, q) for code, (_, values) in zip(codes, encoded) for q in values])
    fields = {"element": (4, elements), "scale": (8, scales), "amax": (32, [[int(tensor.amax.view(np.uint32))]])}
    return vector(name, specification, rows, fields, y)


def decode(tensor, code, q):
    value = Fraction(float(q)) * Fraction(float(scale_value(code))) * Fraction(float(tensor.decode))
    return finite_fp32(value) | int(np.signbit(q)) << 31


def words(row):
    """Rows of one."""
    return [[int(b) for b in np.array(row, F).view(np.uint32)]]


def ties():
    """E2M1 midpoints in groups whose scale is exact: the group's largest is 6, the tensor's 2688."""
    middles = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0]
    row = [2688.0] + [0.0] * 15 + [6.0, *middles, *(-m for m in middles), -0.0]
    row += [448.0 * v for v in [6.0, *middles, *(-m for m in middles), -0.0]]
    return words(row)


def faint():
    """Groups below a large one: scales that are subnormal, that round to the smallest, to 0."""
    rng = np.random.default_rng(7)
    row = [3.0] + [0.0] * 15
    for exponent in range(-12, -20, -1):
        row += list(rng.uniform(-1, 1, 16) * 2.0**exponent)
    return words(row)


def tiny():
    """Tensors whose encode scale would be infinite."""
    ramp = np.linspace(-1, 1, 33)
    return {f"largest 2^{e}": words(ramp * 2.0**e) for e in (-116, -118, -127, -136, -148)}


def scale_ties(amax, scale_max):
    """Groups whose largest magnitude, within some units in the last place, takes a scale or 1.5 times a scale to a tie of
    E4M3: the order of the operations decides. The rest of a group prefers a scale for 6 or one for 4."""
    tensor = Tensor(F(amax), scale_max)
    row = [amax] + [0.0] * 15
    for tie, rest in [(t, 4 / 6) for t in (17, 29, 58, 232)] + [(t / 1.5, 3 / 4) for t in (17, 29, 58, 232)]:
        largest = F(tie) * F(6) * tensor.decode
        for step in range(-2, 3):
            row += [largest * F(1 + step * 2.0**-23)] + [largest * F(rest)] * 15
    return words(row)


def choice_ties(amax):
    """Groups with 160 and 240 as scales for 6 and 4 and a scalar halfway between 0.5*160 and 0.5*240, within some units
    in the last place: both errors are equal but for rounding."""
    tensor = Tensor(F(amax), 256)
    unit = F(160) * tensor.decode
    row = [amax] + [0.0] * 15
    for step in range(-3, 4):
        row += [F(6) * unit, F(float(unit) * 0.625 * (1 + step * 2.0**-24))] + [0.0] * 14
    return words(row)


def cases():
    for i, (specification, parameters) in enumerate(FORMATS.items()):
        own = {"ties": ties(), "faint": faint(), **tiny()}
        own.update({f"scale ties {amax}": scale_ties(amax, parameters[1]) for amax in (2.1, 5.3)})
        for name, rows in {**inputs(300 + i), **own}.items():
            yield case(name, specification, rows, *parameters)
    for amax in (7.614871, 3.6749485, 2.8387358):
        yield case(f"choice ties {amax}", "nvfp4-46", choice_ties(amax), *FORMATS["nvfp4-46"])
    for specification, parameters in VARIANTS.items():
        yield case("laplace", specification, inputs(310)["laplace"], *parameters)


if __name__ == "__main__":
    np.seterr(all="ignore")
    producer = f"order of TransformerEngine's reference_nvfp4.py, elements and scales of ml_dtypes {ml_dtypes.__version__}"
    write_main("nvfp4", producer, __doc__, cases)
