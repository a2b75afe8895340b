#!/usr/bin/env python3
"""The numeric contract (docs/numerics.md) in rational arithmetic: slow, and as close to its text as a program can be.

Every number is a Python int or a fractions.Fraction; nothing is ever rounded except where the contract says so, and
then by `rne32`. The oracle shares no code with the golden model; make_bcq_vectors.py turns it into test vectors.

Run as a program it checks itself (doctest).
"""

import argparse
import bisect
import dataclasses
import doctest
import functools
import sys
from fractions import Fraction

FRACTION_BITS = 4
E4M3_MAX = 0x7E
INFINITY_BITS = 0x7F800000
FLT_MAX_BITS = 0x7F7FFFFF


def e2m3_codewords():
    """The E2M3 codewords: value * 8 of every code of OCP E2M3 (1 sign, 2 exponent, 3 mantissa bits, bias 1).

    >>> values = e2m3_codewords()
    >>> [c for c in values if c >= 0] == [*range(16), *range(16, 31, 2), *range(32, 61, 4)]
    True
    >>> len(values), all(-c in values for c in values)
    (63, True)
    """
    magnitudes = []
    for exponent in range(4):
        for mantissa in range(8):
            magnitudes.append(mantissa if exponent == 0 else (8 + mantissa) * 2 ** (exponent - 1))
    return sorted({sign * c for c in magnitudes for sign in (-1, 1)})


@dataclasses.dataclass(frozen=True)
class Format:
    """L_b, L_A, N_c, B_c; codeword "int" or "e2m3", scale "decode" or "encode".

    >>> [(fmt.q, fmt.u, fmt.v_max) for fmt in (Format(), Format(bc=4), Format(codeword="e2m3"))]
    [(31, 32, 1023), (7, 8, 255), (60, 64, 2047)]
    """

    lb: int = 8
    la: int = 64
    nc: int = 8
    bc: int = 6
    codeword: str = "int"
    scale: str = "decode"

    @property
    def q(self):
        """Q, the largest codeword."""
        return 60 if self.codeword == "e2m3" else 2 ** (self.bc - 1) - 1

    @property
    def u(self):
        """U, the smallest power of two above Q."""
        return 2 ** self.q.bit_length()

    @property
    def v_max(self):
        """The magnitude at which V saturates."""
        return 2 * self.u * 2**FRACTION_BITS - 1


@dataclasses.dataclass
class Tensor:
    """An encoded tensor, unpacked: one index per scalar, one selector per block, one E4M3 code per block array."""

    format: Format
    codebooks: list  # nc lists of 16 ints
    g_bits: int  # the tensor scale g (or h, of encode scales), binary32
    indices: list
    selectors: list
    scales: list


# --- binary32 -------------------------------------------------------------------------------------------------------


@functools.cache
def f32_value(bits):
    """The exact value of a finite binary32 number.

    >>> f32_value(0x3fc00000), f32_value(0x80000001) == -Fraction(1, 2**149), f32_value(0x80000000)
    (Fraction(3, 2), True, Fraction(0, 1))
    """
    exponent, fraction = (bits >> 23) & 0xFF, bits & 0x7FFFFF
    assert exponent != 0xFF, "finite numbers only"
    significand, power = (fraction, -149) if exponent == 0 else (fraction + 2**23, exponent - 150)
    value = Fraction(significand) * Fraction(2) ** power
    return -value if bits >> 31 else value


def round_half_even(x):
    """The integer nearest to a non-negative rational, ties to even."""
    floor = x.numerator // x.denominator
    rest = x - floor
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2 == 1):
        return floor + 1
    return floor


def floor_log2(x):
    """The largest n with 2**n <= x, for a positive rational."""
    n = x.numerator.bit_length() - x.denominator.bit_length()
    while Fraction(2) ** n > x:
        n -= 1
    while Fraction(2) ** (n + 1) <= x:
        n += 1
    return n


