"""Run a scenario and its variations many times, chunk by chunk: the same rows wherever they run."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from trialwright.core.arrays import FloatArray
from trialwright.simulate.load import vary_scenario
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.tempo import find_tempo
from trialwright.simulate.trials import OUTCOMES, simulate_trials
from trialwright.simulate.truth import Numbers, Rules, read_numbers, read_rules

CHUNK_TRIALS = 2_500
"""Trials of one task: a quarter of a second of work, 300 kB of results."""

Mapper = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Applies a function to tasks and returns the answers in their order, wherever they were made."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario of the grid with the tempo that its true rate asks for."""

    name: str
    scenario: Scenario
    tempo: float


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some trials of one variant; its seed depends on nothing but its place."""

    seed: tuple[int, int, int]
    numbers: Numbers
    rules: Rules
    n_trials: int


def list_variants(scenario: Scenario, run: Mapper = map) -> list[Variant]:
    """List the scenario itself and its variations, each at its tempo.

    A true rate is met under the scans and the reading of the scenario itself: a variation of these
    keeps the biology, and shows what it does to the error rates.

    Parameters
    ----------
    scenario : Scenario
        With its grid.
    run : Mapper
        Where the tempos are searched, one task a true rate.

    Returns
    -------
    list of Variant
        The scenario first, then the grid in its order.
    """
    named = {describe_scenario(scenario): scenario}
    named |= {name: vary_scenario(scenario, changes) for name, changes in scenario.grid.items()}
    asked = [
        (vary_scenario(scenario, {"trial.true_rate": rate}), rate)
        for rate in sorted({s.trial.true_rate for s in named.values() if s.trial.true_rate})
    ]
    tempos = dict(zip([rate for _, rate in asked], run(_find_tempo, asked), strict=True))
    return [
        Variant(name, varied, tempos.get(varied.trial.true_rate or 0.0, varied.tempo))
        for name, varied in named.items()
    ]


def describe_scenario(scenario: Scenario) -> str:
    """Name the scenario itself among its variations."""
    rate = scenario.trial.true_rate
    return "as written" if rate is None else f"true rate {rate:.2f}"


def _find_tempo(asked: tuple[Scenario, float]) -> float:
    return find_tempo(*asked)


def list_chunks(variants: Sequence[Variant], n_trials: int, seed: int) -> list[Chunk]:
    """List the chunks of every variant; seeds are [study seed, variant, chunk]."""
    chunks = []
    for place, variant in enumerate(variants):
        paced = variant.scenario.model_copy(update={"tempo": variant.tempo})
        numbers, rules = read_numbers(paced), read_rules(paced)
        for number, first in enumerate(range(0, n_trials, CHUNK_TRIALS)):
            n = min(CHUNK_TRIALS, n_trials - first)
            chunks.append(Chunk((seed, place, number), numbers, rules, n))
    return chunks


def run_chunk(chunk: Chunk) -> FloatArray:
    """Run the trials of one chunk; one row a trial, columns as `trials.OUTCOMES`."""
    rng = np.random.default_rng(chunk.seed)
    return simulate_trials(rng, chunk.numbers, chunk.rules, chunk.n_trials)


def simulate_operating(
    scenario: Scenario, n_trials: int, seed: int, run: Mapper = map
) -> tuple[list[Variant], pl.DataFrame]:
    """Simulate the trials of a scenario and of its variations.

    Parameters
    ----------
    scenario : Scenario
        With its grid.
    n_trials : int
        Trials of each.
    seed : int
        The same seed gives the same rows, whatever runs them.
    run : Mapper
        Where the chunks run.

    Returns
    -------
    tuple
        The variants, and one row a trial in their order: variant (its name), then `OUTCOMES`.
    """
    variants = list_variants(scenario, run)
    chunks = list_chunks(variants, n_trials, seed)
    outcomes = np.concatenate(list(run(run_chunk, chunks)))
    names = np.repeat([variant.name for variant in variants], n_trials)
    frame = pl.DataFrame(outcomes, schema=list(OUTCOMES))
    return variants, frame.insert_column(0, pl.Series("variant", names))
