"""The rule language of laboratory criteria, parsed to expressions; nothing is evaluated as code.

    condition   = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation | atom
    atom        = "(" condition ")" | "TRUE" | "missing(" name ")"
                | name "in" list | name "not in" list | name comparison operand
    operand     = number | name | "(" operand ("+" | "*") operand ")"

Logic has three values: a comparison with a missing operand is missing, membership is decided.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl
from polars import col

TOKEN = re.compile(r"\s*(-?\d+(?:\.\d+)?|[A-Za-z_]+|<=|>=|<|>|\+|\*|\(|\))")
SIGNIFICANT_DIGITS = 15  # 3 x 0.1 and 0.3 are one number: the limit of a grade is part of it
COMPARISONS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def parse_condition(text: str, lists: Mapping[str, Sequence[str]]) -> pl.Expr:
    """Parse one condition of a criterion.

    Parameters
    ----------
    text : str
        Such as "(not missing(ANRHI) and AVAL > (3 * ANRHI))".
    lists : mapping
        What the lists "high_indicator" and "low_indicator" hold.

    Returns
    -------
    Expr
        Boolean, null where a comparison lacks an operand. Both sides of a comparison are rounded
        to 15 significant digits.

    Raises
    ------
    ValueError
        When the text is not of the language.
    """
    parser = _Parser(text, lists)
    condition = parser.condition()
    parser.expect(None)
    return condition


def round_digits(value: pl.Expr) -> pl.Expr:
    """Round to the digits that decide a comparison."""
    return value.round_sig_figs(SIGNIFICANT_DIGITS)


class _Parser:
    """One pass over the tokens of a condition, from left to right."""

    def __init__(self, text: str, lists: Mapping[str, Sequence[str]]):
        self.text = text
        self.lists = lists
        self.tokens = TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r"\s+", "", text):
            raise ValueError(f"criterion '{text}' has a sign that the rule language lacks")
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            raise ValueError(f"criterion '{self.text}' ends too early")
        self.at += 1
        return token

    def expect(self, wanted: str | None) -> None:
        found = self.peek()
        if found != wanted:
            raise ValueError(f"criterion '{self.text}': {found}, expected {wanted or 'its end'}")
        self.at += 1

    def has_taken(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self.at += 1
        return True

    def condition(self) -> pl.Expr:
        left = self.conjunction()
        while self.has_taken("or"):
            left = left | self.conjunction()
        return left

    def conjunction(self) -> pl.Expr:
        left = self.negation()
        while self.has_taken("and"):
            left = left & self.negation()
        return left

    def negation(self) -> pl.Expr:
        return ~self.negation() if self.has_taken("not") else self.atom()

    def atom(self) -> pl.Expr:
        if self.has_taken("("):
            inner = self.condition()
            self.expect(")")
            return inner
        word = self.take()
        if word == "TRUE":
            return pl.lit(value=True)
        if word == "missing":
            self.expect("(")
            name = self.take()
            self.expect(")")
            return col(name).is_null()
        return self.relation(word)

    def relation(self, name: str) -> pl.Expr:
        sign = self.take()
        if sign == "in":
            return self.membership(name)
        if sign == "not":
            self.expect("in")
            return ~self.membership(name)
        if sign not in COMPARISONS:
            raise ValueError(f"criterion '{self.text}': {sign}, expected a comparison")
        return COMPARISONS[sign](round_digits(col(name)), round_digits(self.operand()))

    def membership(self, name: str) -> pl.Expr:
        return col(name).is_in(list(self.lists[self.take()])).fill_null(value=False)

    def operand(self) -> pl.Expr:
        if self.has_taken("("):
            left = self.operand()
            sign = self.take()
            right = self.operand()
            self.expect(")")
            return left * right if sign == "*" else left + right
        word = self.take()
        return col(word) if word[0].isalpha() else pl.lit(float(word))
