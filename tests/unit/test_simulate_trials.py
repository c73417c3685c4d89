"""Virtual trials behave like the binomial trials that they are, and their medians like curves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trialwright.simulate.load import load_scenario, vary_scenario
from trialwright.simulate.operating import Variant, list_chunks, run_chunk
from trialwright.simulate.patients import draw_patients
from trialwright.simulate.scans import FAILURE, SUCCESS, UNKNOWN
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.tempo import find_tempo
from trialwright.simulate.trials import (
    ENROLLED,
    KNOWN,
    N_FACTS,
    OUTCOMES,
    STATUS,
    find_decision,
    find_median,
    simulate_trials,
)
from trialwright.simulate.truth import DEATH, PROGRESSED, PROGRESSION, read_numbers, read_rules
from trialwright.stats.survival import estimate_quantile, estimate_survival
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx" / "scenario.yaml"
DESIGN = TwoStageDesign(3, 13, 12, 43)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(EXAMPLE)


def simulate(scenario: Scenario, n_trials: int, **changes: object) -> dict[str, np.ndarray]:
    rules = read_rules(scenario)._replace(**changes)
    rng = np.random.default_rng(7)
    outcomes = simulate_trials(rng, read_numbers(scenario), rules, n_trials)
    return dict(zip(OUTCOMES, outcomes.T, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.2, 0.4])
def test_without_measurement_error_the_decisions_are_binomial(
    scenario: Scenario, rate: float
) -> None:
    quiet = vary_scenario(
        scenario, {"truth.reading.measurement_sd": 0, "truth.reading.reader_sd": 0}
    )
    paced = quiet.model_copy(update={"tempo": find_tempo(quiet, rate)})
    n_trials = 20_000
    outcomes = simulate(paced, n_trials)
    exact = evaluate_two_stage(DESIGN, rate)
    for name, prob in (("go", 1 - exact.prob_early_stop), ("reject", exact.prob_reject)):
        error = np.sqrt(prob * (1 - prob) / n_trials)
        assert abs(outcomes[name].mean() - prob) < 3 * error


def test_death_follows_progression_or_its_detection(scenario: Scenario) -> None:
    immortal = {"truth.death.before_progression_per_day": 0, "accrual.cut_days": 4000}
    for follows, is_seen_first in (("detection", True), ("progression", False)):
        changed = vary_scenario(scenario, {**immortal, "truth.death.follows": follows})
        patients = [patient for seed in range(20) for patient in draw_patients(changed, seed)]
        died = [patient.course for patient in patients if patient.is_evaluable and patient.died]
        seen = np.array([course.state[PROGRESSED, :2].min() for course in died])
        days = np.array([course.times[DEATH] for course in died])
        true = np.array([course.times[PROGRESSION] for course in died])
        assert len(died) > 200
        assert bool((seen < days).all()) is is_seen_first
        assert is_seen_first or (true < days).all()


def test_a_trial_without_pause_ends_sooner_and_treats_more(scenario: Scenario) -> None:
    slow = scenario.model_copy(update={"tempo": 0.4})
    pausing, going_on = simulate(slow, 500, pause=True), simulate(slow, 500, pause=False)
    assert pausing["n_over_run"].max() == 0
    assert going_on["n_over_run"].mean() > 3
    assert going_on["duration_days"].mean() < pausing["duration_days"].mean()
    assert going_on["n_enrolled"].max() == DESIGN.n


@pytest.mark.parametrize(
    ("stage_1_ends", "if_going_on", "if_stopping"),
    [
        ("all are known", 260, 260),
        ("going on is certain", 200, 260),
        ("the decision is certain", 200, 80),
    ],
)
def test_stage_1_ends_when_all_are_known_or_the_decision_is_certain(
    scenario: Scenario, stage_1_ends: str, if_going_on: float, if_stopping: float
) -> None:
    changed = vary_scenario(scenario, {"trial.stage_1_ends": stage_1_ends})
    rules = read_rules(changed)._replace(r1=1, n1=5)
    patients = np.zeros((5, N_FACTS))
    patients[:, ENROLLED] = (0, 10, 20, 30, 75)
    patients[:, KNOWN] = (190, 200, 70, 80, 260)
    patients[:, STATUS] = (SUCCESS, UNKNOWN, FAILURE, FAILURE, SUCCESS)
    assert find_decision(patients, rules, go=True) == if_going_on
    patients[:, STATUS] = (FAILURE, FAILURE, FAILURE, FAILURE, SUCCESS)
    patients[:, KNOWN] = (65, 60, 70, 80, 260)
    assert find_decision(patients, rules, go=False) == if_stopping
    patients[:, KNOWN] = (30, 40, 50, 60, 260)  # certain before the last of the stage has come
    earliest = 75 if stage_1_ends == "the decision is certain" else 260
    assert find_decision(patients, rules, go=False) == earliest


def test_a_success_is_known_and_a_trial_analyzed_after_the_days_that_are_given(
    scenario: Scenario,
) -> None:
    quick = {"trial.success_known_days": 0, "trial.final_analysis_days": 0}
    early, late = vary_scenario(scenario, quick), vary_scenario(
        scenario, {"trial.success_known_days": 60, "trial.final_analysis_days": 30}
    )  # fmt: skip
    first, second = simulate(early, 300), simulate(late, 300)
    np.testing.assert_array_equal(first["n_success"], second["n_success"])
    waits = second["decision_days"] - first["decision_days"]
    assert waits.min() >= 0
    assert waits[first["go"] == 1].max() == pytest.approx(60)
    longer = second["duration_days"] - first["duration_days"]
    assert longer[first["go"] == 1].min() > 30
    stopped = first["go"] == 0
    np.testing.assert_array_equal(
        second["duration_days"][stopped], second["decision_days"][stopped]
    )


def test_a_stopped_trial_has_analyzed_the_first_stage_alone(scenario: Scenario) -> None:
    outcomes = simulate(scenario, 500)
    stopped = outcomes["go"] == 0
    assert 0 < stopped.sum() < 500
    assert set(outcomes["n_analyzed"][stopped]) == {DESIGN.n1}
    assert (outcomes["n_success_first"][stopped] <= DESIGN.r1).all()
    assert (outcomes["reject"] <= outcomes["go"]).all()


def test_the_median_is_that_of_the_curve() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        n = int(rng.integers(1, 30))
        days = rng.integers(1, 12, n).astype(float)
        event = rng.random(n) < 0.7
        expected = estimate_quantile(estimate_survival(days, event)).estimate
        found = find_median(days, event)
        assert (np.isnan(found) and expected is None) or found == pytest.approx(expected)


def test_a_chunk_depends_on_its_place_alone(scenario: Scenario) -> None:
    variants = [Variant("a", scenario, 1.0), Variant("b", scenario, 1.0)]
    chunks = list_chunks(variants, 5_001, seed=4)
    assert [chunk.seed for chunk in chunks] == [
        (4, 0, 0), (4, 0, 1), (4, 0, 2), (4, 1, 0), (4, 1, 1), (4, 1, 2),
    ]  # fmt: skip
    few = [replace(chunk, n_trials=20) for chunk in (chunks[1], chunks[4])]
    first, second = (run_chunk(chunk) for chunk in few)
    again = run_chunk(few[0])
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)
