"""The check of third-party tables (CDISC pilot with oncology domains): quick, and sure of cause."""

import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from trialwright.core.errors import Severity
from trialwright.datasets.tabular import read_tables
from trialwright.datasets.validate import AgentFacts, StudyFacts, find_data_findings

EXAMPLE = Path(__file__).parents[2] / "examples" / "cdisc_pilot_onco"
FACTS = StudyFacts(
    study_id="CDISCPILOT01",
    data_cut=date(2015, 4, 30),
    arms=("Pbo", "Xan_Hi", "Xan_Lo"),
    agents=(AgentFacts("XANOMELINE", "mg"), AgentFacts("PLACEBO", "mg")),
)
SECONDS_ALLOWED = 20  # on the slowest machine; it takes one to three


@pytest.fixture(scope="module")
def findings():
    started = time.perf_counter()
    recorded = read_tables(EXAMPLE / "data")
    found = find_data_findings(recorded.tables, recorded.files, FACTS, recorded.findings)
    assert time.perf_counter() - started < SECONDS_ALLOWED
    return found


def test_only_what_is_truly_wrong_blocks(findings) -> None:
    blocking = [item for item in findings if item.severity is Severity.BLOCK]
    assert [(item.rule, item.subject, item.found) for item in blocking] == [
        *[("RS-RESPONSE", "01-711-1143", "'CHECK'")] * 3,
        ("VISIT-AFTER-DEATH", "01-710-1083", "2013-08-03"),
    ]


def test_the_warnings_are_those_of_the_data_and_not_of_a_rule_gone_wild(findings) -> None:
    warnings = Counter(item.rule for item in findings if item.severity is Severity.WARN)
    assert warnings == {
        "TARGET-SIZE": 750,  # the pilot's invented lesions are small
        "TARGET-NODE": 420,
        "DATE-PARTIAL": 47,
        "AE-SERIOUS": 33,
        "VISIT-REPEATED": 3,
        "VISIT-ORDER": 2,
    }


def test_no_finding_is_said_twice(findings) -> None:
    messages = [item.message for item in findings]
    assert len(set(messages)) == len(messages)
