"""iRECIST and injected lesions as parameters of ADRS, ADTTE and ADTR, and as results."""

from typing import Any

import polars as pl
import pytest
from small_trial import adsl as adsl_of
from tumor_records import mm, on_day, tr

from trialwright.analyze.injected import analyze_injected_sums
from trialwright.analyze.irecist import analyze_irecist
from trialwright.core.table import text_plain
from trialwright.derive.immune_parameters import (
    derive_immune_responses,
    derive_immune_times,
    derive_sums_apart,
)
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules
from trialwright.report.sentences.options import tell_injected, tell_irecist

READ = AnalysisRead.INVESTIGATOR
TRIAL = ([("A", "Treatment")], ("EFFFL", "Evaluable for efficacy"))
SIZES = {
    "01": [50.0, 62.0, 70.0],  # grows, and grows on: confirmed
    "02": [50.0, 62.0, 40.0],  # grows, then shrinks: resolved
    "03": [50.0, 62.0],  # grows, and nobody looked again: open
    "04": [50.0, 30.0],  # responds
}


def measure() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return lesions and ADSL of four patients and one who was never assessed."""
    rows = [
        mm("T01", visit, 42 * visit - 7 * (visit == 0), size, USUBJID=subject)
        for subject, sizes in SIZES.items()
        for visit, size in enumerate(sizes)
    ]
    adsl = adsl_of(*({"EFFFL": "Y"} for _ in range(5)))
    dates = adsl.with_columns(pl.col("NACTDT", "DTHDT").cast(pl.Date))
    return derive_lesion_measurements({"tr": tr(*rows)}, dates, READ), dates


def number(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(ASEQ=pl.int_range(1, pl.len() + 1).over("USUBJID"))


def analyze(*subjects: str) -> Any:
    lesions, adsl = measure()
    adrs = number(derive_immune_responses(lesions, adsl, ResponseRules(), READ, 28))
    chosen = adsl.filter(pl.col("USUBJID").is_in(subjects)) if subjects else adsl
    return analyze_irecist(adrs, chosen, TRIAL, READ, 28)


def test_each_assessment_and_the_best_response_are_rows_of_adrs() -> None:
    lesions, adsl = measure()
    rows = derive_immune_responses(lesions, adsl, ResponseRules(), READ, 28)
    found = rows.filter(pl.col("USUBJID") == "02").select("PARAMCD", "ADY", "AVALC", "PDBLKDT")
    assert found.rows() == [
        ("IOVR", 43, "iUPD", on_day(42)),
        ("IOVR", 85, "iSD", None),
        ("IBOR", 85, "iSD", None),
    ]
    assert rows.filter(pl.col("USUBJID") == "05").select("PARAMCD", "AVALC").rows() == [
        ("IBOR", "NE")
    ]


def test_a_progression_that_resolves_does_not_end_the_time() -> None:
    lesions, adsl = measure()
    times = derive_immune_times(lesions, adsl, ResponseRules(), READ, 28)
    assert times.select("USUBJID", "CNSR", "AVAL", "SRCDOM", "SRCVAR").rows() == [
        ("01", 0, 43.0, "ADRS", "ADT"),
        ("02", 1, 85.0, "ADRS", "ADT"),
        ("03", 0, 43.0, "ADRS", "ADT"),
        ("04", 1, 43.0, "ADRS", "ADT"),
        ("05", 1, 1.0, "ADSL", "TRTSDT"),
    ]


def test_every_unconfirmed_progression_is_confirmed_resolved_or_open() -> None:
    result = analyze()
    keys = ("n", "any", "confirmed", "resolved", "open", "response", "ipr", "ne")
    assert [result.count(key) for key in keys] == [5, 3, 1, 1, 1, 1, 1, 1]
    assert result.progressed.select("USUBJID", "outcome", "IBOR").rows() == [
        ("01", "confirmed", "iCPD"), ("02", "resolved", "iSD"), ("03", "open", "iUPD"),
    ]  # fmt: skip
    assert [text_plain(text) for text in tell_irecist(result)] == [
        "By iRECIST 1 of 5 patients responded. 3 had an unconfirmed progression: 1 confirmed "
        "later, 1 resolved and 1 neither."
    ]
    assert "nan" not in result.table().to_text() + result.progressed_table().to_text()


@pytest.mark.parametrize(
    ("subjects", "told"),
    [
        (["04"], "By iRECIST 1 of 1 patient responded. Nobody had an unconfirmed progression."),
        (["none"], "By iRECIST nobody could be assessed."),
    ],
)
def test_nobody_and_no_progression_have_a_sentence(subjects: list[str], told: str) -> None:
    result = analyze(*subjects)
    assert [text_plain(text) for text in tell_irecist(result)] == [told]
    assert "nan" not in result.table().to_text()


def test_injected_lesions_may_shrink_while_others_grow() -> None:
    rows = [mm("T01", 0, -7, 40.0), mm("T02", 0, -7, 20.0), mm("T01", 1, 42, 28.0)]
    rows += [mm("T02", 1, 42, 30.0), mm("T02", 0, -7, 10.0, USUBJID="02")]
    adsl = adsl_of({}, {}).with_columns(pl.col("NACTDT", "DTHDT").cast(pl.Date))
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, adsl, READ)
    ex = pl.DataFrame({"USUBJID": ["01"], "EXLNKID": ["T01"], "EXSTDTC": ["2021-03-08"]})
    adtr = number(derive_sums_apart({"ex": ex}, lesions, READ))
    result = analyze_injected_sums(adtr, adsl, TRIAL, READ)
    assert result.changes.rows() == [("01", pytest.approx(-30), pytest.approx(50)),
                                     ("02", None, None)]  # fmt: skip
    assert (result.count("injected.shrunk"), result.count("not_injected.shrunk")) == (1, 0)
    assert [text_plain(text) for text in tell_injected(result)] == [
        "Injected targets changed at best by a median of \N{MINUS SIGN}30.0% in 1 patient. "
        "Non-injected targets changed at best by a median of 50.0% in 1 patient."
    ]
    assert "No sum" in result.patients_table().to_text()


def test_without_a_complete_later_sum_the_sentence_says_so() -> None:
    adsl = adsl_of({}).with_columns(pl.col("NACTDT", "DTHDT").cast(pl.Date))
    lesions = derive_lesion_measurements({"tr": tr(mm("T01", 0, -7, 40.0))}, adsl, READ)
    result = analyze_injected_sums(number(derive_sums_apart({}, lesions, READ)), adsl, TRIAL, READ)
    assert [text_plain(text) for text in tell_injected(result)] == [
        "Injected targets had no complete later sum in anybody. "
        "Non-injected targets had no complete later sum in anybody."
    ]
    assert "NE" in result.table().to_text()
