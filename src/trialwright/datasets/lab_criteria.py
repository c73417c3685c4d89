"""Laboratory criteria of CTCAE as rule lists, and which test each of its terms is graded from."""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from trialwright.core.errors import StudyError

LOW, HIGH = "low", "high"
VARIABLE = re.compile(r"\b(?:AVAL|ANRLO|ANRHI|BASE|PCHG|BNRIND)\b")


class CtcaeVersion(Enum):
    """Version of CTCAE; a protocol that says 4.0 is graded with 4.03, its maintained text."""

    V4_03 = "4.03"
    V5_0 = "5.0"
    V6_0 = "6.0"


class UnitSystem(Enum):
    """Units in which the values are."""

    SI = "SI"
    US = "USCV"  # conventional units of the United States


_CRITERIA_NAMES = {CtcaeVersion.V4_03: "v4", CtcaeVersion.V5_0: "v5", CtcaeVersion.V6_0: "v6"}
SPELLINGS = {"MMOL/L": "mmol/L", "UMOL/L": "umol/L"}  # of the rule lists, as CDISC writes them
LAB_VERSIONS: Mapping[str, CtcaeVersion] = {
    **dict.fromkeys(("4", "4.0", "4.03"), CtcaeVersion.V4_03),
    **dict.fromkeys(("5", "5.0"), CtcaeVersion.V5_0),
    **dict.fromkeys(("6", "6.0"), CtcaeVersion.V6_0),
}


@dataclass(frozen=True, slots=True)
class LabRule:
    """A condition of the rule language and the grade that it gives; None cannot be graded."""

    when: str
    grade: int | None


@dataclass(frozen=True, slots=True)
class LabCriterion:
    """How one term is graded from a value; `unit` None: any, the limits being in the same.

    `direction` is "low" or "high": which side of normal is toxic. `rules` are tried in order.
    `comment` says what the criterion assumes. `grades` are the texts of grades 1 to 5.
    """

    term: str
    direction: str
    unit: str | None
    grades: tuple[str, ...]
    comment: str | None
    rules: tuple[LabRule, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the rules look at."""
        return frozenset(VARIABLE.findall(" ".join(rule.when for rule in self.rules)))


@dataclass(frozen=True, slots=True)
class LabTest:
    """Terms that a test is graded under; `high_term_fasting` when LBFAST is Y.

    `review` is what a clinician must look at whenever the test is graded 1 or higher.
    """

    code: str
    low_term: str | None
    high_term: str | None
    high_term_fasting: str | None
    review: str | None


def find_ctcae_version(written: str) -> CtcaeVersion:
    """Return the version of CTCAE that a protocol names.

    Raises
    ------
    StudyError
        When there are no laboratory criteria for it.

    Examples
    --------
    >>> find_ctcae_version("4.0")
    <CtcaeVersion.V4_03: '4.03'>
    """
    version = LAB_VERSIONS.get(written.strip().lower().removeprefix("v"))
    if version is None:
        raise StudyError(
            f"CTCAE version '{written}' has no laboratory criteria, expected one of "
            f"{', '.join(LAB_VERSIONS)}. Write the version that grades the laboratory values."
        )
    return version


def name_ctcae(written: str) -> str:
    """Return what graded, as a report prints it.

    Examples
    --------
    >>> name_ctcae("4.0"), name_ctcae("5.0")
    ('CTCAE 4.03, the maintained text of 4.0', 'CTCAE 5.0')
    """
    version = find_ctcae_version(written)
    is_older = version is CtcaeVersion.V4_03 and not written.strip().endswith("4.03")
    return f"CTCAE {version.value}" + (", the maintained text of 4.0" if is_older else "")


@cache
def read_lab_criteria(version: CtcaeVersion, units: UnitSystem) -> tuple[LabCriterion, ...]:
    """Read the laboratory criteria of a version in a system of units.

    Parameters
    ----------
    version : CtcaeVersion
        Version of CTCAE.
    units : UnitSystem
        SI or conventional units.

    Returns
    -------
    tuple of LabCriterion
        In the order of CTCAE; a term may have two units, and so two criteria.

    References
    ----------
    National Cancer Institute. Common Terminology Criteria for Adverse Events, v4.03 (2010), v5.0
    (2017), v6.0 (2025); as rules by admiral (pharmaverse), Apache-2.0.
    """
    name = f"lab_criteria_{_CRITERIA_NAMES[version]}_{units.value.lower()}.json"
    return tuple(
        LabCriterion(
            term=item["term"],
            direction=item["direction"],
            unit=SPELLINGS.get(item["unit"], item["unit"]),
            grades=tuple(item["grades"].values()),
            comment=item["comment"],
            rules=tuple(LabRule(rule["when"], rule["grade"]) for rule in item["rules"]),
        )
        for item in json.loads(_read(name))["criteria"]
    )


@cache
def list_lab_tests(version: CtcaeVersion) -> tuple[LabTest, ...]:
    """Return the tests (LBTESTCD) that a version grades, with their terms."""
    rows = csv.DictReader(_read("lab_tests.csv").splitlines())
    return tuple(
        LabTest(
            row["lbtestcd"],
            row["low_term"] or None,
            row["high_term"] or None,
            row["high_term_fasting"] or None,
            row["review"] or None,
        )
        for row in rows
        if version.value in (row["versions"] or version.value).split()
    )


@cache
def list_lab_units(version: CtcaeVersion) -> dict[str, tuple[str, ...]]:
    """Return the units that each test (LBTESTCD) can be graded in, SI first.

    A test whose criteria count in multiples of a limit, and so take any unit, is left out.
    """
    units: dict[str, tuple[str, ...]] = {}
    for test in list_lab_tests(version):
        terms = {test.low_term, test.high_term, test.high_term_fasting}
        found = [
            criterion.unit
            for system in UnitSystem
            for criterion in read_lab_criteria(version, system)
            if criterion.term in terms and criterion.unit
        ]
        if found:
            units[test.code] = tuple(dict.fromkeys(found))
    return units


def _read(name: str) -> str:
    return (files("trialwright.datasets") / "data" / name).read_text("utf-8")
