#!/usr/bin/env python3
"""Write the E4M3 test vectors with ml_dtypes, an implementation that bcq shares no code with.

    e4m3_decode.csv   code, value (C hex float, or "nan") for all 256 codes
    e4m3_encode.csv   FP32 bits, code: for every pair of neighbouring finite codes both values, the exact midpoint and
                      the midpoint one FP32 ulp down and up, with either sign; the smallest FP32 subnormals; the
                      neighbourhood of 2^-10, where the tie between 0 and the smallest code lies; up to 464.

ml_dtypes does not saturate: what is beyond 464 (the tie between 448 and the missing 480) becomes NaN there. So the
vectors end at 464; saturation is bcq's own rule and has its own test.

Needs numpy and ml_dtypes; the vectors are committed, so tests do not.
"""

import argparse
import pathlib

import ml_dtypes
import numpy as np

CODES = 256
LARGEST_FINITE = 0x7E
OVERFLOW_TIE = 464.0  # still rounds to 448, the even neighbour


def decode_table():
    """All 256 values as FP32."""
    return np.arange(CODES, dtype=np.uint8).view(ml_dtypes.float8_e4m3fn).astype(np.float32)


def encode_inputs():
    """The FP32 inputs, each once, in ascending order of magnitude, negative after positive."""
    values = decode_table()[: LARGEST_FINITE + 1]
    inputs = set()
    for low, high in zip(values[:-1], values[1:]):
        middle = np.float32((float(low) + float(high)) / 2)
        assert float(middle) * 2 == float(low) + float(high), "a midpoint of E4M3 is exact in FP32"
        inputs.update([low, high, middle])
        inputs.update(np.nextafter(middle, np.float32(towards)) for towards in (0, np.inf))
    subnormals = [1, 2, 3, 0x7FFFFF, 0x800000]
    inputs.update(np.array(subnormals, dtype=np.uint32).view(np.float32))
    for tie in (2.0**-10, 2.0**-9, 3 * 2.0**-10, OVERFLOW_TIE):
        tie = np.float32(tie)
        inputs.update([tie, np.nextafter(tie, np.float32(0))])
        if tie < OVERFLOW_TIE:
            inputs.add(np.nextafter(tie, np.float32(np.inf)))
    inputs.update(np.float32(v) for v in (449.0, 455.5, 456.0, 460.0))
    positive = np.array(sorted(inputs), dtype=np.float32)
    return np.stack([positive, -positive], axis=1).reshape(-1)


def header(path, columns):
    """Three comment lines: what, from where, columns."""
    return (
        f"# {path.name}: E4M3 (float8_e4m3fn) vectors\n"
        f"# generator: testbench/oracle/make_e4m3_vectors.py, ml_dtypes {ml_dtypes.__version__}\n"
        f"# {columns}\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = pathlib.Path(__file__).resolve().parent / "vectors"
    parser.add_argument("--out", type=pathlib.Path, default=default, help="folder to write to (default: %(default)s)")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)

    path = out / "e4m3_decode.csv"
    rows = [f"{c:02x},{'nan' if np.isnan(v) else float(v).hex()}\n" for c, v in enumerate(decode_table())]
    path.write_text(header(path, "code (hex),value (hex float)") + "".join(rows))

    path = out / "e4m3_encode.csv"
    inputs = encode_inputs()
    codes = inputs.astype(ml_dtypes.float8_e4m3fn).view(np.uint8)
    assert not np.any((codes & 0x7F) == 0x7F), "every input is within the range of ml_dtypes"
    rows = [f"{bits:08x},{code:02x}\n" for bits, code in zip(inputs.view(np.uint32), codes)]
    path.write_text(header(path, "FP32 bits (hex),code (hex)") + "".join(rows))
    print(f"{CODES} codes, {len(rows)} encodings -> {out}")


if __name__ == "__main__":
    main()
