#!/usr/bin/env python3
"""Write formats_lookup.json: vectors of NF4, AF4, BOF4, BOF4-S and OPQ.

A re-implementation from the definitions alone (docs/formats/lookup.md), in exact rational arithmetic with one explicit
rounding to FP32 where the definition rounds. Not ours are: the level tables and the decision constants of NF4 (published),
rounding to BF16 (ml_dtypes), the normal quantile (scipy). Levels that no paper prints are solved here with Gauss-Legendre
quadrature and MINPACK; the C++ uses Lloyd's iteration on the trapezoidal rule in log m.

Needs numpy, scipy and ml_dtypes; the vectors are committed, so tests do not.
"""

import argparse
import functools
import json
import pathlib
from fractions import Fraction

import ml_dtypes
import numpy as np
from scipy import optimize, special, stats

FLT_MAX = float(np.finfo(np.float32).max)
TINY = 2.0**-149

# bitsandbytes: nf4_dequantization_lut of csrc/kernels.cu, the constants of backends/triton/kernels_4bit.py.
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip
NF4_DECISIONS = [
    -0.8480964004993439, -0.6106329262256622, -0.4599952697753906, -0.33967943489551544, -0.23460740596055984,
    -0.13791173323988914, -0.045525018125772476, 0.03979014977812767, 0.1202552504837513, 0.2035212516784668,
    0.2920137718319893, 0.3893125355243683, 0.5016634166240692, 0.6427869200706482, 0.8614784181118011,
]  # fmt: skip

# Tables that papers print: (format, block) -> levels. arXiv 2306.06965; arXiv 2505.06653 tables 6 and 7.
PUBLISHED = {
    ("af4", 64): [
        -1.0, -0.69441008, -0.51243739, -0.3736951, -0.25607552, -0.14982478, -0.04934812, 0.0, 0.04273164, 0.12934483,
        0.21961274, 0.31675666, 0.42563882, 0.55496234, 0.72424863, 1.0,
    ],
    ("bof4", 64): [
        -1.0, -0.7535245418548584, -0.579203724861145, -0.4385998845100403, -0.3167679905891418, -0.2059924453496933,
        -0.1015387624502182, 0.0, 0.0887245312333107, 0.1793769598007202, 0.2741499841213226, 0.3758211433887482,
        0.4884937703609467, 0.6187058687210083, 0.7790452241897583, 1.0,
    ],
    ("bof4-mae", 64): [
        -1.0, -0.7026305794715881, -0.5272703766822815, -0.3946738243103027, -0.2832144796848297, -0.1835313588380814,
        -0.090308666229248, 0.0, 0.0789600014686584, 0.1598792523145676, 0.244986355304718, 0.3372218906879425,
        0.441359281539917, 0.565777063369751, 0.7299178242683411, 1.0,
    ],
    ("bof4s", 64): [
        -0.8568463921546936, -0.6692874431610107, -0.5235266089439392, -0.4004882574081421, -0.2910638153553009,
        -0.1900092959403992, -0.0938529595732689, 0.0, 0.0887671709060669, 0.1794802695512772, 0.2743096053600311,
        0.3760197460651398, 0.4886530041694641, 0.6188603639602661, 0.7791395783424377, 1.0,
    ],
    ("bof4s", 256): [
        -0.8146829009056091, -0.6221838593482971, -0.4820549190044403, -0.3669650852680206, -0.2659871876239777,
        -0.1733742356300354, -0.0855776593089104, 0.0, 0.0815095230937004, 0.1649149656295776, 0.2524392008781433,
        0.3470274209976196, 0.4531534314155579, 0.578848659992218, 0.7418596744537354, 1.0,
    ],
    ("bof4s-mae", 64): [
        -0.8018798232078552, -0.6076051592826843, -0.468828022480011, -0.3559602797031403, -0.2576169371604919,
        -0.1677481383085251, -0.0827366262674332, 0.0, 0.0789434835314751, 0.1597966849803925, 0.2448495477437973,
        0.3371480107307434, 0.4412573873996735, 0.5656819343566895, 0.7298068404197693, 1.0,
    ],
}  # fmt: skip


# --- Levels ----------------------------------------------------------------------------------------------------------


def solved_levels(name, block):
    """The levels whose centroid conditions hold, by a root finder on the residuals of all free levels at once."""
    power = {"bof4": 2, "bof4s": 2, "bof4-mae": 1, "bof4s-mae": 1, "af4": 0}[name]
    nodes, weights = np.polynomial.legendre.leggauss(600)
    m = (nodes + 1) * 6.0
    inside = 2 * stats.norm.cdf(m) - 1
    weight = weights * m**power * inside ** (block - 2.0) * stats.norm.pdf(m)
    weight /= weight.sum()

    def mass(x):
        return (special.ndtr(np.outer(x, m)) - 0.5) @ weight

    def first_moment(x):
        return -stats.norm.pdf(np.outer(x, m)) @ (weight / m)

    pinned = {7: 0.0, 15: 1.0} | ({} if name.startswith("bof4s") else {0: -1.0})
    free = [level for level in range(16) if level not in pinned]

    def complete(values):
        levels = np.zeros(16)
        levels[free] = values
        for level, value in pinned.items():
            levels[level] = value
        return levels

    def residuals(values):
        levels = complete(values)
        ends = np.concatenate([[-1], (levels[1:] + levels[:-1]) / 2, [1]])
        if name == "af4":
            ends[7] = ends[8] = 0
        cell = np.diff(mass(ends))
        if power == 2:
            return (levels * cell - np.diff(first_moment(ends)))[free]
        return (2 * mass(levels) - mass(ends[:-1]) - mass(ends[1:]))[free]

    start = np.array(PUBLISHED[(name, 64)])[free]
    solution = optimize.root(residuals, start, tol=1e-15)
    assert np.max(np.abs(solution.fun)) < 1e-14, (name, block, solution.message)
    return complete(solution.x)


