"""Sentences for a manuscript's Results, each a function of a result; every number is a cell."""

from collections.abc import Sequence

from trialwright.analyze.baseline import BaselineResult
from trialwright.analyze.best_response import CATEGORIES, BestResponseResult
from trialwright.analyze.disposition import ReasonsResult
from trialwright.analyze.efficacy import LandmarkResult
from trialwright.analyze.exposure import ExposureResult
from trialwright.analyze.flow import FlowResult
from trialwright.analyze.safety import AdverseEventTerms, find_severe_terms
from trialwright.analyze.stage import WORDS, StageResult
from trialwright.analyze.survival.result import SurvivalResult
from trialwright.core.ledger import Group, make_groups, slug
from trialwright.core.result import Result
from trialwright.core.table import Cell, Text, as_percent, cell, print_interval, round_half_up

MOST_NAMED = 3


def _number(result: Result, stat_id: str) -> Cell:
    return cell(str(result.count(stat_id)), result.ref(stat_id))


def _plural(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def _groups(arms: Sequence[Sequence[str]]) -> tuple[Group, ...]:
    """Return the groups that a sentence is written for: everybody, or each arm."""
    groups = make_groups([(code, name) for code, name in arms])
    return groups if len(groups) == 1 else groups[:-1]


def _opening(group: Group) -> str:
    return "" if group.code is None else f"{group.label}: "


def tell_flow(flow: FlowResult) -> Text:
    """Say how many were screened, enrolled and in each population."""
    parts: list[str | Cell] = ["Of ", _number(flow, "screened.n"), " patients assessed, "]
    steps = [
        (stat_id, label)
        for stat_id, label in zip(flow.data["stat_id"], flow.data["stat_label"], strict=True)
        if stat_id.endswith(".n") and not stat_id.startswith(("not_", "screened"))
    ]
    for place, (stat_id, label) in enumerate(steps):
        n = flow.count(stat_id)
        joint = "" if place == 0 else (" and " if place == len(steps) - 1 else ", ")
        verb = _plural(n, "was", "were")
        parts += [joint, _number(flow, stat_id), f" {verb} {label[:1].lower()}{label[1:]}"]
    return (*parts, ".")


def tell_landmark(primary: LandmarkResult) -> list[Text]:
    """State the primary proportion with its exact intervals, per arm."""
    return [_tell_landmark(primary, group) for group in _groups(primary.arms)]


def _tell_landmark(primary: LandmarkResult, group: Group) -> Text:
    n, successes = group.key("n"), group.key("successes")
    parts: list[str | Cell] = [
        _opening(group),
        _number(primary, successes),
        " of ",
        _number(primary, n),
        f" {_plural(primary.count(n), 'patient', 'patients')} (",
        primary.print_percent(group),
        "%",
    ]
    for level in sorted(primary.levels, reverse=True):
        interval = primary.print_interval(level, group)
        parts += [f"; {100 * level:g}% CI ", interval]
    verb = _plural(primary.count(successes), "was", "were")
    return (*parts, f") {verb} {primary.title[:1].lower()}{primary.title[1:]}.")


def tell_stage(stage: StageResult) -> list[Text]:
    """Say what the design's rule decides, by whom, and what patients beyond the plan change."""
    first: Text = (
        "Among the first ",
        _number(stage, "first_n"),
        " evaluable patients by order of inclusion, ",
        _number(stage, "first_successes"),
        f" {_plural(stage.count('first_successes'), 'was a success', 'were successes')}; ",
        "at most ",
        _number(stage, "r1"),
        " of ",
        _number(stage, "n1"),
        " stops the trial. Decision: ",
        stage.print_decision(),
        ".",
    )
    told = [first]
    if stage.count("over_run"):
        same = stage.decisions["all"]["decision"] == stage.decision
        told.append(
            (
                _number(stage, "over_run"),
                f" more {_plural(stage.count('over_run'), 'patient was', 'patients were')} evaluable ",
                "than the first stage plans. With all ",
                _number(stage, "all_n"),
                " and the same bound, ",
                _number(stage, "all_successes"),
                f" {_plural(stage.count('all_successes'), 'success', 'successes')}, the decision ",
                "stays the same"
                if same
                else f"becomes: {WORDS[stage.decisions['all']['decision']]}",
                "; a rule kept at this size has a type I error of ",
                _rate(stage, "all_alpha"),
                "% (planned ",
                _rate(stage, "alpha"),
                "%) and a power of ",
                _rate(stage, "all_power"),
                "%.",
            )
        )
    return told


def _rate(result: Result, stat_id: str, digits: int = 1) -> Cell:
    value = result.value(stat_id)
    return cell(round_half_up(as_percent(value), digits), result.ref(stat_id))


def tell_estimate(stage: StageResult) -> Text:
    """State the success rate with the interval that is exact for the two stages."""
    low, high = (stage.value(key) for key in ("low", "high"))
    limits = [as_percent(value) for value in (low, high)]
    interval = cell(print_interval(limits[0], limits[1]), stage.ref("low"), stage.ref("high"))
    return ("Exact by stage: ", _rate(stage, "mle"), "% (95% CI ", interval, "%).")


def tell_survival(result: SurvivalResult) -> list[Text]:
    """State the median with its limits, patients and events, per arm."""
    return [
        (
            _opening(group),
            f"median {result.title[:1].lower()}{result.title[1:]} "
            if group.code
            else f"Median {result.title[:1].lower()}{result.title[1:]} ",
            "was ",
            cell(
                round_half_up(result.value(group.key("median")), 1), result.ref(group.key("median"))
            ),
            f" months ({100 * result.level:g}% CI ",
            cell(
                print_interval(result.value(group.key("lower")), result.value(group.key("upper"))),
                result.ref(group.key("lower")),
                result.ref(group.key("upper")),
            ),
            "; ",
            _number(result, group.key("events")),
            f" {_plural(result.count(group.key('events')), 'event', 'events')} in ",
            _number(result, group.key("n")),
            f" {_plural(result.count(group.key('n')), 'patient', 'patients')}).",
        )
        for group in _groups(result.arms)
    ]


def tell_curve_apart(result: SurvivalResult, months: float) -> Text:
    """Say what the curve reads at the landmark, and that this is not the primary result."""
    keys = [f"{name}_{months:g}m" for name in ("at", "low", "high")]
    at, low, high = (as_percent(result.value(key)) for key in keys)
    return (
        f"Shown apart, and not used for the decision: the Kaplan-Meier estimate at {months:g} months is ",
        cell(round_half_up(at, 1), result.ref(keys[0])),
        f"% ({100 * result.level:g}% CI ",
        cell(print_interval(low, high), result.ref(keys[1]), result.ref(keys[2])),
        "%).",
    )


def tell_best_response(result: BestResponseResult) -> list[Text]:
    """Name each category with its count and, for one arm, the strata it was seen in."""
    told = []
    for group in _groups(result.arms):
        parts: list[str | Cell] = [_opening(group), "Best overall response was "]
        shown = [code for code in CATEGORIES if result.count(group.key(slug(code)))]
        for place, code in enumerate(shown):
            joint = "" if place == 0 else (" and " if place == len(shown) - 1 else ", ")
            n = result.count(group.key(slug(code)))
            noun = _plural(n, "patient", "patients")
            label = CATEGORIES[code][:1].lower() + CATEGORIES[code][1:]
            parts += [joint, f"{label} in ", _number(result, group.key(slug(code))), f" {noun}"]
            if group.code is None:
                parts += _strata(result, code)
        told.append((*parts, "."))
    return told


def _strata(result: BestResponseResult, code: str) -> list[str | Cell]:
    """Return the strata of one category in brackets, such as (2 leiomyosarcoma)."""
    seen = [s for s in result.strata if result.count(Group("All").key("by", s, code))]
    parts: list[str | Cell] = []
    for place, stratum in enumerate(seen):
        key = Group("All").key("by", stratum, code)
        parts += [
            " (" if place == 0 else ", ",
            _number(result, key),
            f" {stratum[:1].lower()}{stratum[1:]}",
        ]
    return [*parts, ")"] if parts else []


def tell_exposure(result: ExposureResult) -> list[Text]:
    """State cycles given: total, median and range."""
    told: list[Text] = []
    for group in _groups(result.arms):
        total, median = group.key("ncyc_total"), group.key("ncyc_median")
        if result.value(median) is None:
            continue
        low, high = group.key("ncyc_min"), group.key("ncyc_max")
        span = cell(
            f"{round_half_up(result.value(low), 0)}\u2013{round_half_up(result.value(high), 0)}",
            result.ref(low),
            result.ref(high),
        )
        told.append(
            (
                _opening(group),
                _number(result, total),
                " cycles were started by ",
                _number(result, group.key("n")),
                " treated patients, a median of ",
                cell(round_half_up(result.value(median), 0), result.ref(median)),
                " per patient (range ",
                span,
                ").",
            )
        )
    return told


def tell_disposition(result: ReasonsResult) -> list[Text]:
    """Say of how many treatment ended, and why, within each population."""
    told: list[Text] = []
    for population, label in result.populations:
        group = make_groups([(code, name) for code, name in result.arms])[-1]
        parts: list[str | Cell] = [
            f"{label}: of ",
            _number(result, group.key(population, "n")),
            " patients, treatment was discontinued in ",
            _number(result, group.key(population, "discontinued")),
        ]
        reasons = [
            (key, text) for key, text, depth in result.lines
            if depth == "1" and result.count(group.key(population, key))
        ]  # fmt: skip
        for place, (key, text) in enumerate(reasons):
            joint = ": " if place == 0 else ", "
            parts += [
                joint,
                f"{text[:1].lower()}{text[1:]} in ",
                _number(result, group.key(population, key)),
            ]
        ongoing = group.key(population, "ongoing")
        if result.count(ongoing):
            parts += ["; it was ongoing in ", _number(result, ongoing)]
        told.append((*parts, "."))
    return told


def tell_deaths(result: ReasonsResult) -> list[Text]:
    """Say how many died, and of what."""
    told: list[Text] = []
    group = make_groups([(code, name) for code, name in result.arms])[-1]
    for population, label in result.populations:
        died = group.key(population, "died")
        n = group.key(population, "n")
        parts: list[str | Cell] = [f"{label}: ", _number(result, died), " of ", _number(result, n)]
        parts.append(f" {_plural(result.count(n), 'patient', 'patients')} died")
        causes = [
            (key, text) for key, text, depth in result.lines
            if depth == "1" and result.count(group.key(population, key))
        ]  # fmt: skip
        for place, (key, text) in enumerate(causes):
            joint = ", of " if place == 0 else ", "
            parts += [
                joint,
                f"{text[:1].lower()}{text[1:]} ",
                _number(result, group.key(population, key)),
            ]
        told.append((*parts, "."))
    return told


def tell_adverse_events(result: AdverseEventTerms) -> Text:
    """Name the most frequent terms and every term of grade 3 or higher."""
    group = make_groups([(code, name) for code, name in result.arms])[-1]
    parts: list[str | Cell] = []
    for place, term in enumerate(result.terms[:MOST_NAMED]):
        joint = "The most frequent adverse events were " if place == 0 else ", "
        key = group.key("term", term, "any")
        parts += [joint, f"{term[:1].lower()}{term[1:]} (", _number(result, key), " patients)"]
    if not parts:
        return ("No treatment-emergent adverse event was recorded.",)
    severe = find_severe_terms(result)
    if not severe:
        return (*parts, ". No event was of grade 3 or higher.")
    for place, (term, n, ref) in enumerate(severe):
        joint = ". Of grade 3 or higher: " if place == 0 else ", "
        parts += [joint, f"{term[:1].lower()}{term[1:]} in ", cell(str(n), ref)]
    return (*parts, ".")


def tell_baseline(result: BaselineResult) -> Text:
    """Name the population and its size."""
    group = make_groups([(code, name) for code, name in result.arms])[-1]
    return (f"{result.population}: ", _number(result, group.key("n")), " patients.")
