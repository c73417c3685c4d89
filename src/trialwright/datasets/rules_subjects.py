"""Rules about subjects: consent, eligibility, enrollment, arms, disposition."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.recorded import (
    ENTRY_MILESTONES,
    NO_ARM,
    Hits,
    Recorded,
    hit_file,
    is_subsequent_therapy,
    plain,
    quoted,
)
from trialwright.datasets.rules_dates import consent_dates
from trialwright.datasets.rules_registry import rule

OLDEST_YEARS = 120
MILESTONES = "PROTOCOL MILESTONE"


@rule(
    "CONSENT-MISSING",
    "block",
    title="Enrolled without consent",
    why="Data of somebody who did not consent may not be analyzed.",
    mend="Record the date of consent in RFICDTC or DS, or take the subject's data out.",
)
def find_missing_consents(recorded: Recorded) -> Iterator[Hits]:
    """Find enrolled subjects without a date of consent, where the protocol asks for one."""
    enrolled = recorded.enrolled()
    if enrolled is None or not recorded.facts.consent_required:
        return
    consents = consent_dates(recorded)
    rows = enrolled
    if consents is not None:
        rows = enrolled.join(consents, on="USUBJID", how="anti", maintain_order="left")
    if rows.height == enrolled.height > 1:
        yield hit_file("dm", "RFICDTC", "nobody's consent is dated", "a date of each enrolled")
    elif recorded.has("dm", "ARMCD"):
        yield Hits("dm", rows, "RFICDTC", "no consent, and enrolled", "a date of consent")


@rule(
    "ELIGIBILITY",
    "warn",
    title="Enrolled although a criterion was not met",
    why="The subject is no member of the evaluable population; the deviation is reported.",
    mend="Correct IE, or let it stand as a deviation.",
)
def find_enrolled_ineligible(recorded: Recorded) -> Iterator[Hits]:
    """Find criteria not met of enrolled subjects."""
    ie = recorded.pick(
        *("ie", "USUBJID", "IETESTCD"), optional=("IECAT", "IESTRESC", "IEORRES", "IETEST")
    )
    enrolled = recorded.enrolled()
    if ie is None or enrolled is None:
        return
    answer = pl.coalesce("IESTRESC", "IEORRES")
    is_met = ((col("IECAT") == "INCLUSION") & (answer == "Y")) | (
        (col("IECAT") == "EXCLUSION") & (answer == "N")
    )
    rows = ie.filter(~is_met.fill_null(value=False)).join(
        enrolled, on="USUBJID", how="semi", maintain_order="left"
    )
    found = pl.format("{} not met, and enrolled", pl.coalesce("IETEST", "IETESTCD"))
    yield Hits("ie", rows, "IETESTCD", found, "no row of an enrolled subject")


@rule(
    "AGE-RANGE",
    "block",
    title="An age that nobody has",
    why="Table 1 prints the median and the range.",
    mend="Correct AGE, or its unit in AGEU.",
)
def find_impossible_ages(recorded: Recorded) -> Iterator[Hits]:
    """Find ages below 0 or above 120 years."""
    dm = recorded.pick("dm", "USUBJID", "AGE", optional=("AGEU",))
    if dm is not None:
        is_years = col("AGEU").fill_null("YEARS") == "YEARS"
        rows = dm.filter(is_years, ~col("AGE").is_between(0, OLDEST_YEARS))
        yield Hits("dm", rows, "AGE", plain("AGE"), f"0 to {OLDEST_YEARS} years")


@rule(
    "AGE-ELIGIBLE",
    "warn",
    title="Enrolled at an age that the protocol does not admit",
    why="The subject is not eligible.",
    mend="Correct AGE, or let it stand as a deviation.",
)
def find_ineligible_ages(recorded: Recorded) -> Iterator[Hits]:
    """Find possible ages of enrolled subjects outside the protocol's limits."""
    youngest, oldest = recorded.facts.age_years
    enrolled = recorded.enrolled()
    if enrolled is None or "AGE" not in enrolled.columns or (youngest, oldest) == (None, None):
        return
    lower, upper = youngest or 0, oldest or OLDEST_YEARS
    rows = enrolled.filter(
        col("AGE").is_between(0, OLDEST_YEARS), ~col("AGE").is_between(lower, upper)
    )
    expected = f"{lower:g} to {upper:g} years" if oldest else f"{lower:g} years or more"
    yield Hits("dm", rows, "AGE", plain("AGE"), expected)


