"""Rules about tables as a whole: files, headers, rows and columns that are there or are not."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.codelists import find_nearest
from trialwright.datasets.recorded import Hits, Recorded, hit_file
from trialwright.datasets.rules_registry import rule
from trialwright.datasets.schema import Dataset


@rule(
    "FILE-MISSING",
    "block",
    title="No demographics",
    why="Every table is held against the subjects of DM; without it nobody can be counted.",
    mend="Add the table dm with one row a subject, USUBJID at least.",
)
def find_missing_demographics(recorded: Recorded) -> Iterator[Hits]:
    """Find a study without the table dm, or with an empty file in its place."""
    if "dm" not in recorded.texts:
        yield hit_file("dm", None, "no such table", "one row a subject")
    elif recorded.texts["dm"].columns == ["source_row"]:
        yield hit_file("dm", None, "an empty file", "one row a subject")


@rule(
    "FILE-EMPTY",
    "warn",
    title="A table without rows",
    why="An export that failed looks like a trial in which nothing happened.",
    mend="Export it again, or take it away when nothing was to be recorded.",
)
def find_empty_tables(recorded: Recorded) -> Iterator[Hits]:
    """Find tables without a record."""
    for domain, _, _ in recorded.declared():
        table = recorded.texts[domain]
        if table.is_empty():
            yield hit_file(domain, None, "no rows", "one row at least")


@rule(
    "HEADER-DUPLICATE",
    "block",
    title="Two columns of one name",
    why="Only the first one is read; which one is meant cannot be known.",
    mend="Rename or delete one of the two columns.",
)
def find_duplicate_headers(recorded: Recorded) -> Iterator[Hits]:
    """Find column names that stand twice in a header, whatever their case."""
    for domain, _, _ in recorded.declared():
        table = recorded.texts[domain]
        for name in table.columns:
            first, _, number = name.partition(" (")
            if number and first in table.columns:
                yield hit_file(domain, first, "a second column of this name", "one")


@rule(
    "HEADER-EMPTY",
    "warn",
    title="A column without a name",
    why="Its values are not used, and rows may have slipped by one column.",
    mend="Give the column its name, or delete it.",
)
def find_nameless_columns(recorded: Recorded) -> Iterator[Hits]:
    """Find columns that have values and no name."""
    for domain, _, _ in recorded.declared():
        table = recorded.texts[domain]
        for name in table.columns:
            if name.startswith("("):
                position = name.strip("()")
                yield hit_file(domain, None, f"column {position} has no name", "a name")


@rule(
    "ROW-FIELDS",
    "block",
    title="A row with more or fewer fields than the header",
    why="Its values have slipped into other columns.",
    mend="Put a text that holds the separator in double quotes, or fill in what is missing.",
)
def find_ragged_rows(recorded: Recorded) -> Iterator[Hits]:
    """Find CSV rows that are longer or shorter than the header."""
    for domain, _, _ in recorded.declared():
        table = recorded.texts[domain]
        if "n_fields" in table.columns:
            rows = table.filter(col("n_fields").is_not_null())
            found = pl.format("{} fields", col("n_fields"))
            yield Hits(domain, rows, None, found, "as many as the header has", keys=())


@rule(
    "COLUMN-MISSING",
    "block",
    title="A required column is absent",
    why="Rows cannot be tied to subjects, or to what they are about; rules that need the column "
    "are not run.",
    mend="Add the column, or rename the one that holds it.",
)
def find_missing_columns(recorded: Recorded) -> Iterator[Hits]:
    """Find required variables that a table does not have."""
    for domain, dataset, _ in recorded.declared():
        required = {item.name for item in dataset.variables if item.is_required}
        yield from _absent(recorded.texts[domain], domain, dataset, required)


@rule(
    "COLUMN-EXPECTED",
    "warn",
    title="An expected column is absent",
    why="What is derived from it will be missing from the report.",
    mend="Add the column, or rename the one that holds it; leave it when it was not recorded.",
)
def find_expected_columns(recorded: Recorded) -> Iterator[Hits]:
    """Find expected variables that a table does not have."""
    for domain, dataset, _ in recorded.declared():
        expected = {item.name for item in dataset.variables if item.is_expected}
        yield from _absent(recorded.texts[domain], domain, dataset, expected)


def _absent(table: pl.DataFrame, domain: str, dataset: Dataset, wanted: set[str]) -> Iterator[Hits]:
    """Yield wanted columns that are absent, with the undeclared column that looks like each."""
    recorded = [name for name in table.columns if name != "source_row"]
    if not recorded:
        return  # a file without a header is empty, which is said once
    undeclared = tuple(name for name in recorded if name not in dataset.names)
    for name in dataset.names:
        if name in wanted and name not in recorded:
            nearest = find_nearest(name, undeclared, 1)
            found = f"no such column, but {nearest[0]}" if nearest else "no such column"
            yield hit_file(domain, name, found, f"{name} in the header")
