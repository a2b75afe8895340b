"""Reads what the modules of rtl/ say about themselves: parameters, ports, instances, and the header comment.

This is no SystemVerilog parser. It reads the style of this repository (one module per file, one parameter or port per
line, a header comment of aligned sections) and raises SourceError, with file and line, where a file departs from it.

    module = read_module(Path("rtl/bcq_skid.sv"))
    packages = Packages({"bcq_pkg": read_package(Path("rtl/bcq_pkg.sv"))})
    packages.evaluate(module.ports[3].width, module.defaults(packages))

A header starts with a summary, then come sections: a keyword, text, and *items* whose names stand apart by two spaces:

    // Contract   a beat is decoded in a cycle with en_i.
    // Formats    beat_i       LSB first
    //            codewords_o  lane l at [l*BC +: BC]
"""

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

from rtl_expression import ExpressionError, evaluate

# Ports whose name says everything; they need no word in a header. {} is the name of a valid/ready stream. Ports of AXI
# buses have the names that AXI gives them.
CONVENTIONS = {
    r"clk_i|aclk": "clock, rising edge",
    r"rst_ni|aresetn": "reset, asynchronous, active low",
    r"(\w+)_(?:valid_[io]|tvalid)": "stream {}: a beat is on offer",
    r"(\w+)_(?:ready_[io]|tready)": "stream {}: the beat on offer is taken in this cycle",
}


class SourceError(Exception):
    """A source that departs from the style, or a reference to something that is not there."""


# What sections of a header begin with.
KEYWORDS = (
    "Purpose",
    "Parameters?",
    "Contract",
    "Latency",
    "Timing",
    "Formats?",
    "Ports?",
    "Streams?",
    "Control",
    "Pipeline",
    "Status",
    "Registers?",
    "Errors?",
    "Names?",
)


@dataclass
class Parameter:
    name: str
    kind: str
    default: str


@dataclass
class Port:
    name: str
    direction: str  # input, output
    signed: bool
    width: str  # expression, "1" for a single wire
    comment: str  # on its own line
    group: str  # of the lines above its group


@dataclass
class Module:
    name: str
    path: Path
    summary: str
    items: list[tuple[list[str], str]]  # names or patterns with *, text
    parameters: list[Parameter]
    ports: list[Port]
    instances: list[tuple[str, str]]  # module, instance name; in order, each once

    def defaults(self, packages: "Packages") -> dict[str, int]:
        """Values of the parameters as they stand in the source; vectors ('0) have none."""
        values: dict[str, int] = {}
        for parameter in self.parameters:
            if parameter.default != "'0":
                values[parameter.name] = packages.evaluate(parameter.default, values)
        return values

    def meaning(self, name: str) -> str:
        """What the source says about a parameter or port: an item of the header, a comment beside it, a
        convention, an item for several, a comment above its group."""
        port = next((port for port in self.ports if port.name == name), None)
        for names, text in self.items:
            if name in names:
                return text
        if port and port.comment:
            return port.comment
        for pattern, text in CONVENTIONS.items():
            match = re.fullmatch(pattern, name)
            if match:
                return text.format(*match.groups())
        for names, text in self.items:
            if any("*" in pattern and fnmatch.fnmatch(name, pattern) for pattern in names):
                return text
        if port and port.group:
            return port.group
        raise SourceError(
            f"{self.path}: the header says nothing about {name}; give it a line there: NAME, two spaces, text"
        )


@dataclass
class Constant:
    name: str
    expression: str
    comment: str


@dataclass
class Function:
    name: str
    result: str
    arguments: list[str]
    expression: str
    comment: str


@dataclass
class Package:
    name: str
    path: Path
    summary: str
    generated: bool  # by a program, with documents of its own
    constants: list[Constant]
    functions: list[Function]


