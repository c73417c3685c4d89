"""Sentences on the endpoints, in the manner of a paper's Results; every number is a cell."""

from trialwright.analyze.best_response import CATEGORIES, BestResponseResult
from trialwright.analyze.efficacy import LandmarkResult
from trialwright.analyze.stage.result import WORDS, StageResult
from trialwright.analyze.survival.result import SurvivalResult
from trialwright.core.ledger import Group, slug
from trialwright.core.result import Result
from trialwright.core.table import (
    Cell,
    Text,
    as_percent,
    cell,
    print_interval,
    print_percent,
    round_half_up,
)
from trialwright.report.sentences.words import opening, plural, speak_of, within


def tell_landmark(primary: LandmarkResult) -> list[Text]:
    """State the primary proportion with its exact intervals, per arm."""
    return [_tell_landmark(primary, group) for group in speak_of(primary.arms)]


def _tell_landmark(primary: LandmarkResult, group: Group) -> Text:
    n, successes = group.key("n"), group.key("successes")
    awaited = _tell_awaited(primary, group)
    parts: list[str | Cell] = [
        opening(group),
        primary.count_cell(successes),
        " of ",
        primary.count_cell(n),
        f" {plural(primary.count(n), 'patient', 'patients')} (",
        primary.print_percent(group),
        "%",
    ]
    for level in sorted(primary.levels, reverse=True):
        interval = primary.print_interval(level, group)
        parts += [f"; {100 * level:g}% CI ", interval]
    verb = plural(primary.count(successes), "was", "were")
    return (*parts, f") {verb} {within(primary.title)}{'; ' if awaited else '.'}", *awaited)


def _tell_awaited(primary: LandmarkResult, group: Group) -> Text:
    """Say whose outcome the data cut came too early for; nothing when nobody is awaited."""
    n = group.key("awaited")
    if not primary.count(n):
        return ()
    return (
        "the outcome of ",
        primary.count_cell(n),
        f" more {plural(primary.count(n), 'patient', 'patients')} is awaited at the data cut.",
    )


def tell_stage(stage: StageResult) -> list[Text]:
    """Say what the design's rule decides, by whom, and what patients beyond the plan change."""
    first: Text = (
        *_tell_counted(stage),
        stage.count_cell("first_successes"),
        f" {plural(stage.count('first_successes'), 'was a success', 'were successes')}; ",
        "at most ",
        stage.count_cell("r1"),
        " of ",
        stage.count_cell("n1"),
        " stops the trial. Decision: ",
        stage.print_decision(),
        ".",
    )
    told = [first]
    if stage.kinds:
        kinds = " and ".join(stage.kinds)
        told.append((f"The planned design is the {kinds} one within its error limits.",))
    if stage.count("over_run"):
        told.append(_tell_over_run(stage))
    return told


def _tell_counted(stage: StageResult) -> Text:
    """Say who the rule counts: the planned number, or those of it whose outcome is known."""
    if not stage.count("awaited"):
        return (
            "Among the first ",
            stage.count_cell("first_n"),
            " evaluable patients by order of inclusion, ",
        )
    return (
        "The outcome of ",
        stage.count_cell("awaited"),
        f" evaluable {plural(stage.count('awaited'), 'patient', 'patients')} is awaited; of ",
        stage.count_cell("first_n"),
        " whose outcome is known and who count for this stage, ",
    )


def _tell_over_run(stage: StageResult) -> Text:
    """Say what the patients beyond the plan change."""
    same = stage.decisions["all"]["decision"] == stage.decision
    return (
        stage.count_cell("over_run"),
        plural(stage.count("over_run"), " more patient was ", " more patients were "),
        "evaluable than the first stage plans. With all ",
        stage.count_cell("all_n"),
        " and the same bound, ",
        stage.count_cell("all_successes"),
        f" {plural(stage.count('all_successes'), 'success', 'successes')}, the decision ",
        "stays the same" if same else f"becomes: {WORDS[stage.decisions['all']['decision']]}",
        "; a rule kept at this size has a type I error of ",
        _rate(stage, "all_alpha"),
        "% (planned ",
        _rate(stage, "alpha"),
        "%) and a power of ",
        _rate(stage, "all_power"),
        "%.",
    )


def _rate(result: Result, stat_id: str) -> Cell:
    value = result.value(stat_id)
    return cell(round_half_up(as_percent(value), 1), result.ref(stat_id))


def tell_estimate(stage: StageResult) -> Text:
    """State the success rate with the interval that is exact for the two stages."""
    if stage.value("mle") is None:
        return ("No estimate yet: the stage has not ended.",)
    low, high = (stage.value(key) for key in ("low", "high"))
    limits = [as_percent(value) for value in (low, high)]
    interval = cell(print_interval(limits[0], limits[1]), stage.ref("low"), stage.ref("high"))
    return (
        "Estimated as the two-stage design asks, the success rate is ",
        _rate(stage, "mle"),
        "% (95% CI ",
        interval,
        ", exact by stage).",
    )


