"""Evaluates constant expressions of SystemVerilog over integers, as far as widths of ports need it.

    evaluate("2 * W - 1", {"W": 8}.get, call)

The second argument gives a name its value, or None; the third calls a function: call(name, arguments).
"""

import re
from collections.abc import Callable

Lookup = Callable[[str], "int | None"]
Call = Callable[[str, list[int]], int]


class ExpressionError(Exception):
    """Something that is no constant expression, or a name without a value."""


def evaluate(text: str, lookup: Lookup, call: Call) -> int:
    """Value of an expression."""
    try:
        return _Evaluator(text, lookup, call).value()
    except ExpressionError as error:
        raise ExpressionError(f"{text}: {error}") from None


TOKEN = re.compile(r"\s*(\d*'[bdh]?[0-9a-fA-F]+|\d+|(?:\w+::)?\$?\w+|\*\*|<=|>=|==|!=|&&|\|\||[-+*/%<>?:(),])")
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
    """Recursive descent."""

    def __init__(self, text: str, lookup: Lookup, call: Call):
        self.lookup, self.call = lookup, call
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = TOKEN.match(text, position)
            if not match:
                raise ExpressionError(f"cannot evaluate from here: {text[position:]}")
            self.tokens.append(match[1])
            position = match.end()

    def value(self) -> int:
        result = self._ternary()
        if self.tokens:
            raise ExpressionError(f"unexpected {self.tokens[0]}")
        return result

    def _take(self, *expected: str) -> str | None:
        if self.tokens and (not expected or self.tokens[0] in expected):
            return self.tokens.pop(0)
        return None

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise ExpressionError(f"{token} expected")

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
            return (arguments[0] - 1).bit_length() if token == "$clog2" else self.call(token, arguments)
        value = self.lookup(token)
        if value is None:
            raise ExpressionError(f"{token or 'end of the expression'} has no value")
        return value