@rule(
    "ARM-UNKNOWN",
    "block",
    title="An arm that the protocol does not have",
    why="The subject is counted in no arm.",
    mend="Write ARMCD as the protocol writes the arm's id; leave it empty for screen failures.",
)
def find_unknown_arms(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects whose ARMCD is neither an arm of the protocol nor a screen failure."""
    arms = recorded.facts.arms
    dm = recorded.pick("dm", "USUBJID", "ARMCD")
    if arms and dm is not None:
        is_none = col("ARMCD").str.to_uppercase().is_in(NO_ARM)
        rows = dm.filter(~col("ARMCD").is_in(arms), ~is_none)
        yield Hits("dm", rows, "ARMCD", quoted("ARMCD"), f"one of {', '.join(arms)}")


@rule(
    "ENTRY-ARM",
    "block",
    title="Enrolled by one table, not enrolled by the other",
    why="Participant-flow counts must add up, and the order of inclusion decides the stage.",
    mend="Correct ARMCD in DM, or the milestone in DS.",
)
def find_contradicting_entries(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects with an arm and no milestone of entry, or with a milestone and no arm."""
    dm = recorded.pick("dm", "USUBJID", "ARMCD")
    enrolled, entries = recorded.enrolled(), recorded.milestones(*ENTRY_MILESTONES)
    if dm is None or enrolled is None or entries is None or entries.is_empty():
        return
    without = enrolled.join(entries, on="USUBJID", how="anti", maintain_order="left")
    found = pl.format("arm {}, and no entry in DS", col("ARMCD"))
    yield Hits("dm", without, "ARMCD", found, f"{' or '.join(ENTRY_MILESTONES)} in DS")
    entered = dm.join(entries, on="USUBJID", how="semi", maintain_order="left").join(
        enrolled, on="USUBJID", how="anti", maintain_order="left"
    )
    found = pl.format("{}, and an entry in DS", col("ARMCD").fill_null("no arm"))
    yield Hits("dm", entered, "ARMCD", found, "an arm")


@rule(
    "DS-DATE",
    "warn",
    title="A disposition without a date",
    why="Order of inclusion and end of treatment are read from it.",
    mend="Write DSSTDTC.",
)
def find_undated_dispositions(recorded: Recorded) -> Iterator[Hits]:
    """Find milestones and disposition events without DSSTDTC."""
    ds = recorded.pick("ds", "USUBJID", "DSDECOD", "DSSTDTC")
    if ds is not None:
        rows = ds.filter(col("DSSTDTC").is_null())
        yield Hits("ds", rows, "DSSTDTC", "nothing", "a date", keys=("DSDECOD",))


@rule(
    "DS-TWICE",
    "warn",
    title="A milestone that was reached twice",
    why="The earlier date is used; a second entry may be another subject's.",
    mend="Delete the row that is wrong.",
)
def find_repeated_milestones(recorded: Recorded) -> Iterator[Hits]:
    """Find milestones that a subject already has."""
    ds = recorded.pick("ds", "USUBJID", "DSCAT", "DSDECOD")
    if ds is None:
        return
    first = col("source_row").first().over("USUBJID", "DSDECOD").alias("first_row")
    rows = ds.filter(col("DSCAT") == MILESTONES).with_columns(first)
    rows = rows.filter(col("source_row") != col("first_row"))
    found = pl.format("{} of row {} again", col("DSDECOD"), col("first_row"))
    yield Hits("ds", rows, "DSDECOD", found, "each milestone once")


@rule(
    "THERAPY-DATE",
    "warn",
    title="A subsequent anticancer therapy without a date",
    why="It censors progression-free survival, and fails the primary endpoint, from its start.",
    mend="Write CMSTDTC; a month is better than nothing.",
)
def find_undated_therapies(recorded: Recorded) -> Iterator[Hits]:
    """Find subsequent anticancer therapies without a start."""
    cm = recorded.pick("cm", "USUBJID", "CMCAT", optional=("CMSTDTC",))
    if cm is not None:
        rows = cm.filter(is_subsequent_therapy(), col("CMSTDTC").is_null())
        yield Hits("cm", rows, "CMSTDTC", "nothing", "a date", keys=("CMTRT",))