@functools.cache
def levels_of(name, block):
    """Sixteen exact FP32 values."""
    if name == "nf4":
        return [Fraction(float(np.float32(v))) for v in NF4]
    values = PUBLISHED.get((name, block))
    if values is None:
        values = solved_levels(name, block)
    return [Fraction(float(np.float32(v))) for v in values]


# --- Rounding --------------------------------------------------------------------------------------------------------


def rne32(value):
    """A rational rounded to binary32, as a rational. Never called where the result would overflow."""
    if value == 0:
        return Fraction(0)
    exponent = 0
    while abs(value) >= Fraction(2) ** (exponent + 1):
        exponent += 1
    while abs(value) < Fraction(2) ** exponent and exponent > -126:
        exponent -= 1
    quantum = Fraction(2) ** (exponent - 23)
    return round(value / quantum) * quantum  # Python rounds halves to even


def bf16(value):
    """(code, value) of a float in BF16: ml_dtypes, saturated."""
    with np.errstate(over="ignore"):
        number = np.float32(value).astype(ml_dtypes.bfloat16)
    code = int(number.view(np.uint16))
    if code & 0x7FFF == 0x7F80:
        code -= 1
    return code, Fraction(float(np.uint32(code << 16).view(np.float32)))


# --- Formats ---------------------------------------------------------------------------------------------------------


def encode_block(name, block, x):
    """(element codes, scale code, decoded FP32 values as (sign of zero kept) floats)."""
    levels = levels_of(name, block)
    decisions = [rne32((a + b) / 2) for a, b in zip(levels, levels[1:])]
    if name == "nf4":
        decisions = [Fraction(float(np.float32(v))) for v in NF4_DECISIONS]
    largest = max(abs(v) for v in x)
    if largest == 0:
        return [7] * len(x), 0, [0.0] * len(x)
    divisor = next(v for v in x if abs(v) == largest) if name.startswith("bof4s") else largest
    scale_code, scale = bf16(divisor)
    if scale == 0:
        scale_code |= 1
        scale = Fraction(2) ** -133 * (-1 if divisor < 0 else 1)
    codes = [sum(rne32(Fraction(v) / scale) > d for d in decisions) for v in x]
    values = [float(rne32(levels[c] * scale)) if c != 7 else np.copysign(0.0, float(scale)) for c in codes]
    return codes, scale_code, values


def quantize(name, block, rows):
    """Fields and decoded rows of a format without modifier."""
    if name == "fp32":
        return {"element": [[int(np.float32(v).view(np.uint32)) for v in row] for row in rows]}, rows
    elements, scales, decoded = [], [], []
    for row in rows:
        blocks = [encode_block(name, block, row[i : i + block]) for i in range(0, len(row), block)]
        elements.append(sum((b[0] for b in blocks), []))
        scales.append([b[1] for b in blocks])
        decoded.append(sum((b[2] for b in blocks), []))
    return {"element": elements, "scale": scales}, decoded


def is_outlier(x, block, quantile):
    """Flags of a block: w² > threshold²·variance, variance exact."""
    if len(x) == 1:
        return [False]
    values = [Fraction(v) for v in x]
    mean = sum(values) / len(x)
    variance = sum((v - mean) ** 2 for v in values) / (len(x) - 1)
    threshold = Fraction(float(stats.norm.isf(-np.expm1(np.log(quantile) / block) / 2)))
    return [v * v > threshold**2 * variance for v in values]


def quantize_opq(name, inner_block, rows, block, quantile):
    k = len(rows[0])
    flags = [sum((is_outlier(row[i : i + block], block, quantile) for i in range(0, k, block)), []) for row in rows]
    where = [(r, c) for r, row in enumerate(flags) for c, flag in enumerate(row) if flag]
    rest = [[0.0 if flag else v for v, flag in zip(row, row_flags)] for row, row_flags in zip(rows, flags)]
    fields, decoded = quantize(name, inner_block, rest)
    stored = [bf16(rows[r][c]) for r, c in where]
    for (r, c), (_, value) in zip(where, stored):
        decoded[r][c] = float(value)
    fields["outlier"] = [[code for code, _ in stored]]
    fields["outlier position"] = [sum(([(r * k + c) >> 32, (r * k + c) & 0xFFFFFFFF] for r, c in where), [])]
    return fields, decoded


