"""What `trialwright simulate` prints and writes."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from trialwright import __version__
from trialwright.analyze.operating import OperatingCharacteristics, analyze_operating
from trialwright.core.errors import StudyError
from trialwright.core.table import round_half_up
from trialwright.figures.style import save_figure
from trialwright.report.blocks import Download, FigureBlock
from trialwright.report.virtual import (
    BAND,
    Asked,
    describe_conduct,
    make_calibration_table,
    make_check_table,
    print_calibration,
    print_operating,
    print_self_check,
)
from trialwright.simulate.calibration import calibrate
from trialwright.simulate.load import load_scenario
from trialwright.simulate.operating import Variant, simulate_operating
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.study import add_slides, write_study
from trialwright.study.self_check import check_machine
from trialwright.study.workers import open_workers


def answer_simulate(arguments: argparse.Namespace) -> int:
    """Answer what was asked of a scenario."""
    scenario = load_scenario(Path(arguments.scenario))
    if arguments.seed < 0:
        raise StudyError(f"--seed is {arguments.seed}, expected a number of at least 0. Write 1.")
    if arguments.slides and not arguments.study:
        raise StudyError("--slides without --study, expected both. Name the new study's folder.")
    if arguments.study or arguments.self_check is not None:
        _find_protocol(Path(arguments.scenario), scenario)
    if arguments.study:
        return _answer_study(arguments, scenario)
    if arguments.self_check is not None:
        return _answer_self_check(arguments, scenario)
    if arguments.calibrate is not None:
        return _answer_calibration(arguments, scenario)
    return _answer_trials(arguments, scenario)


def _find_protocol(path: Path, scenario: Scenario) -> None:
    """Refuse a scenario whose protocol is not beside it; raw data are made by that."""
    if not (path.parent / scenario.protocol).is_file():
        raise StudyError(
            f"{path}, protocol: no file {scenario.protocol} beside it, expected the protocol of "
            "the virtual study. Put it there, or name it under the key protocol."
        )


def _answer_self_check(arguments: argparse.Namespace, scenario: Scenario) -> int:
    """Print whether the machine can be trusted; exit 1 when it cannot."""
    template = Path(arguments.scenario).parent / scenario.protocol
    print(f"{arguments.self_check} trials of known truth, twice ...", file=sys.stderr)
    with open_workers(arguments.workers, arguments.cluster) as run:
        found = check_machine(scenario, template, arguments.self_check, arguments.seed, run)
    verdict = "The machine can be trusted" if found.can_be_trusted else "The machine fails"
    n_met = sum(line.is_met for line in found.lines)
    words = (
        f"{verdict}: {n_met} of {len(found.lines)} lines hold, {len(found.blocked)} trials lost."
    )
    if arguments.out:
        asked = _describe_asked(arguments, scenario, f"{arguments.self_check}, run twice")
        _write(arguments.out, print_self_check(found.lines, asked, words))
        _write_table(arguments.out, "self_check", [asdict(line) for line in found.lines])
    if arguments.json:
        lines = [asdict(line) for line in found.lines]
        content = {"trusted": found.can_be_trusted, "lines": lines, "lost": list(found.blocked)}
        print(json.dumps(content, ensure_ascii=False))
    else:
        print(make_check_table(found.lines).to_text())
        print("\n".join([*found.blocked, words]))
    return 0 if found.can_be_trusted else 1


def _answer_calibration(arguments: argparse.Namespace, scenario: Scenario) -> int:
    """Print how the scenario's trials look, as a publication describes one."""
    if arguments.calibrate < 1:
        raise StudyError(f"--calibrate is {arguments.calibrate}, expected at least 1. Write 1000.")
    with open_workers(arguments.workers, arguments.cluster) as run:
        rows = calibrate(scenario, arguments.calibrate, arguments.seed, run).to_dicts()
    if arguments.out:
        asked = _describe_asked(arguments, scenario, str(arguments.calibrate))
        _write(arguments.out, print_calibration(rows, arguments.calibrate, asked))
        _write_table(arguments.out, "calibration", rows)
    if arguments.json:
        print(json.dumps({"trials": arguments.calibrate, "rows": rows}, ensure_ascii=False))
    else:
        print(make_calibration_table(rows, arguments.calibrate).to_text())
    return 0


