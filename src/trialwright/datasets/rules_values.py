"""Rules about single values: there, of their type, and among the values allowed."""

from collections.abc import Iterator, Mapping

import polars as pl
from polars import col

from trialwright.datasets.codelists import (
    CONDITIONAL,
    IRECIST_RESPONSE,
    RESPONSES,
    Codelist,
    find_nearest,
)
from trialwright.datasets.recorded import Hits, Recorded, quoted
from trialwright.datasets.rules_registry import rule
from trialwright.datasets.schema import VariableType
from trialwright.datasets.units import read_length_mm

SPELLED_OUT = ("yes", "no", "male", "female", "unknown")
LISTED_AT_MOST = 12  # values of a codelist that a finding prints


@rule(
    "VALUE-MISSING",
    "block",
    title="A required value is empty",
    why="The row cannot be tied to a subject, or nobody knows what it is about.",
    mend="Fill it in from the source.",
)
def find_missing_values(recorded: Recorded) -> Iterator[Hits]:
    """Find empty values of required variables; sequence numbers have a rule of their own."""
    for domain, dataset, _ in recorded.declared():
        for item in dataset.variables:
            if not (item.is_required and recorded.has(domain, item.name)):
                continue
            if not item.name.endswith("SEQ"):
                rows = recorded.texts[domain].filter(col(item.name).is_null())
                yield Hits(domain, rows, item.name, "nothing", "a value")


@rule(
    "TYPE-NUMBER",
    "block",
    title="Not a number",
    why="The value would be left out of every calculation.",
    mend="Write the number alone, with a decimal point; words belong to the text variable.",
)
def find_not_numbers(recorded: Recorded) -> Iterator[Hits]:
    """Find texts in variables that are numbers; a length with its unit is found by TR-UNIT."""
    for domain, name, rows in _untyped(recorded, VariableType.NUMBER):
        written = rows[name].unique().to_list() if name == "TRSTRESN" else []
        lengths = [text for text in written if read_length_mm(text) is not None]
        yield Hits(
            domain,
            rows.filter(~col(name).is_in(lengths)),
            name,
            quoted(name),
            "a number",
            _with_decimal_point(name),
        )


@rule(
    "TYPE-INTEGER",
    "block",
    title="Not a whole number",
    why="Sequence numbers and ages tie rows together and are counted; a fraction cannot be.",
    mend="Write a whole number.",
)
def find_not_integers(recorded: Recorded) -> Iterator[Hits]:
    """Find texts and fractions in variables that are whole numbers."""
    for domain, name, rows in _untyped(recorded, VariableType.INTEGER):
        yield Hits(domain, rows, name, quoted(name), "a whole number")


def _untyped(recorded: Recorded, wanted: VariableType) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Yield domain, variable and the rows whose text is not of the wanted type."""
    for domain, dataset, table in recorded.declared():
        for item in dataset.variables:
            if item.type is wanted and recorded.has(domain, item.name):
                texts = recorded.texts[domain]
                is_lost = texts[item.name].is_not_null() & table[item.name].is_null()
                yield domain, item.name, texts.filter(is_lost)


def _with_decimal_point(name: str) -> pl.Expr:
    """Say what to write instead of a decimal comma; null for anything else."""
    has_comma = col(name).str.contains(r"^[+-]?\d+,\d+$")
    return pl.when(has_comma).then(pl.format("Write {}.", col(name).str.replace(",", ".")))


@rule(
    "CODELIST",
    "block",
    title="A value that its codelist does not hold",
    why="Rows are chosen by these values; a misspelt one is silently in no group.",
    mend="Write one of the values of the codelist, in its capitals.",
)
def find_unlisted_values(recorded: Recorded) -> Iterator[Hits]:
    """Find values outside a closed codelist."""
    yield from _unlisted(recorded, is_extensible=False)


@rule(
    "CODELIST-EXTENDED",
    "warn",
    title="A value that an extensible codelist does not hold",
    why="It may be the sponsor's own term, or a spelling that is counted apart.",
    mend="Write the standard term when there is one; else let it stand.",
)
def find_extended_values(recorded: Recorded) -> Iterator[Hits]:
    """Find values outside an extensible codelist."""
    yield from _unlisted(recorded, is_extensible=True)


@rule(
    "RS-RESPONSE",
    "block",
    title="A response that its criteria do not know",
    why="Best response and progression are made of these values.",
    mend="Ask the reader; write a response of the criteria named in RSCAT.",
)
def find_unknown_responses(recorded: Recorded) -> Iterator[Hits]:
    """Find values of RSSTRESC that RECIST 1.1, or iRECIST where RSCAT says so, does not have."""
    rs = recorded.pick("rs", "USUBJID", "RSTESTCD", "RSSTRESC", optional=("RSCAT",))
    if rs is None:
        return
    is_immune = col("RSCAT").str.to_lowercase().str.contains("irecist").fill_null(False)
    for test, responses in RESPONSES.items():
        rows = rs.filter(col("RSTESTCD") == test, col("RSSTRESC").is_not_null())
        immune = (*responses.values, *IRECIST_RESPONSE.values)
        for part, values in ((~is_immune, responses.values), (is_immune, immune)):
            wrong = rows.filter(part, ~col("RSSTRESC").is_in(values))
            expected = f"one of {', '.join(values)}"
            yield Hits("rs", wrong, "RSSTRESC", quoted("RSSTRESC"), expected)


def _unlisted(recorded: Recorded, *, is_extensible: bool) -> Iterator[Hits]:
    """Yield values outside codelists, those that depend on another variable among them."""
    for domain, dataset, table in recorded.declared():
        for item in dataset.variables:
            if not recorded.has(domain, item.name):
                continue
            if item.codelist is not None:
                yield from _outside(domain, table, item.name, item.codelist, is_extensible)
            by, codelists = CONDITIONAL.get(item.name, ("", {}))
            if codelists and recorded.has(domain, by):
                yield from _outside_by(domain, table, (item.name, by), codelists, is_extensible)


def _outside_by(
    domain: str,
    table: pl.DataFrame,
    names: tuple[str, str],
    codelists: Mapping[str, Codelist],
    is_extensible: bool,
) -> Iterator[Hits]:
    """Yield values outside the codelist that another variable of the row decides."""
    name, by = names
    for value, codelist in codelists.items():
        yield from _outside(domain, table.filter(col(by) == value), name, codelist, is_extensible)


def _outside(
    domain: str,
    table: pl.DataFrame,
    name: str,
    codelist: Codelist,
    is_extensible: bool,
) -> Iterator[Hits]:
    """Yield the rows whose value is not in a codelist of the kind asked for."""
    if codelist.is_extensible is not is_extensible:
        return
    rows = table.filter(~col(name).is_in(codelist.values))
    if rows.is_empty():
        return
    listed = ", ".join(codelist.values[:LISTED_AT_MOST])
    more = ", ..." if len(codelist.values) > LISTED_AT_MOST else ""
    offered = {
        written: f"Write {' or '.join(nearest)}."
        for written in rows[name].unique()
        if (nearest := _offer(written, codelist))
    }
    action = col(name).replace_strict(offered, default=None, return_dtype=pl.String)
    yield Hits(domain, rows, name, quoted(name), f"one of {listed}{more}", action)


def _offer(written: str, codelist: Codelist) -> tuple[str, ...]:
    """Return the values of a codelist that a written word may mean."""
    letter = written[:1].upper()
    if written.lower() in SPELLED_OUT and letter in codelist.values:
        return (letter,)
    return find_nearest(written, codelist.values, 2)
