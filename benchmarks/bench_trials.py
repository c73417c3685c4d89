"""Trials per second of processor time: n = 43, two readers, lesion by lesion.

The peer is the same trial as counts only, drawn by numpy: what a binomial tool would do.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from trialwright.simulate.load import load_scenario
from trialwright.simulate.raw import simulate_lesion_rows
from trialwright.simulate.trials import simulate_trials
from trialwright.simulate.truth import read_numbers, read_rules

SCENARIO = Path(__file__).parents[1] / "examples" / "metromajx" / "scenario.yaml"
REPEATS = 5
N_PATIENTS, N_TRIALS, N_RAW = 43, 2_000, 500


def rate(function: Callable[[], object], n_trials: int) -> float:
    """Return the best number of trials per second of processor time."""
    function()
    best = float("inf")
    for _ in range(REPEATS):
        begin = time.process_time()
        function()
        best = min(best, time.process_time() - begin)
    return n_trials / best


def main() -> None:
    scenario = load_scenario(SCENARIO)
    numbers = read_numbers(scenario)
    rules = read_rules(scenario)._replace(r1=-1)  # every trial enrolls all patients
    kernel = rate(
        lambda: simulate_trials(np.random.default_rng(1), numbers, rules, N_TRIALS), N_TRIALS
    )
    raw = rate(
        lambda: simulate_lesion_rows(np.random.default_rng(1), numbers, N_PATIENTS * N_RAW), N_RAW
    )
    counts = rate(
        lambda: np.random.default_rng(1).binomial(1, 0.2, (N_TRIALS, N_PATIENTS)).sum(axis=1),
        N_TRIALS,
    )
    print(f"kernel, judged by two readers  {kernel:12,.0f} trials/s")
    print(f"raw data with all lesion rows  {raw:12,.0f} trials/s")
    print(f"counts alone (numpy)           {counts:12,.0f} trials/s")
    print(f"kernel / counts                {kernel / counts:12.4f}")


if __name__ == "__main__":
    main()
