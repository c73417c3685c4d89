"""Rules about adverse events, laboratory values and performance status."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.codelists import ctcae_terms, find_nearest
from trialwright.datasets.lab_criteria import LAB_VERSIONS, list_lab_units
from trialwright.datasets.lab_specimens import is_graded_specimen
from trialwright.datasets.recorded import Hits, Recorded, hit_file, plain, quoted
from trialwright.datasets.rules_registry import rule

SERIOUS_BECAUSE = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE")
OTHER_SPECIFY = " - other, specify"
ECOG_STATUSES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
WITHOUT_UNIT = ("INR", "PH", "SPGRAV", "NEUTLYM", "ALBGLOB")


@rule(
    "AE-TERM",
    "warn",
    title="A term that the protocol's CTCAE version does not have",
    why="Events are counted by term: two spellings are two rows of the safety table.",
    mend="Choose the CTCAE term; else write 'system organ class - Other, specify'.",
)
def find_unknown_terms(recorded: Recorded) -> Iterator[Hits]:
    """Find AEDECOD that CTCAE does not have, with the nearest terms."""
    version = recorded.facts.ctcae_version
    ae = recorded.pick("ae", "USUBJID", "AEDECOD")
    terms = ctcae_terms(version or "")
    if ae is None or not terms:
        return
    known = tuple(term for term, _ in terms.values())
    others = tuple(term for term in terms if term.endswith(OTHER_SPECIFY))
    written = ae["AEDECOD"].drop_nulls().unique()
    unknown = [
        term
        for term in written
        if term.lower() not in terms and not term.lower().startswith(others)
    ]
    offered = {
        term: f"Choose among {'; '.join(nearest)}." if nearest[1:] else f"Write {nearest[0]}."
        for term in unknown
        if (nearest := find_nearest(term, known))
    }
    rows = ae.filter(col("AEDECOD").is_in(unknown))
    action = col("AEDECOD").replace_strict(offered, default=None, return_dtype=pl.String)
    expected = f"a term of CTCAE {version}"
    yield Hits("ae", rows, "AEDECOD", quoted("AEDECOD"), expected, action)


@rule(
    "AE-GRADE",
    "block",
    title="An adverse event without a grade",
    why="The safety table counts events by their worst grade.",
    mend="Ask the site for the CTCAE grade, 1 to 5.",
)
def find_ungraded_events(recorded: Recorded) -> Iterator[Hits]:
    """Find events without AETOXGR in a trial that grades by CTCAE."""
    ae = recorded.pick("ae", "USUBJID", optional=("AETOXGR",))
    if ae is None or recorded.facts.ctcae_version is None:
        return
    if not recorded.has("ae", "AETOXGR"):
        yield hit_file("ae", "AETOXGR", "no such column", "the CTCAE grade of every event")
        return
    rows = ae.filter(col("AETOXGR").is_null())
    yield Hits("ae", rows, "AETOXGR", "nothing", "a grade, 1 to 5", keys=("AEDECOD",))


@rule(
    "AE-START",
    "warn",
    title="An adverse event without a start",
    why="Whether it began under treatment cannot be told; it is counted as if it had.",
    mend="Ask the site; a month is better than nothing.",
)
def find_events_without_start(recorded: Recorded) -> Iterator[Hits]:
    """Find events without AESTDTC."""
    ae = recorded.pick("ae", "USUBJID", "AESTDTC")
    if ae is not None:
        rows = ae.filter(col("AESTDTC").is_null())
        yield Hits("ae", rows, "AESTDTC", "nothing", "a date", keys=("AEDECOD",))


@rule(
    "AE-SERIOUS",
    "warn",
    title="An event that meets a criterion of seriousness and is not serious",
    why="Serious events are listed one by one and reported in days.",
    mend="Write Y in AESER, or correct the criterion.",
)
def find_events_not_serious(recorded: Recorded) -> Iterator[Hits]:
    """Find events with a criterion such as AESHOSP = Y and AESER = N."""
    ae = recorded.pick("ae", "USUBJID", "AESER", optional=SERIOUS_BECAUSE)
    if ae is None:
        return
    rows = ae.filter(
        col("AESER") == "N", pl.any_horizontal(col(name) == "Y" for name in SERIOUS_BECAUSE)
    )
    reasons = [pl.when(col(name) == "Y").then(pl.lit(f"{name} = Y")) for name in SERIOUS_BECAUSE]
    found = pl.format("N, and {}", pl.concat_str(reasons, separator=", ", ignore_nulls=True))
    yield Hits("ae", rows, "AESER", found, "Y", keys=("AEDECOD",))


@rule(
    "QS-ECOG",
    "block",
    title="A performance status that ECOG does not have",
    why="Table 1 counts patients by it, and eligibility asks for it.",
    mend="Write 0 to 5 in QSSTRESN.",
)
def find_impossible_status(recorded: Recorded) -> Iterator[Hits]:
    """Find ECOG performance statuses other than 0, 1, 2, 3, 4 and 5."""
    qs = recorded.pick("qs", "USUBJID", "QSTESTCD", "QSSTRESN")
    if qs is not None:
        rows = qs.filter(col("QSTESTCD") == "ECOG101", ~col("QSSTRESN").is_in(ECOG_STATUSES))
        yield Hits("qs", rows, "QSSTRESN", plain("QSSTRESN"), "0, 1, 2, 3, 4 or 5")


@rule(
    "LB-UNIT",
    "warn",
    title="A laboratory value without a unit",
    why="It cannot be graded: 3 mmol/L of potassium and 3 mg/dL are not the same.",
    mend="Write the unit in LBSTRESU.",
)
def find_values_without_unit(recorded: Recorded) -> Iterator[Hits]:
    """Find numbers of LB without LBSTRESU, but for ratios."""
    lb = recorded.pick("lb", "USUBJID", "LBTESTCD", "LBSTRESN", optional=("LBSTRESU",))
    if lb is None:
        return
    rows = lb.filter(
        col("LBSTRESN").is_not_null(),
        col("LBSTRESU").is_null(),
        ~col("LBTESTCD").is_in(WITHOUT_UNIT),
    )
    if rows.height and not recorded.has("lb", "LBSTRESU"):
        yield hit_file("lb", "LBSTRESU", "no such column", "the unit of every value")
    else:
        found = pl.format("{} {} without a unit", col("LBTESTCD"), plain("LBSTRESN"))
        yield Hits("lb", rows, "LBSTRESU", found, "a unit")


@rule(
    "LB-CTCAE",
    "warn",
    title="A laboratory unit in which CTCAE has no criterion",
    why="The value has no grade, and a toxicity may be missed.",
    mend="Convert the value and its limits, and write the criterion's unit in LBSTRESU.",
)
def find_ungraded_units(recorded: Recorded) -> Iterator[Hits]:
    """Find values of graded tests whose unit no criterion of the protocol's version has."""
    lb = recorded.pick(
        *("lb", "USUBJID", "LBTESTCD", "LBSTRESN", "LBSTRESU"), optional=("LBSPEC", "LBCAT")
    )
    version = LAB_VERSIONS.get(recorded.facts.ctcae_version or "")
    if lb is None or version is None:
        return
    units = {code: " or ".join(known) for code, known in list_lab_units(version).items()}
    right = [
        f"{code} {unit.lower()}"
        for code, known in list_lab_units(version).items()
        for unit in known
    ]  # fmt: skip
    code = col("LBTESTCD").str.to_uppercase()
    expected = code.replace_strict(units, default=None, return_dtype=pl.String)
    rows = lb.filter(
        col("LBSTRESN").is_not_null() & col("LBSTRESU").is_not_null(),
        expected.is_not_null() & is_graded_specimen(code),
        ~pl.format("{} {}", code, col("LBSTRESU").str.to_lowercase()).is_in(right),
    )
    yield Hits("lb", rows, "LBSTRESU", quoted("LBSTRESU"), expected, keys=("LBTESTCD",))


@rule(
    "LB-LIMITS",
    "block",
    title="A lower limit of normal above the upper one",
    why="Grades count in multiples of the limits.",
    mend="Exchange LBSTNRLO and LBSTNRHI, or correct them.",
)
def find_crossed_limits(recorded: Recorded) -> Iterator[Hits]:
    """Find values whose limits of normal are crossed."""
    lb = recorded.pick("lb", "USUBJID", "LBTESTCD", "LBSTNRLO", "LBSTNRHI")
    if lb is not None:
        rows = lb.filter(col("LBSTNRLO") > col("LBSTNRHI"))
        found = pl.format("{} {}", col("LBTESTCD"), plain("LBSTNRLO"))
        expected = pl.format("{} (the upper limit) or less", plain("LBSTNRHI"))
        yield Hits("lb", rows, "LBSTNRLO", found, expected)
