"""The report's section on tissue: specimens, change of markers, states, slides, correlates."""

from collections.abc import Sequence
from typing import Any

from trialwright.analyze.tissue.change_result import MarkerChange
from trialwright.analyze.tissue.outcome import MarkerOutcome
from trialwright.analyze.tissue.quality import SlideQuality
from trialwright.analyze.tissue.specimens import SpecimenFlow
from trialwright.analyze.tissue.status import StatusResult
from trialwright.core.result import Result
from trialwright.report.blocks import Block, Section, TableBlock
from trialwright.report.material import Material, section, show
from trialwright.report.sentences import tissue

TELLERS: Sequence[tuple[type[Result], Any]] = (
    (StatusResult, tissue.tell_status),
    (SpecimenFlow, tissue.tell_specimens),
    (MarkerChange, tissue.tell_change),
    (MarkerOutcome, tissue.tell_outcome),
    (SlideQuality, tissue.tell_slides),
)
"""Results of tissue in the order of the section, with what says them in words."""


def describe_tissue(material: Material) -> Section | None:
    """Return the section on tissue; None where nothing was measured or recorded."""
    blocks: list[Block] = []
    for kind, tell in TELLERS:
        for result_id, result in material.results.items():
            if isinstance(result, kind):
                blocks += show(material, result_id, tell(result))
                if isinstance(result, StatusResult) and result.has_differences:
                    blocks.append(TableBlock(result.cases_table()))
    return section("tissue", "Tissue", [*blocks, *material.panels])