def tell_survival(result: SurvivalResult) -> list[Text]:
    """State the median with its limits, patients and events, per arm."""
    return [
        (opening(group), *_tell_median(result, group, is_first=group.code is None), ".")
        for group in speak_of(result.arms)
    ]


def tell_survival_briefly(result: SurvivalResult) -> Text:
    """State the medians of all arms in one sentence."""
    groups = speak_of(result.arms)
    if len(groups) == 1:
        return tell_survival(result)[0]
    parts: list[str | Cell] = ["Median, months: "]
    for place, group in enumerate(groups):
        parts += ["; " if place else "", f"{group.label} ", result.print_median(group)]
    return (*parts, ".")


def _tell_median(result: SurvivalResult, group: Group, *, is_first: bool) -> Text:
    title = within(result.title)
    median = group.key("median")
    value = result.value(median)
    words = "could not be estimated" if result.is_follow_up else "was not reached"
    if value is not None:
        words = "was "
    parts: list[str | Cell] = [f"{'Median' if is_first else 'median'} {title} {words}"]
    if value is not None:
        parts += [cell(round_half_up(value, 1), result.ref(median)), " months"]
        parts += [f" ({100 * result.level:g}% CI "]
        parts += [result.print_limits(group), "; "]
    else:
        parts.append(" (")
    n = group.key("n")
    parts += [result.count_cell(group.key("events")), f" {_name_events(result, group)} in "]
    parts += [result.count_cell(n), f" {plural(result.count(n), 'patient', 'patients')})"]
    return tuple(parts)


def _name_events(result: SurvivalResult, group: Group) -> str:
    """Name what ends a time: an event or, in follow-up, the end of observation."""
    n = result.count(group.key("events"))
    if result.is_follow_up:
        return "alive at the last contact"
    return plural(n, "event", "events")


def tell_curve_apart(result: SurvivalResult, months: float) -> Text:
    """Say what the curve reads at the landmark, and that this is not the primary result."""
    keys = [f"{name}_{months:g}m" for name in ("at", "low", "high")]
    at, low, high = (as_percent(result.value(key)) for key in keys)
    return (
        "Shown apart, and not used for the decision: "
        f"the Kaplan-Meier estimate at {months:g} months is ",
        cell(round_half_up(at, 1), result.ref(keys[0])),
        f"% ({100 * result.level:g}% CI ",
        cell(print_interval(low, high), result.ref(keys[1]), result.ref(keys[2])),
        ").",
    )


def tell_best_response(result: BestResponseResult) -> list[Text]:
    """Name each category with its count and, for one arm, the strata it was seen in."""
    told = []
    for group in speak_of(result.arms):
        parts: list[str | Cell] = [
            opening(group),
            within("Best") if group.code else "Best",
            " overall response was ",
        ]
        shown = [code for code in CATEGORIES if result.count(group.key(slug(code)))]
        for place, code in enumerate(shown):
            joint = "" if place == 0 else (" and " if place == len(shown) - 1 else ", ")
            n = result.count(group.key(slug(code)))
            noun = plural(n, "patient", "patients")
            label = within(CATEGORIES[code])
            parts += [joint, f"{label} in ", result.count_cell(group.key(slug(code))), f" {noun}"]
            if group.code is None:
                parts += _strata(result, code)
        told.append((*parts, "."))
    return told


def tell_objective_response(result: BestResponseResult) -> list[Text]:
    """State the objective response rate with its exact interval, per arm."""
    told: list[Text] = []
    for group in speak_of(result.arms):
        keys = [group.key(f"objective_response{part}") for part in ("", "_low", "_high")]
        n = group.key("n")
        limits = [as_percent(result.value(key)) for key in keys[1:]]
        percent = print_percent(result.count(keys[0]), result.count(n))
        told.append(
            (
                opening(group),
                result.count_cell(keys[0]),
                " of ",
                result.count_cell(n),
                f" {plural(result.count(n), 'patient', 'patients')} ({percent}%; ",
                f"{100 * result.level:g}% CI ",
                cell(print_interval(limits[0], limits[1]), *(result.ref(k) for k in keys[1:])),
                ") had an objective response.",
            )
        )
    return told


def _strata(result: BestResponseResult, code: str) -> list[str | Cell]:
    """Return the strata of one category in brackets, such as (2 leiomyosarcoma)."""
    seen = [s for s in result.strata if result.count(Group("All").key("by", s, code))]
    parts: list[str | Cell] = []
    for place, stratum in enumerate(seen):
        key = Group("All").key("by", stratum, code)
        parts += [
            " (" if place == 0 else ", ",
            result.count_cell(key),
            f" {within(stratum)}",
        ]
    return [*parts, ")"] if parts else []
