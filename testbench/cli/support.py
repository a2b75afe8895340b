"""What tests of the command line share: files to make, a folder to work in, runs of `bcq`. BCQ names the program."""

import json
import os
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

BCQ = os.environ["BCQ"]
ROOT = Path(__file__).resolve().parents[2]


def safetensors(tensors, metadata=None):
    """The bytes of a safetensors file; tensors: name -> (dtype, shape, data)."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, raw) in sorted(tensors.items()):
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def read_safetensors(path):
    """(header, data) of a safetensors file."""
    raw = Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def f32(rows, cols, change=None):
    """Arbitrary but fixed numbers, [rows, cols]; `change` maps flat positions to other values."""
    values = [((i * 7919 + 13) % 1009 - 504) / 97 for i in range(rows * cols)]
    for i, value in (change or {}).items():
        values[i] = value
    return ("F32", [rows, cols], struct.pack(f"<{rows * cols}f", *values))


def layer(m=5, n=6, k=72, **replace):
    return safetensors({"weight": f32(n, k), "activation": f32(m, k), **replace})


def codebooks(nc=2, bc=6, **replace):
    top = 2 ** (bc - 1) - 1
    book = [round(-top + 2 * top * i / 15) for i in range(16)]
    meta = {"format": "bcq-codebooks", "lb": "8", "la": "64", "nc": str(nc), "bc": str(bc), **replace}
    return safetensors({"codebooks": ("I8", [nc, 16], struct.pack(f"{16 * nc}b", *(book * nc)))}, meta)


def npy(rows, cols):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {cols}), }}"
    header += " " * ((-len(header) - 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + f32(rows, cols)[2]


ARCH = "[array]\nrows = 4\ncols = 3\nlanes = 8\nk_max = 4096\n[format]\nlb = 8\nla = 64\nnc = 2\nbc = 6\n"


class Folder(unittest.TestCase):
    """Every test runs in an empty folder with a layer, codebooks and an architecture that fit each other."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        self.write("layer.st", layer())
        self.write("cb.st", codebooks())
        self.write("arch.toml", ARCH)

    def write(self, name, content):
        (self.dir / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def files(self):
        return {p.relative_to(self.dir): p.read_bytes() for p in self.dir.rglob("*") if p.is_file()}

    def bcq(self, arguments, **environment):
        return subprocess.run([BCQ, *arguments.split()], cwd=self.dir, capture_output=True, text=True, timeout=120,
                              env={**os.environ, **environment})

    def done(self, arguments, **environment):
        """Runs a command that must succeed without a word on stderr; returns stdout."""
        result = self.bcq(arguments, **environment)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def report(self, arguments, **environment):
        """The JSON report of a command that must succeed."""
        report = json.loads(self.done(arguments + " --json -", **environment))
        self.assertTrue(report["command_line"].startswith("bcq " + arguments.split()[0]))
        self.assertEqual(set(report["versions"]), {"bcq", "systemc", "compiler"})
        return report

    def refused(self, arguments, *parts, **environment):
        """Runs a command that must end with code 2, one line on stderr that has all parts, and no change to files."""
        before = self.files()
        result = self.bcq(arguments, **environment)
        self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("bcq: ") and result.stderr.endswith("\n"), result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)
        self.assertEqual(self.files(), before)
