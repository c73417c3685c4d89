"""The stage monitor, replayed at earlier dates: what was known then and nothing later.

Dates come from the example's reconstruction: treatment starts from 2021-01-05 on, so the landmarks
of the first thirteen evaluable patients lie between 2021-07-05 and 2022-03-13.
"""

from datetime import date

import pytest

from trialwright.study.session import Results, Study
from trialwright.study.status import Status, find_status

Run = tuple[Study, Results]


def test_before_anyone_is_enrolled_nothing_is_known(metromajx_run: Run) -> None:
    status = find_status(metromajx_run[0], date(2021, 1, 1))
    assert status.counts["enrolled"] == 0
    assert status.accrual_per_month is None


def test_a_patient_without_an_event_is_awaited_until_the_landmark(metromajx_run: Run) -> None:
    status = find_status(metromajx_run[0], date(2021, 3, 1))
    told = status.as_dict()["stages"]["stage"]
    assert status.counts["enrolled"] == 3
    assert (told["known"], told["decision"], told["certain"]) == (0, "open", False)
    assert [item["USUBJID"] for item in told["awaited"]] == ["MJX-14", "MJX-13", "MJX-01"]
    assert told["readable_on"] == "2021-08-08"


def test_the_stop_is_certain_as_soon_as_no_completion_can_reach_four(metromajx_run: Run) -> None:
    """With 10 known failures of 13 at most 3 successes are left, and 4 are needed."""
    before = find_status(metromajx_run[0], date(2021, 8, 1)).as_dict()["stages"]["stage"]
    after = find_status(metromajx_run[0], date(2021, 9, 30)).as_dict()["stages"]["stage"]
    assert (before["decision"], before["certain"]) == ("open", False)
    assert (after["decision"], after["certain"]) == ("stop", True)
    assert (after["successes"], after["known"]) == (0, 10)


@pytest.fixture(scope="module")
def at_the_cut(metromajx_run: Run) -> Status:
    """What is known on the data cut."""
    return find_status(metromajx_run[0], date(2022, 2, 28))


@pytest.mark.parametrize("day", [date(2021, 5, 1), date(2021, 7, 15), date(2021, 11, 1)])
def test_no_number_falls_as_days_go_by(metromajx_run: Run, at_the_cut: Status, day: date) -> None:
    earlier = find_status(metromajx_run[0], day)
    assert all(earlier.counts[name] <= at_the_cut.counts[name] for name in earlier.counts)


def test_at_the_data_cut_the_monitor_says_what_the_report_says(metromajx_run: Run) -> None:
    study, results = metromajx_run
    stage = find_status(study).stages["stage"]
    assert stage.data.equals(results["stage"].data)
    assert stage.decision == results["stage"].decision == "stop"


def test_who_was_in_screening_on_a_day_is_neither_enrolled_nor_refused(metromajx_run: Run) -> None:
    """MJX-S01 failed on 2021-01-06; MJX-14 was enrolled on 2021-01-04, MJX-13 later in January.

    All had consented in December; the dates stand in the example's ds.csv.
    """
    status = find_status(metromajx_run[0], date(2021, 1, 2))
    assert status.in_screening == ["MJX-13", "MJX-14", "MJX-S01"]
    assert status.as_dict()["in_screening"] == ["MJX-13", "MJX-14", "MJX-S01"]
    assert "in screening: MJX-S01" in status.to_text()
    assert find_status(metromajx_run[0]).in_screening == []
