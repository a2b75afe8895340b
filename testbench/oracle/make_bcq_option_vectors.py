#!/usr/bin/env python3
"""Write (or check) quantize_options.json: the encoder with encode scales, E2M3 codewords, scale search and mirror bit.

A case is one of quantize.json (see make_bcq_vectors.py) with the encoder's options "down", "up" and "mirror" and, in
the tensor's "format", "codeword": "e2m3" and "scale": "encode" where they are not the default.
"""

import random
from fractions import Fraction

import bcq_oracle as oracle
from bcq_oracle import Format, f32_value, rne32
from make_bcq_vectors import FLT_MAX, ONE, gaussian, matrix, midpoint_rows, quantize_case, random_books, write_main

SEARCH = {"down": 1, "up": 2, "mirror": False}
MIRROR = {"down": 0, "up": 0, "mirror": True}
BOTH = {"down": 1, "up": 2, "mirror": True}
WIDE = {"down": 5, "up": 4, "mirror": True}
PLAIN = {"down": 0, "up": 0, "mirror": False}


class Cases(list):
    """The cases, made with one random generator."""

    def __init__(self, seed):
        super().__init__()
        self.rng = random.Random(seed)

    def add(self, name, fmt, inputs, options, books=None, **more):
        self.append(quantize_case(name, fmt, inputs, books or random_books(self.rng, fmt), **more, **options))

    def add_gaussian(self, name, fmt, rows, k, options, scale=Fraction(1), **more):
        self.add(name, fmt, matrix(self.rng, rows, k, scale), options, **more)


def sign_flipped(bits):
    return bits ^ 0x80000000


def mirrored(book):
    return [-c for c in reversed(book)]


