"""Reads what the modules of rtl/ say about themselves: parameters, ports, instances, and the header comment.

This is no SystemVerilog parser. It reads the style of this repository (one module per file, one parameter or port per
line, a header comment of aligned sections) and raises SourceError, with file and line, where a file departs from it.

    module = read_module(Path("rtl/bcq_skid.sv"))
    package = read_package(Path("rtl/bcq_pkg.sv"))
    package.evaluate(module.ports[3].width, module.defaults(package))

A header starts with a summary, then come sections: a keyword, text, and *items* whose names stand apart by two spaces:

    // Contract   a beat is decoded in a cycle with en_i.
    // Formats    beat_i       LSB first
    //            codewords_o  lane l at [l*BC +: BC]
"""

import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path

# Ports whose name says everything; they need no word in a header. {} is the name of a valid/ready stream.
CONVENTIONS = {
    r"clk_i": "clock, rising edge",
    r"rst_ni": "reset, asynchronous, active low",
    r"(\w+)_valid_[io]": "stream {}: a beat is on offer",
    r"(\w+)_ready_[io]": "stream {}: the beat on offer is taken in this cycle",
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
    "Registers?",
    "Errors?",
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
    comment: str  # that of its own line, or of the lines above its group


@dataclass
class Module:
    name: str
    path: Path
    summary: str
    items: list[tuple[list[str], str]]  # names or patterns with *, text
    parameters: list[Parameter]
    ports: list[Port]
    instances: list[tuple[str, str]]  # module, instance name; in order, each once

    def defaults(self, package: "Package") -> dict[str, int]:
        """Values of the parameters as they stand in the source; vectors ('0) have none."""
        values: dict[str, int] = {}
        for parameter in self.parameters:
            if parameter.default != "'0":
                values[parameter.name] = package.evaluate(parameter.default, values)
        return values

    def meaning(self, name: str) -> str:
        """What the source says about a parameter or port: an item of the header, a comment in the port list, or a
        convention."""
        for names, text in self.items:
            if name in names:
                return text
        for names, text in self.items:
            if any("*" in pattern and fnmatch.fnmatch(name, pattern) for pattern in names):
                return text
        for port in self.ports:
            if port.name == name and port.comment:
                return port.comment
        for pattern, text in CONVENTIONS.items():
            match = re.fullmatch(pattern, name)
            if match:
                return text.format(*match.groups())
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
    path: Path
    summary: str
    constants: list[Constant]
    functions: list[Function] = field(default_factory=list)

    def evaluate(self, expression: str, values: dict[str, int]) -> int:
        """Value of a constant expression with the parameters `values`."""
        try:
            return _Evaluator(self, expression, values).value()
        except SourceError as error:
            raise SourceError(f"{expression}: {error}") from None

    def short(self, expression: str) -> str:
        """The expression for a reader: constants of the package as numbers, functions without package or arguments."""
        text = re.sub(r"bcq_pkg::[A-Z]\w*", lambda match: str(self.evaluate(match[0], {})), expression)
        text = re.sub(r"bcq_pkg::(\w+)\([^()]*\)", r"\1", text)
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
                ports.append(Port(match[4], match[1], bool(match[2]), _width(match[3]), match[5] or group))
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
    return Package(path, summary, constants, functions)


# ---- constant expressions ------------------------------------------------------------------------

TOKEN = re.compile(r"\s*(\d*'[bdh]?[0-9a-fA-F]+|\d+|(?:bcq_pkg::)?\$?\w+|\*\*|<=|>=|==|!=|&&|\|\||[-+*/%<>?:(),])")
LEVELS = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"], ["**"]]
OPERATORS = {
    "||": lambda a, b: int(bool(a) or bool(b)),
    "&&": lambda a, b: int(bool(a) and bool(b)),
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
}


class _Evaluator:
    """Recursive descent over integers, as far as widths of ports need it."""

    def __init__(self, package: Package, text: str, values: dict[str, int]):
        self.package, self.values = package, values
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = TOKEN.match(text, position)
            if not match:
                raise SourceError(f"cannot evaluate from here: {text[position:]}")
            self.tokens.append(match[1])
            position = match.end()

    def value(self) -> int:
        result = self._ternary()
        if self.tokens:
            raise SourceError(f"unexpected {self.tokens[0]}")
        return result

    def _take(self, *expected: str) -> str | None:
        if self.tokens and (not expected or self.tokens[0] in expected):
            return self.tokens.pop(0)
        return None

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise SourceError(f"{token} expected")

    def _ternary(self) -> int:
        condition = self._binary(0)
        if not self._take("?"):
            return condition
        yes = self._ternary()
        self._need(":")
        no = self._ternary()
        return yes if condition else no

    def _binary(self, level: int) -> int:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while operator := self._take(*LEVELS[level]):
            left = OPERATORS[operator](left, self._binary(level + 1))
        return left

    def _unary(self) -> int:
        if self._take("-"):
            return -self._unary()
        if self._take("("):
            result = self._ternary()
            self._need(")")
            return result
        return self._atom(self._take() or "")

    def _atom(self, token: str) -> int:
        literal = re.fullmatch(r"\d*'([bdh])([0-9a-fA-F]+)", token)
        if literal:
            return int(literal[2], {"b": 2, "d": 10, "h": 16}[literal[1]])
        if token.isdigit():
            return int(token)
        if self._take("("):
            arguments = [self._ternary()]
            while self._take(","):
                arguments.append(self._ternary())
            self._need(")")
            return self._call(token, arguments)
        if token in self.values:
            return self.values[token]
        for constant in self.package.constants:
            if token.removeprefix("bcq_pkg::") == constant.name:
                return self.package.evaluate(constant.expression, {})
        raise SourceError(f"{token or 'end of the expression'} has no value")

    def _call(self, name: str, arguments: list[int]) -> int:
        if name == "$clog2":
            return (arguments[0] - 1).bit_length()
        for function in self.package.functions:
            if name.removeprefix("bcq_pkg::") == function.name:
                return self.package.evaluate(function.expression, dict(zip(function.arguments, arguments, strict=True)))
        raise SourceError(f"no function {name}")
