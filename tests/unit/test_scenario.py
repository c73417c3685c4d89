"""A scenario says at which line it cannot be, and why."""

from pathlib import Path

import pytest

from trialwright.core.errors import ProtocolError, StudyError
from trialwright.simulate.load import load_scenario, vary_scenario

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx" / "scenario.yaml"


def faults_of(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """Return the messages for the example with some texts replaced."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_scenario(path)
    return str(caught.value).splitlines()


def line_of(words: str) -> int:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_the_shipped_scenario_is_one() -> None:
    scenario = load_scenario(EXAMPLE)
    assert scenario.trial.design.model_dump() == {"r1": 3, "n1": 13, "r": 12, "n": 43}


def test_a_probability_over_one_has_its_line_and_its_reason(tmp_path: Path) -> None:
    [message] = faults_of(tmp_path, ("prob_missed: 0.02", "prob_missed: 2"))
    line = line_of("prob_missed")
    assert message == (
        f"scenario.yaml line {line}, truth.schedule.prob_missed: 2, expected at most 1. "
        "Write 0.02. [SCENARIO-VALUE]"
    )


def test_a_negative_hazard_has_its_line_and_its_reason(tmp_path: Path) -> None:
    [message] = faults_of(tmp_path, ("new_lesion_per_day: 0.0105", "new_lesion_per_day: -0.0105"))
    line = line_of("new_lesion_per_day")
    assert message == (
        f"scenario.yaml line {line}, truth.progression.new_lesion_per_day: -0.0105, "
        "expected at least 0. Write at least 0. [SCENARIO-VALUE]"
    )


def test_a_name_that_is_none_has_its_line_and_its_reason(tmp_path: Path) -> None:
    [message] = faults_of(tmp_path, ("id: VMAJX", "id: my trial"))
    assert "id: my trial, expected a name of at most twenty capitals" in message


def test_a_cut_before_the_end_of_accrual_is_refused(tmp_path: Path) -> None:
    [message] = faults_of(tmp_path, ("cut_days: 380", "cut_days: 200"))
    assert message == (
        f"scenario.yaml line {line_of('cut_days')}, accrual.cut_days: 200, "
        "expected at least accrual.over_days (243). "
        "Write 243 or more: the data are cut after accrual. [SCENARIO-CONFLICT]"
    )


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    messages = faults_of(
        tmp_path,
        ("prob_count: [0.20,", "prob_count: [0.30,"),
        ("r1: 3, n1: 13", "r1: 13, n1: 13"),
        ("scan_every_days: 42", "scan_evry_days: 42"),
        ("truth.schedule.scan_every_days: 56", "truth.schedule.scan_every_days: -56"),
        ("truth.reading.measurement_sd: 0.10", "truth.reading.measurment_sd: 0.10"),
    )
    rules = sorted(message.rpartition("[")[2].strip("]") for message in messages)
    assert rules == [
        "SCENARIO-CONFLICT", "SCENARIO-CONFLICT", "SCENARIO-MISSING", "SCENARIO-UNKNOWN-KEY",
    ]  # fmt: skip


def test_a_variation_that_is_no_scenario_is_told_where_it_stands(tmp_path: Path) -> None:
    messages = faults_of(
        tmp_path,
        ("truth.schedule.scan_every_days: 56", "truth.schedule.scan_every_days: -56"),
        ("truth.reading.measurement_sd: 0.10", "truth.reading.measurment_sd: 0.10"),
    )
    assert [message.partition(", grid")[0] for message in messages] == [
        f"scenario.yaml line {line_of('scan_every_days: 56')}",
        f"scenario.yaml line {line_of('measurement_sd: 0.10')}",
    ]
    assert [message.partition(": ")[2].partition(" [")[0] for message in messages] == [
        "-56, expected more than 0. Write a value that is more than 0.",
        "unknown key `truth.reading.measurment_sd`, expected a dotted key of this scenario, "
        "such as trial.true_rate. Write it as in the file.",
    ]


def test_a_variation_of_an_unknown_key_is_refused() -> None:
    with pytest.raises(StudyError, match=r"no key 'truth\.reading\.eyes'"):
        vary_scenario(load_scenario(EXAMPLE), {"truth.reading.eyes": 2})
