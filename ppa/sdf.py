"""Delays of OpenSTA (SDF 3.0) in the form that Icarus Verilog takes: nanoseconds, one delay for each path.

OpenSTA writes in the unit of the library and Icarus does not look at it. A path may have a delay for each value of the other inputs
(COND); the longest stands for all.
"""

import itertools
import re

TIMESCALE = re.compile(r"\(TIMESCALE 1(\w+)\)")
NANOSECONDS = {"ns": 1.0, "ps": 1e-3}
# A (CELL ...) up to the next.
CELL = re.compile(r"^ \(CELL\n.*?(?=^ \(CELL\n|\Z)", re.M | re.S)
CONDITION = re.compile(r"\(COND [^\n]*\n\s*(\(IOPATH [^\n]*\))\)")
PATH = re.compile(r" *\(IOPATH (\S+) (\S+) ([^\n]*)\)\n")
GROUP = re.compile(r"\(([^)]*)\)")
DELAY = re.compile(r"-?\d+\.\d+(?=::)|(?<=::)-?\d+\.\d+")


def for_icarus(text):
    """The text of a file by write_sdf."""
    unit = NANOSECONDS[TIMESCALE.search(text).group(1)]
    if unit != 1.0:
        header, cells = text.split(" (CELL\n", 1)
        scaled = DELAY.sub(lambda number: f"{float(number.group()) * unit:.6f}", cells)
        text = TIMESCALE.sub("(TIMESCALE 1ns)", header) + " (CELL\n" + scaled
    return CELL.sub(lambda cell: _joined(cell.group()) if "(COND " in cell.group() else cell.group(), text)


def _joined(cell):
    """A cell with its conditions left out."""
    plain = CONDITION.sub(r"\1", cell)
    delays = {}
    for source, target, numbers in PATH.findall(plain):
        delays[source, target] = _longest(delays[source, target], numbers) if (source, target) in delays else numbers
    lines = "".join(f"    (IOPATH {source} {target} {numbers})\n" for (source, target), numbers in delays.items())
    first = PATH.search(plain)
    return plain[: first.start()] + lines + PATH.sub("", plain[first.start() :])


def _longest(one, other):
    """Of rise and fall, each `(least::most)`; `()` or nothing where an output cannot go that way."""
    pairs = itertools.zip_longest(GROUP.findall(one), GROUP.findall(other), fillvalue="")
    return " ".join(f"({_later(first, second)})" for first, second in pairs)


def _later(first, second):
    if not first or not second:
        return first or second
    return "::".join(max(pair, key=float) for pair in zip(first.split("::"), second.split("::"), strict=True))
