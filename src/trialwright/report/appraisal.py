"""The report of an appraisal: what a published report states, sorted by what became of it."""

from collections.abc import Mapping, Sequence

from trialwright.appraise.appraisal import Appraised, say_verdicts
from trialwright.appraise.verdicts import Finding, Verdict
from trialwright.core.table import Table, make_table, row
from trialwright.report.blocks import Document, Fact, Section, TableBlock
from trialwright.report.evidence import Evidence
from trialwright.report.html import render_html

PARTS: Mapping[str, tuple[Verdict, ...]] = {
    "What cannot both be": (Verdict.CONTRADICTION,),
    "What is not given": (Verdict.OMISSION,),
    "Rounded otherwise, or cut off": (Verdict.ROUNDING, Verdict.TRUNCATION),
    "For a reader": (Verdict.NOT_CHECKABLE,),
    "What holds": (Verdict.HOLDS,),
}
"""Parts of the report, and the verdicts in each."""

TONE = "A verdict names arithmetic and its mildest explanation. It accuses nobody."


def print_appraisal(paper: str, appraised: Sequence[Appraised], software: str) -> str:
    """Print an appraisal as one HTML page.

    Parameters
    ----------
    paper : str
        The report, as one cites it.
    appraised : sequence of Appraised
        Its statements and what was found.
    software : str
        What checked them.

    Returns
    -------
    str
        The page.
    """
    facts = (
        Fact("Answer", (say_verdicts(appraised),), is_main=True),
        Fact("Tone", (TONE,)),
    )
    sections: list[Section] = []
    for title, verdicts in PARTS.items():
        chosen = [item for item in appraised if item.finding.verdict in verdicts]
        if chosen:
            name = f"part_{len(sections) + 1}"
            block = TableBlock(_make_table(name, title, chosen))
            sections.append(Section(name, title, (block,)))
    document = Document(paper, "Appraisal", (), facts, tuple(sections), ((software,),))
    return render_html(document, Evidence())


def _make_table(name: str, title: str, appraised: Sequence[Appraised]) -> Table:
    """Return one row per statement: where, its words, what was found."""
    rows = [
        row(
            item.statement.id, item.statement.where, item.statement.quote, _tell(item.finding)
        )
        for item in appraised
    ]  # fmt: skip
    heads = ("Statement", "Where", "Its words", "Found")
    return make_table(name, f"{title}: {len(rows)} statements", heads, rows, ())


def _tell(found: Finding) -> str:
    """Return what was found in words, and the arithmetic where the words do not have it."""
    if not found.computed or found.computed in found.explanation:
        return found.explanation
    return f"{found.explanation} [{found.computed}]"