def rne32(x):
    """RNE32: the bits of an exact rational rounded to binary32. Zero is +0; a negative underflow is -0 (IEEE 754).

    >>> [hex(rne32(Fraction(n))) for n in (1, -1, 2**24 + 1, 2**24 + 3, 2**128 - 2**103 - 1, 2**128 - 2**103)]
    ['0x3f800000', '0xbf800000', '0x4b800000', '0x4b800002', '0x7f7fffff', '0x7f800000']
    >>> [hex(rne32(Fraction(n, 2**150))) for n in (1, 2, 3, -1)]
    ['0x0', '0x1', '0x2', '0x80000000']
    """
    x = Fraction(x)
    if x == 0:
        return 0
    sign = 0x80000000 if x < 0 else 0
    x = abs(x)
    lsb = max(floor_log2(x) - 23, -149)
    significand = round_half_even(x / Fraction(2) ** lsb)
    if significand == 2**24:
        significand, lsb = 2**23, lsb + 1
    if lsb > 104:
        return sign | INFINITY_BITS
    if significand < 2**23:
        return sign | significand
    return sign | (((lsb + 150) << 23) + significand - 2**23)


def rne64(x):
    """RNE64 of a rational whose result is a normal binary64 number, as a rational.

    >>> rne64(Fraction(2**53 + 1)) == 2**53, rne64(Fraction(-1, 3)) == Fraction(-1 / 3)
    (True, True)
    """
    if x == 0:
        return x
    power = floor_log2(abs(x)) - 52
    assert -1022 <= power + 52 <= 1022
    magnitude = round_half_even(abs(x) / Fraction(2) ** power) * Fraction(2) ** power
    return magnitude if x > 0 else -magnitude


# --- E4M3 and the scales (section 2) --------------------------------------------------------------------------------


def e4m3_parts(code):
    """(sign, m, e) with value = sign * m * 2**(e-9)."""
    field, fraction = (code >> 3) & 15, code & 7
    sign = -1 if code & 0x80 else 1
    return (sign, fraction, 0) if field == 0 else (sign, 8 + fraction, field - 1)


@functools.cache
def e4m3_value(code):
    """The exact value of a code.

    >>> e4m3_value(0x7e), e4m3_value(0x01), e4m3_value(0xb8)
    (Fraction(448, 1), Fraction(1, 512), Fraction(-1, 1))
    """
    sign, m, e = e4m3_parts(code)
    return sign * m * Fraction(2) ** (e - 9)


E4M3_VALUES = [e4m3_value(code) for code in range(E4M3_MAX + 1)]


def e4m3_nearest(x):
    """The code of a non-negative rational: nearest value, ties to the even code, saturated.

    >>> [e4m3_nearest(Fraction(n, 1024)) for n in (0, 1, 2, 3, 5, 480 * 1024, 10**9)]
    [0, 0, 1, 2, 2, 126, 126]
    """
    below = bisect.bisect_right(E4M3_VALUES, x) - 1
    return min(range(below, min(below + 1, E4M3_MAX) + 1), key=lambda code: (abs(E4M3_VALUES[code] - x), code % 2))


def tensor_scale(inputs, fmt):
    """The bits of g (or h, of encode scales) for a matrix of binary32 bits.

    >>> encode = Format(scale="encode")
    >>> [hex(tensor_scale([[bits]], encode)) for bits in (0, 0x80000000, 0x3F800000, 0x41F80000, 1)]
    ['0x3f800000', '0x3f800000', '0x41f80000', '0x3f800000', '0x7f7fffff']
    """
    largest = max(abs(f32_value(bits)) for row in inputs for bits in row)
    if largest == 0:
        return rne32(1)
    if fmt.scale == "encode":
        return min(rne32(fmt.q / largest), FLT_MAX_BITS)
    return max(rne32(largest / (448 * fmt.q)), 1)


def array_scale(a, g, fmt):
    """The nearest code of a block array whose largest magnitude is a.

    >>> encode = Format(scale="encode")
    >>> [hex(array_scale(Fraction(a), Fraction(1), encode)) for a in (0, 31, 1, 2**20)]
    ['0x0', '0x38', '0x60', '0x1']
    >>> hex(array_scale(Fraction(1, 1000), Fraction(1), encode))
    '0x7e'
    """
    if a == 0:
        return 0
    return max(e4m3_nearest(fmt.q / (a * g) if fmt.scale == "encode" else a / (fmt.q * g)), 1)


# --- Encoding (section 3) -------------------------------------------------------------------------------------------


@functools.cache
def split_significand(x, low):
    """(n, p) with x = n * 2**p and low <= n < 2 * low, for a positive dyadic rational and low a power of two.

    >>> split_significand(Fraction(30), 8), split_significand(Fraction(1, 4), 8)
    ((15, 1), (8, -5))
    """
    power = floor_log2(x) - floor_log2(Fraction(low))
    n = x / Fraction(2) ** power
    assert n.denominator == 1 and low <= n < 2 * low
    return n.numerator, power


