"""The state machine of iRECIST: progression is unconfirmed until it is confirmed, or is reset."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.derive.target_response import (
    PROGRESSION_ABSOLUTE_MM,
    PROGRESSION_RELATIVE,
    SLACK_MM,
)

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PLAIN, UNCONFIRMED, CONFIRMED, NOT_EVALUABLE = 0, 1, 2, 3
"""What the machine answers: the response by the tables, iUPD, iCPD, NE."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What each assessment found; arrays of shape (n_assessments,), by subject and date."""

    subject: Integers
    day: Integers
    is_target_progressed: Flags
    is_nontarget_progressed: Flags
    is_nontarget_increased: Flags
    n_nontarget_progressed: Integers
    is_evaluable: Flags
    is_nontarget_missing: Flags
    target_rank: Integers
    target_mm: Floats
    n_new_now: Integers
    n_new_ever: Integers
    new_mm: Floats
    is_new_increased: Flags

    def at(self, rows: Integers) -> "Findings":
        """Return the findings of some assessments."""
        return Findings(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


@dataclass(slots=True)
class _States:
    """What is remembered of each subject; arrays of shape (n_subjects,)."""

    is_pending: Flags
    is_over: Flags
    has_target: Flags
    has_nontarget: Flags
    has_new: Flags
    day: Integers
    target_mm: Floats
    new_mm: Floats
    n_new: Integers
    n_nontarget: Integers
    target_rank: Integers
    n_known: Integers
    lowest_new_mm: Floats
    first_row: Integers


def follow_states(findings: Findings, confirm_min_days: int) -> tuple[Integers, Integers]:
    """Follow every subject through its assessments.

    Parameters
    ----------
    findings : Findings
        Assessments in order of subject and day; subjects numbered from 0 without gaps.
    confirm_min_days : int
        Assessments earlier than this after the first unconfirmed progression cannot confirm it.

    Returns
    -------
    answer : ndarray
        Shape (n_assessments,): PLAIN, UNCONFIRMED, CONFIRMED or NOT_EVALUABLE; -1 after iCPD.
    block : ndarray
        Shape (n_assessments,): row of the first iUPD of the open block; -1 where none is open.

    References
    ----------
    Seymour L, et al. Lancet Oncol 2017;18:e143-e152, tables 2 and 3.
    """
    n_rows = findings.subject.size
    answer = np.full(n_rows, -1, dtype=np.int64)
    block = np.full(n_rows, -1, dtype=np.int64)
    starts = np.flatnonzero(np.diff(findings.subject, prepend=-1))
    sizes = np.diff(starts, append=n_rows)
    states = _start(starts.size)
    for step in range(int(sizes.max(initial=0))):
        who = np.flatnonzero((sizes > step) & ~states.is_over)
        rows = starts[who] + step
        found = findings.at(rows)
        answer[rows] = _step(states, who, rows, found, confirm_min_days)
        block[rows] = np.where(states.is_pending[who], states.first_row[who], -1)
    return answer, block


def _start(n: int) -> _States:
    """Return the states before the first assessment."""
    kinds: dict[str, Any] = {
        "Flags": lambda: np.zeros(n, dtype=np.bool_),
        "Floats": lambda: np.zeros(n, dtype=np.float64),
        "Integers": lambda: np.zeros(n, dtype=np.int64),
    }
    flags = {"is_pending", "is_over", "has_target", "has_nontarget", "has_new"}
    floats = {"target_mm", "new_mm", "lowest_new_mm"}
    return _States(
        **{
            item.name: kinds[
                "Flags" if item.name in flags else "Floats" if item.name in floats else "Integers"
            ]()
            for item in fields(_States)
        }
    )


def _step(
    states: _States, who: Integers, rows: Integers, found: Findings, confirm_min_days: int
) -> Integers:
    """Take one assessment of each subject of `who`; return the answers."""
    pending = states.is_pending[who]
    confirms = pending & _confirms(states, who, found)
    is_late = found.day - states.day[who] >= confirm_min_days
    resets = pending & ~confirms & _resets(states, who, found)
    opens = ~pending & _opens(states, who, found)
    is_missing = pending & ~confirms & ~resets & _is_not_evaluable(states, who, found)

    answer = np.where(pending | opens, UNCONFIRMED, PLAIN)
    answer = np.where(resets, PLAIN, answer)
    answer = np.where(is_missing, NOT_EVALUABLE, answer)
    answer = np.where(confirms & is_late, CONFIRMED, answer)

    _open(states, who[opens], rows[opens], found.at(np.flatnonzero(opens)))
    states.is_pending[who[resets]] = False
    states.is_over[who[answer == CONFIRMED]] = True
    _remember_new(states, who, found, forget=resets)
    return answer.astype(np.int64)


def _opens(states: _States, who: Integers, found: Findings) -> Flags:
    """Return who progresses without a pending block."""
    return found.is_target_progressed | found.is_nontarget_progressed | _new_counts(
        states, who, found
    )  # fmt: skip


def _new_counts(states: _States, who: Integers, found: Findings) -> Flags:
    """Return whose new lesions count: more of them, or those of a reset block have grown."""
    is_known = (states.n_known[who] > 0) & (found.n_new_now > 0)
    growth = found.new_mm - states.lowest_new_mm[who]
    has_grown = (
        (states.lowest_new_mm[who] > 0)
        & (growth >= PROGRESSION_ABSOLUTE_MM - SLACK_MM)
        & (growth >= PROGRESSION_RELATIVE * states.lowest_new_mm[who] - SLACK_MM)
    )
    counts: Flags = (found.n_new_ever > states.n_known[who]) | (
        is_known & (has_grown | found.is_new_increased)
    )
    return counts


def _confirms(states: _States, who: Integers, found: Findings) -> Flags:
    """Return whose pending progression has gone on, in its category or in another."""
    enough = PROGRESSION_ABSOLUTE_MM - SLACK_MM
    target = states.has_target[who] & (found.target_mm - states.target_mm[who] >= enough)
    nontarget = states.has_nontarget[who] & (
        found.is_nontarget_increased | (found.n_nontarget_progressed > states.n_nontarget[who])
    )
    new = states.has_new[who] & (
        (found.new_mm - states.new_mm[who] >= enough) | found.is_new_increased
    )
    another = (
        (found.n_new_ever > states.n_new[who])
        | (~states.has_target[who] & found.is_target_progressed)
        | (~states.has_nontarget[who] & found.is_nontarget_progressed)
    )
    confirms: Flags = target | nontarget | new | another
    return confirms


def _resets(states: _States, who: Integers, found: Findings) -> Flags:
    """Return whose pending progression has not held."""
    is_free = (
        found.is_evaluable
        & ~found.is_target_progressed
        & ~found.is_nontarget_progressed
        & ~(states.has_nontarget[who] & found.is_nontarget_missing)
    )
    is_better = (found.target_rank >= 0) & (found.target_rank < states.target_rank[who])
    is_gone = found.n_new_now == 0
    resets: Flags = is_free & (~states.has_new[who] | is_better | is_gone)
    return resets


def _is_not_evaluable(states: _States, who: Integers, found: Findings) -> Flags:
    """Return whose pending block cannot be judged at this assessment."""
    progressed = found.is_target_progressed | found.is_nontarget_progressed
    is_missing = ~found.is_evaluable | (
        states.has_nontarget[who] & found.is_nontarget_missing
    )  # fmt: skip
    missing: Flags = is_missing & ~progressed
    return missing


def _open(states: _States, who: Integers, rows: Integers, found: Findings) -> None:
    """Open a block: remember what progressed, and how large it was."""
    states.is_pending[who] = True
    states.has_target[who] = found.is_target_progressed
    states.has_nontarget[who] = found.is_nontarget_progressed
    states.has_new[who] = _new_counts(states, who, found)
    states.day[who] = found.day
    states.target_mm[who] = found.target_mm
    states.new_mm[who] = found.new_mm
    states.n_new[who] = found.n_new_ever
    states.n_nontarget[who] = found.n_nontarget_progressed
    states.target_rank[who] = found.target_rank
    states.first_row[who] = rows


def _remember_new(states: _States, who: Integers, found: Findings, forget: Flags) -> None:
    """Keep the lowest sum of new lesions; after a reset those seen so far are known."""
    lowest = states.lowest_new_mm[who]
    is_measured = found.new_mm > 0
    states.lowest_new_mm[who] = np.where(
        is_measured & ((lowest == 0) | (found.new_mm < lowest)), found.new_mm, lowest
    )
    states.n_known[who[forget]] = found.n_new_ever[forget]
