#!/usr/bin/env python3
"""Write (or check) the vectors of the quantizer, the decoder and the exact GEMM, computed by bcq_oracle.

    quantize.json     FP32 in; codes, selectors, indices, tensor scale and decoded FP32 out
    gemm.json         two encoded operands; their decoded values, the exact S and C out
    gemm_fp32.json    two encoded operands; the exact S, the FP32 accumulators and their C out
    accumulator.json  S; RNE32(S * 2**-18) out

Each file has an array "cases", one case per line. Numbers of a row are one string of fixed-width hex fields: 8 digits
for binary32 bits, 2 for an E4M3 code, 1 for an index or a selector. S is a decimal string.

The generator needs the standard library only and uses no floating point; so it writes the same bytes everywhere.
"""

import argparse
import json
import pathlib
import random
import sys
from fractions import Fraction

import bcq_oracle as oracle
from bcq_oracle import Format, Tensor, f32_value, rne32

FLT_MAX = 0x7F7FFFFF
ONE = 0x3F800000


# --- Random material ------------------------------------------------------------------------------------------------


def gaussian(rng, scale=Fraction(1)):
    """About N(0,1), times scale, as binary32 bits: twelve uniform integers, no floating point."""
    total = sum(rng.randrange(2**30) for _ in range(12)) - 6 * 2**30
    return rne32(Fraction(total, 2**30) * scale)


def matrix(rng, rows, k, scale=Fraction(1)):
    return [[gaussian(rng, scale) for _ in range(k)] for _ in range(rows)]


