"""Stopping boundaries: who counts, when a look is reached, when it is crossed."""

from datetime import date, timedelta
from typing import Any

import pytest
from small_trial import START, adsl, dataset

from trialwright.analyze.boundaries import BoundariesResult, analyze_boundaries, find_boundary
from trialwright.protocol.safety_watch import ToxicityBoundary

CUT = date(2021, 12, 31)


def watch(n: int, *events: dict[str, Any], cut: date = CUT, **rule: Any) -> BoundariesResult:
    """Return the boundary of n patients, treated a week apart."""
    starts = [START + timedelta(days=7 * place) for place in range(n)]
    subjects = adsl(*({"TRTSDT": start} for start in starts))
    common = {"TRTEMFL": "Y", "AEDECOD": "Fever", "ATOXGR": 3, "AREL": "RELATED", "AESER": "N"}
    rows = [
        common | {"ASEQ": seq, "ASTDT": START + timedelta(days=30)} | event
        for seq, event in enumerate(events, 1)
    ]
    given = {"name": "DLT", "looks": (3, 6), "bounds": (1, 2), "grade_at_least": 3} | rule
    declared = ToxicityBoundary(**given)
    return analyze_boundaries(dataset("ADAE", *rows), subjects, [declared], cut)


def test_each_patient_counts_once_at_each_look_that_was_reached() -> None:
    found = watch(5, {"USUBJID": "01"}, {"USUBJID": "01"}, {"USUBJID": "05"})
    assert (found.count("dlt.events"), found.count("dlt.n")) == (2, 5)
    assert (found.value("dlt.look_3"), found.value("dlt.look_6")) == (1.0, None)
    assert found.crossed == []
    assert "not reached" in found.table().to_text()


def test_more_than_the_bound_among_the_first_stops() -> None:
    found = watch(3, {"USUBJID": "01"}, {"USUBJID": "03"})
    assert found.crossed == ["dlt"]
    assert "crossed: stop" in found.table().to_text()


def test_what_no_later_patient_can_undo_stops_before_the_look() -> None:
    assert watch(2, {"USUBJID": "01"}, {"USUBJID": "02"}).crossed == ["dlt"]


@pytest.mark.parametrize(
    ("event", "rule", "expected"),
    [
        ({"ATOXGR": 2}, {}, 0),
        ({"AREL": "NOT RELATED"}, {"related": True}, 0),
        ({"AESER": "Y"}, {"serious": True}, 1),
        ({"AEDECOD": "FEVER"}, {"terms": ("Fever",)}, 1),
        ({"AEDECOD": "Chills"}, {"terms": ("Fever",)}, 0),
        ({"ASTDT": START + timedelta(days=27)}, {"within_days": 28}, 1),
        ({"ASTDT": START + timedelta(days=28)}, {"within_days": 28}, 0),
        ({"TRTEMFL": None}, {}, 0),
    ],
)
def test_an_event_counts_when_every_condition_holds(
    event: dict[str, Any], rule: dict[str, Any], expected: int
) -> None:
    assert watch(3, {"USUBJID": "01"} | event, **rule).count("dlt.events") == expected


def test_a_patient_who_is_still_watched_counts_only_with_the_event() -> None:
    cut = START + timedelta(days=30)  # 28 days have passed for the first patient alone
    event = {"USUBJID": "02", "ASTDT": START + timedelta(days=9)}
    assert watch(3, event, cut=cut, within_days=28).count("dlt.n") == 2


def test_bounds_follow_from_the_rate_to_live_with() -> None:
    declared = ToxicityBoundary(name="SAE", looks=(5, 10, 15, 20), tolerable=0.2, limit=0.1)
    assert find_boundary(declared).bounds == (2, 4, 6, 7)  # the example of the search itself
    found = watch(3, looks=(5, 10, 15, 20), bounds=(), tolerable=0.2, limit=0.1)
    chance = found.value("dlt.prob_stop")
    assert chance is not None
    assert 0 < chance <= 0.1
