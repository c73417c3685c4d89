"""Recorded tables as the rules see them, and the rows that a rule hits."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.datasets.codelists import SUBSEQUENT_THERAPY
from trialwright.datasets.dates import earliest_day, latest_day
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.schema import Dataset
from trialwright.datasets.study_facts import StudyFacts
from trialwright.datasets.typed import as_text, conform, upper_case

NO_ARM = ("SCRNFAIL", "SCREEN FAILURE", "NOTASSGN", "NOTTRT", "NOT ASSIGNED")
ENTRY_MILESTONES = ("ENROLLED", "RANDOMIZED")
Words = pl.Expr | str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recorded tables by domain: `texts` as written, `tables` typed; files' names; facts."""

    texts: Mapping[str, pl.DataFrame]
    tables: Mapping[str, pl.DataFrame]
    files: Mapping[str, str]
    facts: StudyFacts

    def has(self, domain: str, *names: str) -> bool:
        """Whether a domain and these of its columns were recorded."""
        return domain in self.texts and set(names) <= set(self.texts[domain].columns)

    def pick(self, domain: str, *names: str, optional: Iterable[str] = ()) -> pl.DataFrame | None:
        """Return the typed table with `optional` columns null where absent.

        None when the domain or one of the columns `names` was not recorded: that is a finding of
        its own, and the rule that asks has nothing to say. When USUBJID is one of them, rows
        without a subject are left out for the same reason.
        """
        if not self.has(domain, *names):
            return None
        table = self.tables[domain]
        if "USUBJID" in names:
            table = table.filter(col("USUBJID").is_not_null())
        absent = [name for name in optional if name not in table.columns]
        dataset = find_dataset(domain)
        types = {} if dataset is None else dataset.polars_schema()
        return table.with_columns(
            pl.lit(None, dtype=types.get(name, pl.String())).alias(name) for name in absent
        )

    def declared(self) -> Iterator[tuple[str, Dataset, pl.DataFrame]]:
        """Yield domain, declaration and typed table of every domain but the plasma exports."""
        for domain in self.texts:
            dataset = find_dataset(domain)
            if dataset is not None and domain != "plasma":
                yield domain, dataset, self.tables[domain]

    def enrolled(self) -> pl.DataFrame | None:
        """Return the subjects who entered: with an arm in DM or, without arms, by DS."""
        dm = self.pick("dm", "USUBJID", "ARMCD")
        if dm is not None:
            has_arm = col("ARMCD").is_not_null() & ~col("ARMCD").str.to_uppercase().is_in(NO_ARM)
            return dm.filter(has_arm)
        ds = self.milestones(*ENTRY_MILESTONES)
        return None if ds is None else ds.unique("USUBJID", keep="first", maintain_order=True)

    def milestones(self, *codes: str) -> pl.DataFrame | None:
        """Return the rows of DS with these codes; None when DS was not recorded."""
        ds = self.pick("ds", "USUBJID", "DSDECOD", optional=("DSSTDTC",))
        return None if ds is None else ds.filter(col("DSDECOD").is_in(codes))

    def deaths(self) -> pl.DataFrame | None:
        """Return who is dead in DM: USUBJID, first (death_from) and last possible day."""
        dm = self.pick("dm", "USUBJID", optional=("DTHFL", "DTHDTC"))
        if dm is None:
            return None
        return dm.filter((col("DTHFL") == "Y") | col("DTHDTC").is_not_null()).select(
            "USUBJID",
            earliest_day("DTHDTC").alias("death_from"),
            latest_day("DTHDTC").alias("death_date"),
        )

    def treatment_starts(self) -> pl.DataFrame | None:
        """Return when treatment started: USUBJID, start_date (the last possible day)."""
        ex = self.pick("ex", "USUBJID", "EXTRT", "EXSTDTC")
        if ex is None:
            dm = self.pick("dm", "USUBJID", "RFSTDTC")
            return (
                None
                if dm is None
                else dm.select("USUBJID", latest_day("RFSTDTC").alias("start_date")).drop_nulls()
            )
        if self.facts.start_agents:
            ex = ex.filter(col("EXTRT").is_in(self.facts.start_agents))
        days = ex.select("USUBJID", latest_day("EXSTDTC").alias("start_date"))
        return days.drop_nulls().group_by("USUBJID").agg(col("start_date").min())

    def anchors(self, anchor: str) -> pl.DataFrame | None:
        """Return the date of an anchor, a VISIT of SV or a date of DM: USUBJID, anchor_date."""
        dm = self.pick("dm", "USUBJID", anchor)
        if dm is not None:
            days = dm.select("USUBJID", earliest_day(anchor).alias("anchor_date"))
        else:
            sv = self.pick("sv", "USUBJID", "VISIT", "SVSTDTC")
            if sv is None:
                return None
            at = sv.filter(col("VISIT") == anchor)
            days = at.select("USUBJID", earliest_day("SVSTDTC").alias("anchor_date"))
        return days.drop_nulls().group_by("USUBJID").agg(col("anchor_date").min())


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of one table that break a rule.

    `rows` has source_row and, where the table has it, USUBJID. `found`, `expected` and `action`
    are texts or expressions over the rows; without `action` the rule's own is printed. `keys` are
    columns that are printed beside the subject.
    """

    domain: str
    rows: pl.DataFrame
    column: str | None
    found: Words
    expected: Words
    action: Words | None = None
    keys: tuple[str, ...] = ("VISITNUM",)

    def printed(self) -> pl.DataFrame:
        """Return one row a hit: source_row, column, subject, place, found, expected, action."""
        keys = [
            pl.format("{} {}", pl.lit(name), as_text(name, self.rows.schema[name]))
            for name in self.keys
            if name in self.rows.columns
        ]
        place = pl.concat_str(keys, separator=", ", ignore_nulls=True) if keys else _words(None)
        subject = col("USUBJID") if "USUBJID" in self.rows.columns else _words(None)
        return self.rows.select(
            "source_row",
            _words(self.column).alias("column"),
            subject.alias("subject"),
            pl.when(place != "").then(place).alias("place"),
            _words(self.found).fill_null("nothing").alias("found"),
            _words(self.expected).alias("expected"),
            _words(self.action).alias("action"),
        )


def hit_file(domain: str, column: str | None, found: str, expected: str) -> Hits:
    """Return a hit of a file as a whole, without a row."""
    nowhere = pl.DataFrame({"source_row": [None]}, schema={"source_row": pl.Int64})
    return Hits(domain, nowhere, column, found, expected)


def is_subsequent_therapy() -> pl.Expr:
    """Tell whether a medication is an anticancer therapy after the study's, in any capitals."""
    return col("CMCAT").str.strip_chars().str.to_uppercase() == SUBSEQUENT_THERAPY


def quoted(name: str) -> pl.Expr:
    """Return a value in quotes, as a finding prints it."""
    return pl.format("'{}'", col(name).cast(pl.String))


def plain(number: str | pl.Expr) -> pl.Expr:
    """Return a number as text without needless decimals: 32, not 32.0."""
    value = col(number) if isinstance(number, str) else number
    return value.cast(pl.String).str.replace(r"\.0$", "")


def prepare_recorded(
    raw: Mapping[str, pl.DataFrame], files: Mapping[str, str], facts: StudyFacts
) -> Recorded:
    """Type the tables whose domain is declared, and keep what is written in them."""
    texts, tables = {}, {}
    for domain, frame in raw.items():
        dataset = find_dataset(domain)
        if dataset is None:
            continue
        upper = upper_case(frame)
        values = [
            as_text(name, stored)
            for name, stored in upper.schema.items()
            if name not in ("source_row", "n_fields")
        ]
        texts[domain] = upper.with_columns(values)
        tables[domain] = conform(texts[domain], dataset)
    return Recorded(texts, tables, files, facts)


def _words(words: Words | None) -> pl.Expr:
    """Return words as an expression of text."""
    return words if isinstance(words, pl.Expr) else pl.lit(words, dtype=pl.String)
