"""Liberty's Boolean expressions ("Liberty User Guide", vol. 1): `function`, `when`, `next_state` and the like.

`!A` or `A'` inverts, `A ^ B` is an exclusive or, `A & B`, `A * B` or `A B` an and, `A | B` or `A + B` an or; they bind in this order.
"""

import dataclasses
import functools
import itertools
import operator
import re

TOKEN = re.compile(r"[A-Za-z_][\w\[\]]*|[01]|[!'^&*|+()]")
SIGNS = {"|": ("|", "+"), "&": ("&", "*"), "^": ("^",)}
JOIN = {"&": operator.and_, "|": operator.or_, "^": operator.xor}


class ExpressionError(ValueError):
    """Not an expression; the message has its text."""


@dataclasses.dataclass(frozen=True)
class Expression:
    """A pin or a constant (its name, no terms), an inverted term (`~`), or terms joined by `&`, `|` or `^`."""

    what: str
    terms: tuple = ()

    @functools.cached_property
    def pins(self):
        """Names, sorted."""
        if not self.terms:
            return () if self.what in "01" else (self.what,)
        return tuple(sorted({pin for term in self.terms for pin in term.pins}))

    @functools.cached_property
    def verilog(self):
        if not self.terms:
            return f"1'b{self.what}" if self.what in "01" else self.what
        inner = [term.verilog for term in self.terms]
        return f"(~{inner[0]})" if self.what == "~" else f"({f' {self.what} '.join(inner)})"

    def value(self, pins):
        """0 or 1, for {pin: 0 or 1}."""
        if not self.terms:
            return int(self.what) if self.what in "01" else pins[self.what]
        values = [term.value(pins) for term in self.terms]
        return 1 - values[0] if self.what == "~" else functools.reduce(JOIN[self.what], values)

    @functools.cached_property
    def _true(self):
        """The values of the pins for which it is 1."""
        rows = itertools.product((0, 1), repeat=len(self.pins))
        return [row for row in rows if self.value(dict(zip(self.pins, row)))]

    def probability(self, high):
        """Of being 1 when pin p is 1 for the part high(p) of the time, independently of the others."""
        parts = [(1 - part, part) for part in map(high, self.pins)]
        total = 0.0
        for row in self._true:
            product = 1.0
            for bit, part in zip(row, parts):
                product *= part[bit]
            total += product
        return total


class _Parser:
    """One method for each level of binding, the loosest first."""

    def __init__(self, text):
        self.text, self.tokens = text, TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r"\s", "", text):
            raise ExpressionError(f"'{text}' is not a Boolean expression of Liberty")

    def next(self):
        return self.tokens[0] if self.tokens else None

    def take(self):
        if not self.tokens:
            raise ExpressionError(f"'{self.text}' ends too early")
        return self.tokens.pop(0)

    def either(self):
        return self._chain("|", self.both, lambda token: token in SIGNS["|"])

    def both(self):
        return self._chain("&", self.differ, lambda token: token not in (None, ")", *SIGNS["|"]))

    def differ(self):
        return self._chain("^", self.one, lambda token: token in SIGNS["^"])

    def _chain(self, what, term, goes_on):
        """Terms with signs of `what` between them, or with nothing where goes_on(the next token) says that another one follows."""
        terms = [term()]
        while goes_on(self.next()):
            if self.next() in SIGNS[what]:
                self.take()
            terms.append(term())
        return terms[0] if len(terms) == 1 else Expression(what, tuple(terms))

    def one(self):
        token = self.take()
        if token == "!":
            return Expression("~", (self.one(),))
        if token == "(":
            inner = self.either()
            if self.take() != ")":
                raise ExpressionError(f"'{self.text}' lacks a closing bracket")
        elif token in "01" or token[0].isalpha() or token[0] == "_":
            inner = Expression(token)
        else:
            raise ExpressionError(f"'{self.text}' has a '{token}' where a pin should be")
        while self.next() == "'":
            self.take()
            inner = Expression("~", (inner,))
        return inner


@functools.lru_cache(maxsize=None)
def parse(text):
    """The Expression of a text; ExpressionError if it is none."""
    parser = _Parser(text)
    found = parser.either()
    if parser.tokens:
        raise ExpressionError(f"'{text}' goes on after its end: '{parser.tokens[0]}'")
    return found
