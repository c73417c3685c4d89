"""Appraise a published report: read what it states, and check each statement by arithmetic."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialwright.appraise import counts, designs, intervals, wording
from trialwright.appraise import statements as stated
from trialwright.appraise.verdicts import Finding, Verdict, join_words
from trialwright.core.errors import DesignError, ProtocolError, StudyError
from trialwright.protocol.load import read_written

CHECKS: Mapping[type[stated.Statement], Callable[[Any], Finding]] = {
    stated.CountPercentage: counts.check_percentage,
    stated.CountsSum: counts.check_sum,
    stated.PercentagesSum: counts.check_percentages,
    stated.Flow: counts.check_flow,
    stated.MedianDistribution: counts.check_median,
    stated.SumMedianRange: counts.check_total,
    stated.MeanRange: counts.check_mean,
    stated.Ceiling: counts.check_ceiling,
    stated.SimonDesign: designs.check_design,
    stated.Boundary: designs.check_boundary,
    stated.Look: designs.check_decision,
    stated.StageSize: designs.check_stage,
    stated.ProportionLimits: intervals.check_limits,
    stated.SignedRank: intervals.check_signed_rank,
    stated.SurvivalMedian: intervals.check_survival,
    stated.Same: wording.check_same,
    stated.Order: wording.check_order,
    stated.Dates: wording.check_dates,
    stated.Lattice: wording.check_lattice,
    stated.Reported: wording.check_reported,
    stated.ReferenceRate: wording.check_reference,
    stated.Citations: wording.check_citations,
    stated.ForReader: wording.leave_to_reader,
}
"""Kind of statement to its check."""


@dataclass(frozen=True, slots=True)
class Appraised:
    """A statement and what was found."""

    statement: stated.Statement
    finding: Finding


def load_paper(path: Path) -> stated.Paper:
    """Read the statements of a report.

    Parameters
    ----------
    path : Path
        The YAML file.

    Raises
    ------
    ProtocolError
        With every finding, in order of line.
    StudyError
        When two statements have one id.
    """
    written = read_written(path, stated.Paper, "paper")
    if written.content is None:
        raise ProtocolError.of_blocking(written.findings)
    ids = [statement.id for statement in written.content.statements]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise StudyError(
            f"{path.name}: id {', '.join(twice)} is given twice, expected once. Rename one of each."
        )
    return written.content


def appraise_paper(paper: stated.Paper) -> list[Appraised]:
    """Check every statement of a report.

    Parameters
    ----------
    paper : Paper
        What it states.

    Returns
    -------
    list of Appraised
        One for each statement, in their order.
    """
    return [Appraised(item, appraise_statement(item)) for item in paper.statements]


def appraise_statement(statement: stated.Statement) -> Finding:
    """Check one statement; what contradicts itself before any arithmetic is a contradiction."""
    try:
        return CHECKS[type(statement)](statement)
    except DesignError as error:
        return Finding(Verdict.CONTRADICTION, "no such design", str(error))


def say_verdicts(appraised: Sequence[Appraised]) -> str:
    """Say how many statements there are, and how many of each verdict that occurs."""
    counted = Counter(item.finding.verdict for item in appraised)
    found = join_words(
        f"{counted[verdict]} {verdict.words}" for verdict in Verdict if counted[verdict]
    )
    return f"{len(appraised)} statements: {found}."
