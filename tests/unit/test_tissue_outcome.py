"""A tissue marker beside best response and progression."""

from datetime import date, timedelta

import polars as pl
import pytest
from tissue_sample import CD8

from trialwright.analyze.tissue.outcome import MarkerOutcome, analyze_marker_outcome
from trialwright.core.table import text_plain
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.sentences.tissue import tell_outcome
from trialwright.stats.cox import estimate_cox

START = date(2021, 2, 1)
TAKEN = START + timedelta(days=35)
# subject: baseline, fold change, best response, days of progression-free survival, progressed
PATIENTS = {
    "01": (2.0, 8.0, "PR", 240, False),
    "02": (3.0, 4.0, "SD", 150, True),
    "03": (1.0, 2.0, "SD", 90, True),
    "04": (4.0, 1.5, "PD", 50, True),
    "05": (2.5, 3.0, "PD", 56, True),
    "06": (2.0, 0.5, "PD", 30, True),
}


def analyze(subjects: list[str]) -> MarkerOutcome:
    rows, times, best = [], [], []
    for number, subject in enumerate(subjects, 1):
        base, fold, response, days, event = PATIENTS[subject]
        rows.append((subject, number, "CD8PCT", "C2D1", TAKEN, base * fold, base, fold, "Y"))
        end = START + timedelta(days=days)
        times.append((subject, 1, None, "PFS", START, end, 0 if event else 1))
        best.append((subject, 1, None, "BOR", response))
    adbm = pl.DataFrame(
        rows,
        {
            "USUBJID": pl.String, "ASEQ": pl.Int64, "PARAMCD": pl.String, "AVISIT": pl.String,
            "ADT": pl.Date, "AVAL": pl.Float64, "BASE": pl.Float64, "R2BASE": pl.Float64,
            "ANL01FL": pl.String,
        },
        orient="row",
    )  # fmt: skip
    adtte = pl.DataFrame(
        times,
        {
            "USUBJID": pl.String, "ASEQ": pl.Int64, "PARQUAL": pl.String, "PARAMCD": pl.String,
            "STARTDT": pl.Date, "ADT": pl.Date, "CNSR": pl.Int64,
        },
        orient="row",
    )  # fmt: skip
    names = ("USUBJID", "ASEQ", "PARQUAL", "PARAMCD", "AVALC")
    types = dict.fromkeys(names, pl.String()) | {"ASEQ": pl.Int64()}
    adrs = pl.DataFrame(best, types, orient="row")
    settings = ("C2D1", AnalysisRead.ADJUDICATED)
    return analyze_marker_outcome(adbm, adtte, adrs, CD8, settings)


def test_who_progressed_before_the_landmark_is_left_out_of_the_change_only() -> None:
    result = analyze(list(PATIENTS))

    assert (result.count("baseline.n"), result.count("change.n")) == (6, 5)


def test_the_hazard_ratio_is_that_of_the_times_from_the_landmark() -> None:
    result = analyze(list(PATIENTS))

    model = estimate_cox([205, 115, 55, 15, 21], [0, 1, 1, 1, 1], [[3], [2], [1], [0.585], [1.585]])
    assert result.value("change.hr") == pytest.approx(model.terms[0].hazard_ratio, rel=1e-3)


def test_fold_changes_are_compared_by_best_response() -> None:
    result = analyze(list(PATIENTS))

    assert result.value("pd.median_fold") == 1.5
    assert result.value("other.median_fold") == 4.0
    assert result.value("response.p") == pytest.approx(0.2)  # 2 of the 20 orders on either side


def test_one_patient_gives_counts_and_no_test() -> None:
    result = analyze(["01"])

    assert result.count("other.n") == 1
    assert [result.value(name) for name in ("response.p", "change.hr", "pd.median_fold")] == [
        None,
        None,
        None,
    ]
    assert tell_outcome(result) == []
    assert "NE" in result.table().to_text()


def test_nobody_is_said_to_be_nobody() -> None:
    result = analyze([])

    told = text_plain(tell_outcome(result)[0])
    assert told == "No patient has a change of CD8 and a time to progression."
    assert "No patient has both" in result.describe()


def test_the_change_is_told_with_its_limits() -> None:
    told = [text_plain(text) for text in tell_outcome(analyze(list(PATIENTS)))]

    assert told[0].startswith("The median fold change of CD8 was 1.5 with progressive disease")
    assert told[1].startswith("From C2D1 on, the hazard of progression or death per doubling")
    assert told[1].endswith("This is exploratory.")
