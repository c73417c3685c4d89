"""Rules about deaths: told the same everywhere, and nothing after them."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.dates import earliest_day, latest_day
from trialwright.datasets.recorded import Hits, Recorded
from trialwright.datasets.rules_registry import rule

ASSESSMENTS = ("lb", "qs", "rs", "tr", "tu", "vs")


@rule(
    "DEATH-DATE",
    "block",
    title="A death without a date",
    why="Survival ends on that date; without it the death counts nowhere.",
    mend="Write DTHDTC; a month is better than nothing.",
)
def find_deaths_without_date(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects with DTHFL = Y and without DTHDTC."""
    dm = recorded.pick("dm", "USUBJID", "DTHFL", optional=("DTHDTC",))
    if dm is not None:
        rows = dm.filter(col("DTHFL") == "Y", col("DTHDTC").is_null())
        yield Hits("dm", rows, "DTHDTC", "nothing, and DTHFL is Y", "the date of death")


@rule(
    "DEATH-FLAG",
    "block",
    title="A date of death without the flag of death",
    why="Dead by one variable and alive by the other: deaths are counted by both.",
    mend="Write Y in DTHFL, or delete DTHDTC.",
)
def find_deaths_without_flag(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects with DTHDTC and without DTHFL = Y."""
    dm = recorded.pick("dm", "USUBJID", "DTHDTC", optional=("DTHFL",))
    if dm is not None:
        is_flagged = (col("DTHFL") == "Y").fill_null(value=False)
        rows = dm.filter(col("DTHDTC").is_not_null(), ~is_flagged)
        found = pl.format("{}, and DTHDTC is {}", col("DTHFL").fill_null("nothing"), col("DTHDTC"))
        yield Hits("dm", rows, "DTHFL", found, "Y")


@rule(
    "DEATH-DETAILS",
    "block",
    title="Details of a death that DM does not have",
    why="Either a death is missing from survival, or the details belong to somebody else.",
    mend="Record the death in DM, or correct USUBJID.",
)
def find_details_without_death(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects of DD who are not dead in DM."""
    dd = recorded.pick("dd", "USUBJID")
    if dd is not None:
        rows = _not_dead(recorded, dd).unique("USUBJID", keep="first", maintain_order=True)
        yield Hits("dd", rows, "USUBJID", "details of a death", "DTHFL = Y in DM")


@rule(
    "DEATH-CAUSE",
    "warn",
    title="A death without a cause",
    why="The report lists deaths by cause.",
    mend="Record the cause in DD (DDTESTCD PRCDTH).",
)
def find_deaths_without_cause(recorded: Recorded) -> Iterator[Hits]:
    """Find dead subjects whom DD, where it was recorded, does not have."""
    dd = recorded.pick("dd", "USUBJID")
    dm = recorded.pick("dm", "USUBJID", "DTHFL")
    if dd is not None and dm is not None:
        dead = dm.filter(col("DTHFL") == "Y")
        rows = dead.join(dd, on="USUBJID", how="anti", maintain_order="left")
        yield Hits("dm", rows, "DTHFL", "Y, and no row in DD", "the cause in DD")


@rule(
    "DEATH-STATUS",
    "block",
    title="A survival status that contradicts DM",
    why="Last contact alive and date of death decide survival together.",
    mend="Correct SSSTRESC or SSDTC, or the death in DM.",
)
def find_contradicting_status(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects reported dead who are alive in DM, or alive after their death."""
    ss = recorded.pick("ss", "USUBJID", "SSTESTCD", "SSSTRESC", optional=("SSDTC",))
    deaths = recorded.deaths()
    if ss is None or deaths is None:
        return
    ss = ss.filter(col("SSTESTCD") == "SURVSTAT")
    reported = _not_dead(recorded, ss.filter(col("SSSTRESC") == "DEAD"))
    yield Hits("ss", reported, "SSSTRESC", "DEAD", "DTHFL = Y in DM")
    alive = ss.filter(col("SSSTRESC") == "ALIVE")
    yield _after_death(deaths, "ss", alive, "SSDTC")


@rule(
    "DEATH-DISPOSITION",
    "block",
    title="A disposition by death that contradicts DM",
    why="The participant flow and the survival curve would count different deaths.",
    mend="Correct DSDECOD or DSSTDTC, or the death in DM.",
)
def find_contradicting_disposition(recorded: Recorded) -> Iterator[Hits]:
    """Find participation ended by death without a death in DM, or on another date."""
    ds = recorded.pick("ds", "USUBJID", "DSDECOD", optional=("DSSTDTC", "DSSCAT"))
    deaths = recorded.deaths()
    if ds is None or deaths is None:
        return
    ended = ds.filter(col("DSDECOD") == "DEATH")
    yield Hits("ds", _not_dead(recorded, ended), "DSDECOD", "DEATH", "DTHFL = Y in DM")
    is_of_study = (col("DSSCAT") != "STUDY TREATMENT").fill_null(value=True)
    dated = ended.filter(is_of_study).join(deaths, on="USUBJID", maintain_order="left")
    differs = dated.filter(
        (earliest_day("DSSTDTC") > col("death_date")) | (latest_day("DSSTDTC") < col("death_from"))
    )
    expected = pl.format("{} (death in DM)", col("death_date").cast(pl.String))
    yield Hits("ds", differs, "DSSTDTC", col("DSSTDTC"), expected)


@rule(
    "AE-FATAL",
    "block",
    title="A fatal adverse event of a subject who is not dead",
    why="Grade 5 is death: the safety table and the survival curve would disagree.",
    mend="Record the death in DM, or correct the grade and the outcome.",
)
def find_fatal_events_without_death(recorded: Recorded) -> Iterator[Hits]:
    """Find events of grade 5, outcome FATAL or resulting in death without a death in DM."""
    fatal = {"AETOXGR": "5", "AEOUT": "FATAL", "AESDTH": "Y"}
    ae = recorded.pick("ae", "USUBJID", optional=fatal)
    if ae is None:
        return
    alive = _not_dead(recorded, ae)
    said = col("source_row").is_null()
    for name, value in fatal.items():
        rows = alive.filter((col(name) == value), ~said)
        said = said | (col(name) == value).fill_null(value=False)
        yield Hits("ae", rows, name, col(name), "DTHFL = Y in DM", keys=("AEDECOD",))


@rule(
    "EX-AFTER-DEATH",
    "block",
    title="A dose after death",
    why="Either the dose or the death has a wrong date.",
    mend="Ask the site which of the two is right.",
)
def find_doses_after_death(recorded: Recorded) -> Iterator[Hits]:
    """Find doses after the subject's death."""
    yield from _dated_after_death(recorded, "ex", "EXSTDTC")


@rule(
    "VISIT-AFTER-DEATH",
    "block",
    title="A visit after death",
    why="Either the visit or the death has a wrong date; both decide survival.",
    mend="Ask the site which of the two is right.",
)
def find_visits_after_death(recorded: Recorded) -> Iterator[Hits]:
    """Find visits after the subject's death."""
    yield from _dated_after_death(recorded, "sv", "SVSTDTC")


@rule(
    "AE-AFTER-DEATH",
    "block",
    title="An adverse event that starts after death",
    why="Either the event or the death has a wrong date.",
    mend="Ask the site which of the two is right.",
)
def find_events_after_death(recorded: Recorded) -> Iterator[Hits]:
    """Find adverse events that start after the subject's death."""
    yield from _dated_after_death(recorded, "ae", "AESTDTC")


@rule(
    "ASSESSMENT-AFTER-DEATH",
    "block",
    title="An assessment after death",
    why="A scan after death would censor or date a progression that never was.",
    mend="Ask the site which of the two dates is right.",
)
def find_assessments_after_death(recorded: Recorded) -> Iterator[Hits]:
    """Find lesions, responses, laboratory values, vital signs and questionnaires after death."""
    for domain in ASSESSMENTS:
        yield from _dated_after_death(recorded, domain, f"{domain.upper()}DTC")


def _dated_after_death(recorded: Recorded, domain: str, name: str) -> Iterator[Hits]:
    """Yield rows of a table dated after the subject's death."""
    table, deaths = recorded.pick(domain, "USUBJID", name), recorded.deaths()
    if table is not None and deaths is not None:
        yield _after_death(deaths, domain, table, name)


def _after_death(deaths: pl.DataFrame, domain: str, table: pl.DataFrame, name: str) -> Hits:
    """Return rows whose earliest possible day lies after the latest possible day of death."""
    dated = deaths.drop_nulls().unique("USUBJID", keep="first", maintain_order=True)
    rows = table.join(dated, on="USUBJID", maintain_order="left").filter(
        earliest_day(name) > col("death_date")
    )
    expected = pl.format("{} (death) or earlier", col("death_date").cast(pl.String))
    return Hits(domain, rows, name, col(name), expected)


def _not_dead(recorded: Recorded, table: pl.DataFrame) -> pl.DataFrame:
    """Return rows of subjects whom DM has and does not know to be dead."""
    dm, deaths = recorded.pick("dm", "USUBJID"), recorded.deaths()
    if dm is None or deaths is None:
        return table.clear()
    known = table.join(dm, on="USUBJID", how="semi", maintain_order="left")
    return known.join(deaths, on="USUBJID", how="anti", maintain_order="left")
