"""Rules about what ties rows together: keys, subjects, study, domain, parents of qualifiers."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.recorded import Hits, Recorded, hit_file, quoted
from trialwright.datasets.rules_registry import rule

HAS_OWN_ORPHAN_RULE = ("dm", "slides")


@rule(
    "KEY-DUPLICATE",
    "block",
    title="Two rows with the same key",
    why="What is recorded twice is counted twice.",
    mend="Delete the row that repeats the other, or give it its own number.",
)
def find_duplicate_keys(recorded: Recorded) -> Iterator[Hits]:
    """Find rows whose key stands in an earlier row."""
    for domain, dataset, _ in recorded.declared():
        if not recorded.has(domain, *dataset.keys):
            continue
        rows = recorded.texts[domain]
        if not domain.startswith("supp"):  # there an empty IDVAR is a value
            rows = rows.drop_nulls(list(dataset.keys))
        first = col("source_row").first().over(dataset.keys).alias("first_row")
        again = rows.with_columns(first).filter(col("source_row") != col("first_row"))
        keys = ", ".join(dataset.keys)
        found = pl.format("the key of row {} again", col("first_row"))
        own = tuple(key for key in dataset.keys if key != "USUBJID")
        yield Hits(domain, again, dataset.keys[-1], found, f"{keys} once", keys=own)


@rule(
    "SEQ-MISSING",
    "block",
    title="A row without its sequence number",
    why="A number of the report could not be followed back to the row.",
    mend="Number the rows of each subject from 1.",
)
def find_missing_sequence(recorded: Recorded) -> Iterator[Hits]:
    """Find rows without --SEQ."""
    for domain, dataset, _ in recorded.declared():
        name = f"{domain.upper()}SEQ"
        variable = dataset.find_variable(name)
        if variable is not None and variable.is_required and recorded.has(domain, name):
            rows = recorded.texts[domain].filter(col(name).is_null())
            yield Hits(domain, rows, name, "nothing", "a number")


@rule(
    "SUBJECT-ORPHAN",
    "block",
    title="A subject who is not in DM",
    why="The row belongs to nobody and is in no result.",
    mend="Correct USUBJID, or add the subject to DM.",
)
def find_orphan_subjects(recorded: Recorded) -> Iterator[Hits]:
    """Find rows of subjects that DM does not have."""
    subjects = recorded.pick("dm", "USUBJID")
    if subjects is None:
        return
    for domain, _, table in recorded.declared():
        if recorded.has(domain, "USUBJID") and domain not in HAS_OWN_ORPHAN_RULE:
            rows = table.filter(
                col("USUBJID").is_not_null(),
                ~col("USUBJID").is_in(subjects["USUBJID"].unique().to_list()),
            )
            yield Hits(domain, rows, "USUBJID", quoted("USUBJID"), "a subject of DM")


@rule(
    "STUDY-ID",
    "block",
    title="A row of another study",
    why="Rows of two studies would be counted together.",
    mend="Take the row out, or correct STUDYID.",
)
def find_other_studies(recorded: Recorded) -> Iterator[Hits]:
    """Find rows whose STUDYID is not the protocol's or, without one, not that of most of DM."""
    expected = recorded.facts.study_id
    if not expected and recorded.has("dm", "STUDYID"):
        usual = recorded.tables["dm"]["STUDYID"].drop_nulls().mode().sort()
        expected = usual[0] if usual.len() else ""
    if not expected:
        return
    for domain, _, table in recorded.declared():
        if recorded.has(domain, "STUDYID"):
            yield _differing(domain, table, "STUDYID", expected)


@rule(
    "DOMAIN-CODE",
    "block",
    title="A row of another domain",
    why="The table holds rows that belong elsewhere, or the file has the wrong name.",
    mend="Move the row to its own table, or correct the code.",
)
def find_other_domains(recorded: Recorded) -> Iterator[Hits]:
    """Find rows whose DOMAIN, or RDOMAIN of qualifiers, is not the table's."""
    for domain, _, table in recorded.declared():
        is_supplemental = domain.startswith("supp")
        name = "RDOMAIN" if is_supplemental else "DOMAIN"
        if recorded.has(domain, name):
            yield _differing(domain, table, name, domain.removeprefix("supp").upper())


def _differing(domain: str, table: pl.DataFrame, name: str, expected: str) -> Hits:
    """Return the rows whose value is another; the file once when it is another in every row."""
    rows = table.filter(col(name) != expected)
    values = rows[name].unique()
    if rows.height == table.height > 1 and values.len() == 1:
        return hit_file(domain, name, f"'{values[0]}' in every row", f"'{expected}'")
    return Hits(domain, rows, name, quoted(name), f"'{expected}'")


@rule(
    "SUPP-ORPHAN",
    "block",
    title="A qualifier of a row that is not there",
    why="The qualifier (an injected lesion, a tumor grade) is lost.",
    mend="Correct IDVAR and IDVARVAL, or add the row that they name.",
)
def find_orphan_qualifiers(recorded: Recorded) -> Iterator[Hits]:
    """Find supplemental qualifiers whose parent row does not exist."""
    for domain in recorded.texts:
        parent = domain.removeprefix("supp")
        if parent == domain or not recorded.has(domain, "USUBJID", "IDVAR", "IDVARVAL"):
            continue
        if parent not in recorded.texts:
            yield hit_file(domain, "RDOMAIN", f"no table {parent}", "the table it qualifies")
            continue
        rows = recorded.tables[domain]
        named = rows.drop_nulls(["IDVAR", "USUBJID"])
        for (variable,), part in named.group_by("IDVAR", maintain_order=True):
            yield _without_parent(recorded, domain, str(variable), part)


def _without_parent(recorded: Recorded, domain: str, name: str, rows: pl.DataFrame) -> Hits:
    """Return qualifiers whose value of a variable no row of their subject has."""
    parent = domain.removeprefix("supp")
    if not recorded.has(parent, "USUBJID", name):
        return Hits(domain, rows, "IDVAR", quoted("IDVAR"), f"a column of {parent}")
    value = recorded.texts[parent].select("USUBJID", _as_number_text(name).alias("value"))
    known = _known_subjects(recorded)
    orphans = (
        rows.filter(col("USUBJID").is_in(known)) if known is not None else rows
    ).with_columns(_as_number_text("IDVARVAL").alias("value"))
    orphans = orphans.join(value.unique(), on=["USUBJID", "value"], how="anti")
    expected = f"{name} of a row of {parent}"
    return Hits(domain, orphans, "IDVARVAL", quoted("IDVARVAL"), expected, keys=("QNAM",))


def _as_number_text(name: str) -> pl.Expr:
    """Return a value as text that is equal for equal numbers: 1, 1.0 and 01."""
    number = col(name).cast(pl.Float64, strict=False).cast(pl.String)
    return pl.coalesce(number, col(name).cast(pl.String))


def _known_subjects(recorded: Recorded) -> list[str] | None:
    """Return the subjects of DM; None when it was not recorded."""
    dm = recorded.pick("dm", "USUBJID")
    return None if dm is None else dm["USUBJID"].unique().to_list()
