"""From the centre's tables to a domain: which rows are made of which, cell by cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.datasets.domains import find_variable
from trialwright.datasets.mapping.cells import make_rule, translate
from trialwright.datasets.mapping.model import CentreMapping, Filling, Table, Target
from trialwright.datasets.mapping.redcap import RedcapField, choose_rows, label_choices, tick_boxes
from trialwright.datasets.mapping.sources import AT, ROW, column_cell, place_of
from trialwright.datasets.mapping.templates import columns_in, compose, fill_in, list_groups
from trialwright.datasets.schema import VariableType
from trialwright.datasets.sheet_marks import column_letters

CELL, QUALIFIER = "@cell:", "@q:"  # before a variable: the cell it was read from; its value
PLACE, PROBLEM, NUMBER = "@place", "@problem", "source_row"
FIELD_END, PROBLEM_END = "\x1f", "\x1e"
Dictionaries = Mapping[str, Mapping[str, RedcapField]]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that become rows of one domain, for one group of `for_each`."""

    table: Table
    target: Target
    group: Mapping[str, str]

    def fillings(self) -> Iterator[tuple[str, Filling]]:
        """Yield each variable with what fills it, {names} of the group filled in."""
        for names, filling in self.target.variables.items():
            for name in names.split(","):
                yield name.strip(), self._fill_in(filling)

    def qualifiers(self) -> Iterator[tuple[str, Filling]]:
        """Yield each qualifier with what fills it."""
        for name, filling in self.target.qualifiers.items():
            yield fill_in(name, self.group), self._fill_in(filling)

    def where(self) -> Mapping[str, tuple[str, ...]]:
        """Return which rows are taken: column to its values."""
        return {
            fill_in(name, self.group): tuple(fill_in(value, self.group) for value in values)
            for name, values in self.target.where.items()
        }

    def needs(self) -> list[str]:
        """Return the columns that must have a value."""
        return [fill_in(name, self.group) for name in self.target.needs]

    def _fill_in(self, filling: Filling) -> Filling:
        if not self.group:
            return filling
        texts = {
            name: fill_in(text, self.group)
            for name in ("column", "value", "if_empty", "unit", "to", "label")
            if (text := getattr(filling, name)) is not None
        }
        return filling.model_copy(update=texts)


def list_parts(mapping: CentreMapping, domain: str | None = None) -> list[Part]:
    """Return the parts of a mapping, or those of one domain, in its order."""
    return [
        Part(table, target, group)
        for table in mapping.tables
        for target in table.into
        if domain is None or target.domain == domain
        for group in list_groups(target.for_each)
    ]


def list_mapped(mapping: CentreMapping) -> list[str]:
    """Return the domains that a mapping makes, sorted."""
    return sorted({target.domain for table in mapping.tables for target in table.into})


def map_domain(
    mapping: CentreMapping,
    domain: str,
    sources: Mapping[str, pl.DataFrame],
    dictionaries: Dictionaries,
    study: str,
) -> pl.DataFrame:
    """Make one domain of the centre's tables.

    Parameters
    ----------
    mapping : CentreMapping
        Which column feeds which variable.
    domain : str
        Its name in lower case.
    sources : mapping
        Name of a place to its table (`sources.read_place`).
    dictionaries : mapping
        File of a REDCap dictionary to its fields.
    study : str
        STUDYID.

    Returns
    -------
    DataFrame
        The domain's rows, in the order of the mapping and of the tables: its variables as text;
        source_row, from 1; "@place" and "@row", where the row was read; for each variable
        "@cell:NAME", the column's letters (the whole cell where values of one row come from
        several); "@q:NAME", qualifiers; "@problem", what could not be read. --SEQ is numbered
        within a subject unless it is mapped.
    """
    parts = []
    for part in list_parts(mapping, domain):
        frame = take_rows(sources[place_of(part.table).name], part.table, dictionaries)
        made = _make_rows(part, frame, mapping)
        if made.width:
            parts.append(made)
    whole = pl.concat(parts, how="diagonal") if parts else pl.DataFrame(schema=_NOTHING)
    fixed = [pl.lit(study).alias("STUDYID"), pl.lit(domain.upper()).alias("DOMAIN")]
    whole = whole.with_columns(
        pl.int_range(1, pl.len() + 1).alias(NUMBER),
        *(item for item in fixed if item.meta.output_name() not in whole.columns),
    )
    return _number(whole, domain)


_NOTHING = {"USUBJID": pl.String, PLACE: pl.String, ROW: pl.Int64, PROBLEM: pl.String}


def take_rows(frame: pl.DataFrame, table: Table, dictionaries: Dictionaries) -> pl.DataFrame:
    """Return the rows that a table speaks of, without those that it leaves out on purpose."""
    if table.redcap is not None:
        fields = dictionaries.get(table.redcap.dictionary or "", {})
        frame = choose_rows(frame, table.redcap)
        if place_of(table).is_eav:
            frame = tick_boxes(frame, table.redcap, fields, AT)
        frame = label_choices(frame, table.redcap, fields)
    frame = _filter(frame, table.where)
    if table.ignore_rows:
        frame = frame.filter(~is_ignored(frame, table))
    return frame


