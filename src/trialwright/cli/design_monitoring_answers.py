"""Answers of the further design questions: parse, call one science function, print."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from trialwright.cli.design_answers import design_bounds, emit
from trialwright.cli.design_input import (
    read_counts,
    read_design,
    read_hypotheses,
    read_numbers,
    require,
)
from trialwright.cli.design_monitoring_tables import crossing_table, fields_table, single_table
from trialwright.stats.bryant_day_search import BryantDayGoal, search_bryant_day
from trialwright.stats.efficacy_stop import Expect, search_efficacy_stop
from trialwright.stats.landmark_design import LandmarkGoal, Target, search_landmark
from trialwright.stats.landmark_timing import Accrual, evaluate_timing
from trialwright.stats.monitoring import Boundary, evaluate_boundary, search_toxicity_boundary
from trialwright.stats.predictive import BetaPrior, compute_posterior, compute_predictive
from trialwright.stats.single_stage import search_single_stage


def answer_single(arguments: Namespace) -> int:
    """Print the smallest single-stage designs."""
    hypotheses = read_hypotheses(arguments)
    found = search_single_stage(hypotheses.p0, hypotheses.p1, hypotheses.alpha, hypotheses.power)
    return emit(arguments, asdict(found), single_table(found))


def answer_efficacy(arguments: Namespace) -> int:
    """Print the best design with both early stops."""
    hypotheses = read_hypotheses(arguments)
    found = search_efficacy_stop(hypotheses, Expect(arguments.expect), arguments.n_max)
    title = "Stop with r1 or fewer for futility, with e1 or more for efficacy"
    return emit(arguments, asdict(found), fields_table(title, found.design, found))


def answer_boundary(arguments: Namespace) -> int:
    """Print a boundary and what it does."""
    looks = read_counts(arguments.looks, "--looks")
    if arguments.bounds:
        boundary = Boundary(looks, read_counts(arguments.bounds, "--bounds"))
    else:
        require(arguments, "tolerable", "limit")
        boundary = search_toxicity_boundary(
            looks, arguments.tolerable, arguments.limit, arguments.shape
        ).boundary
    tolerable = [] if arguments.tolerable is None else [arguments.tolerable]
    rates = read_numbers(arguments.rates, "--rates") if arguments.rates else tolerable
    points = [evaluate_boundary(boundary, rate) for rate in rates]
    value: dict[str, Any] = {
        "looks": list(boundary.looks),
        "bounds": list(boundary.bounds),
        "rates": [asdict(point) for point in points],
    }
    return emit(arguments, value, *crossing_table(boundary, points))


def answer_bryant_day(arguments: Namespace) -> int:
    """Print the best design on response and toxicity."""
    pairs = [
        read_numbers(getattr(arguments, name), f"--{name}", 2)
        for name in ("response", "toxicity", "alphas")
    ]
    (poor, good), (high, low), (alpha_response, alpha_toxicity) = pairs
    goal = BryantDayGoal(poor, good, high, low, alpha_response, alpha_toxicity, arguments.power)
    found = search_bryant_day(goal)
    title = "Go on with more than r1 responses and at most t1 toxicities of n1; end with r, t, n"
    return emit(arguments, asdict(found), fields_table(title, found.design, found))


def answer_predict(arguments: Namespace) -> int:
    """Print posterior and predictive probabilities."""
    require(arguments, "responses", "n")
    design = read_design(arguments.design)
    prior = BetaPrior(*read_numbers(arguments.prior, "--prior", 2))
    value: dict[str, Any] = {
        "design": design_bounds(design),
        "responses": arguments.responses,
        "n": arguments.n,
        "prior": [prior.a, prior.b],
        "prob_final_success": compute_predictive(
            arguments.responses, arguments.n, design.n, design.r, prior
        ),
        "prob_above_threshold": None
        if arguments.threshold is None
        else compute_posterior(arguments.responses, arguments.n, arguments.threshold, prior),
    }
    return emit(arguments, value, fields_table("Beta prior", value))


def answer_landmark(arguments: Namespace) -> int:
    """Print the best design on survival at a landmark."""
    goal = LandmarkGoal(
        arguments.s0,
        arguments.s1,
        arguments.months,
        arguments.alpha,
        arguments.power,
        arguments.accrual,
    )
    found = search_landmark(goal, Target(arguments.target))
    return emit(arguments, asdict(found), fields_table("Landmark design", found))


def answer_timing(arguments: Namespace) -> int:
    """Print months and over-run of a design."""
    point = evaluate_timing(
        read_design(arguments.design),
        arguments.rate,
        arguments.months,
        Accrual(arguments.accrual, arguments.pause),
    )
    return emit(arguments, asdict(point), fields_table("Timing", point))
