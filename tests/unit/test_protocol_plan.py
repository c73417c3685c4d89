"""The days and doses that a schedule plans."""

from pathlib import Path

import pytest

from trialwright.protocol.load import load_protocol
from trialwright.protocol.plan import PlannedDose, find_planned_day, list_planned_doses

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def metromajx():
    return load_protocol(EXAMPLES / "metromajx" / "protocol.yaml")


@pytest.mark.parametrize(
    ("label", "day"),
    [("D-7", -7), ("C1D1", 1), ("C2D1", 29), ("C3D15", 71), ("SCREENING", None), ("WEEK 3", None)],
)
def test_a_visit_or_cycle_day_has_its_planned_day(metromajx, label: str, day: int | None) -> None:
    assert find_planned_day(metromajx, metromajx.arms[0], label) == day


def days(protocol, agent: int, last_day: int) -> list[int]:
    arm = protocol.arms[0]
    return [dose.day for dose in list_planned_doses(protocol, arm, arm.agents[agent], last_day)]


def test_a_week_on_and_a_week_off_count_no_day_zero(metromajx) -> None:
    assert days(metromajx, 0, 14) == [-7, -6, -5, -4, -3, -2, -1, *range(8, 15)]


def test_injections_end_at_the_most_that_are_allowed(metromajx) -> None:
    assert days(metromajx, 1, 200) == [1, 15, 29, 43]


def test_an_infusion_starts_on_its_own_day_and_goes_on(metromajx) -> None:
    assert days(metromajx, 2, 43) == [15, 29, 43]


def test_a_dose_taken_twice_daily_is_two_administrations(metromajx) -> None:
    arm = metromajx.arms[0]
    first = list_planned_doses(metromajx, arm, arm.agents[0], -7)
    assert first == (PlannedDose(day=-7, amount=50, unit="mg", n_administrations=2),)


def test_a_titration_changes_the_planned_dose_on_its_days() -> None:
    protocol = load_protocol(EXAMPLES / "cdisc_pilot_onco" / "protocol.yaml")
    arm = next(arm for arm in protocol.arms if arm.id == "Xan_Hi")
    doses = list_planned_doses(protocol, arm, arm.agents[0], 400)
    assert [dose.amount for dose in doses if dose.day in (14, 15, 168, 169)] == [54, 81, 81, 54]
    assert (doses[0].day, doses[-1].day, len(doses)) == (1, 182, 182)
