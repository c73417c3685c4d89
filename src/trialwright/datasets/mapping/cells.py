"""One cell after another: what was written, and what the mapping makes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal as Exact
from decimal import InvalidOperation

import polars as pl

from trialwright.datasets.mapping.conversions import find_factor
from trialwright.datasets.mapping.model import CentreMapping, Decimal, Filling, Others, Table
from trialwright.datasets.mapping.written_dates import (
    ISO_STYLE,
    SERIAL_STYLE,
    name_style,
    read_date,
)
from trialwright.datasets.schema import VariableType

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
WITH_COMMA = re.compile(r"[+-]?\d*,\d+$")
MAY_BE_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+$")
RESULTS = ("ORRES", "STRESC")  # texts that hold a number where there is one
ANY = "*"  # a code for every value that has none of its own
Reading = tuple[str | None, str | None]
"""Value, or None, and the id of the rule that the cell breaks, or None."""


@dataclass(frozen=True, slots=True)
class CellRule:
    """What is done to each cell of one column on its way to one variable."""

    kind: VariableType
    codes: Mapping[str, str]
    others: Others
    missing: frozenset[str]
    dates: tuple[str, ...]
    decimal: Decimal
    factor: Exact | None
    may_be_number: bool
    if_empty: str | None
    points_may_be_thousands: bool = False


def make_rule(
    filling: Filling, name: str, kind: VariableType, table: Table, whole: CentreMapping
) -> CellRule:
    """Return the rule of a filling, with what its table and the whole mapping say beside it."""
    codes = whole.codes.get(filling.codes_of or "", filling.codes)
    return CellRule(
        kind=kind,
        codes=codes,
        others=filling.others,
        missing=frozenset((*filling.missing, *table.missing, *whole.missing)),
        dates=filling.dates or table.dates or whole.dates,
        decimal=filling.decimal or table.decimal or whole.decimal,
        factor=find_multiplier(filling),
        may_be_number=kind is VariableType.TEXT and name.endswith(RESULTS),
        if_empty=filling.if_empty,
        points_may_be_thousands=table.file.lower().endswith(".csv"),
    )


def find_multiplier(filling: Filling) -> Exact | None:
    """Return what the numbers of a column are multiplied by; None when they stay as they are."""
    if filling.factor is not None:
        return Exact(repr(filling.factor))
    if filling.unit is not None and filling.to is not None:
        return find_factor(filling.unit, filling.to)
    return None


def translate(written: pl.Series, rule: CellRule) -> tuple[pl.Series, dict[str, str]]:
    """Translate a column; each distinct value is looked at once.

    Parameters
    ----------
    written : Series
        What the cells hold, as text.
    rule : CellRule
        What is done to them.

    Returns
    -------
    tuple
        The values, and the rule id that each refused text breaks.
    """
    distinct = written.unique().drop_nulls().to_list()
    readings = {text: translate_one(text, rule) for text in distinct}
    problems = {text: problem for text, (_, problem) in readings.items() if problem}
    values = [value for value, _ in readings.values()]
    translated = written.replace_strict(
        pl.Series(distinct, dtype=pl.String), pl.Series(values, dtype=pl.String),
        default=None, return_dtype=pl.String,
    )  # fmt: skip
    if rule.if_empty is not None and written.null_count():
        chosen = pl.when(written.is_null()).then(pl.lit(rule.if_empty)).otherwise(translated)
        translated = pl.select(chosen.alias(written.name))[written.name]
    return translated, problems


def translate_one(text: str, rule: CellRule) -> Reading:
    """Translate one text."""
    value = text.strip()
    if not value or value in rule.missing:
        return rule.if_empty, None
    named = rule.codes.get(value, rule.codes.get(ANY))
    if named is not None:
        return named or None, None
    if rule.codes and rule.others is not Others.KEEP:
        return None, "MAP-CODE" if rule.others is Others.REPORT else None
    if rule.kind is VariableType.DATE:
        return _translate_date(value, rule.dates)
    is_number = rule.factor is not None or rule.kind in (VariableType.NUMBER, VariableType.INTEGER)
    if is_number or rule.may_be_number:
        return _translate_number(value, rule, is_number)
    return value, None


def _translate_date(text: str, forms: tuple[str, ...]) -> Reading:
    readings = read_date(text, forms)
    if len(readings) == 1:
        return readings.pop(), None
    if readings:
        return None, "SOURCE-DATE-AMBIGUOUS"
    is_serial = name_style(text) == SERIAL_STYLE and SERIAL_STYLE not in forms
    return None, "SOURCE-DATE-SERIAL" if is_serial else "SOURCE-DATE"


def _translate_number(text: str, rule: CellRule, must_be: bool) -> Reading:
    """Read a number; what is none stays as it is for the rules of its domain to judge."""
    plain = text
    if WITH_COMMA.match(text):
        if rule.decimal is not Decimal.COMMA:
            return (None, "SOURCE-DECIMAL")
        plain = text.replace(",", ".")
    elif _may_be_thousands(text, rule):
        return None, "SOURCE-DECIMAL"
    if not NUMBER.match(plain):
        return (None, "MAP-NUMBER") if must_be and rule.factor is not None else (text, None)
    return (plain if rule.factor is None else multiply(plain, rule.factor)), None


def _may_be_thousands(text: str, rule: CellRule) -> bool:
    """Whether a sign of a number may part thousands, as in 1,234.5 or in 1.234 beside 0,5."""
    if "," in text and "." in text:
        return MAY_BE_THOUSANDS.match(re.sub(r"[.,]\d+$", "", text)) is not None
    is_text_with_commas = rule.points_may_be_thousands and rule.decimal is Decimal.COMMA
    return is_text_with_commas and MAY_BE_THOUSANDS.match(text) is not None


def multiply(number: str, factor: Exact) -> str:
    """Multiply a written number exactly, and write it without needless zeros.

    Examples
    --------
    >>> multiply("3.2", Exact(10)), multiply("0.30", Exact("0.001"))
    ('32', '0.0003')
    """
    try:
        product = Exact(number) * factor
    except InvalidOperation:
        return number
    text = format(product, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def list_styles(written: pl.Series, rule: CellRule) -> list[str]:
    """Return the styles in which the dates of a column are written, but those declared beside."""
    values = {text.strip() for text in written.unique().drop_nulls().to_list()} - rule.missing
    styles = sorted({name_style(value) for value in values if value})
    declared = {ISO_STYLE, *(name_style(_example(form)) for form in rule.dates)}
    is_meant = len(rule.dates) > 1 and set(styles) <= declared
    return [] if is_meant else styles


def _example(form: str) -> str:
    """Return a date in a form, only to name its style."""
    if form == SERIAL_STYLE:
        return "44230"
    words = {"20YY": "21", "19YY": "71", "YYYY": "2021", "MMM": "mar", "MM": "02", "DD": "03"}
    for token, text in words.items():
        form = form.replace(token, text)
    return form.replace("hh", "10").replace("mm", "30").replace("ss", "00")
