"""The machine finds the truth that was put in; slow, as `make test-all` runs it."""

from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.report.virtual import (
    Asked,
    Checked,
    describe_conduct,
    make_check_table,
    print_self_check,
)
from trialwright.simulate.calibration import QUANTITIES, calibrate
from trialwright.simulate.load import load_scenario, vary_scenario
from trialwright.study.workers import run_here

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_trials_through_the_pipeline_find_their_truth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["simulate", str(EXAMPLE / "scenario.yaml"), "--self-check", "200", "--workers", "2"]
    assert main(command) == 0, capsys.readouterr().out
    assert "The machine can be trusted" in capsys.readouterr().out


def test_a_scenario_is_described_as_its_publication_is() -> None:
    described = calibrate(load_scenario(EXAMPLE / "scenario.yaml"), 60, 1, run_here)
    assert tuple(described["quantity"]) == QUANTITIES
    found = dict(described.select("quantity", "q50").rows())
    published = {"non-progressions at 6 months": 1, "BOR SD": 5, "BOR PR": 1, "median cycles": 2}
    for quantity, value in published.items():
        assert abs(found[quantity] - value) <= 1, quantity


def test_a_line_that_fails_is_told_in_the_report() -> None:
    lines = [
        Checked("landmark rate", "bias", 0.2, 0.201, 0.003, is_met=True),
        Checked("type I error of the decision", "error rate", 0.05, 0.2, 0.015, is_met=False),
    ]
    text = make_check_table(lines).to_text()
    assert text.count("holds") == 2  # the first line, and the footnote
    assert "FAILS" in text
    page = print_self_check(
        lines, Asked("A scenario", (("Seed", "7"),)), "The machine fails: 1 of 2 lines hold."
    )
    assert "The machine fails: 1 of 2 lines hold." in page
    assert "SYNTHETIC" in page


def test_a_page_says_how_the_trial_waits() -> None:
    shipped = load_scenario(EXAMPLE / "scenario.yaml")
    assert describe_conduct(shipped.trial) == (
        "Accrual pauses after stage 1 until going on is certain, or all are known; success at day "
        "182, known 42 days later; final analysis 49 days after the last known state"
    )
    plain = {"trial.pause": False, "trial.stage_1_ends": "all are known"}
    trial = vary_scenario(shipped, plain).trial.model_copy(
        update={"success_known_days": None, "final_analysis_days": 0}
    )
    assert describe_conduct(trial) == (
        "Accrual goes on after stage 1 until the state of all its patients is known; success at "
        "day 182, known at its first scan from there on"
    )
