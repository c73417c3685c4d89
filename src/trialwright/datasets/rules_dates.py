"""Rules about dates: written as dates, existing, in order, within the trial."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.dates import (
    earliest_day,
    is_complete,
    is_iso,
    is_real,
    latest_day,
    missing_part,
)
from trialwright.datasets.recorded import (
    ENTRY_MILESTONES,
    Hits,
    Recorded,
    hit_file,
    is_subsequent_therapy,
    quoted,
)
from trialwright.datasets.rules_registry import rule
from trialwright.datasets.schema import VariableType

CONSENT = "INFORMED CONSENT OBTAINED"
# Histories and concomitant medications are remembered by year and no analysis dates them; a date of
# birth is shortened on purpose.
MAY_BE_PARTIAL = ("mh", "cm", "pr", "be", "bs")
DATES_THAT_MAY_BE_PARTIAL = ("BRTHDTC",)
ORDERED_DATES = (("STDTC", "ENDTC"), ("RFSTDTC", "RFENDTC"), ("RFXSTDTC", "RFXENDTC"))


@rule(
    "DATE-FORMAT",
    "block",
    title="A date that is not written as ISO 8601",
    why="3/4/2021 is two different days; none is guessed.",
    mend="Write year-month-day: 2021-03-04; leave out what is not known: 2021-03.",
)
def find_unreadable_dates(recorded: Recorded) -> Iterator[Hits]:
    """Find texts that are no ISO 8601 dates."""
    for domain, name, rows in _dates(recorded):
        yield Hits(domain, rows.filter(~is_iso(name)), name, quoted(name), "a date as 2021-03-04")


@rule(
    "DATE-REAL",
    "block",
    title="A date that does not exist",
    why="The event would have no date, or a wrong one.",
    mend="Ask the site, or leave it empty.",
)
def find_unreal_dates(recorded: Recorded) -> Iterator[Hits]:
    """Find dates such as February 30."""
    for domain, name, rows in _dates(recorded):
        unreal = rows.filter(is_iso(name), ~is_real(name))
        yield Hits(domain, unreal, name, col(name), "a date that exists")


@rule(
    "DATE-PARTIAL",
    "warn",
    title="A date without its day or month",
    why="An analysis that needs a day imputes one by a named rule, and says so.",
    mend="Complete it when the day is known.",
)
def find_partial_dates(recorded: Recorded) -> Iterator[Hits]:
    """Find partial dates that an analysis uses."""
    for domain, name, rows in _dates(recorded):
        if name in DATES_THAT_MAY_BE_PARTIAL:
            continue
        partial = rows.filter(is_iso(name), is_real(name), ~is_complete(name))
        if domain in MAY_BE_PARTIAL:
            is_subsequent = recorded.has("cm", "CMCAT") and name == "CMSTDTC"
            if not is_subsequent:
                continue
            partial = partial.filter(is_subsequent_therapy())
        found = pl.format("{} without {}", col(name), missing_part(name))
        action = pl.format(
            "Complete it when the day is known; else a named rule takes a day from {} to {}.",
            earliest_day(name).cast(pl.String),
            latest_day(name).cast(pl.String),
        )
        yield Hits(domain, partial, name, found, "a complete date", action)


@rule(
    "DATE-ORDER",
    "block",
    title="An end before its start",
    why="A duration would be negative.",
    mend="Ask the site which of the two is right.",
)
def find_ends_before_starts(recorded: Recorded) -> Iterator[Hits]:
    """Find rows that end before they start, an adverse event among them."""
    for domain in recorded.texts:
        for start, end in ORDERED_DATES:
            start_name = f"{domain.upper()}{start}" if start == "STDTC" else start
            end_name = f"{domain.upper()}{end}" if end == "ENDTC" else end
            table = recorded.pick(domain, start_name, end_name)
            if table is None:
                continue
            rows = table.filter(latest_day(end_name) < earliest_day(start_name))
            expected = pl.format(f"{start_name} ({{}}) or later", col(start_name))
            yield Hits(domain, rows, end_name, col(end_name), expected)


@rule(
    "DATE-AFTER-CUT",
    "warn",
    title="A date after the data cut",
    why="The report says what was known at the cut; a date after it is a slip, or is not counted.",
    mend="Correct the date, or move study.data_cut of the protocol.",
)
def find_dates_after_cut(recorded: Recorded) -> Iterator[Hits]:
    """Find dates after the protocol's data cut."""
    cut = recorded.facts.data_cut
    if cut is None:
        return
    expected = f"{cut.isoformat()} (the data cut) or earlier"
    for domain, name, rows in _dates(recorded):
        late = rows.filter(earliest_day(name) > cut)
        if late.height <= 1:
            yield Hits(domain, late, name, col(name), expected)
            continue
        # With a data cut in the middle of a trial there is one in every other row.
        last = late.sort(earliest_day(name), descending=True).row(0, named=True)
        found = f"{late.height} dates, the latest {last[name]} in row {last['source_row']}"
        yield hit_file(domain, name, found, expected)


@rule(
    "DATE-BEFORE-CONSENT",
    "warn",
    title="A study procedure before informed consent",
    why="Nothing of the study may be done before consent: a deviation to report.",
    mend="Correct the date, or report the deviation.",
)
def find_procedures_before_consent(recorded: Recorded) -> Iterator[Hits]:
    """Find study procedures and entries dated before the subject's consent."""
    consents = consent_dates(recorded)
    if consents is None:
        return
    for domain in (*recorded.facts.consent_before, "ds"):
        code = domain.upper()
        name = f"{code}STDTC" if recorded.has(domain, f"{code}STDTC") else f"{code}DTC"
        table = recorded.pick(domain, "USUBJID", name)
        if table is None:
            continue
        if domain == "ds":
            table = table.filter(col("DSDECOD").is_in(ENTRY_MILESTONES))
        rows = table.join(consents, on="USUBJID", maintain_order="left").filter(
            latest_day(name) < col("consent_date")
        )
        expected = pl.format("{} (consent) or later", col("consent_date").cast(pl.String))
        yield Hits(domain, rows, name, col(name), expected)


def consent_dates(recorded: Recorded) -> pl.DataFrame | None:
    """Return the first possible day of consent, of DM or else of DS: USUBJID, consent_date."""
    parts = []
    dm = recorded.pick("dm", "USUBJID", "RFICDTC")
    if dm is not None:
        parts.append(dm.select("USUBJID", earliest_day("RFICDTC").alias("consent_date")))
    ds = recorded.milestones(CONSENT)
    if ds is not None:
        parts.append(ds.select("USUBJID", earliest_day("DSSTDTC").alias("consent_date")))
    if not parts:
        return None
    return pl.concat(parts).drop_nulls().unique("USUBJID", keep="first", maintain_order=True)


def _dates(recorded: Recorded) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Yield domain, variable and table of every recorded date."""
    for domain, dataset, table in recorded.declared():
        for item in dataset.variables:
            if item.type is VariableType.DATE and recorded.has(domain, item.name):
                yield domain, item.name, table