def add_range_cases(cases, prefix, kind, options):
    """Zeros, both ends of binary32 and static scales that fit nothing."""
    small = Format(lb=4, la=16, nc=4, **kind)
    rng = cases.rng
    inputs = [[gaussian(rng) if i // 16 % 2 else 0x80000000 * (i % 2) for i in range(70)] for _ in range(2)]
    cases.add(f"{prefix}, all-zero arrays, both signs of zero", small, inputs, options)
    cases.add(f"{prefix}, all-zero tensor", small, [[0] * 19, [0x80000000] * 19], options)
    inputs = [[rng.randrange(6) | rng.choice([0, 2**31]) for _ in range(40)]]
    inputs[0][3] = 5
    cases.add(f"{prefix}, subnormals up to 5 * 2^-149", small, inputs, options)
    inputs = [[rng.randrange(0xA00000) | rng.choice([0, 2**31]) for _ in range(40)]]
    cases.add(f"{prefix}, about the smallest normal", small, inputs, options)
    tiny = Format(lb=4, la=8, nc=2, **kind)
    inputs = [[FLT_MAX, FLT_MAX | 2**31, FLT_MAX - 0x300000, 1, 0x00800000, ONE, 0, FLT_MAX - 0x800000]]
    cases.add(f"{prefix}, FLT_MAX", tiny, inputs, options)
    inputs = [[gaussian(rng, Fraction(2) ** rng.randrange(-14, 4)) for _ in range(40)]]
    cases.add(f"{prefix}, wide range", tiny, inputs, options)
    for power in (-149, -17, -10, 0, 7, 127):
        inputs = [[gaussian(rng, Fraction(2) ** rng.randrange(-4, 4)) for _ in range(21)]]
        cases.add(f"{prefix}, static scale 2^{power}", tiny, inputs, options, static_scale=rne32(Fraction(2) ** power))
    cases.add_gaussian(f"{prefix}, static scale FLT_MAX", tiny, 1, 20, options, Fraction(2**125), static_scale=FLT_MAX)
    inputs = matrix(rng, 1, 20, Fraction(1, 2**120))
    cases.add(f"{prefix}, static scale subnormal", tiny, inputs, options, static_scale=0x00000123)


def exact_tie_rows(rng, fmt, g, books, options, count, is_zero):
    """Rows of one array for which several trials have the same least error, zero or not, found by trying.

    A scalar is half-way between what two codes decode, or just what a code decodes.
    """
    rows, window = [], options["up"]
    large = [c for c in {c for book in books for c in book} if 3 * abs(c) > fmt.q]

    def trial(row, code):
        return oracle.trial_error(oracle.encode_array(row, g, code, books, fmt)[0], code, fmt)

    codes = [(a, b) for a in range(0x30, 0x38) for b in range(a - window, a + window + 1) if a != b]
    candidates = [(*pair, c, d) for pair in codes for c in large for d in large]
    rng.shuffle(candidates)
    for a, b, c, d in candidates:
        t, u = oracle.e4m3_value(a), oracle.e4m3_value(b)
        if fmt.scale == "encode":
            t, u = 1 / t, 1 / u
        value = c * t if is_zero else (c * t + d * u) / 2
        # Errors of V that are rounded would hardly be equal.
        if value == 0 or (16 * value / t).denominator * (16 * value / u).denominator != 1:
            continue
        value = value / g if fmt.scale == "encode" else value * g
        bits = rne32(value)
        if f32_value(bits) != value:
            continue
        row = [bits, rng.choice([0, bits])]
        least = trial(row, a)
        if (least == 0) != is_zero or trial(row, b) != least:
            continue
        trials = oracle.trial_codes(oracle.array_scale(abs(value), g, fmt), **options)
        if a in trials and b in trials and all(trial(row, code) >= least for code in trials):
            rows.append(row)
            if len(rows) == count:
                break
    assert rows
    return rows


def add_tie_cases(cases, prefix, kind):
    rng, fmt = cases.rng, Format(lb=2, la=2, nc=2, **kind)
    legal = oracle.e2m3_codewords()
    g = Fraction(128) if fmt.scale == "encode" else Fraction(1, 128)
    # One codebook of each is one-sided, so that the sign matters.
    multiples = [sorted([-30, -25, -20, -15, -10, -5, 0, 6, 12, 18, 24, 30, 28, 21, -14, -7]), [-24] * 8 + [0] * 8]
    halves = [[-28, -14, -12, -8, -7, -6, -4, -3, -2, 0, 0, 1, 2, 5, 10, 20], [-24] * 8 + [-1] * 7 + [0]]
    for name, mirror in (("search", False), ("search and mirror", True)):
        for what, window, books in (("equal errors", 2, multiples), ("several codes without error", 10, halves)):
            if fmt.codeword == "e2m3":
                books = [[min((2 * c // 4 * 4, 2 * c), key=lambda x: x not in legal) for c in book] for book in books]
            options = {"down": window, "up": window, "mirror": mirror}
            inputs = exact_tie_rows(rng, fmt, g, books, options, 4, window == 10)
            cases.add(f"{prefix}, {name}: {what}", fmt, inputs, options, books, static_scale=rne32(g))
    symmetric = [-31, -23, -17, -12, -8, -5, -3, -1, 1, 3, 5, 8, 12, 17, 23, 31]
    if kind.get("codeword") == "e2m3":
        symmetric = [-60, -44, -32, -24, -15, -9, -5, -1, 1, 5, 9, 15, 24, 32, 44, 60]
    four = Format(lb=4, la=16, nc=2, **kind)
    cases.add_gaussian(f"{prefix}, symmetric codebooks: positive code", four, 2, 70, BOTH, books=[symmetric] * 2)
    book = random_books(rng, four)[1]
    paired = [book, mirrored(book)]
    cases.add_gaussian(f"{prefix}, mirror-paired codebooks: positive code", four, 2, 70, BOTH, books=paired)
    one = Format(lb=4, la=4, nc=1, **kind)
    plus = [[gaussian(rng) & 0x7FFFFFFF for _ in range(40)]]
    inputs = plus + [[sign_flipped(bits) for bits in plus[0]]]
    cases.add(f"{prefix}, one-sided codebook", one, inputs, BOTH, [[-one.q] * 2 + list(range(14))])


def add_scale_ties(cases, prefix, fmt):
    """Encode scales: Q/(a*h) half-way between two codes, as nearly as binary32 has it, and one ulp off.

    With h = 1 it can be exact where the odd part of the tie divides Q: 31 and 1 for Q = 31; 1, 3, 5 and 15 for 60; 21
    for 63.
    """
    exact = 0
    for g_bits in (ONE, 0x3FB504F3):
        rows = []
        for code in range(0x7E):
            tie = (oracle.E4M3_VALUES[code] + oracle.E4M3_VALUES[code + 1]) / 2
            a = fmt.q / (tie * f32_value(g_bits))
            bits = rne32(a)
            if f32_value(bits) == a or code % (40 if g_bits == ONE else 6) == 0:
                exact += f32_value(bits) == a
                rows += [[bits + step, ONE & 0x80000000, rne32(-a / 3), rne32(a / 7)] for step in (-1, 0, 1)]
        cases.add(f"{prefix}, ties of the scale", fmt, rows, PLAIN, static_scale=g_bits)
    assert exact >= 4, exact


def encode_midpoint_rows(rng, fmt, h):
    """Encode scales, h a power of two: one row per significand, every V but the first half-way between two integers."""
    rows = []
    for code in range(0x38, 0x40):
        t = oracle.e4m3_value(code)
        m = oracle.e4m3_parts(code)[1]
        row = [rne32(fmt.q / (t * h))]
        while len(row) < fmt.la:
            odd = rng.choice([-1, 1]) * rng.randrange(1, 2 * fmt.q, 2)
            v = Fraction(odd * m, 2 * (m & -m))
            row.append(rne32(v / (16 * t * h)))
            assert f32_value(row[-1]) * 16 * t * h == v and v.denominator == 2
        rows.append(row)
    return rows


def option_cases():
    cases = Cases(2502)
    default, ragged = Format(), Format(lb=4, la=24, nc=4)
    cases.add_gaussian("search", default, 2, 128, SEARCH)
    cases.add_gaussian("mirror", default, 1, 128, MIRROR)
    cases.add_gaussian("search and mirror", default, 1, 128, BOTH)
    cases.add_gaussian("search and mirror, ragged K", ragged, 3, 77, BOTH)
    cases.add_gaussian("search down only", ragged, 2, 50, {"down": 3, "up": 0, "mirror": False})
    cases.add_gaussian("search up only", ragged, 2, 50, {"down": 0, "up": 3, "mirror": True})
    cases.add_gaussian("search over every code", Format(lb=4, la=8, nc=2), 1, 8, WIDE | {"down": 126, "up": 126})
    for bc in (4, 5, 7, 8):
        cases.add_gaussian(f"search and mirror, bc={bc}", Format(lb=4, la=16, nc=4, bc=bc), 2, 50, BOTH)
    cases.add_gaussian("search and mirror, lb=1 la=1", Format(lb=1, la=1, nc=2), 2, 21, WIDE)
    add_range_cases(cases, "search and mirror", {}, BOTH)
    add_tie_cases(cases, "integers", {})
    # k = 1 and k = 0x7E clip the search; saturated arrays of 1024 have errors beyond 64 bits times t**2.
    long = Format(lb=64, la=1024, nc=1)
    ones = [[ONE | cases.rng.choice([0, 2**31]) for _ in range(1024)]]
    narrow = [list(range(-8, 8))]
    for g_bits in (rne32(Fraction(1, 2**40)), rne32(Fraction(2**20))):
        cases.add("a long array that one code fits ill", long, ones, BOTH, narrow, static_scale=g_bits)
    static = rne32(Fraction(1, 10**5))
    cases.add("a long array, E * t**2 of more than 64 bits", long, ones, WIDE, narrow, static_scale=static)

    e2m3 = {"codeword": "e2m3"}
    for name, options in (("plain", PLAIN), ("search and mirror", BOTH)):
        prefix = f"E2M3, {name}"
        cases.add_gaussian(prefix, Format(**e2m3), 1, 128, options)
        cases.add_gaussian(f"{prefix}, ragged K", Format(lb=4, la=24, nc=4, **e2m3), 2, 77, options)
        cases.add_gaussian(f"{prefix}, nc=16 lb=2", Format(lb=2, la=16, nc=16, **e2m3), 1, 53, options)
    add_range_cases(cases, "E2M3, search and mirror", e2m3, BOTH)
    add_tie_cases(cases, "E2M3", e2m3)
    ties = Format(lb=4, la=32, nc=4, **e2m3)
    books = random_books(cases.rng, ties)
    for g_bits in (0x3C000000, 0x3C5B2D07):
        inputs = midpoint_rows(cases.rng, ties, f32_value(g_bits), range(0x30, 0x36), books)
        cases.add("E2M3, ties of V and of codewords", ties, inputs, PLAIN, books, static_scale=g_bits)

    for kind, prefix in (({"scale": "encode"}, "encode"), ({"scale": "encode", **e2m3}, "encode E2M3")):
        for name, options in (("plain", PLAIN), ("search and mirror", BOTH)):
            long_name = f"{prefix}, {name}"
            cases.add_gaussian(long_name, Format(**kind), 1, 128, options)
            cases.add_gaussian(f"{long_name}, ragged K", Format(lb=4, la=24, nc=4, **kind), 2, 77, options)
            cases.add_gaussian(f"{long_name}, huge", Format(**kind), 1, 70, options, Fraction(2**124))
            cases.add_gaussian(f"{long_name}, static scale", Format(**kind), 1, 70, options, static_scale=0x42345678)
            cases.add_gaussian(f"{long_name}, tiny", Format(**kind), 1, 70, options, Fraction(1, 2**130))
        add_range_cases(cases, f"{prefix}, search and mirror", kind, BOTH)
        four = Format(lb=4, la=4, nc=2, **kind)
        add_scale_ties(cases, prefix, four)
        wide = Format(lb=4, la=16, nc=4, **kind)
        inputs = encode_midpoint_rows(cases.rng, wide, Fraction(32))
        cases.add(f"{prefix}, ties of V", wide, inputs, PLAIN, static_scale=rne32(Fraction(32)))
        add_tie_cases(cases, prefix, kind)
    for bc in (4, 5, 7, 8):
        fmt = Format(lb=4, la=16, nc=4, bc=bc, scale="encode")
        cases.add_gaussian(f"encode, bc={bc}", fmt, 1, 50, PLAIN)
        cases.add_gaussian(f"encode, search and mirror, bc={bc}", fmt, 1, 50, BOTH)
    add_scale_ties(cases, "encode, bc=7", Format(lb=4, la=4, nc=2, bc=7, scale="encode"))
    encode = Format(lb=64, la=1024, nc=1, scale="encode")
    for g_bits in (rne32(Fraction(2**40)), rne32(Fraction(1, 2**20)), rne32(Fraction(10**5))):
        cases.add("encode, a long array that one code fits ill", encode, ones, BOTH, narrow, static_scale=g_bits)
    return cases


# --- Do the vectors bite? -------------------------------------------------------------------------------------------


def check_power(cases):
    """Fail unless every branch of the search is taken somewhere."""
    seen = {"negative": 0, "below nearest": 0, "above nearest": 0, "nearest": 0, "clipped": 0, "saturated V": 0}
    for case in cases:
        tensor = case["tensor"]
        fmt = Format(**tensor["format"])
        g = f32_value(int(tensor["tensor_scale"], 16))
        for text, scales in zip(case["inputs"], tensor["scales"]):
            row = [int(text[8 * i : 8 * i + 8], 16) for i in range(tensor["k"])]
            for j in range(len(scales) // 2):
                array, code = row[j * fmt.la : (j + 1) * fmt.la], int(scales[2 * j : 2 * j + 2], 16)
                nearest = oracle.array_scale(max(abs(f32_value(bits)) for bits in array), g, fmt)
                searched = case["down"] + case["up"] > 0
                seen["negative"] += code >= 0x80
                seen["below nearest"] += code & 0x7F < nearest
                seen["above nearest"] += code & 0x7F > nearest
                seen["nearest"] += searched and code == nearest != 0
                seen["clipped"] += searched and nearest in (1, 0x7E)
                seen["saturated V"] += any(abs(oracle.normalise(bits, g, code, fmt)) == fmt.v_max for bits in array)
    print(", ".join(f"{name}: {count}" for name, count in seen.items()))
    assert min(seen.values()) >= 20, seen


def make_files():
    cases = option_cases()
    check_power(cases)
    return {"quantize_options.json": ("FP32 matrices, options of the encoder and their encoding", cases)}


if __name__ == "__main__":
    write_main("make_bcq_option_vectors.py", __doc__, make_files)