class Packages(dict[str, Package]):
    """Packages by name, and the values of what they define."""

    def evaluate(self, expression: str, values: dict[str, int], inside: str = "") -> int:
        """Value of an expression with the parameters `values`; unqualified names may be those of the package `inside`."""

        def lookup(token: str) -> int | None:
            package, _, name = token.rpartition("::")
            if not package and name in values:
                return values[name]
            home = self.get(package or inside)
            constant = next((c for c in home.constants if c.name == name), None) if home else None
            return None if constant is None else self.evaluate(constant.expression, {}, home.name)

        def call(token: str, arguments: list[int]) -> int:
            package, _, name = token.rpartition("::")
            home = self.get(package or inside)
            function = next((f for f in home.functions if f.name == name), None) if home else None
            if function is None:
                raise ExpressionError(f"no function {token}")
            return self.evaluate(function.expression, dict(zip(function.arguments, arguments, strict=True)), home.name)

        try:
            return evaluate(expression, lookup, call)
        except ExpressionError as error:
            raise SourceError(str(error)) from None

    def short(self, expression: str) -> str:
        """The expression for a reader: constants of packages as numbers, functions without their package and, where
        they are only names, their arguments."""
        text = re.sub(r"\w+_pkg::[A-Z]\w*", lambda match: str(self.evaluate(match[0], {})), expression)
        text = re.sub(r"\w+_pkg::(\w+)\([\w, ]*\)", r"\1", text)
        text = re.sub(r"\w+_pkg::", "", text)
        return text.replace("$clog2", "clog2").replace("*", "·")


# ---- reading files -------------------------------------------------------------------------------


def _header(path: Path, lines: list[str]) -> list[str]:
    """The comment at the top, without slashes."""
    header = []
    for line in lines:
        if not line.startswith("//"):
            break
        header.append(line[2:].removeprefix(" ").rstrip())
    if not header:
        raise SourceError(f"{path}:1: no header comment")
    return header


def _sections(header: list[str]) -> tuple[str, list[list[str]]]:
    """Summary, and the lines of every section, indented as they are relative to the text of its first line."""
    summary: list[str] = []
    sections: list[list[str]] = []
    column = 0
    for line in header:
        keyword = re.match(rf"({'|'.join(KEYWORDS)}) +", line)
        if keyword:
            column = keyword.end()
            sections.append([line[column:]])
        elif line and sections:
            indent = len(line) - len(line.lstrip())
            sections[-1].append(" " * max(0, indent - column) + line.lstrip())
        elif line:
            summary.append(line)
    return " ".join(summary), sections


ITEM = re.compile(r"([\w*]+(?:, [\w*]+)*)  +(\S.*)")
NEXT_ITEM = re.compile(r"; (\w+_(?:i|ni|o))(?:  +|: )(?=\S)")


def _items(sections: list[list[str]]) -> list[tuple[list[str], str]]:
    items: list[tuple[list[str], str]] = []
    for section in sections:
        in_item = False
        for line in section:
            item = ITEM.fullmatch(line)
            if item:
                in_item = True
                items.append((item[1].split(", "), item[2]))
            elif in_item and line.startswith(" "):
                names, so_far = items[-1]
                items[-1] = (names, f"{so_far} {line.strip()}")
            else:
                in_item = False
    return [part for names, text in items for part in _split_item(names, text)]


def _split_item(names: list[str], text: str) -> list[tuple[list[str], str]]:
    """Items that follow each other on a line: `a_i  this; b_i  that` or `; b_i: that`."""
    parts = NEXT_ITEM.split(text)
    return [(names, parts[0])] + [([parts[i]], parts[i + 1]) for i in range(1, len(parts), 2)]


def _without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*", "", text)


def _closing(text: str, start: int) -> int:
    """Position of the parenthesis that closes the one at `start`."""
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise SourceError("a parenthesis is not closed")


