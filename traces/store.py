"""Read and write safetensors files with numpy alone, and convert BF16.

A safetensors file is: 8 bytes little-endian header length, a JSON header that maps each tensor name to
{dtype, shape, data_offsets}, then the raw little-endian tensor bytes. numpy has no BF16, so a BF16 tensor is carried
here as uint16 bit patterns; `bf16_to_f32` widens it exactly, `f32_to_bf16` rounds to nearest, ties to even.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np

DTYPES = {"BF16": np.dtype("<u2"), "F32": np.dtype("<f4")}


class TraceError(Exception):
    """A mistake in the input that one line can explain; the scripts print it and exit with code 2."""


def fail(program: str, error: Exception) -> NoReturn:
    """Print `program: error` on one line to stderr and exit with code 2."""
    print(f"{program}: {' '.join(str(error).split())}", file=sys.stderr)
    raise SystemExit(2)


def bf16_to_f32(bits: np.ndarray) -> np.ndarray:
    """uint16 BF16 bit patterns -> the same values as float32 (exact)."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def f32_to_bf16(values: np.ndarray) -> np.ndarray:
    """Finite float32 values -> uint16 BF16 bit patterns, rounded to nearest, ties to even."""
    values = np.ascontiguousarray(values, np.float32)
    if not np.isfinite(values).all():
        raise TraceError("cannot round to BF16: a value is infinite or not a number")
    bits = values.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def as_f32(tensor: np.ndarray) -> np.ndarray:
    """A tensor as `load` returns it (uint16 = BF16, or float32) -> float32."""
    return bf16_to_f32(tensor) if tensor.dtype == np.uint16 else tensor


def load(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read a file -> ({name: array}, metadata). BF16 arrays come back as uint16 bit patterns, F32 as float32."""
    data = read_bytes(path)
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + length])
        metadata = header.pop("__metadata__", {})
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            raw = data[8 + length + begin : 8 + length + end]
            tensors[name] = np.frombuffer(raw, DTYPES[entry["dtype"]]).reshape(entry["shape"])
    except KeyError as error:
        raise TraceError(f"{path}: missing field or dtype other than BF16, F32: {error}") from None
    except (struct.error, ValueError, TypeError, AttributeError) as error:
        raise TraceError(f"{path}: not a readable safetensors file: {error}") from None
    return tensors, metadata


def save(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write a file atomically. uint16 arrays become BF16, float32 arrays F32; equal input gives equal bytes."""
    names = {np.dtype(np.uint16): "BF16", np.dtype(np.float32): "F32"}
    header: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": names[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write_bytes(path, struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in tensors.values()))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or a TraceError that names it."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise TraceError(f"cannot read {path}: {error.strerror}") from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write to a temporary file beside `path`, then rename it over `path`."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TraceError(f"cannot write {path}: {error.strerror}") from None


def read_json(path: Path) -> object:
    """The value in a JSON file, or a TraceError that names the file."""
    try:
        return json.loads(read_bytes(path))
    except ValueError as error:
        raise TraceError(f"{path}: not JSON: {error}") from None


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON, indented by one space, atomically."""
    write_bytes(path, (json.dumps(value, indent=1) + "\n").encode())


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()
