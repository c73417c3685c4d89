"""Answers of `trialwright design`: parse, call one science function, print."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from trialwright.cli.design_input import (
    Line,
    read_design,
    read_hypotheses,
    read_lines,
    read_numbers,
    require,
)
from trialwright.cli.design_json import (
    decision_json,
    inference_json,
    point_json,
    rule_json,
    search_json,
)
from trialwright.cli.design_tables import (
    decision_table,
    inference_table,
    points_table,
    rules_table,
    search_table,
)
from trialwright.core.errors import DesignError
from trialwright.core.table import Table, text_plain
from trialwright.report.design_sentences import say_design, say_proof
from trialwright.stats.attained import adapt_stage_1, adapt_stage_2
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.two_stage import (
    DesignSearch,
    TwoStageDesign,
    evaluate_two_stage,
    search_two_stage,
)
from trialwright.stats.two_stage_decision import Circumstances, decide_two_stage
from trialwright.stats.two_stage_inference import TwoStageInference, infer_two_stage
from trialwright.stats.two_stage_search import guess_n

SLOW_N = 1400  # patients from which a search takes longer than two seconds
SETTING_COLUMNS = ("p0", "p1", "alpha", "power")
OUTCOME_COLUMNS = ("p0", "r1", "n1", "r", "n", "stage", "responses", "level")
DEFAULT_RATES = tuple(step / 10 for step in range(11))

Found = TypeVar("Found")


def emit(arguments: Namespace, value: Any, *parts: Table | str) -> int:
    """Print the JSON value, or tables and sentences; return the exit code of success."""
    if arguments.json:
        print(json.dumps(value, indent=2, allow_nan=False))
    else:
        print("\n\n".join(part if isinstance(part, str) else part.to_text() for part in parts))
    return 0


def answer_search(arguments: Namespace) -> int:
    """Print the admissible designs of one setting, or of every setting of a file."""
    if arguments.batch:
        searches = _answer_lines(
            arguments.batch, SETTING_COLUMNS, lambda line: _search_line(line, arguments.n_max)
        )
        tables = [search_table(search) for search in searches]
        return emit(arguments, [search_json(search) for search in searches], *tables)
    search = _search(read_hypotheses(arguments), arguments.n_max)
    if arguments.figure:
        _figures().save_search_figure(search, arguments.figure)
    ends = dict.fromkeys((search.designs[-1], search.designs[0]))
    sentences = [text_plain(say_design(choice, search)) for choice in ends]
    return emit(
        arguments,
        search_json(search),
        search_table(search),
        text_plain(say_proof(search)),
        *sentences,
    )


def _figures() -> Any:
    """Load the figures, and matplotlib with them, only when one is asked for."""
    return import_module("trialwright.cli.design_figures")


def _search(hypotheses: Hypotheses, n_max: int | None) -> DesignSearch:
    """Search one setting, with a word on standard error when it takes long."""
    setting = hypotheses.p0, hypotheses.p1, hypotheses.alpha, hypotheses.power
    expected_n = guess_n(*setting)
    if expected_n > SLOW_N and (n_max is None or n_max > SLOW_N):
        print(f"Searching designs of up to {expected_n} patients or more ...", file=sys.stderr)
    return search_two_stage(*setting, n_max)


def _search_line(line: Line, n_max: int | None) -> DesignSearch:
    return _search(Hypotheses(*(line.number(name) for name in SETTING_COLUMNS)), n_max)


def _answer_lines(
    file: str, columns: tuple[str, ...], answer: Callable[[Line], Found]
) -> list[Found]:
    """Answer every line of a file, in order; the first impossible one ends it with its place."""
    answers = []
    for line in read_lines(file, columns):
        try:
            answers.append(answer(line))
        except DesignError as error:
            raise line.at(error) from None
    return answers


def answer_evaluate(arguments: Namespace) -> int:
    """Print what a design does at given rates."""
    design = read_design(arguments.design)
    rates = read_numbers(arguments.rates, "--rates") if arguments.rates else DEFAULT_RATES
    points = [evaluate_two_stage(design, rate) for rate in rates]
    if arguments.figure:
        _figures().save_power_figure(design, arguments.figure)
    value = {"design": design_bounds(design), "rates": [point_json(point) for point in points]}
    return emit(arguments, value, points_table(design, points))


def design_bounds(design: TwoStageDesign) -> dict[str, int]:
    """Return a design's four numbers."""
    return {"r1": design.r1, "n1": design.n1, "r": design.r, "n": design.n}


def answer_decide(arguments: Namespace) -> int:
    """Print the decision at a count of patients."""
    require(arguments, "responses", "n")
    design = read_design(arguments.design)
    decision = decide_two_stage(
        design,
        arguments.responses,
        arguments.n,
        arguments.p0,
        arguments.p1,
        Circumstances(arguments.stage, arguments.first, arguments.keep_rule, arguments.alpha),
    )
    for warning in decision.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    return emit(arguments, decision_json(decision), decision_table(design, decision))


def answer_infer(arguments: Namespace) -> int:
    """Print estimates and intervals of one outcome, or of every outcome of a file."""
    if arguments.batch:
        ended = _answer_lines(arguments.batch, OUTCOME_COLUMNS, _infer_line)
        value = [inference_json(one) for one in ended]
        return emit(arguments, value, *(inference_table(one) for one in ended))
    require(arguments, "design", "responses")
    outcome = infer_two_stage(
        read_design(arguments.design),
        arguments.responses,
        arguments.n,
        arguments.p0,
        arguments.level,
        arguments.stage,
    )
    return emit(arguments, inference_json(outcome), inference_table(outcome))


def _infer_line(line: Line) -> TwoStageInference:
    design = TwoStageDesign(*(line.count(name) for name in ("r1", "n1", "r", "n")))
    stage = line.count("stage")
    return infer_two_stage(
        design,
        line.count("responses"),
        design.n1 if stage == 1 else design.n,
        line.number("p0") if line.cells["p0"] else None,
        line.number("level"),
        stage,
    )


def answer_attained(arguments: Namespace) -> int:
    """Print every rule for a stage whose size is off plan."""
    design, hypotheses = read_design(arguments.design), read_hypotheses(arguments)
    if (arguments.n1 is None) == (arguments.n is None):
        raise DesignError(
            "design attained needs --n1 or --n, one of the two. Write --n1 14 when 14 patients "
            "of stage 1 are evaluable, --n 45 when 45 are at the end."
        )
    if arguments.n1 is None:
        rules = adapt_stage_2(design, arguments.n, hypotheses)
    else:
        rules = adapt_stage_1(design, arguments.n1, hypotheses)
    value = {"design": design_bounds(design), "rules": [rule_json(rule) for rule in rules]}
    return emit(arguments, value, rules_table(design, rules))
