"""Adverse events: each subject once, at the worst grade, of all who were treated."""

from typing import Any

import polars as pl
from small_trial import ONE_ARM, TWO_ARMS, adsl, dataset

from trialwright.analyze.safety import (
    AdverseEventTable,
    AdverseEventTerms,
    analyze_adverse_event_cut,
    analyze_adverse_event_overview,
    analyze_adverse_event_terms,
    find_severe_terms,
)
from trialwright.core.table import text_plain
from trialwright.derive.event_cuts import EventCut
from trialwright.report.sentences.conduct import tell_adverse_events

FEVER = {"USUBJID": "01", "AEDECOD": "Fever", "ATOXGR": 1, "TRTEMFL": "Y", "AOCCPFL": "Y"}


def events(*rows: dict[str, Any]) -> pl.DataFrame:
    return dataset("ADAE", *(FEVER | {"ASEQ": n} | row for n, row in enumerate(rows, 1)))


def terms(*rows: dict[str, Any], subjects=({}, {}), arms=ONE_ARM) -> AdverseEventTerms:
    return analyze_adverse_event_terms(events(*rows), adsl(*subjects), arms, "CTCAE 4.03")


def test_an_event_without_a_grade_counts_as_any_and_as_no_grade() -> None:
    found = terms({"ATOXGR": None})
    assert found.count("term.fever.any") == 1
    assert sum(found.count(f"term.fever.grade_{grade}") for grade in range(1, 6)) == 0
    assert found.describe()


def test_no_event_at_all_is_a_table_that_says_so() -> None:
    found = terms()
    assert "No treatment-emergent adverse event was recorded." in found.table().to_text()
    assert tell_adverse_events(found) == ("No treatment-emergent adverse event was recorded.",)
    assert found.describe()


def test_nobody_treated_divides_by_nobody() -> None:
    overview = analyze_adverse_event_overview(events({}), adsl({"SAFFL": "N"}), ONE_ARM)
    assert overview.count("n") == overview.count("overview.any") == 0
    assert "nan" not in overview.table().to_text().lower()


def test_a_subject_with_two_events_of_a_kind_counts_once() -> None:
    overview = analyze_adverse_event_overview(events({}, {}, {"AESER": "Y"}), adsl({}, {}), ONE_ARM)
    assert [overview.count(f"overview.{kind}") for kind in ("any", "serious", "severe")] == [
        1,
        1,
        0,
    ]
    assert "1 (50.0)" in overview.table().to_text()


def test_events_before_treatment_or_outside_the_population_do_not_count() -> None:
    subjects = ({}, {"SAFFL": "N"})
    found = terms({"TRTEMFL": None}, {"USUBJID": "02"}, {"USUBJID": "99"}, subjects=subjects)
    assert found.terms == []


def test_arms_add_up() -> None:
    subjects = ({"ARMCD": "A"}, {"ARMCD": "B"})
    found = terms({"ATOXGR": 3}, {"USUBJID": "02"}, subjects=subjects, arms=TWO_ARMS)
    assert [found.count(f"term.fever.any{arm}") for arm in (".a", ".b", "")] == [1, 1, 2]
    assert [found.count(f"term.fever.severe{arm}") for arm in (".a", ".b", "")] == [1, 0, 1]


def test_severe_terms_are_told_with_their_counts_and_abbreviations_stay() -> None:
    found = terms({"AEDECOD": "ALT increased", "ATOXGR": 4})
    assert [item[:2] for item in find_severe_terms(found)] == [("ALT increased", 1)]
    assert text_plain(tell_adverse_events(found)) == (
        "The most frequent adverse events were ALT increased (1 patient). "
        "Of grade 3 or higher: ALT increased in 1."
    )


def cut_of(cut: EventCut, *rows: dict[str, Any], subjects=({}, {})) -> AdverseEventTable:
    given = (events(*rows), adsl(*subjects), ONE_ARM, "CTCAE 4.03")
    return analyze_adverse_event_cut(*given, cut)


def test_the_worst_grade_of_a_cut_is_that_of_its_own_events() -> None:
    """An unrelated event of grade 3 must not hide the related one of grade 1."""
    rows = (
        {"ATOXGR": 3, "AREL": "NOT RELATED", "AOCCPFL": "Y"},
        {"ATOXGR": 1, "AREL": "RELATED", "AOCCPFL": None},
        {"USUBJID": "02", "ATOXGR": 2, "AREL": "RELATED"},
    )
    found = cut_of(EventCut.RELATED, *rows)
    keys = ("any", "grade_1", "grade_2", "grade_3", "severe")
    assert [found.count(f"term.fever.{key}") for key in keys] == [2, 1, 1, 0, 0]
    assert found.id == "ae_related_terms"
    assert found.basis.filter(pl.col("stat_id") == "term.fever.grade_1")["ASEQ"].to_list() == [2]


def test_serious_events_and_those_that_ended_a_treatment_have_their_tables() -> None:
    rows = (
        {"AESER": "Y"},
        {"AEDECOD": "Chills", "AEACN": "DRUG WITHDRAWN"},
        {"USUBJID": "02", "AESER": "N", "AEACN": "DOSE NOT CHANGED"},
    )
    assert cut_of(EventCut.SERIOUS, *rows).terms == ["Fever"]
    assert cut_of(EventCut.WITHDRAWN, *rows).terms == ["Chills"]
    assert "1 (50.0)" in cut_of(EventCut.SERIOUS, *rows).table().to_text()


def test_a_cut_without_events_says_so_in_words() -> None:
    for cut in EventCut:
        table = cut_of(cut).table()
        assert [item.is_heading for item in table.rows] == [True]
        assert table.rows[0].cells[0].text == cut.nobody
        assert "was recorded." in cut.nobody


def test_an_event_without_a_grade_has_a_column_so_that_rows_add_up() -> None:
    table = terms({"ATOXGR": None}, {"USUBJID": "02"}).table()
    assert table.columns[-1] == "No grade"
    assert [cell.text for cell in table.rows[0].cells] == [
        "Fever", "2 (100.0)", "1 (50.0)", "0", "0", "0", "0", "0", "1 (50.0)",
    ]  # fmt: skip
    assert "No grade" not in terms({}).table().columns