def is_ignored(frame: pl.DataFrame, table: Table) -> pl.Expr:
    """Return whether a row is one that a table leaves out on purpose."""
    hits = [_has(frame, name, values) for name, values in table.ignore_rows.items()]
    return pl.any_horizontal(hits) if hits else pl.lit(value=False)


def is_recorded(name: str, missing: frozenset[str]) -> pl.Expr:
    """Return whether a column has a value that does not mean: not recorded."""
    text = col(name).fill_null("").str.strip_chars()
    return (text != "") & ~text.is_in(list(missing))


def _filter(frame: pl.DataFrame, where: Mapping[str, tuple[str, ...]]) -> pl.DataFrame:
    for name, values in where.items():
        frame = frame.filter(_has(frame, name, values))
    return frame


def _has(frame: pl.DataFrame, name: str, values: tuple[str, ...]) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit(value=False)
    return col(name).fill_null("").str.strip_chars().is_in(values)


def _make_rows(part: Part, frame: pl.DataFrame, mapping: CentreMapping) -> pl.DataFrame:
    """Make the rows of one part; those in which no column has a value make none."""
    missing = frozenset((*part.table.missing, *mapping.missing))
    frame = _filter(frame, part.where())
    for name in part.needs():
        known = name in frame.columns
        frame = frame.filter(is_recorded(name, missing) if known else pl.lit(value=False))
    fillings = [*part.fillings(), *((QUALIFIER + n, f) for n, f in part.qualifiers())]
    fed = {f.column for _, f in fillings if f.column in frame.columns}
    if fed:
        frame = frame.filter(
            pl.any_horizontal(is_recorded(str(n), missing) for n in sorted(map(str, fed)))
        )
    frame = frame.with_columns(compose(part.table.subject, frame).alias("@subject"))
    frame = frame.filter(col("@subject").is_not_null())
    return _fill_rows(part, frame, fillings, mapping)


def _fill_rows(
    part: Part, frame: pl.DataFrame, fillings: list[tuple[str, Filling]], mapping: CentreMapping
) -> pl.DataFrame:
    """Fill the variables of chosen rows."""
    named = columns_in(part.table.subject)
    subject = Filling(column=named[0] if named else None)
    made = [frame["@subject"].alias("USUBJID"), _cells(subject, frame).alias(f"{CELL}USUBJID")]
    problems: list[pl.Series] = []
    for name, filling in fillings:
        rule = make_rule(filling, name, kind_of(part.target.domain, name), part.table, mapping)
        written = _written(filling, frame)
        values, refused = translate(written, rule)
        made += [
            values.alias(name),
            _cells(filling, frame).alias(CELL + name.removeprefix(QUALIFIER)),
        ]
        if refused:
            problems.append(_print_problems(name.removeprefix(QUALIFIER), written, refused))
    place = pl.Series(PLACE, [place_of(part.table).name], dtype=pl.String)
    made += [place.new_from_index(0, frame.height), frame[ROW]]
    rows = pl.DataFrame(made)
    if not problems:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(PROBLEM))
    joined = pl.concat_str(problems, separator=PROBLEM_END, ignore_nulls=True)
    return rows.with_columns(pl.select(pl.when(joined != "").then(joined).alias(PROBLEM))[PROBLEM])


def kind_of(domain: str, name: str) -> VariableType:
    """Return what the values of a variable of a domain are."""
    variable = find_variable(domain, name)
    return VariableType.TEXT if variable is None else variable.type


def _written(filling: Filling, frame: pl.DataFrame) -> pl.Series:
    """Return what the cells of a filling hold."""
    if filling.column is not None and filling.column in frame.columns:
        return frame[filling.column]
    text = filling.value if filling.column is None else None
    expression = pl.lit(None, dtype=pl.String) if text is None else compose(text, frame)
    return frame.with_columns(expression.alias("@text"))["@text"]


def _cells(filling: Filling, frame: pl.DataFrame) -> pl.Series:
    """Return where each value was read: a column's letters, or a whole cell of an EAV export."""
    name = filling.column
    if name is None or name not in frame.columns:
        return pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    if AT + name in frame.columns:
        letters = column_letters(frame.columns.index(ROW) + 1)  # the value follows the keys
        return frame.select((pl.lit(letters) + col(AT + name).cast(pl.String)).alias("c"))["c"]
    return pl.Series([column_cell(frame, name)]).new_from_index(0, frame.height)


def _print_problems(name: str, written: pl.Series, refused: Mapping[str, str]) -> pl.Series:
    """Return, for each refused cell, the variable, the rule and what was written."""
    printed = {text: FIELD_END.join((name, rule, text)) for text, rule in refused.items()}
    return written.replace_strict(printed, default=None, return_dtype=pl.String).alias(f"@p{name}")


def _number(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Return the domain with --SEQ, numbered within each subject, unless it is mapped."""
    name = f"{domain.upper()}SEQ"
    if find_variable(domain, name) is None or name in frame.columns:
        return frame
    number = pl.int_range(1, pl.len() + 1).over("USUBJID").cast(pl.String)
    return frame.with_columns(number.alias(name))
