"""What of the laboratory values has no grade, and what a clinician must look at."""

from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Row, Table, heading, make_table, row

LISTED = (
    "USUBJID", "ASEQ", "PARAMCD", "VISITNUM", "VISIT", "ADT", "AVAL", "AVALU", "ATOXGR", "SRCSEQ",
)  # fmt: skip
KINDS = {"ungraded": "Without a grade", "review": "For review by a clinician"}


@dataclass(frozen=True, kw_only=True)
class LabGrading(Result):
    """Values without a grade and values for review, counted by test and reason.

    `listing` has one row per value and reason: kind ("ungraded" or "review"), term, reason and
    the value's own columns of ADLB.
    """

    listing: pl.DataFrame

    def table(self) -> Table:
        """Return the reasons by kind and test, with the values and subjects that they concern."""
        rows: list[Row] = []
        for kind, label in KINDS.items():
            found = list_reasons(self.listing, kind)
            rows.append(heading(label))
            rows += [self._row(key, test, reason) for key, test, reason in found]
            if not found:
                rows.append(row("None", "0", "0", indent=1))
        notes = [
            f"{self.method.settings['graded by']}. Of {self.count('n_expected')} values of graded "
            f"tests {self.count('n_graded')} have a grade in every direction.",
            "A grade for review rests on a sign or symptom that no laboratory value tells.",
        ]
        return make_table(self.id, self.title, ("Test", "Values", "Subjects"), rows, notes)

    def _row(self, key: str, test: str, reason: str) -> Row:
        counts = [self.count_cell(f"{key}.{unit}") for unit in ("values", "subjects")]
        return row(f"{test}: {reason}", *counts, indent=1)


def list_reasons(listing: pl.DataFrame, kind: str) -> list[tuple[str, str, str]]:
    """Return the start of a statistic's id, the test and the reason of everything of a kind."""
    found = listing.filter(col("kind") == kind).select("PARAMCD", "reason").unique().sort(pl.all())
    # Numbered: reasons that differ in signs only, such as g/L and g.L, have one slug.
    return [
        (f"{kind}.{slug(test)}.{number}", test, reason)
        for number, (test, reason) in enumerate(found.rows(), start=1)
    ]


def analyze_lab_grading(
    adlb: pl.DataFrame, dictionary: str, adsl: pl.DataFrame | None = None
) -> LabGrading:
    """Count the laboratory values that have no grade, and those for review, with their reasons.

    Parameters
    ----------
    adlb : DataFrame
        Analysis dataset ADLB.
    dictionary : str
        What graded the values, such as "CTCAE 4.03"; printed with the table.
    adsl : DataFrame, optional
        Subjects; those with SAFFL = "Y" are counted. Everybody in `adlb` when omitted.

    Returns
    -------
    LabGrading
        Per test and reason the values and subjects; `listing` has the values themselves.
    """
    has_term = col("ATOXDSCL").is_not_null() | col("ATOXDSCH").is_not_null()
    has_reason = col("ATOXRSNL").is_not_null() | col("ATOXRSNH").is_not_null()
    if adsl is not None:
        adlb = adlb.join(
            adsl.filter(col("SAFFL") == "Y"), on="USUBJID", how="semi", maintain_order="left"
        )
    expected = adlb.filter(has_term)
    ledger = Ledger()
    for key, label, rows in (
        ("n_expected", "Values of graded tests", expected),
        ("n_graded", "Values with every grade", expected.filter(~has_reason)),
    ):
        ledger.add(Stat(key, rows.height, "n", label), "ADLB", rows, "ATOXGR")
    listing = _list_values(expected)
    for kind in KINDS:
        for key, test, reason in list_reasons(listing, kind):
            is_mine = (col("kind") == kind) & (col("PARAMCD") == test) & (col("reason") == reason)
            values = listing.filter(is_mine).unique(["USUBJID", "ASEQ"]).sort("USUBJID", "ASEQ")
            n_subjects = values["USUBJID"].n_unique()
            for unit, n in (("values", values.height), ("subjects", n_subjects)):
                stat = Stat(f"{key}.{unit}", n, "n", reason, "PARAMCD", test)
                ledger.add(stat, "ADLB", values, "ATOXGR")
    return LabGrading(
        id="lab_grading",
        title="Laboratory values without a grade, or for review",
        method=Method("Reasons recorded by the grading", {"graded by": dictionary}),
        data=ledger.data,
        basis=ledger.basis,
        listing=listing,
    )


def _list_values(expected: pl.DataFrame) -> pl.DataFrame:
    """Return one row per value and reason, in the order of ADLB."""
    both = pl.coalesce("ATOXDSCL", "ATOXDSCH")
    cuts = (
        ("ungraded", "ATOXRSNL", col("ATOXDSCL")),
        ("ungraded", "ATOXRSNH", col("ATOXDSCH")),
        ("review", "ATOXRVRS", both),
    )
    parts = [
        expected.filter(col(name).is_not_null()).select(
            pl.lit(kind).alias("kind"), term.alias("term"), col(name).alias("reason"), *LISTED
        )
        for kind, name, term in cuts
    ]
    return pl.concat(parts).sort("kind", "USUBJID", "ASEQ", "term", descending=[True, *[False] * 3])
