"""What was received, over treated subjects."""

from typing import Any

from small_trial import ONE_ARM, TWO_ARMS, adsl, dataset

from trialwright.analyze.exposure import ExposureResult, analyze_exposure
from trialwright.core.table import text_plain
from trialwright.report.sentences.conduct import tell_exposure

AGENT = {"USUBJID": "01", "PARAMCD": "NADMIN", "EXTRT": "JX-594", "AVAL": 4.0}


def exposure(*rows: dict[str, Any], subjects=({}, {}), arms=ONE_ARM) -> ExposureResult:
    return analyze_exposure(dataset("ADEXSUM", *rows), adsl(*subjects), arms)


def cycles(who: str, n: float) -> dict[str, Any]:
    return {"USUBJID": who, "PARAMCD": "NCYC", "AVAL": n}


def test_an_agent_that_some_never_had_is_counted_among_all() -> None:
    found = exposure(AGENT)
    assert found.count("jx_594.treated") == 1
    assert ("Patients treated, n (%)", "1 (50.0)") in [
        tuple(cell.text for cell in row.cells) for row in found.table().rows if len(row.cells) == 2
    ]


def test_without_any_dose_everything_is_not_estimable_and_nothing_is_said() -> None:
    found = exposure(subjects=())
    assert found.value("ncyc_total") is None
    assert tell_exposure(found) == []
    assert "nan" not in found.table().to_text().lower()


def test_an_unknown_intensity_is_ne() -> None:
    cells = [
        row.cells[1].text
        for row in exposure(AGENT).table().rows
        if row.cells[0].text.startswith("Relative")
    ]
    assert cells == ["NE (NE\N{EN DASH}NE)"]


def test_the_sentence_prints_the_median_that_the_table_prints() -> None:
    found = exposure(cycles("01", 2), cycles("02", 3))
    assert text_plain(tell_exposure(found)[0]) == (
        "5 cycles were started by 2 treated patients, a median of 2.5 per patient "
        "(range 2\N{EN DASH}3)."
    )
    assert "2.5 (2\N{EN DASH}3)" in found.table().to_text()


def test_one_cycle_of_one_patient_is_told_in_the_singular() -> None:
    found = exposure(cycles("01", 1), subjects=({},))
    assert text_plain(tell_exposure(found)[0]).startswith(
        "1 cycle was started by 1 treated patient,"
    )


def test_arms_have_their_own_numbers() -> None:
    found = exposure(
        cycles("01", 2), cycles("02", 3), subjects=({"ARMCD": "A"}, {"ARMCD": "B"}), arms=TWO_ARMS
    )
    assert [found.value(f"ncyc_total{arm}") for arm in (".a", ".b", "")] == [2, 3, 5]