def random_books(rng, fmt):
    """Ascending random codebooks; every other one reaches -Q and Q, as calibrated ones about do."""
    books = []
    for number in range(fmt.nc):
        spread = fmt.q if number % 2 == 0 else max(fmt.q // (1 + number), 3)
        if fmt.codeword == "e2m3":
            book = rng.choices([c for c in oracle.e2m3_codewords() if abs(c) <= spread], k=16)
        else:
            book = [rng.randint(-spread, spread) for _ in range(16)]
        if number % 2 == 0:
            book[:2] = [-fmt.q, fmt.q]
        books.append(sorted(book))
    return books


def random_tensor(rng, fmt, rows, k, g_bits, codes):
    """A tensor of arbitrary legal codes; `codes` are the scale codes to draw from."""
    blocks, arrays = -(-k // fmt.lb), -(-k // fmt.la)
    return Tensor(
        fmt,
        random_books(rng, fmt),
        g_bits,
        [[rng.randrange(16) for _ in range(k)] for _ in range(rows)],
        [[rng.randrange(fmt.nc) for _ in range(blocks)] for _ in range(rows)],
        [[rng.choice(codes) for _ in range(arrays)] for _ in range(rows)],
    )


# --- JSON -----------------------------------------------------------------------------------------------------------


def hex_rows(rows, digits):
    return ["".join(f"{value:0{digits}x}" for value in row) for row in rows]


def tensor_json(tensor):
    fmt = tensor.format
    options = {"codeword": fmt.codeword, "scale": fmt.scale}
    return {
        "format": {"lb": fmt.lb, "la": fmt.la, "nc": fmt.nc, "bc": fmt.bc}
        | {key: value for key, value in options.items() if value not in ("int", "decode")},
        "k": len(tensor.indices[0]),
        "codebooks": tensor.codebooks,
        "tensor_scale": f"{tensor.g_bits:08x}",
        "indices": hex_rows(tensor.indices, 1),
        "selectors": hex_rows(tensor.selectors, 1),
        "scales": hex_rows(tensor.scales, 2),
        "dequantized": hex_rows(oracle.dequantize(tensor), 8),
    }


# --- Quantizer cases ------------------------------------------------------------------------------------------------


def quantize_case(name, fmt, inputs, books, static_scale=None, **options):
    """`options` are the encoder's (down, up, mirror); the file of the plain encoder has none."""
    assert len({len(row) for row in inputs}) == 1, name
    tensor = oracle.quantize(inputs, books, fmt, static_scale, **options)
    return {
        "name": name,
        "static_scale": None if static_scale is None else f"{static_scale:08x}",
        **options,
        "inputs": hex_rows(inputs, 8),
        "tensor": tensor_json(tensor),
    }


def midpoint_rows(rng, fmt, g, codes, books):
    """One row per scale code, with g static: the first scalar sets the code, the others aim at ties.

    Even scalars lie exactly half-way between two codewords, odd ones half-way between two values of V.
    """
    rows = []
    for code in codes:
        unit = oracle.e4m3_value(code) * g / 16  # one step of V
        row = [rne32(fmt.q * 16 * unit)]
        while len(row) < fmt.la:
            book = rng.choice(books)
            i = rng.randrange(15)
            v = Fraction(8 * (book[i] + book[i + 1]))
            if len(row) % 2 == 1:
                v = rng.randrange(-16 * fmt.q, 16 * fmt.q) + Fraction(1, 2)
            row.append(rne32(v * unit))
        rows.append(row)
    return rows


def scale_tie_rows(fmt, g, codes):
    """Rows of one array whose largest magnitude is exactly half-way between code and code + 1, and one ulp off."""
    rows = []
    for code in codes:
        tie = (oracle.E4M3_VALUES[code] + oracle.E4M3_VALUES[code + 1]) / 2 * fmt.q * g
        bits = rne32(tie)
        assert f32_value(bits) == tie
        rows += [[bits + step, ONE & 0x80000000, rne32(-tie / 3), rne32(tie / 7)] for step in (-1, 0, 1)]
    return rows


def quantize_cases():
    rng = random.Random(20250205)
    cases = []

    def add(name, fmt, rows, k, scale=Fraction(1), **more):
        cases.append(quantize_case(name, fmt, matrix(rng, rows, k, scale), random_books(rng, fmt), **more))

    default = Format()
    add("default", default, 2, 128)
    add("ragged K, odd", default, 3, 77)
    add("K shorter than a block", default, 2, 5)
    add("K of one whole array and one scalar", default, 1, 65)
    add("lb=1", Format(lb=1, la=8), 2, 35)
    add("lb=1 la=1", Format(lb=1, la=1, nc=2), 2, 21)
    add("lb=2 nc=1", Format(lb=2, la=32, nc=1), 2, 67)
    add("lb=64 la=64", Format(lb=64, la=64), 2, 150)
    add("nc=1", Format(nc=1), 2, 90)
    add("nc=16", Format(nc=16), 2, 90)
    add("bc=4", Format(bc=4), 2, 90)
    add("bc=5 nc=2", Format(bc=5, nc=2), 1, 90)
    add("bc=7 nc=4", Format(bc=7, nc=4), 1, 90)
    add("bc=8", Format(bc=8), 2, 90)
    add("la=16", Format(la=16), 2, 83)
    add("la=24, not a power of two", Format(la=24), 2, 83)
    add("la=1024", Format(lb=32, la=1024, nc=4), 1, 300)
    add("one scalar", default, 1, 1)
    add("tiny tensor scale", default, 1, 70, Fraction(1, 2**130))
    add("huge tensor", default, 1, 70, Fraction(2**124))

    # Distributions a Gaussian does not reach.
    inputs = matrix(rng, 2, 100)
    inputs[0][7], inputs[1][70] = rne32(Fraction(3000)), rne32(Fraction(-45000, 7))
    cases.append(quantize_case("outliers", default, inputs, random_books(rng, default)))
    inputs = [[gaussian(rng, Fraction(2) ** rng.randrange(-40, 40)) for _ in range(100)] for _ in range(2)]
    cases.append(quantize_case("wide range", Format(la=16), inputs, random_books(rng, default)))
    inputs = [[rng.choice([rng.randrange(FLT_MAX + 1), rng.randrange(FLT_MAX + 1) | 2**31]) for _ in range(70)]]
    cases.append(quantize_case("random bit patterns", Format(la=8), inputs, random_books(rng, default)))

    # Zeros.
    small = Format(lb=4, la=16, nc=4)
    inputs = [[gaussian(rng) if i // 16 % 2 else 0x80000000 * (i % 2) for i in range(70)] for _ in range(2)]
    cases.append(quantize_case("all-zero arrays, both signs of zero", small, inputs, random_books(rng, small)))
    books = [[-9] * 8 + [-2, 2] + [9] * 6, [-9, -2, 2] + [9] * 13, [-2] * 5 + [2] * 11, [-3] * 8 + [3] * 8]
    cases.append(quantize_case("all-zero tensor, no codeword zero", small, [[0] * 19, [0x80000000] * 19], books))

    # The ends of binary32.
    inputs = [[rng.randrange(6) | rng.choice([0, 2**31]) for _ in range(80)] for _ in range(2)]
    inputs[0][3] = 5
    cases.append(quantize_case("subnormals up to 5 * 2^-149", small, inputs, random_books(rng, small)))
    inputs = [[rng.randrange(0xA00000) | rng.choice([0, 2**31]) for _ in range(80)] for _ in range(2)]
    cases.append(quantize_case("about the smallest normal", small, inputs, random_books(rng, small)))
    for bc in (4, 5, 6, 7, 8):
        fmt = Format(lb=4, la=8, nc=2, bc=bc)
        inputs = [[FLT_MAX, FLT_MAX | 2**31, FLT_MAX - 0x300000, 1, 0x00800000, ONE, 0, FLT_MAX - 0x800000]]
        cases.append(quantize_case(f"FLT_MAX bc={bc}", fmt, inputs, random_books(rng, fmt)))

    # Static scales.
    unit_scale = rne32(Fraction(4, 448 * 31))
    add("static scale that fits", default, 2, 70, static_scale=unit_scale)
    add("static scale that saturates", default, 2, 70, Fraction(40), static_scale=unit_scale)
    add("static scale that saturates every V", default, 1, 70, Fraction(2**60), static_scale=unit_scale)
    add("static scale, bc=8, saturates", Format(bc=8), 1, 70, Fraction(40), static_scale=unit_scale)
    add("static scale that underflows to 0x01", default, 2, 70, Fraction(1, 2**13), static_scale=unit_scale)
    add("static scale that underflows V too", default, 1, 70, Fraction(1, 2**40), static_scale=unit_scale)
    add("static scale subnormal", default, 1, 70, Fraction(1, 2**120), static_scale=0x00000123)
    add("static scale 2^-149 against 1", default, 1, 20, static_scale=1)
    add("static scale FLT_MAX", default, 1, 20, Fraction(2**127), static_scale=FLT_MAX)
    add("static scale FLT_MAX, bc=8", Format(bc=8), 1, 20, static_scale=FLT_MAX)

    # Ties.
    ties = Format(lb=4, la=32, nc=4)
    books = [sorted(book) for book in random_books(rng, ties)]
    for name, g_bits in (("power of two", 0x3C000000), ("odd", 0x3C5B2D07)):
        inputs = midpoint_rows(rng, ties, f32_value(g_bits), range(0x30, 0x38), books)
        cases.append(quantize_case(f"ties of V and of codewords, g {name}", ties, inputs, books, g_bits))
    mirror = [[-c for c in reversed(book)] for book in books[:2]]
    symmetric = [-31, -23, -17, -12, -8, -5, -3, -1, 1, 3, 5, 8, 12, 17, 23, 31]
    inputs = midpoint_rows(rng, ties, f32_value(0x3C000000), (0x28, 0x2B, 0x2F, 0x01, 0x07, 0x7E), [symmetric])
    inputs += [[bits ^ (0x80000000 if i // 4 % 2 else 0) for i, bits in enumerate(inputs[0])]]
    cases.append(quantize_case("equal codebooks: lowest selector", ties, inputs, [symmetric] * 4, 0x3C000000))
    plateau = [-31, -31, -16, -16, -16, -4, -4, 0, 0, 0, 4, 4, 16, 16, 31, 31]
    tie_books = [plateau, symmetric, symmetric, plateau]
    cases.append(quantize_case("equal codewords: lowest index", ties, inputs, tie_books, 0x3C000000))
    unit = f32_value(0x3C000000)
    even = [[rne32(31 * unit), *[rne32(rng.choice([-1, 1]) * c * unit) for c in (0, 0, 0)]] * 8] * 2
    cases.append(quantize_case("mirrored codebooks", ties, inputs + even, books[:2] + mirror, 0x3C000000))
    # A saturated V decides: at 1023 the errors of both books are equal, at 1022 or 1024 one of them is smaller.
    two = Format(lb=2, la=2, nc=2)
    near, far = [-31] * 14 + [0, 30], [-31] * 14 + [-5, 31]
    step = oracle.E4M3_VALUES[0x7E] * unit / 16
    inputs = [[rne32(Fraction(10**6)), rne32(67 * step)]]
    cases.append(quantize_case("saturated V, tie, 1024 would differ", two, inputs, [near, far], 0x3C000000))
    cases.append(quantize_case("saturated V, tie, 1022 would differ", two, inputs, [far, near], 0x3C000000))
    assert all(case["tensor"]["selectors"] == ["0"] for case in cases[-2:])
    four = Format(lb=4, la=4, nc=2)
    inputs = scale_tie_rows(four, Fraction(1, 64), [1, 2, 6, 7, 8, 0x0F, 0x37, 0x38, 0x7C, 0x7D])
    cases.append(quantize_case("ties of the scale", four, inputs, random_books(rng, four), rne32(Fraction(1, 64))))
    return cases


# --- GEMM cases -----------------------------------------------------------------------------------------------------


def gemm_case(name, activation, weight):
    sums, result = oracle.gemm(activation, weight)
    return {
        "name": name,
        "activation": tensor_json(activation),
        "weight": tensor_json(weight),
        "s": [[str(s) for s in row] for row in sums],
        "c": hex_rows(result, 8),
    }


def s_tie_case(fmt):
    """Rows whose S is a chosen integer around ties of binary32: S = 64 * 2**18 * c + r with r from codes 0x01."""
    book = [-15, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 8]
    unit = 0x01  # m = 1, e = 0
    big = (10 << 3) | 0  # m = 8, e = 9: big * big is 2**24
    rows = []
    for top in (1, -1, 2, -2, 4, 8):
        rows += [(top, rest) for rest in (-4, -3, -2, -1, 1, 2, 3, 4)]
    rows.append((0, 0))
    activation = Tensor(
        fmt, [book], rne32(Fraction(5, 7)), [[book.index(t), book.index(r)] for t, r in rows], [[0, 0]] * len(rows), []
    )
    activation.scales = [[big, unit]] * len(rows)
    scales = [[big, unit], [big, unit | 0x80]]
    weight = Tensor(fmt, [book], rne32(Fraction(3, 11)), [[10, 10], [8, 10]], [[0, 0]] * 2, scales)
    return gemm_case("ties of S", activation, weight)


def gemm_cases():
    rng = random.Random(250205376)
    cases = []
    positive = list(range(0x7F))
    all_codes = positive + [code | 0x80 for code in positive]
    extreme = [0x7E, 0x01, 0xFE, 0x81, 0x00, 0x80]

    def add(name, fmt, m, n, k, codes, g=("3f800000", "3f800000"), weight_fmt=None):
        activation = random_tensor(rng, fmt, m, k, int(g[0], 16), codes)
        weight = random_tensor(rng, weight_fmt or fmt, n, k, int(g[1], 16), codes)
        cases.append(gemm_case(name, activation, weight))

    default = Format()
    add("default", default, 3, 4, 128, positive)
    add("one scalar", default, 1, 1, 1, [0x38])
    add("ragged K, odd, signed scales", default, 3, 5, 77, all_codes, ("3c123457", "3b7edcba"))
    add("lb=1 la=1", Format(lb=1, la=1, nc=2), 3, 3, 17, all_codes, ("3c123457", "3b7edcba"))
    add("lb=64", Format(lb=64), 2, 3, 129, all_codes, ("40490fdb", "3b7edcba"))
    add("nc=1 bc=4", Format(nc=1, bc=4), 3, 2, 71, all_codes, ("40490fdb", "402df854"))
    add("nc=16 bc=8 la=16", Format(la=16, nc=16, bc=8), 2, 3, 53, all_codes, ("40490fdb", "402df854"))
    add("bc=5 la=24", Format(la=24, nc=4, bc=5), 2, 2, 53, all_codes, ("40490fdb", "402df854"))
    add("bc=7 la=8", Format(la=8, nc=4, bc=7), 3, 3, 61, all_codes, ("40490fdb", "402df854"))
    add("codebooks of different number", Format(nc=4), 2, 2, 70, all_codes, weight_fmt=Format(nc=2))
    add("extreme codes", Format(lb=4, la=4), 4, 4, 50, extreme, ("40490fdb", "402df854"))
    add("scales of zero", Format(lb=4, la=4), 2, 2, 9, [0x00, 0x80])
    add("g product subnormal", Format(lb=4, la=8), 3, 3, 30, all_codes, ("1a0f1e2d", "1b123455"))
    add("g product 2^-149", Format(lb=4, la=8), 3, 3, 30, all_codes, ("1a800000", "1a000000"))
    add("g product underflows to 0", Format(lb=4, la=8), 3, 3, 30, all_codes, ("0a0f1e2d", "0b123455"))
    add("g subnormal", Format(lb=4, la=8), 2, 2, 30, all_codes, ("00000007", "00412345"))
    add("C overflows", Format(lb=4, la=8), 3, 3, 30, all_codes, ("5f412345", "5f312345"))
    add("C about the largest number", Format(lb=4, la=8), 4, 4, 20, extreme, ("59412345", "59312345"))
    add("g product FLT_MAX", Format(lb=4, la=8), 2, 2, 30, [0x00, 0x38, 0xB9], ("7f7fffff", "3f800000"))
    cases.append(s_tie_case(Format(lb=1, la=1, nc=1)))
    return cases


def gemm_fp32_case(name, activation, weight):
    accumulators, result = oracle.gemm_fp32(activation, weight)
    sums, _ = oracle.gemm(activation, weight)
    return {
        "name": name,
        "activation": tensor_json(activation),
        "weight": tensor_json(weight),
        "s": [[str(s) for s in row] for row in sums],
        "acc": hex_rows(accumulators, 8),
        "c": hex_rows(result, 8),
    }


def scripted_case(name, columns):
    """A row of A per column, block arrays of one scalar: an entry (P, code) adds P * code * 2**9 units of S.

    The second row of W has the scale 448 instead of 2**-9.
    """
    fmt = Format(lb=1, la=1, nc=1, bc=8)
    book = [-127, -64, -33, -8, -7, -3, -2, -1, 0, 1, 2, 3, 8, 33, 64, 127]
    k = max(len(column) for column in columns)
    columns = [column + [(0, 0x38)] * (k - len(column)) for column in columns]
    g_bits = rne32(Fraction(5, 7))
    activation = Tensor(
        fmt,
        [book],
        g_bits,
        [[book.index(p) for p, _ in column] for column in columns],
        [[0] * k] * len(columns),
        [[code for _, code in column] for column in columns],
    )
    weight = Tensor(fmt, [book], g_bits, [[book.index(1)] * k] * 2, [[0] * k] * 2, [[0x01] * k, [0x7E] * k])
    return gemm_fp32_case(name, activation, weight)


def power(e):
    """The code of m = 8 and exponent e."""
    return (e + 1) << 3


def gemm_fp32_cases():
    rng = random.Random(32)
    cases = []
    positive = list(range(0x7F))
    all_codes = positive + [code | 0x80 for code in positive]
    extreme = [0x7E, 0x01, 0xFE, 0x81, 0x00, 0x80]

    def add(name, fmt, m, n, k, codes, g=("3f800000", "3f800000")):
        activation = random_tensor(rng, fmt, m, k, int(g[0], 16), codes)
        weight = random_tensor(rng, fmt, n, k, int(g[1], 16), codes)
        cases.append(gemm_fp32_case(name, activation, weight))

    add("default", Format(), 3, 4, 200, positive)
    add("default, signed scales", Format(), 3, 4, 333, all_codes, ("3c123457", "3b7edcba"))
    add("one scalar", Format(), 1, 1, 1, [0x38])
    add("one block array", Format(), 3, 3, 64, all_codes)
    add("many short block arrays", Format(lb=1, la=1, nc=2), 4, 4, 150, all_codes, ("3c123457", "3b7edcba"))
    add("bc=4", Format(lb=2, la=2, nc=1, bc=4), 4, 4, 120, all_codes, ("40490fdb", "402df854"))
    add("bc=8 la=16", Format(la=16, nc=16, bc=8), 3, 3, 170, all_codes, ("40490fdb", "402df854"))
    add("extreme codes", Format(lb=4, la=4), 5, 5, 90, extreme, ("40490fdb", "402df854"))
    add("scales of zero", Format(lb=4, la=4), 2, 2, 9, [0x00, 0x80])
    add("g product subnormal", Format(lb=4, la=8), 3, 3, 60, all_codes, ("1a0f1e2d", "1b123455"))
    add("C overflows", Format(lb=4, la=8), 3, 3, 60, all_codes, ("5f412345", "5f312345"))

    # 2^24 units, where the last place is two of them: odd steps are ties.
    top = [(64, power(14))] * 2
    steps = [(1, 0x01), (2, 0x01), (3, 0x01), (-1, 0x01), (-2, 0x01), (-3, 0x01), (33, 0x01), (-33, 0x01)]
    ties = [top + [a, b] for a in steps for b in steps] + [[(-p, code) for p, code in top] + [a, a, a] for a in steps]
    cases.append(scripted_case("ties", ties))
    # Large sums that cancel, exactly or to the last unit; the small terms before them are lost, those after are not.
    big = [(127, 0x7E), (-127, 0x7E)]
    cancel = [big, [(1, 0x01), *big], [*big, (1, 0x01)], [(-1, 0x01), *big, (-1, 0x01)], [(3, 0x01), (-3, 0x01)]]
    cancel += [[(64, power(e)), (a, 0x01), (-64, power(e)), (b, 0x01)] for e in range(15) for a in (1, -3) for b in (0, 127)]
    cancel += [[(127, code), (p, 0x01), (-127, code - 1)] for code in range(0x11, 0x7F, 5) for p in (1, -1)]
    cases.append(scripted_case("cancellation", cancel))
    return cases


def accumulator_cases():
    """S about powers of two, ties of every width and their neighbours, and the extremes."""
    rng = random.Random(63)
    sums = set(range(20)) | {2**66 - 1, 2**66, 2**62 - 1, 2**62, 2**63 - 1, 2**63}
    for bits in range(24, 67):
        half = 2 ** (bits - 25) if bits > 24 else 0
        for significand in (2**23, 2**24 - 1, rng.randrange(2**23, 2**24)):
            base = significand << (bits - 24)
            sums.update([base, base + half])
            if half > 1:
                sums.update([base + half - 1, base + half + 1])
    signed = sorted(sums | {-s for s in sums}, key=lambda s: (abs(s), s))
    return [[str(s), f"{rne32(Fraction(s, 2**18)):08x}"] for s in signed]


# --- Do the vectors bite? -------------------------------------------------------------------------------------------


def check_power(quantized, multiplied, multiplied_fp32):
    """Fail unless the cases tell the contract from plausible misreadings of it."""
    ideal = signed_zero = infinite = 0
    for case in quantized:
        tensor = case["tensor"]
        fmt = Format(**tensor["format"])
        g = f32_value(int(tensor["tensor_scale"], 16))
        for row, scales, out in zip(case["inputs"], tensor["scales"], tensor["dequantized"]):
            for i in range(tensor["k"]):
                bits = int(row[8 * i : 8 * i + 8], 16)
                array = i // fmt.la
                code = int(scales[2 * array : 2 * array + 2], 16)
                if code:
                    exact = abs(f32_value(bits)) / (oracle.e4m3_value(code) * g) * 16 + Fraction(1, 2)
                    limit = 2 ** (fmt.bc + 4) - 1
                    ideal += min(int(exact), limit) != abs(oracle.normalise(bits, g, code, fmt))
                signed_zero += out[8 * i : 8 * i + 8] == "80000000"
                infinite += out[8 * i : 8 * i + 8] in ("7f800000", "ff800000")
    double = 0
    for case in multiplied:
        factor = f32_value(int(case["activation"]["tensor_scale"], 16)) * f32_value(
            int(case["weight"]["tensor_scale"], 16)
        )
        for sums, row in zip(case["s"], case["c"]):
            for j, s in enumerate(sums):
                double += rne32(Fraction(int(s), 2**18) * factor) != int(row[8 * j : 8 * j + 8], 16)
    inexact = 0
    for case in multiplied_fp32:
        for sums, row in zip(case["s"], case["acc"]):
            for j, s in enumerate(sums):
                inexact += rne32(Fraction(int(s), 2**18)) != int(row[8 * j : 8 * j + 8], 16)
    print(f"FP32 accumulation differs from an exact one for {inexact} results")
    print(f"V differs from an ideal quotient for {ideal} scalars, C from a single rounding for {double} results")
    print(f"decoded: {signed_zero} times -0, {infinite} times infinity")
    assert ideal > 0 and double > 0 and inexact > 0


def render(generator, note, cases):
    head = {"generator": f"testbench/oracle/{generator}", "contract": "docs/numerics.md", "note": note}
    lines = [json.dumps(case, separators=(",", ":")) for case in cases]
    return json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n"


def write_main(generator, description, make_files):
    """The program: `make_files` returns {name: (note, cases)}."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = pathlib.Path(__file__).resolve().parent / "vectors"
    parser.add_argument("--out", type=pathlib.Path, default=default, help="folder (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless the files are up to date")
    arguments = parser.parse_args()

    stale = []
    for name, (note, cases) in make_files().items():
        path, text = arguments.out / name, render(generator, note, cases)
        if arguments.check:
            if not path.is_file() or path.read_text() != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        print(f"{path}: {len(text)} bytes")
    if stale:
        sys.exit("out of date: " + ", ".join(stale))


def make_files():
    quantized, multiplied, multiplied_fp32 = quantize_cases(), gemm_cases(), gemm_fp32_cases()
    check_power(quantized, multiplied, multiplied_fp32)
    return {
        "quantize.json": ("FP32 matrices and their encoding", quantized),
        "gemm.json": ("encoded operands, exact S (LSB 2^-18) and C", multiplied),
        "gemm_fp32.json": ("encoded operands, exact S, FP32 accumulators and their C", multiplied_fp32),
        "accumulator.json": ("S and RNE32(S * 2^-18)", accumulator_cases()),
    }


if __name__ == "__main__":
    write_main("make_bcq_vectors.py", __doc__, make_files)
