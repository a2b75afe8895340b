#!/usr/bin/env python3
"""Write the vectors of IF4 and BlockDialect, computed from their definitions (docs/formats/rivals.md), not as the model
does it.

    formats_if4.json           NumPy binary32 on whole tensors; E2M1 and E4M3 are those of ml_dtypes
    formats_blockdialect.json  exact fractions, dialects by their printed values, nearest values by comparing distances

Each file has an array "cases", one case per line: the specification of the format, FP32 rows in, stored fields and
decoded FP32 rows out, all as fixed-width hex.

Needs numpy and ml_dtypes; the vectors are committed, so tests do not.
"""

import argparse
import json
import pathlib
from fractions import Fraction

import ml_dtypes
import numpy as np

F32 = np.float32
FLT_MAX = np.finfo(np.float32).max
TINIEST = F32(2.0**-149)


# --- IF4 ------------------------------------------------------------------------------------------------------------


def if4_range(maximum):
    """The power of two that moves extreme tensors where binary32 neither overflows nor underflows."""
    if maximum > 2.0**100:
        return F32(2.0**-64)
    return F32(2.0**64) if maximum < 2.0**-100 else F32(1)


def if4_blocks(x, block):
    """[rows, blocks, block], padded with zeros, which never contribute an error."""
    rows, k = x.shape
    blocks = -(-k // block)
    padded = np.zeros((rows, blocks * block), F32)
    padded[:, :k] = x
    return padded.reshape(rows, blocks, block)


def if4(x, block=16):
    """(fields, decoded)."""
    stored_maximum = np.abs(x).max()
    factor = if4_range(stored_maximum)
    maximum = stored_maximum * factor
    blocks = if4_blocks(x, block) * factor
    rows, count, _ = blocks.shape
    if stored_maximum == 0:
        scales = np.zeros((rows, count), F32)
        normalised = np.zeros_like(blocks)
    else:
        encode_scale = F32(2688) / maximum
        scales = (np.abs(blocks).max(axis=2) / F32(6) * encode_scale).astype(ml_dtypes.float8_e4m3fn).astype(F32)
        with np.errstate(divide="ignore", invalid="ignore"):
            normaliser = F32(1) / (F32(1) / encode_scale * scales)
            normalised = np.where(scales[..., None] != 0, blocks * normaliser[..., None], F32(0))

    fp4 = np.clip(normalised, -6, 6).astype(ml_dtypes.float4_e2m1fn)
    int4 = np.rint(np.clip(normalised * F32(7 / 6), -7, 7)) + F32(0)  # + 0 turns -0 into +0
    y_fp4 = fp4.astype(F32) * scales[..., None] * maximum / F32(2688)
    y_int4 = int4 * scales[..., None] * maximum * F32(6 / 7) / F32(2688)

    def error(y):
        return ((y.astype(np.float64) - blocks.astype(np.float64)) ** 2).sum(axis=2)

    is_int = error(y_int4) < error(y_fp4)
    fp4_codes = np.where(normalised == 0, 0, fp4.view(np.uint8) & 0xF)
    codes = np.where(is_int[..., None], int4.astype(np.int8).view(np.uint8) & 0xF, fp4_codes)
    scale_codes = scales.astype(ml_dtypes.float8_e4m3fn).view(np.uint8) | np.where(is_int, 0x80, 0).astype(np.uint8)
    # A code 8 of FP4 is -0; a zero that was zero before rounding is +0.
    y = np.where(is_int[..., None], y_int4, np.where(fp4_codes == 0, F32(0), y_fp4)).astype(F32)
    with np.errstate(over="ignore"):
        y = np.clip(y / factor, -FLT_MAX, FLT_MAX)

    k = x.shape[1]
    fields = {
        "element": hex_rows(codes.reshape(rows, -1)[:, :k], 1),
        "scale": hex_rows(scale_codes, 2),
        "tensor maximum": hex_rows(np.array([[stored_maximum]], F32).view(np.uint32), 8),
    }
    return fields, y.reshape(rows, -1)[:, :k]


# --- BlockDialect ---------------------------------------------------------------------------------------------------

DIALECTS = [  # Figure 4 of arXiv 2501.01144v5, as printed
    [Fraction(value) for value in line.split()]
    for line in """
    7.5 5.5 3 2 1.5 1 0.5 0
    7.5 4.5 3 2 1.5 1 0.5 0
    7   5.5 3 2 1.5 1 0.5 0
    7   4.5 3 2 1.5 1 0.5 0
    6.5 5   3 2 1.5 1 0.5 0
    6.5 4   3 2 1.5 1 0.5 0
    6   5   3 2 1.5 1 0.5 0
    6   4   3 2 1.5 1 0.5 0
    5.5 4.5 3 2 1.5 1 0.5 0
    5.5 3.5 3 2 1.5 1 0.5 0
    5   4.5 3 2 1.5 1 0.5 0
    5   3.5 3 2 1.5 1 0.5 0
    4.5 4   3 2 1.5 1 0.5 0
    4.5 3.5 3 2 1.5 1 0.5 0
    4   3.5 3 2 1.5 1 0.5 0
    4   3 2.5 2 1.5 1 0.5 0
    """.strip().splitlines()
]


def floor_log2(x):
    """Of a positive fraction."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if Fraction(2) ** e <= x else e - 1


def nearest(values, v):
    """The nearest of the values, the larger of two that are equally near."""
    return min(values, key=lambda value: (abs(v - value), -value))


def error_of(dialect, magnitudes):
    return sum((v - nearest(DIALECTS[dialect], v)) ** 2 for v in magnitudes)


def beneficial_range(dialect):
    """Where the value that the partner in the pair lacks is nearest, minus where the partner does as well."""
    partner = dialect ^ 1
    (own,) = set(DIALECTS[dialect]) - set(DIALECTS[partner])
    (other,) = set(DIALECTS[partner]) - set(DIALECTS[dialect])
    around = [abs(v) for v in DIALECTS[dialect] + [other]]
    below = max(v for v in around if v < own)
    above = min(v for v in around if v > own)
    return (below + own) / 2, (own + above) / 2


def two_stage(magnitudes):
    truncated = [Fraction(min(int(4 * v), 31), 4) for v in magnitudes]
    rounded = Fraction(int(2 * max(truncated) + Fraction(1, 2)), 2)
    largest = min(max(rounded, Fraction(4)), Fraction(15, 2))
    pair = [d for d in range(16) if DIALECTS[d][0] == largest]

    def count(dialect):
        low, high = beneficial_range(dialect)
        return sum(low <= v < high for v in truncated)

    return max(pair, key=lambda d: (count(d), -d))


def squared_error(magnitudes):
    return min(range(16), key=lambda d: (error_of(d, magnitudes), d))


def blockdialect(x, select, block=32):
    """(fields, decoded)."""
    codes, dialects, exponents = [], [], []
    y = np.empty_like(x)
    for r, row in enumerate(x):
        row_codes, row_dialects, row_exponents = [], [], []
        for begin in range(0, len(row), block):
            scalars = row[begin : begin + block]
            exact = [abs(Fraction(float(v))) for v in scalars]
            largest = max(exact)
            code = 0 if largest == 0 else min(max(floor_log2(largest) + 15, 0), 31)
            unit = Fraction(2) ** (code - 17)
            magnitudes = [v / unit for v in exact]
            dialect = select(magnitudes)
            for i, v in enumerate(magnitudes):
                value = nearest(DIALECTS[dialect], v)
                negative = bool(np.signbit(scalars[i]))
                row_codes.append(8 * negative + 7 - DIALECTS[dialect].index(value))
                y[r, begin + i] = -F32(float(value * unit)) if negative else F32(float(value * unit))
            row_dialects.append(dialect)
            row_exponents.append(code)
        codes.append(row_codes)
        dialects.append(row_dialects)
        exponents.append(row_exponents)
    fields = {"element": hex_rows(codes, 1), "dialect": hex_rows(dialects, 1), "exponent": hex_rows(exponents, 2)}
    return fields, y


# --- Inputs ---------------------------------------------------------------------------------------------------------


def outliers(rng, rows, k):
    x = rng.standard_normal((rows, k))
    x[:, rng.integers(k, size=max(1, k // 40))] *= 30
    return x.astype(F32)


def common_inputs(rng):
    """(name, x) that both formats take."""
    yield "gaussian", rng.standard_normal((4, 128)).astype(F32)
    yield "weights", (0.02 * rng.standard_normal((4, 128))).astype(F32)
    yield "laplace", rng.laplace(size=(4, 128)).astype(F32)
    yield "uniform", rng.uniform(-1, 1, size=(4, 128)).astype(F32)
    yield "outlier channels", outliers(rng, 4, 128)
    yield "bf16", rng.standard_normal((2, 128)).astype(ml_dtypes.bfloat16).astype(F32)
    yield "fp16", rng.standard_normal((2, 128)).astype(np.float16).astype(F32)
    yield "wide range", (rng.standard_normal((2, 128)) * 2.0 ** rng.integers(-24, 17, size=(2, 128))).astype(F32)
    for k in (1, 2, 15, 17, 33, 65):
        yield f"ragged {k}", rng.standard_normal((2, k)).astype(F32)
    yield "zeros", np.zeros((2, 40), F32)
    yield "signed zeros and a one", np.array([[-0.0] * 33 + [1.0, -0.0, 0.0]], F32)
    yield "one block of zeros", np.append(np.zeros((1, 32), F32), rng.standard_normal((1, 32)).astype(F32), axis=1)
    yield "equal", np.full((1, 40), -0.7, F32)
    yield "subnormals", (rng.integers(-9, 10, size=(2, 40)) * float(TINIEST)).astype(F32)
    yield "tiniest", np.full((1, 18), TINIEST, F32)
    mixed = rng.standard_normal((2, 70)).astype(F32)
    mixed[0, 3], mixed[1, 50], mixed[1, 69] = FLT_MAX, -FLT_MAX, TINIEST
    yield "largest among Gaussian", mixed
    yield "largest", np.full((1, 33), -FLT_MAX, F32)
    yield "huge", (rng.uniform(-1, 1, size=(2, 64)) * float(FLT_MAX)).astype(F32)
    yield "tiny", (rng.standard_normal((2, 64)) * 2.0**-124).astype(F32)


def if4_inputs(rng):
    # With a maximum of 2688 the tensor scale is 1, with 6 in a block its scale is 1: scalars are elements.
    quarters = np.arange(-26, 27, dtype=F32) / 4
    ties = np.full((4, 16), 6, F32)
    ties.reshape(-1)[: quarters.size] = quarters
    ties[:, 15] = 6
    yield "ties of E2M1", np.concatenate([ties, np.full((4, 1), 2688, F32)], axis=1)
    sevenths = (np.arange(-14, 15) * (3 / 7)).astype(F32)
    steps = np.full((2, 16), 6, F32)
    steps.reshape(-1)[: sevenths.size] = sevenths
    steps[:, 15] = 6
    yield "ties of INT4", np.concatenate([steps, np.full((2, 1), 2688, F32)], axis=1)
    # Scalars that normalise to within an ulp or two of a tie: every rounding on the way decides.
    near = rng.uniform(-1, 1, size=(8, 8, 16)).astype(F32)
    near[0, 0, 0] = F32(6.7)
    ties = np.array([[0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5], (np.arange(7) + 0.5) * 6 / 7])
    for r, b in np.ndindex(8, 8):
        block = near[r, b]
        scale = float((np.abs(block).max() / 6 * 2688 / F32(6.7)).astype(ml_dtypes.float8_e4m3fn))
        at_ties = (rng.choice(ties[b % 2], size=7) * scale * 6.7 / 2688).astype(F32)
        block[8:15] = np.nextafter(at_ties, rng.choice([-np.inf, np.inf], size=7).astype(F32))
        block[8:12] = at_ties[:4]
    yield "next to ties", near.reshape(8, 128)
    # Blocks far below the maximum: subnormal scales, down to none.
    levels = [448] + [2.0**-e for e in range(6, 22)]
    small = np.array([[level * rng.uniform(-1, 1, size=16) for level in levels]])
    small[0, 0, 0] = 448
    yield "small blocks", small.reshape(1, -1).astype(F32)
    scale_ties = np.zeros((1, 16 * 9), F32)
    scale_ties[0, 0] = 2688
    scale_ties[0, 16::16] = 6 * np.array([0.5, 1, 1.5, 2.5, 3.5, 6.5, 7.5, 8.5], F32) * F32(2.0**-9)
    scale_ties[0, 17::16] = scale_ties[0, 16::16] * F32(0.45)
    yield "ties of subnormal scales", scale_ties


def blockdialect_inputs(rng):
    # Every quarter unit and its neighbours, under every largest magnitude.
    eighths = np.arange(64) / 8
    rows = []
    for largest in np.arange(32, 64) / 8:
        row = rng.choice(eighths[eighths < largest], size=32) * rng.choice([-1, 1], size=32)
        row[rng.integers(32)] = largest
        rows.append(row)
    yield "eighths of a unit", np.array(rows, F32)
    quarters = np.array([np.arange(32) / 4], F32)
    yield "every truncated magnitude", np.concatenate(
        [quarters, np.nextafter(quarters, F32(9)), np.nextafter(quarters, F32(-1)).clip(0)], axis=1
    )
    for pair in range(8):
        top = float(DIALECTS[2 * pair][0])
        block = rng.uniform(2, top, size=(4, 32))
        block[:, 5] = -top
        yield f"large magnitudes of pair {pair}", block.astype(F32)
    limits = [-149, -30, -17, -16, -15, -14, -13, -1, 0, 14, 15, 16, 17, 18, 19, 126]
    rows = [np.append(1, rng.uniform(-1, 1, size=31)) * 2.0**e for e in limits]
    yield "exponents at their limits", np.array(rows).astype(F32)


# --- Files ----------------------------------------------------------------------------------------------------------


def hex_rows(entries, digits):
    return ["".join(f"{int(v):0{digits}x}" for v in row) for row in entries]


def case(name, specification, x, result, operand=None):
    fields, y = result
    head = {"name": name, "format": specification} | ({"operand": operand} if operand else {})
    return head | {
        "x": hex_rows(x.view(np.uint32), 8),
        "fields": fields,
        "y": hex_rows(y.view(np.uint32), 8),
    }


def if4_cases():
    rng = np.random.default_rng(20260330)
    for name, x in [*common_inputs(rng), *if4_inputs(rng)]:
        yield case(name, "if4", x, if4(x))
    x = rng.standard_normal((3, 50)).astype(F32)
    yield case("blocks of 8", "if4:block=8", x, if4(x, block=8))


def blockdialect_cases():
    rng = np.random.default_rng(20250102)
    for name, x in [*common_inputs(rng), *blockdialect_inputs(rng)]:
        yield case(name, "blockdialect", x, blockdialect(x, squared_error))
        yield case(name, "blockdialect", x, blockdialect(x, two_stage), "activation")
    x = rng.standard_normal((3, 50)).astype(F32)
    yield case("blocks of 16", "blockdialect:block=16", x, blockdialect(x, two_stage, block=16), "activation")
    yield case("all by error", "blockdialect:two_stage=0", x, blockdialect(x, squared_error), "activation")


def write(path, source, cases):
    head = {"generated_by": "testbench/oracle/make_format_if4_blockdialect_vectors.py", "source": source}
    lines = ",\n".join(json.dumps(c) for c in cases)
    path.write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
    print(f"{path}: {path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = pathlib.Path(__file__).resolve().parent / "vectors"
    parser.add_argument("--out", type=pathlib.Path, default=default, help="folder to write to (default: %(default)s)")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    write(
        out / "formats_if4.json",
        f"definition, elements and scales of ml_dtypes {ml_dtypes.__version__}; arXiv 2603.28765",
        if4_cases(),
    )
    write(out / "formats_blockdialect.json", "definition in exact fractions; arXiv 2501.01144v5", blockdialect_cases())


if __name__ == "__main__":
    main()