def _instances(text: str) -> list[tuple[str, str]]:
    found = []
    code = _without_comments(text)
    for match in re.finditer(r"\b(bcq_\w+)\s+(#\s*\()?", code):
        end = _closing(code, match.end() - 1) + 1 if match[2] else match.end()
        name = re.match(r"\s*(\w+)\s*\(", code[end:])
        if name and not code[: match.start()].rstrip().endswith("module"):
            found.append((match[1], name[1]))
    return list(dict.fromkeys(found))


PORT = re.compile(r"(input|output)\s+(?:wire|logic)?\s*(signed)?\s*(?:\[(.+)\])?\s*(\w+)\s*,?\s*(?://\s*(.*))?")
PARAMETER = re.compile(r"parameter\s+(.+?)\s+(\w+)\s*=\s*([^,]+?|.*\)),?\s*(?://.*)?")


def _width(bounds: str | None) -> str:
    """Width of a vector from its bounds `high:0`."""
    if bounds is None:
        return "1"
    high, low = bounds.rsplit(":", 1)
    if low.strip() != "0":
        raise SourceError(f"[{bounds}]: ports count down to 0")
    high = high.strip()
    if high.isdigit():
        return str(int(high) + 1)
    less = re.fullmatch(r"(.*\S)\s*-\s*(\d+)", high)
    if not less:
        return f"{high}+1"
    return less[1] if less[2] == "1" else f"{less[1]}-{int(less[2]) - 1}"


def read_module(path: Path) -> Module:
    """Reads a file with one module."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    summary, sections = _sections(_header(path, lines))
    items = _items(sections)
    start = next((i for i, line in enumerate(lines) if re.match(rf"module {path.stem}\b", line)), None)
    if start is None:
        raise SourceError(f"{path}: no module {path.stem}")
    parameters: list[Parameter] = []
    ports: list[Port] = []
    group = ""
    for number, line in enumerate(lines[start + 1 :], start + 2):
        code = line.strip()
        try:
            if code == ");":
                break
            if code.startswith("//"):
                group = code[2:].strip()
            elif code.startswith("parameter"):
                match = PARAMETER.fullmatch(code)
                if not match:
                    raise SourceError("a parameter per line: parameter TYPE NAME = DEFAULT")
                parameters.append(Parameter(match[2], re.sub(r"\s*\[.*\]", "", match[1]), match[3].strip()))
            elif code.startswith(("input", "output")):
                match = PORT.fullmatch(code)
                if not match:
                    raise SourceError("a port per line: input wire [W-1:0] name_i,")
                ports.append(Port(match[4], match[1], bool(match[2]), _width(match[3]), match[5] or "", group))
            elif code not in (") (", ""):
                raise SourceError(f"cannot read: {code}")
        except SourceError as error:
            raise SourceError(f"{path}:{number}: {error}") from None
    return Module(path.stem, path, summary, items, parameters, ports, _instances(text))


FUNCTION = re.compile(
    r"((?:  //.*\n)*)  function automatic (.+?) (\w+)\(([^)]*)\);\n\s*\3 = ([^;]+);\n\s*endfunction", re.MULTILINE
)
CONSTANT = re.compile(r"((?:  //.*\n)*)  localparam (?:int|logic \[[^\]]*\]) (\w+) = ([^;]+);[ ]*(?://[ ]*(.*))?")


def _comment(above: str, beside: str | None = None) -> str:
    lines = [line.strip()[2:].strip() for line in above.splitlines()]
    return beside or " ".join(line for line in lines if not line.startswith("----"))


def read_package(path: Path) -> Package:
    """Reads a package of integer constants and functions of one expression each."""
    text = path.read_text(encoding="utf-8")
    summary, _ = _sections(_header(path, text.splitlines()))
    constants = [Constant(m[2], m[3].strip(), _comment(m[1], m[4])) for m in CONSTANT.finditer(text)]
    functions = [
        Function(m[3], m[2], [a.split()[-1] for a in m[4].split(",")], m[5].strip(), _comment(m[1]))
        for m in FUNCTION.finditer(text)
    ]
    return Package(path.stem, path, summary, "do not edit" in summary, constants, functions)
