"""People who were screened and not enrolled, because of their TLS or their performance status."""

from datetime import timedelta

import numpy as np

from trialwright.simulate.conduct_tables import (
    BIOPSY_DAYS,
    CONSENT_DAYS,
    SITE,
    TESTS_DAYS,
    draw_person,
    make_history,
    write_milestone,
    write_performance,
)
from trialwright.simulate.finding_tables import write_biopsy, write_tls
from trialwright.simulate.patients import OPENING, Visit
from trialwright.simulate.rows import Row, Tables
from trialwright.simulate.scenario import Scenario

TLS_PRESENT = ("INCL08", "Absence of tertiary lymphoid structures")
TOO_ILL = ("INCL05", "ECOG performance status 0 or 1")
SCREENED = 4  # stream of random numbers


def make_screened_tables(scenario: Scenario, number: int, seed: int) -> Tables:
    """Make all tables of one person who was not enrolled.

    Parameters
    ----------
    scenario : Scenario
        Its `tls_positive` says how often tertiary lymphoid structures are the reason.
    number : int
        From 1.
    seed : int
        Of the study.

    Returns
    -------
    dict
        Rows by domain.
    """
    rng = np.random.default_rng([seed, SCREENED, number])
    subject = f"{scenario.id}-S{number:02d}"
    would_start = OPENING + timedelta(days=int(rng.uniform(0, scenario.accrual.over_days)))
    consent = would_start - timedelta(days=CONSENT_DAYS)
    tests = Visit(1, "SCREENING", would_start - timedelta(days=TESTS_DAYS))
    biopsy = Visit(1, "SCREENING", would_start - timedelta(days=BIOPSY_DAYS))
    # Among those who failed, the share with TLS is what prevalence makes it; others are too ill.
    has_tls = rng.random() < max(scenario.tls_positive, 0.0) / (scenario.tls_positive + 0.3)
    code, text = TLS_PRESENT if has_tls else TOO_ILL
    who: Row = {"USUBJID": subject}
    person = who | {"SUBJID": subject.rpartition("-")[2], "RFICDTC": consent}
    person |= {"RFPENDTC": tests.day, "ARMNRS": "SCREEN FAILURE"} | draw_person(rng) | SITE
    reason = who | {"DSTERM": text + " not met", "DSDECOD": "SCREEN FAILURE"}
    reason |= {"DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY PARTICIPATION"}
    criterion = who | {"IETESTCD": code, "IETEST": text, "IECAT": "INCLUSION", "IEORRES": "N"}
    visit: Row = {"VISITNUM": 1, "VISIT": "SCREENING"}
    return {
        "DM": [person],
        "DS": [
            write_milestone(subject, "INFORMED CONSENT OBTAINED", consent),
            reason | {"DSSTDTC": tests.day},
        ],
        "IE": [criterion | {"IESTRESC": "N", "IEDTC": tests.day} | visit],
        "QS": [write_performance(subject, 1 if has_tls else 2, 1, "SCREENING", tests.day)],
        "BE": [write_biopsy(subject, biopsy)],
        "BS": [write_tls(subject, biopsy, "TLS" if has_tls else "NONE")],
        "SV": [who | visit | {"SVSTDTC": consent, "SVENDTC": tests.day}],
        **make_history(subject, consent, rng),
    }
