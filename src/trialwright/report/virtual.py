"""The reports of virtual trials: operating characteristics, self-check, calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialwright.core.table import (
    Row,
    Table,
    make_table,
    round_half_up,
    row,
)
from trialwright.report.blocks import (
    Block,
    Document,
    Fact,
    FigureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from trialwright.report.evidence import Evidence
from trialwright.report.html import render_html
from trialwright.simulate.scenario import StageEnd, Trial

WAITS = {
    StageEnd.COMPLETE: "the state of all its patients is known",
    StageEnd.GO: "going on is certain, or all are known",
    StageEnd.CERTAIN: "the decision is certain",
}
BAND = ("SYNTHETIC: virtual trials, nobody's data",)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scenario is, how it was simulated (pairs of a label and what is said), and by what."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    software: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of a self-check: what was asked, what is true, what came out, and its error."""

    name: str
    kind: str
    truth: float
    found: float
    error: float
    is_met: bool
    note: str = ""


def print_operating(asked: Asked, words: str, tables: Sequence[Table], figure: FigureBlock) -> str:
    """Print operating characteristics as one HTML page.

    Parameters
    ----------
    asked : Asked
        What the scenario is, and how it was simulated.
    words : str
        The answer in one sentence.
    tables : sequence of Table
        The results.
    figure : FigureBlock
        The probabilities drawn.

    Returns
    -------
    str
        The page.
    """
    blocks: list[Block] = [figure, *[TableBlock(table) for table in tables]]
    section = Section("operating", "Operating characteristics", tuple(blocks))
    return _print_page(asked, "Virtual trials", Fact("Answer", (words,), is_main=True), section)


def describe_conduct(trial: Trial) -> str:
    """Say in words how a trial waits for the decision of stage 1 and for its end."""
    accrual = "Accrual pauses" if trial.pause else "Accrual goes on"
    known = (
        "at its first scan from there on"
        if trial.success_known_days is None
        else f"{trial.success_known_days:g} days later"
    )
    ends = (
        f"; final analysis {trial.final_analysis_days:g} days after the last known state"
        if trial.final_analysis_days
        else ""
    )
    return (
        f"{accrual} after stage 1 until {WAITS[trial.stage_1_ends]}; success at day "
        f"{trial.landmark_days}, known {known}{ends}"
    )


def print_self_check(lines: Sequence[Checked], asked: Asked, words: str) -> str:
    """Print a self-check as one HTML page; `words` say whether the machine can be trusted."""
    section = Section(
        "self_check",
        "What came out beside what was put in",
        (
            TableBlock(make_check_table(lines)),
            Paragraph(
                (
                    "Virtual studies were written as files, checked, derived and analyzed like any "
                    "other. A line holds when it lies within three Monte Carlo standard errors.",
                )
            ),
        ),
    )
    return _print_page(asked, "Self-check", Fact("Verdict", (words,), is_main=True), section)


def print_calibration(rows: Sequence[Mapping[str, Any]], n_trials: int, asked: Asked) -> str:
    """Print how the trials of a scenario look as one HTML page."""
    blocks = (
        Paragraph(
            (
                "Each virtual trial is described as a publication describes a real one. A scenario "
                "is calibrated when the published figures lie among those of its trials.",
            )
        ),
        TableBlock(make_calibration_table(rows, n_trials)),
    )
    section = Section("calibration", "What the trials of this scenario look like", blocks)
    words = f"{n_trials} virtual trials, each described as a publication describes one."
    return _print_page(asked, "Calibration", Fact("Asked", (words,), is_main=True), section)


def _print_page(asked: Asked, subtitle: str, answer: Fact, section: Section) -> str:
    """Print a page of virtual trials: the answer, how it was simulated, one section."""
    facts = (answer, *(Fact(label, (text,)) for label, text in asked.facts))
    footer = ((*BAND,), (asked.software,)) if asked.software else ((*BAND,),)
    document = Document(asked.title, subtitle, BAND, facts, (section,), footer)
    return render_html(document, Evidence())


def make_check_table(lines: Sequence[Checked]) -> Table:
    """Make the table of a self-check: one row a coverage, a bias and an error rate."""
    rows: list[Row] = []
    for line in lines:
        digits = 3 if line.truth < 1 else 2
        numbers = [round_half_up(value, digits) for value in (line.truth, line.found, line.error)]
        rows.append(row(line.name, line.kind, *numbers, "holds" if line.is_met else "FAILS"))
    columns = ("Quantity", "Asked", "True", "Found", "Standard error", "Verdict")
    notes = ["Coverage holds when it is at least the level, or within the error of it."]
    return make_table("self_check", "Self-check of the machine, SYNTHETIC", columns, rows, notes)


def make_calibration_table(rows: Sequence[Mapping[str, Any]], n_trials: int) -> Table:
    """Make the table of a calibration: mean and quantiles of each quantity over the trials."""
    names = [name for name in rows[0] if name != "quantity"] if rows else []
    cells = [row(item["quantity"], *[round_half_up(item[n], 2) for n in names]) for item in rows]
    heads = [name.capitalize() if name == "mean" else name for name in names]
    title = f"{n_trials} virtual trials of this scenario, SYNTHETIC"
    notes = ["q2.5 to q97.5: quantiles over the trials, in percent; q50 is the median."]
    return make_table("calibration", title, ("Quantity", *heads), cells, notes)
