#!/usr/bin/env python3
"""Write small_float.json, the vectors of element types, with ml_dtypes, an implementation that bcq shares no code with.

A case per type: `decode`, the values of all codes 0…largest in FP32 bits; `x` and `code`, FP32 inputs of either sign and
their codes: every value, every midpoint of neighbours and the FP32 numbers right before and after each, and numbers far
below the smallest.

ml_dtypes saturates E2M1, E2M3 and E3M2, so their inputs go on up to FLT_MAX. E4M3 becomes NaN and E5M2 infinity from half
a quantum above the largest value: their inputs end right before that. E8M0 has its values only.

Needs numpy and ml_dtypes; the vectors are committed, so tests do not.
"""

import argparse
import json
import pathlib

import ml_dtypes
import numpy as np

# name -> (ml_dtypes type, largest finite code, saturates)
TYPES = {
    "e2m1": (ml_dtypes.float4_e2m1fn, 0x7, True),
    "e2m3": (ml_dtypes.float6_e2m3fn, 0x1F, True),
    "e3m2": (ml_dtypes.float6_e3m2fn, 0x1F, True),
    "e4m3": (ml_dtypes.float8_e4m3fn, 0x7E, False),
    "e5m2": (ml_dtypes.float8_e5m2, 0x7B, False),
}


def around(x):
    """An FP32 number with its neighbours."""
    x = np.float32(x)
    return [np.nextafter(x, np.float32(0)), x, np.nextafter(x, np.float32(np.inf))]


def inputs(values, saturates):
    """Magnitudes in ascending order, each followed by its negative."""
    top = values[-1] + (values[-1] - values[-2]) / 2  # where the next value would begin
    magnitudes = {np.float32(0), *np.array([1, 0x7FFFFF, 0x800000], np.uint32).view(np.float32)}
    for point in [*values[1:], *((values[1:] + values[:-1]) / 2)]:
        magnitudes.update(around(point))
    magnitudes.add(np.nextafter(top, np.float32(0)))
    if saturates:
        magnitudes.update([*around(top), 2 * top, np.finfo(np.float32).max])
    positive = np.array(sorted(magnitudes), np.float32)
    return np.stack([positive, -positive], axis=1).reshape(-1)


def words(array):
    return "".join(f"{bits:08x}" for bits in array.astype(np.float32).view(np.uint32))


def case(name):
    kind, largest, saturates = TYPES[name]
    values = np.arange(largest + 1, dtype=np.uint8).view(kind).astype(np.float32)
    x = inputs(values, saturates)
    codes = x.astype(kind).view(np.uint8)
    assert np.all(np.isfinite(x.astype(kind).astype(np.float32))), "ml_dtypes does not saturate here"
    return {"type": name, "decode": words(values), "x": words(x), "code": "".join(f"{c:02x}" for c in codes)}


def e8m0_case():
    values = np.arange(0xFF, dtype=np.uint8).view(ml_dtypes.float8_e8m0fnu).astype(np.float32)
    return {"type": "e8m0", "decode": words(values)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = pathlib.Path(__file__).resolve().parent / "vectors"
    parser.add_argument("--out", type=pathlib.Path, default=default, help="folder (default: %(default)s)")
    path = parser.parse_args().out / "small_float.json"
    cases = [*map(case, TYPES), e8m0_case()]
    head = {
        "generated_by": "testbench/oracle/make_small_float_vectors.py",
        "source": f"ml_dtypes {ml_dtypes.__version__}",
    }
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    path.write_text(json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n' + lines + "\n]}\n")
    print(f"{path}: {len(cases)} types, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
