#!/usr/bin/env python3
"""What the makers of format vectors share: inputs, rounding to a list of values, and the file.

Standard library only, every number an int or a fractions.Fraction: the same bytes are written everywhere.
"""

import argparse
import bisect
import json
import pathlib
import random
import sys
from fractions import Fraction

from bcq_oracle import f32_value, rne32

FLT_MAX = 0x7F7FFFFF
SIGN = 0x80000000
ROWS, K = 2, 37  # two groups of 16 and a short one


# --- Inputs: rows of binary32 bits ----------------------------------------------------------------------------------


def _unit(rng):
    """About N(0,1): twelve uniform integers, no floating point."""
    return Fraction(sum(rng.randrange(2**30) for _ in range(12)) - 6 * 2**30, 2**30)


def _laplace(rng):
    """A sum of two products of normal variates is Laplacian."""
    return _unit(rng) * _unit(rng) + _unit(rng) * _unit(rng)


def _finite_pattern(rng):
    return rng.randrange(0x7F800000) | rng.choice([0, SIGN])


_RANDOM = {
    "gaussian": lambda rng: rne32(_unit(rng)),
    "laplace": lambda rng: rne32(_laplace(rng)),
    "outliers": lambda rng: rne32(_unit(rng) * (64 if rng.randrange(20) == 0 else 1)),
    "wide range": lambda rng: rne32(_unit(rng) * Fraction(2) ** rng.randint(-30, 30)),
    "bit patterns": _finite_pattern,
    "subnormal": lambda rng: rng.randrange(0x1000000) | rng.choice([0, SIGN]),
}


def _degenerate():
    """Zeros of both signs, zero groups beside others, FLT_MAX alone and among small numbers, the smallest numbers."""
    one, tiny = 0x3F800000, 1
    return [
        [0, SIGN] * 18 + [0],
        [0] * 16 + [one, one | SIGN] * 8 + [0, SIGN, one, tiny, tiny | SIGN],
        [FLT_MAX] * 16 + [FLT_MAX | SIGN, one, tiny, SIGN] + [0x00800000] * 17,
        [tiny, tiny | SIGN, 2, 3, 0x007FFFFF] * 7 + [tiny, SIGN],
        [tiny, 2, 3 | SIGN, 0, 5] * 7 + [tiny, 6],
        [0x7F000000, 0x7E800001, 0x7F000001 | SIGN] * 12 + [0x7F7FFFFE],
    ]


def inputs(seed):
    """name -> rows. Degenerate rows come together and, for formats with fields of the tensor, one by one."""
    rng = random.Random(seed)
    cases = {name: [[draw(rng) for _ in range(K)] for _ in range(ROWS)] for name, draw in _RANDOM.items()}
    cases["degenerate"] = _degenerate()
    cases.update({f"degenerate row {r}": [row] for r, row in enumerate(_degenerate())})
    return cases


def neighbourhood(x):
    """An FP32 number, exact, with the numbers before and after it."""
    bits = rne32(Fraction(x))
    assert f32_value(bits) == x, "not an FP32 number"
    return [bits - 1, bits, bits + 1]


# --- Arithmetic -----------------------------------------------------------------------------------------------------


def nearest(values, x):
    """The index of the value nearest to x in an ascending list, ties to the even index, saturated."""
    above = bisect.bisect_left(values, x)
    if above == 0 or above == len(values):
        return min(above, len(values) - 1)
    low, high = x - values[above - 1], values[above] - x
    return above if high < low or (high == low and above % 2 == 0) else above - 1


def small_float_values(exponent_bits, mantissa_bits, bias, count):
    """The first `count` magnitudes of a minifloat with subnormal numbers."""
    values = []
    for code in range(count):
        field, mantissa = code >> mantissa_bits, Fraction(code % 2**mantissa_bits, 2**mantissa_bits)
        values.append((mantissa + (field > 0)) * Fraction(2) ** (max(field, 1) - bias))
    assert count <= 2 ** (exponent_bits + mantissa_bits)
    return values


def finite_fp32(x):
    """RNE32, saturated at the largest finite number."""
    largest = f32_value(FLT_MAX)
    return rne32(max(-largest, min(largest, x)))


def fp32_scale(largest, divisor):
    """The bits of a tensor or row scale."""
    return 0x3F800000 if largest == 0 else max(rne32(largest / divisor), 1)


def groups(row, size):
    return [row[i : i + size] for i in range(0, len(row), size)]


# --- The file -------------------------------------------------------------------------------------------------------


def vector(name, specification, rows, fields, y, operand="weight"):
    """A case. fields: name -> (bits, rows of ints)."""
    case = {"name": name, "format": specification, "operand": operand}
    case["x"] = ["".join(f"{bits:08x}" for bits in row) for row in rows]
    case["fields"] = {
        field: ["".join(f"{entry:0{(bits + 3) // 4}x}" for entry in row) for row in entries]
        for field, (bits, entries) in fields.items()
    }
    case["y"] = ["".join(f"{bits:08x}" for bits in row) for row in y]
    return case


def write_main(family, source, doc, make_cases):
    """The command line of a maker."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = pathlib.Path(__file__).resolve().parent / "vectors"
    parser.add_argument("--out", type=pathlib.Path, default=default, help="folder (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless the file is up to date")
    arguments = parser.parse_args()
    head = {"generated_by": f"testbench/oracle/make_format_{family}_vectors.py", "source": source}
    lines = [json.dumps(case, separators=(",", ":")) for case in make_cases()]
    text = json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n"
    path = arguments.out / f"formats_{family}.json"
    if arguments.check:
        if not path.is_file() or path.read_text() != text:
            sys.exit(f"out of date: {path}")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    print(f"{path}: {len(lines)} cases, {len(text)} bytes")
