"""The report's section on tissue: specimens, change of markers, states, slides, correlates."""

from collections.abc import Mapping, Sequence
from typing import Any

from trialwright.analyze.tissue.change_result import MarkerChange
from trialwright.analyze.tissue.outcome import MarkerOutcome
from trialwright.analyze.tissue.quality import SlideQuality
from trialwright.analyze.tissue.specimens import SpecimenFlow
from trialwright.analyze.tissue.status import StatusResult
from trialwright.core.result import Result
from trialwright.core.table import Text
from trialwright.report.blocks import Block, FigureBlock, Paragraph, Section, TableBlock
from trialwright.report.sentences import tissue

TELLERS: Sequence[tuple[type[Result], Any]] = (
    (StatusResult, tissue.tell_status),
    (SpecimenFlow, tissue.tell_specimens),
    (MarkerChange, tissue.tell_change),
    (MarkerOutcome, tissue.tell_outcome),
    (SlideQuality, tissue.tell_slides),
)
"""Results of tissue in the order of the section, with what says them in words."""


def describe_tissue(
    results: Mapping[str, Result],
    figures: Mapping[str, FigureBlock],
    panels: Sequence[FigureBlock] = (),
) -> Section | None:
    """Compose the section on tissue; none where nothing was measured or recorded.

    Parameters
    ----------
    results : mapping
        Result id to result.
    figures : mapping
        Result id to its figure.
    panels : sequence of FigureBlock
        Images of single patients.
    """
    blocks: list[Block] = []
    for kind, tell in TELLERS:
        for result_id, result in results.items():
            if isinstance(result, kind):
                blocks += _show(result, tell(result), figures.get(result_id))
    blocks += panels
    return Section("tissue", "Tissue", tuple(blocks)) if blocks else None


def _show(result: Result, told: Sequence[Text], figure: FigureBlock | None) -> list[Block]:
    """Return a result's sentences, figure and tables."""
    blocks: list[Block] = [Paragraph(text) for text in told]
    if figure is not None:
        blocks.append(figure)
    blocks.append(TableBlock(result.table()))
    if isinstance(result, StatusResult) and result.has_differences:
        blocks.append(TableBlock(result.cases_table()))
    return blocks
