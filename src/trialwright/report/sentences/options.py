"""Sentences on what a default report leaves out: iRECIST, injected lesions; numbers are cells."""

from trialwright.analyze.injected import SUMS, InjectedResult
from trialwright.analyze.irecist import ImmuneResult
from trialwright.core.ledger import Group
from trialwright.core.table import Cell, Text, cell, round_half_up
from trialwright.report.sentences.words import opening, plural, speak_of


def tell_irecist(result: ImmuneResult) -> list[Text]:
    """Say how many responded by iRECIST and what became of unconfirmed progressions, per arm."""
    return [_tell_irecist(result, group) for group in speak_of(result.arms)]


def _tell_irecist(result: ImmuneResult, group: Group) -> Text:
    n = group.key("n")
    if not result.count(n):
        return (opening(group), "By iRECIST nobody could be assessed.")
    any_id = group.key("any")
    parts: list[str | Cell] = [
        opening(group),
        "By iRECIST ",
        result.count_cell(group.key("response")),
        " of ",
        result.count_cell(n),
        f" {plural(result.count(n), 'patient', 'patients')} responded. ",
    ]
    if not result.count(any_id):
        return (*parts, "Nobody had an unconfirmed progression.")
    return (
        *parts,
        result.count_cell(any_id),
        " had an unconfirmed progression: ",
        result.count_cell(group.key("confirmed")),
        " confirmed later, ",
        result.count_cell(group.key("resolved")),
        " resolved and ",
        result.count_cell(group.key("open")),
        " neither.",
    )


def tell_injected(result: InjectedResult) -> list[Text]:
    """Say how injected and non-injected lesions changed at best, per arm."""
    return [_tell_injected(result, group) for group in speak_of(result.arms)]


def _tell_injected(result: InjectedResult, group: Group) -> Text:
    parts: list[str | Cell] = [opening(group)]
    for key, label in SUMS.values():
        n, median = group.key(key, "n"), group.key(key, "median")
        if not result.count(n):
            parts.append(f"{label} had no complete later sum in anybody. ")
            continue
        parts += [
            f"{label} changed at best by a median of ",
            cell(round_half_up(result.value(median), 1), result.ref(median)),
            "% in ",
            result.count_cell(n),
            f" {plural(result.count(n), 'patient', 'patients')}. ",
        ]
    last = parts[-1]
    return (*parts[:-1], last.rstrip() if isinstance(last, str) else last)
