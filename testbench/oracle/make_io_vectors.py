#!/usr/bin/env python3
"""Files as the Python world writes them, for testbench/unit/io_test.cpp. Needs numpy, ml_dtypes and safetensors.

Element [r, c] of every good matrix is (4r + c - 5)/8, which F16, BF16, F32 and F64 hold exactly.
"""

import json
import pathlib
import struct

import ml_dtypes
import numpy as np
from numpy.lib import format as npy_format
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).parent / "vectors"


def matrix(rows, cols, dtype):
    r, c = np.indices((rows, cols))
    return ((4 * r + c - 5) / 8).astype(dtype)


def save_npy(name, array, version=None):
    with open(FOLDER / f"io_{name}.npy", "wb") as file:
        npy_format.write_array(file, array, version=version, allow_pickle=False)


def save_shuffled(name):
    """Header order, data order and name order all differ; the header has white space. Legal, but no library does it."""
    weight, activation = matrix(3, 5, "<f4").tobytes(), matrix(2, 5, "<f2").tobytes()
    split = len(activation)
    header = json.dumps(
        {
            "weight": {"shape": [3, 5], "data_offsets": [split, split + len(weight)], "dtype": "F32"},
            "empty": {"dtype": "I64", "shape": [0, 7], "data_offsets": [split, split]},
            "activation": {"data_offsets": [0, split], "dtype": "F16", "shape": [2, 5]},
        },
        indent=1,
    ).encode()
    (FOLDER / f"io_{name}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + activation + weight)


def main():
    FOLDER.mkdir(exist_ok=True)
    save_file(
        {
            "weight": matrix(3, 5, np.float16),
            "activation": matrix(2, 5, ml_dtypes.bfloat16),
            # Types that the model does not use must not keep it from reading the others.
            "mask": np.array([True, False, True]),
            "fp8": matrix(2, 2, ml_dtypes.float8_e4m3fn),
            "counts": np.arange(3, dtype=np.uint16),
            "scalar": np.array(0.5, dtype=np.float64),
        },
        FOLDER / "io_layer.safetensors",
        # One key only: the package writes several in random order, and the vectors should be reproducible.
        metadata={"Grüße": "naïve “text”\n"},
    )
    save_shuffled("shuffled")
    for dtype in ("<f2", "<f4", "<f8"):
        save_npy(dtype[1:], matrix(3, 5, dtype))
    save_npy("v2", matrix(3, 5, "<f4"), version=(2, 0))
    save_npy("v3", matrix(3, 5, "<f4"), version=(3, 0))

    save_npy("fortran", np.asfortranarray(matrix(3, 5, "<f4")))
    save_npy("big_endian", matrix(3, 5, ">f4"))
    save_npy("integer", np.arange(6, dtype="<i4").reshape(2, 3))
    save_npy("rank1", matrix(1, 5, "<f4")[0])
    save_npy("empty", np.zeros((0, 4), "<f4"))
    save_npy("structured", np.zeros((2, 2), [("x", "<f4")]))
    save_npy("nan", np.array([[1, 2], [3, np.nan]], "<f8"))
    save_npy("too_large", np.array([[1, 2], [-1e39, 3]], "<f8"))


if __name__ == "__main__":
    main()
