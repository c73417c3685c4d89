"""What `trialwright simulate` prints and writes."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trialwright.analyze.operating import OperatingCharacteristics, analyze_operating
from trialwright.core.errors import StudyError
from trialwright.simulate.load import load_scenario
from trialwright.simulate.operating import Variant, simulate_operating
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.study import write_study
from trialwright.study.workers import open_workers


def answer_simulate(arguments: argparse.Namespace) -> int:
    """Answer what was asked of a scenario."""
    scenario = load_scenario(Path(arguments.scenario))
    if arguments.seed < 0:
        raise StudyError(f"--seed is {arguments.seed}, expected a number of at least 0. Write 1.")
    if arguments.study:
        return _answer_study(arguments, scenario)
    return _answer_trials(arguments, scenario)


def _answer_study(arguments: argparse.Namespace, scenario: Scenario) -> int:
    """Write one virtual study."""
    folder, template = Path(arguments.study), Path(arguments.scenario).parent / scenario.protocol
    patients = write_study(scenario, arguments.seed, template, folder)
    if arguments.json:
        print(json.dumps({"study": str(folder), "synthetic": True, "patients": len(patients)}))
    else:
        print(f"{folder} holds {len(patients)} SYNTHETIC patients. Run it with")
        print(f"  trialwright run {folder}")
    return 0


def _answer_trials(arguments: argparse.Namespace, scenario: Scenario) -> int:
    """Print the operating characteristics."""
    if arguments.trials < 1:
        raise StudyError(f"--trials is {arguments.trials}, expected at least 1. Write 10000.")
    n_variants = 1 + len(scenario.grid)
    print(f"{n_variants} variations of {arguments.trials} trials ...", file=sys.stderr)
    with open_workers(arguments.workers, arguments.cluster) as run:
        variants, outcomes = simulate_operating(scenario, arguments.trials, arguments.seed, run)
    result = analyze_operating(outcomes, describe_variants(scenario, variants), scenario.id)
    if arguments.json:
        print(json.dumps(_as_json(arguments, scenario, result), ensure_ascii=False))
    else:
        print(result.table().to_text())
    return 0


def describe_variants(scenario: Scenario, variants: Sequence[Variant]) -> list[Mapping[str, Any]]:
    """Return what the analysis needs to know of each variation."""
    return [
        {
            "variant": variant.name,
            "design": tuple(variant.scenario.trial.design.model_dump().values()),
            "set_rate": variant.scenario.trial.true_rate,
            "tempo": variant.tempo,
            "is_exact": variant.scenario.truth == scenario.truth,
        }
        for variant in variants
    ]


def _as_json(
    arguments: argparse.Namespace, scenario: Scenario, result: OperatingCharacteristics
) -> dict[str, Any]:
    return {
        "scenario": scenario.id,
        "synthetic": True,
        "trials": arguments.trials,
        "seed": arguments.seed,
        "design": scenario.trial.design.model_dump(),
        "variants": result.variants.to_dicts(),
    }