def _write(folder: str, page: str) -> None:
    """Write the report into a folder, and say where it is."""
    path = Path(folder) / "report.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    print(f"The report is {path}", file=sys.stderr)


def _write_table(folder: str, stem: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows of a table as CSV beside the report."""
    pl.DataFrame(rows, infer_schema_length=None).write_csv(Path(folder) / f"{stem}.csv")


def _describe_asked(
    arguments: argparse.Namespace, scenario: Scenario, trials: str, *more: tuple[str, str]
) -> Asked:
    """Return what a page says of its scenario."""
    design = scenario.trial.design
    bounds = f"{design.r1}/{design.n1}, {design.r}/{design.n}"
    facts = (
        ("Design", f"{bounds}: at most so many successes of so many patients stop the trial"),
        *more,
        ("Virtual trials", trials),
        ("Seed", str(arguments.seed)),
        ("Scenario", f"{scenario.id}, {Path(arguments.scenario).name}"),
    )
    return Asked(scenario.title, facts, f"trialwright {__version__}")


def _report_trials(
    arguments: argparse.Namespace, scenario: Scenario, result: OperatingCharacteristics
) -> None:
    """Write the report of operating characteristics with its figure."""
    stem = Path(arguments.out) / "operating"
    svg, png = save_figure(result.plot().figure, stem, BAND[0], result.describe())
    result.variants.write_csv(stem.with_suffix(".csv"))
    first = result.variants.row(0, named=True)
    go, reject = (round_half_up(first[name], 3) for name in ("prob_go", "prob_reject"))
    words = (
        f"The scenario as written ({first['variant']}) goes on to stage 2 with probability {go} "
        f"and concludes activity with probability {reject}."
    )
    figure = FigureBlock(
        id="figure_operating",
        title="Probability of going on and of concluding activity",
        svg=svg.read_text(encoding="utf-8"),
        caption=(
            "Each variation with its 95% Monte Carlo error; the lines are the exact binomial "
            "probabilities at the rate that was set. Scans and reading move the error rates that "
            "binomial tools take for given.",
        ),
        alt=result.describe(),
        downloads=(
            Download("SVG", svg.name), Download("PNG", png.name), Download("CSV", "operating.csv"),
        ),
    )  # fmt: skip
    n_variants = result.variants.height
    asked = _describe_asked(
        arguments,
        scenario,
        f"{arguments.trials} of each of {n_variants} variations",
        ("Conduct", describe_conduct(scenario.trial)),
    )
    _write(arguments.out, print_operating(asked, words, [result.table()], figure))


def _answer_study(arguments: argparse.Namespace, scenario: Scenario) -> int:
    """Write one virtual study."""
    folder, template = Path(arguments.study), Path(arguments.scenario).parent / scenario.protocol
    patients = write_study(scenario, arguments.seed, template, folder)
    if arguments.slides:
        n_slides = add_slides(scenario, patients, arguments.seed, folder)
        print(f"{n_slides} slides painted.", file=sys.stderr)
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
    if arguments.out:
        _report_trials(arguments, scenario, result)
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
            "is_exact": _asks_the_same(variant.scenario, scenario),
        }
        for variant in variants
    ]


def _asks_the_same(varied: Scenario, scenario: Scenario) -> bool:
    """Tell whether a variation keeps the scans, the reading and the endpoint of the scenario."""
    keys = ("landmark_days", "success", "unknown", "scan_from_days_before")
    same = all(getattr(varied.trial, key) == getattr(scenario.trial, key) for key in keys)
    return same and varied.truth == scenario.truth


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
