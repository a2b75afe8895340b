"""Estimates of what is not synthesized: SRAM, DRAM and the step from one process node to another.

    estimates.sram_read_pj(8192, 64, 130)            # a 64-bit word of a bank of 8 KiB, 130 nm: pJ
    estimates.scale(12.5, "delay", 180, 16)          # 12.5 ns at 180 nm, at 16 nm: ns

docs/estimates.md has the formulas, their sources and what they leave out; estimates.toml has the constants. Nodes are in nm, at
their nominal voltage; capacities in bytes and widths in bits of one bank. Wrong arguments raise ValueError.
"""

import functools
import math
import pathlib
import tomllib

CONSTANTS = pathlib.Path(__file__).with_name("estimates.toml")
QUANTITIES = ("area", "delay", "energy")


@functools.cache
def load():
    """The constants: the tables of estimates.toml."""
    with CONSTANTS.open("rb") as file:
        return tomllib.load(file)


def nodes():
    """The nodes, in nm, the oldest first."""
    return sorted(map(int, load()["scaling"]["node"]), reverse=True)


def kinds():
    """The kinds of DRAM."""
    return sorted(load()["dram"])


def _node(table, node):
    if isinstance(node, bool) or not isinstance(node, int) or str(node) not in table:
        raise ValueError(f"node {node!r}: there are {', '.join(map(str, nodes()))} nm")
    return table[str(node)]


def _count(name, value):
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError(f"{name} {value!r}: must be a positive integer")
    return value


def sram_read_pj(bytes, bits, node):  # pylint: disable=redefined-builtin
    """Energy in pJ of reading a word of so many bits from a bank of so many bytes."""
    sram = load()["sram"]
    if _count("bits", bits) > 8 * _count("bytes", bytes):
        raise ValueError(f"bits {bits!r}: more than the {bytes} bytes of the bank")
    width = sram["fixed"] + (1 - sram["fixed"]) * bits / sram["fit_bits"]
    fitted = sram["read_pj"] * (bytes / sram["fit_bytes"]) ** sram["exponent"] * width
    return fitted * _node(load()["scaling"]["node"], node)["energy"] / sram["fit_energy"]


def sram_write_pj(bytes, bits, node):  # pylint: disable=redefined-builtin
    """Energy in pJ of writing a word of so many bits to a bank of so many bytes."""
    return sram_read_pj(bytes, bits, node) * load()["sram"]["write_to_read"]


def sram_area_um2(bytes, node):  # pylint: disable=redefined-builtin
    """Area in um2 of a bank of so many bytes, periphery included."""
    sram = load()["sram"]
    bits = 8 * _count("bytes", bytes)
    return bits * _node(sram["cell_um2"], node) / sram["efficiency"] * (1 + sram["periphery"] / math.sqrt(bits))


def sram_leakage_uw(bytes, node):  # pylint: disable=redefined-builtin
    """Leakage in uW of so many bytes: an order of magnitude."""
    return 8 * _count("bytes", bytes) * _node(load()["sram"]["leakage_pw_per_bit"], node) * 1e-6


def dram_pj_per_bit(kind):
    """Energy in pJ per bit that DRAM of this kind takes, read or written at full bandwidth."""
    if not isinstance(kind, str) or kind not in load()["dram"]:
        raise ValueError(f"kind {kind!r}: there are {', '.join(kinds())}")
    return load()["dram"][kind]["pj_per_bit"]


def scale(value, quantity, from_node, to_node):
    """An area, a delay or an energy, in any unit, of the same circuit at another node."""
    if quantity not in QUANTITIES:
        raise ValueError(f"quantity {quantity!r}: there are {', '.join(QUANTITIES)}")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ValueError(f"value {value!r}: must be a number, 0 or more")
    table = load()["scaling"]["node"]
    return value * _node(table, to_node)[quantity] / _node(table, from_node)[quantity]
