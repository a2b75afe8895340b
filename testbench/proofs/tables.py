"""Reference tables for the proofs, written by Python from definitions: the package table_pkg.

A proof needs a second opinion. For look-ups that is a table: every key with its value in a case statement, computed
here with fractions and plain integers, with no function of the RTL.
"""

import json
import random
from fractions import Fraction


def e4m3_value(magnitude):
    """Value of the E4M3 code with sign bit 0, from the OCP definition; the NaN code as its bits spell, 480."""
    exponent, fraction = magnitude >> 3, magnitude & 7
    if exponent == 0:
        return Fraction(2) ** -6 * Fraction(fraction, 8)
    return Fraction(2) ** (exponent - 7) * (1 + Fraction(fraction, 8))


def random_codebooks(nc, bc, seed):
    """`nc` ascending codebooks; the first holds the extremes, equal neighbours and zero."""
    largest = 2 ** (bc - 1) - 1
    draw = random.Random(seed)
    books = [sorted(draw.randint(-largest, largest) for _ in range(16)) for _ in range(nc)]
    books[0] = sorted([-largest, -largest, largest, largest, 0, 0, *books[0][:10]])
    return books


def read_codebooks(path):
    """The codebooks of a packed or codebook file: the tensor `codebooks`, I8 [nc, 16], of a safetensors file."""
    data = path.read_bytes()
    header_size = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8 : 8 + header_size])["codebooks"]
    if entry["dtype"] != "I8" or entry["shape"][1] != 16:
        raise ValueError(f"{path}: codebooks is {entry['dtype']} {entry['shape']}, not I8 [nc, 16]")
    begin, end = (8 + header_size + offset for offset in entry["data_offsets"])
    flat = [byte - 256 if byte > 127 else byte for byte in data[begin:end]]
    return [flat[i : i + 16] for i in range(0, len(flat), 16)]


def case_function(name, key_bits, value_bits, entries):
    """A function with one case entry per key."""
    lines = [
        f"  function automatic logic [{value_bits - 1}:0] {name}(input logic [{key_bits - 1}:0] key);",
        "    case (key)",
        *(f"      {key_bits}'d{key}: {name} = {value_bits}'d{value};" for key, value in entries),
        f"      default: {name} = '0;",
        "    endcase",
        "  endfunction",
    ]
    return "\n".join(lines) + "\n"


def e4m3_function():
    """e4m3_value(magnitude): the value counted in 2^-9, an integer below 2^18."""
    entries = [(code, e4m3_value(code) * 2**9) for code in range(128)]
    assert all(value.denominator == 1 and value < 2**18 for _, value in entries)
    return case_function("e4m3_value", 7, 18, entries)


def codeword_function(books, bc):
    """codeword({sign, selector, index}): the codeword, negated where sign is 1, in two's complement of bc bits."""
    selectors = max(2, len(books))  # a single codebook has a selector too, one bit, which is ignored
    entries = []
    for sign in (0, 1):
        for selector in range(selectors):
            for index, codeword in enumerate(books[selector % len(books)]):
                key = (sign * selectors + selector) * 16 + index
                entries.append((key, (-codeword if sign else codeword) % 2**bc))
    return case_function("codeword", (2 * selectors * 16 - 1).bit_length(), bc, entries)


def constant(books, bc):
    """Codebooks as the parameter CODEBOOKS: entry i of codebook c at [(c*16 + i)*bc +: bc]."""
    value = 0
    for position, codeword in enumerate(codeword for book in books for codeword in book):
        value |= (codeword % 2**bc) << (position * bc)
    bits = len(books) * 16 * bc
    return f"{bits}'h{value:x}"


def package(lanes=1, lb=1, bc=4, books=None):
    """table_pkg: parameters of a decoder, its codebooks as constant and as table, and the values of E4M3 codes."""
    books = books or random_codebooks(1, bc, 0)
    text = "// Written by tables.py.\npackage table_pkg;\n"
    for name, value in (("LANES", lanes), ("LB", lb), ("NC", len(books)), ("BC", bc)):
        text += f"  localparam int {name} = {value};\n"
    text += f"  localparam logic [{len(books) * 16 * bc - 1}:0] CODEBOOKS = {constant(books, bc)};\n\n"
    return text + codeword_function(books, bc) + "\n" + e4m3_function() + "endpackage\n"
