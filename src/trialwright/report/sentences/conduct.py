"""Sentences on who took part, what was given and what went wrong; every number is a cell."""

from trialwright.analyze.disposition import NOT_STATED, ReasonsResult
from trialwright.analyze.exposure import ExposureResult
from trialwright.analyze.flow import FlowResult
from trialwright.analyze.safety import AdverseEventTerms, find_severe_terms
from trialwright.core.ledger import make_groups
from trialwright.core.table import Cell, Text, cell, print_count_summary, round_half_up
from trialwright.report.sentences.words import opening, plural, speak_of, within

MOST_NAMED = 3


def tell_flow(flow: FlowResult) -> Text:
    """Say how many were screened, enrolled and in each population."""
    parts: list[str | Cell] = [
        "Of ",
        flow.count_cell("screened.n"),
        f" {_patients(flow.count('screened.n'))} assessed, ",
    ]
    steps = [
        (stat_id, label)
        for stat_id, label in zip(flow.data["stat_id"], flow.data["stat_label"], strict=True)
        if stat_id.endswith(".n") and not stat_id.startswith(("not_", "screened"))
    ]
    for place, (stat_id, label) in enumerate(steps):
        n = flow.count(stat_id)
        joint = "" if place == 0 else (" and " if place == len(steps) - 1 else ", ")
        verb = plural(n, "was", "were")
        parts += [joint, flow.count_cell(stat_id), f" {verb} {within(label)}"]
    return (*parts, ".")


def tell_exposure(result: ExposureResult) -> list[Text]:
    """State cycles given: total, median and range."""
    told: list[Text] = []
    for group in speak_of(result.arms):
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
                opening(group),
                result.count_cell(total),
                f" {plural(result.count(total), 'cycle was', 'cycles were')} started by ",
                result.count_cell(group.key("n")),
                f" treated {_patients(result.count(group.key('n')))}, a median of ",
                cell(print_count_summary(result.value(median)), result.ref(median)),
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
        group = make_groups(result.arms)[-1]
        parts: list[str | Cell] = [
            f"{label}: of ",
            result.count_cell(group.key(population, "n")),
            f" {_patients(result.count(group.key(population, 'n')))}, "
            "treatment was discontinued in ",
            result.count_cell(group.key(population, "discontinued")),
        ]
        reasons = [
            (key, text) for key, text, depth in result.lines
            if depth == "1" and result.count(group.key(population, key))
        ]  # fmt: skip
        for place, (key, text) in enumerate(reasons):
            joint = ": " if place == 0 else ", "
            parts += [
                joint,
                f"{within(text)} in ",
                result.count_cell(group.key(population, key)),
            ]
        ongoing = group.key(population, "ongoing")
        if result.count(ongoing):
            parts += ["; it was ongoing in ", result.count_cell(ongoing)]
        told.append((*parts, "."))
    return told


def tell_deaths(result: ReasonsResult) -> list[Text]:
    """Say how many died, and of what."""
    told: list[Text] = []
    group = make_groups(result.arms)[-1]
    for population, label in result.populations:
        died = group.key(population, "died")
        n = group.key(population, "n")
        parts: list[str | Cell] = [
            f"{label}: ",
            result.count_cell(died),
            " of ",
            result.count_cell(n),
        ]
        parts.append(f" {plural(result.count(n), 'patient', 'patients')} died")
        causes = [
            (key, text) for key, text, depth in result.lines
            if depth == "1" and result.count(group.key(population, key))
        ]  # fmt: skip
        for place, (key, text) in enumerate(causes):
            joint = ", of " if place == 0 else ", "
            parts += [
                joint,
                "an unstated cause " if text == NOT_STATED else f"{within(text)} ",
                result.count_cell(group.key(population, key)),
            ]
        told.append((*parts, "."))
    return told


def tell_adverse_events(result: AdverseEventTerms) -> Text:
    """Name the most frequent terms and every term of grade 3 or higher."""
    group = make_groups(result.arms)[-1]
    parts: list[str | Cell] = []
    for place, term in enumerate(result.terms[:MOST_NAMED]):
        joint = "The most frequent adverse events were " if place == 0 else ", "
        key = group.key("term", term, "any")
        parts += [
            joint,
            f"{within(term)} (",
            result.count_cell(key),
            f" {_patients(result.count(key))})",
        ]
    if not parts:
        return ("No treatment-emergent adverse event was recorded.",)
    severe = find_severe_terms(result)
    if not severe:
        return (*parts, ". No event was of grade 3 or higher.")
    for place, (term, n, ref) in enumerate(severe):
        joint = ". Of grade 3 or higher: " if place == 0 else ", "
        parts += [joint, f"{within(term)} in ", cell(str(n), ref)]
    return (*parts, ".")


def _patients(n: int) -> str:
    return plural(n, "patient", "patients")