@functools.cache
def reciprocal(m, big_g):
    """R_m of the contract."""
    quotient = Fraction(2**50, m * big_g) + Fraction(1, 2)
    assert quotient.denominator != 1, "a tie is impossible"
    result = quotient.numerator // quotient.denominator
    assert 2**22 < result <= 2**24
    return result


@functools.cache
def normalise(bits, g, code, fmt):
    """V: the scalar as a fixed-point number with FRACTION_BITS fraction bits, negated for a negative code.

    >>> [normalise(bits, Fraction(1), 0x38, Format(scale="encode")) for bits in (0x3F800000, 0xBD000000, 0xC47A0000)]
    [16, -1, -1023]
    >>> [normalise(0x3F800000, Fraction(1), code, Format()) for code in (0x40, 0xC0, 0x00)]
    [8, -8, 0]
    """
    x = f32_value(bits)
    if code & 0x80:
        return -normalise(bits, g, code & 0x7F, fmt)
    if code == 0 or x == 0:
        return 0
    big_g, gamma = split_significand(g, 2**23)  # H and eta for encode scales
    m, epsilon = split_significand(e4m3_value(code), 8)
    exponent_field = (bits >> 23) & 0xFF
    big_x = (bits & 0x7FFFFF) + (2**23 if exponent_field else 0)
    xi = max(exponent_field, 1) - 150
    if fmt.scale == "encode":
        scaled = big_x * m * big_g * Fraction(2) ** (FRACTION_BITS + xi + gamma + epsilon)
    else:
        scaled = big_x * reciprocal(m, big_g) * Fraction(2) ** (FRACTION_BITS + xi - gamma - epsilon - 50)
    rounded = scaled + Fraction(1, 2)
    magnitude = min(rounded.numerator // rounded.denominator, fmt.v_max)
    return magnitude if x > 0 else -magnitude


@functools.cache
def nearest_codeword(v, book):
    """(distance, index) of the codeword nearest to V in a codebook, a tuple; the lowest index on a tie."""
    return min((abs(v - 2**FRACTION_BITS * codeword), i) for i, codeword in enumerate(book))


def select(block, codebooks):
    """(error, selector, indices) of one block of V."""
    best = None
    for selector, book in enumerate(codebooks):
        book = tuple(book)
        indices, error = [], 0
        for v in block:
            distance, index = nearest_codeword(v, book)
            indices.append(index)
            error += distance**2
        if best is None or error < best[0]:
            best = (error, selector, indices)
    assert best[0] < 2**32
    return best


def encode_array(array, g, code, codebooks, fmt):
    """(E, selectors, indices) of a block array encoded with a given scale code."""
    total, selectors, indices = 0, [], []
    for first in range(0, len(array), fmt.lb):
        block = [normalise(bits, g, code, fmt) for bits in array[first : first + fmt.lb]]
        error, selector, block_indices = select(block, codebooks)
        total += error
        selectors.append(selector)
        indices += block_indices
    return total, selectors, indices


def trial_codes(nearest, down, up, mirror):
    """The scale codes that the search tries, in its order.

    >>> [hex(code) for code in trial_codes(0x02, 3, 2, True)]
    ['0x2', '0x1', '0x3', '0x4', '0x81', '0x82', '0x83', '0x84']
    >>> trial_codes(0, 3, 3, True), trial_codes(0x7D, 0, 9, False)
    ([0], [125, 126])
    """
    if nearest == 0:
        return [0]
    positive = list(range(max(1, nearest - down), min(E4M3_MAX, nearest + up) + 1))
    trials = [nearest] + [code for code in positive if code != nearest]
    return trials + [code | 0x80 for code in positive] if mirror else trials


def trial_error(error, code, fmt):
    """The error of a trial in units that do not depend on its code: E * t**2, or E / t**2 of encode scales."""
    t = abs(e4m3_value(code))
    return error / t**2 if fmt.scale == "encode" else error * t**2


def quantize(inputs, codebooks, fmt, static_scale=None, down=0, up=0, mirror=False):
    """Encode a matrix of binary32 bits."""
    g_bits = tensor_scale(inputs, fmt) if static_scale is None else static_scale
    g = f32_value(g_bits)
    result = Tensor(fmt, codebooks, g_bits, [], [], [])
    for row in inputs:
        indices, selectors, scales = [], [], []
        for start in range(0, len(row), fmt.la):
            array = row[start : start + fmt.la]
            best = None
            for code in trial_codes(array_scale(max(abs(f32_value(bits)) for bits in array), g, fmt), down, up, mirror):
                error, *encoded = encode_array(array, g, code, codebooks, fmt)
                error = trial_error(error, code, fmt) if code else 0
                if best is None or error < best[0]:
                    best = (error, code, *encoded)
            scales.append(best[1])
            selectors += best[2]
            indices += best[3]
        result.indices.append(indices)
        result.selectors.append(selectors)
        result.scales.append(scales)
    return result


# --- Decoding, dot product, output (sections 4 to 6) ----------------------------------------------------------------


def codeword(tensor, row, i):
    """(c, m, e) of one scalar, the sign of the scale in c."""
    fmt = tensor.format
    sign, m, e = e4m3_parts(tensor.scales[row][i // fmt.la])
    return sign * tensor.codebooks[tensor.selectors[row][i // fmt.lb]][tensor.indices[row][i]], m, e


def dequantize(tensor):
    """The decoded matrix as binary32 bits."""
    g = f32_value(tensor.g_bits)

    def value(row, i):
        c, m, e = codeword(tensor, row, i)
        if tensor.format.scale == "encode":
            return rne32(rne64(c / (m * Fraction(2) ** (e - 9) * g))) if c * m else 0
        return rne32(c * m * Fraction(2) ** (e - 9) * g)

    return [[value(row, i) for i in range(len(indices))] for row, indices in enumerate(tensor.indices)]


def dot(activation, m, weight, n):
    """S, from the sum over scalars (not over block arrays) of exact products in units of 2**-18."""
    assert activation.format.scale == weight.format.scale == "decode", "no GEMM is defined for encode scales"
    total = 0
    for i in range(len(activation.indices[m])):
        ca, ma, ea = codeword(activation, m, i)
        cw, mw, ew = codeword(weight, n, i)
        total += ca * cw * ma * mw * 2 ** (ea + ew)
    return total


def multiply32(a_bits, b_bits):
    """One IEEE binary32 multiplication of finite numbers, the sign of a zero included."""
    sign = (a_bits ^ b_bits) & 0x80000000
    return sign | (rne32(f32_value(a_bits) * f32_value(b_bits)) & 0x7FFFFFFF)


def output(s, activation, weight):
    """C from S: three roundings."""
    factor = rne32(f32_value(weight.g_bits) * f32_value(activation.g_bits))
    assert factor != INFINITY_BITS, "operands whose G_WA overflows are refused"
    return multiply32(rne32(Fraction(s, 2**18)), factor)


def accumulate_fp32(activation, m, weight, n):
    """The bits of the binary32 accumulator: one rounding per block array, in ascending order (section 5b)."""
    fmt, acc = activation.format, 0
    k = len(activation.indices[m])
    for first in range(0, k, fmt.la):
        pairs = [(codeword(activation, m, i), codeword(weight, n, i)) for i in range(first, min(first + fmt.la, k))]
        p = sum(a[0] * w[0] for a, w in pairs)
        (_, ma, ea), (_, mw, ew) = pairs[0]
        acc = rne32(f32_value(acc) + Fraction(p * ma * mw * 2 ** (ea + ew), 2**18))
    return acc


def gemm_fp32(activation, weight):
    """(accumulators, C) as matrices of binary32 bits."""
    factor = rne32(f32_value(weight.g_bits) * f32_value(activation.g_bits))
    assert factor != INFINITY_BITS, "operands whose G_WA overflows are refused"
    rows, cols = range(len(activation.indices)), range(len(weight.indices))
    sums = [[accumulate_fp32(activation, m, weight, n) for n in cols] for m in rows]
    return sums, [[multiply32(acc, factor) for acc in row] for row in sums]


def gemm(activation, weight):
    """(S, C) as matrices of integers and of binary32 bits."""
    sums = [[dot(activation, m, weight, n) for n in range(len(weight.indices))] for m in range(len(activation.indices))]
    return sums, [[output(s, activation, weight) for s in row] for row in sums]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    failed, attempted = doctest.testmod()
    print(f"{attempted - failed} of {attempted} examples hold")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