# --- Data ------------------------------------------------------------------------------------------------------------


def fp32(values):
    return [[float(v) for v in row] for row in np.asarray(values, dtype=np.float32)]


def around(values):
    """Each value and its FP32 neighbours."""
    values = np.asarray(values, dtype=np.float32)
    return np.concatenate([values, np.nextafter(values, np.float32(-9)), np.nextafter(values, np.float32(9))])


def tie_rows(name, block):
    """Rows of one block each whose maximum is exactly ±1, or a scale that rounds up or down, with midpoints and levels."""
    levels = levels_of(name, block)
    points = [float(rne32((a + b) / 2)) for a, b in zip(levels, levels[1:])] + [float(v) for v in levels]
    points = around([v for v in points if abs(v) < 0.999])
    width = block - 2
    padded = np.resize(points, (-(-len(points) // width), width))
    rows = []
    for top in (1.0, -1.0, 1.0 + 2**-9, -(1.0 + 3 * 2**-9)):
        rows += [[top, -top * 0.999, *(row * top)] for row in padded]
    return fp32(rows)


def data(rng, block):
    """Named matrices [rows, K] for every format."""
    k = 2 * block + block // 3 + 1
    outliers = rng.standard_normal((1, k))
    outliers[:, ::29] *= 17
    degenerate = np.zeros((6, block + 2))
    degenerate[1] = -0.0
    degenerate[2] = 0.375
    degenerate[3] = rng.integers(-9, 10, block + 2) * TINY
    degenerate[4] = rng.integers(-3, 4, block + 2) * 2.0**-134
    degenerate[5] = rng.uniform(-1, 1, block + 2) * 2.0**-126
    degenerate[5, 3] = TINY
    extremes = rng.standard_normal((3, block))
    extremes[0, 1], extremes[0, 2] = -FLT_MAX, FLT_MAX
    extremes[1] = FLT_MAX
    extremes[2] *= 1e38
    return {
        "gaussian": fp32(rng.standard_normal((1, k)) * 0.02),
        "laplace": fp32(rng.laplace(size=(1, k))),
        "outliers": fp32(outliers),
        "one column": fp32([[3.3], [-0.7], [0.0]]),
        "degenerate": fp32(degenerate),
        "extremes": fp32(np.clip(extremes, -FLT_MAX, FLT_MAX)),
    }


def hex_rows(rows, digits):
    return ["".join(f"{v:0{digits}x}" for v in row) for row in rows]


def float_rows(rows):
    return hex_rows([[int(np.float32(v).view(np.uint32)) for v in row] for row in rows], 8)


DIGITS = {"element": 1, "scale": 4, "outlier": 4, "outlier position": 8}


def case(title, specification, rows, quantized):
    fields, decoded = quantized
    digits = DIGITS | ({"element": 8} if specification.startswith("fp32") else {})
    return {
        "name": title,
        "format": specification,
        "x": float_rows(rows),
        "fields": {name: hex_rows(entries, digits[name]) for name, entries in fields.items()},
        "y": float_rows(decoded),
    }


def cases():
    rng = np.random.default_rng(20250510)
    out = []
    for name in ("nf4", "af4", "bof4", "bof4-mae", "bof4s", "bof4s-mae"):
        for title, rows in data(rng, 64).items():
            out.append(case(title, name, rows, quantize(name, 64, rows)))
        rows = tie_rows(name, 64)
        out.append(case("ties", name, rows, quantize(name, 64, rows)))
    for name, block in (("nf4", 16), ("af4", 128), ("bof4", 2), ("bof4", 32), ("bof4-mae", 100), ("bof4s", 16),
                        ("bof4s", 256), ("bof4s-mae", 512)):  # fmt: skip
        rows = fp32(rng.standard_normal((1, 2 * block + 5)))
        out.append(case("gaussian", f"{name}:block={block}", rows, quantize(name, block, rows)))
    for name, block, quantile in (("nf4", 64, 0.95), ("bof4s", 64, 0.95), ("fp32", 64, 0.95), ("bof4s", 32, 0.9)):
        default = (block, quantile) == (64, 0.95)
        specification = f"{name}+opq" if default else f"{name}+opq:block={block}:quantile={quantile}"
        for title, rows in data(rng, 64).items():
            out.append(case(title, specification, rows, quantize_opq(name, 64, rows, block, quantile)))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = pathlib.Path(__file__).resolve().parent / "vectors" / "formats_lookup.json"
    parser.add_argument("--out", type=pathlib.Path, default=default, help="file to write (default: %(default)s)")
    out = parser.parse_args().out
    document = {
        "generated_by": "testbench/oracle/make_format_lookup_vectors.py",
        "source": "exact re-implementation of docs/formats/lookup.md; tables of bitsandbytes, arXiv 2306.06965 and "
        f"2505.06653; BF16 of ml_dtypes {ml_dtypes.__version__}",
        "cases": cases(),
    }
    out.write_text(json.dumps(document, indent=0) + "\n")
    print(f"{len(document['cases'])} cases, {out.stat().st_size} bytes -> {out}")


if __name__ == "__main__":
    main()
