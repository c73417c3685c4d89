"""What a report is composed of, and how one result is shown in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trialwright.core.errors import Finding
from trialwright.core.result import Result
from trialwright.core.table import Text
from trialwright.protocol.model import Protocol
from trialwright.report.blocks import (
    AbsentBlock,
    Block,
    FigureBlock,
    Paragraph,
    PatientBlock,
    Section,
    SettingsBlock,
    TableBlock,
)

SAFETY_RESULTS = (
    *("ae_overview", "ae_terms", "ae_related_terms", "ae_serious_terms", "ae_withdrawn_terms"),
    *("ae_interest", "ae_serious", "boundaries", "lab_shift", "lab_grading"),
)
"""Results of a safety endpoint, in the order of the report."""

LISTED_WITH_PATIENTS = ("course", "change_over_time")  # their rows stand on the patients' pages


@dataclass(frozen=True, slots=True)
class Absence:
    """What could not be made: what it would need, or the message with which it failed."""

    what: str
    needs: str
    result_id: str
    has_failed: bool = False

    def show(self) -> AbsentBlock:
        """Return the paragraph that says so."""
        return AbsentBlock(self.what, self.needs, self.has_failed)


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a report is composed of; nothing in it is calculated any more.

    `figures` are by result id; `inputs` are (file, sha256, rows); `rules` explains each rule id.
    """

    protocol: Protocol
    results: Mapping[str, Result]
    figures: Mapping[str, FigureBlock]
    findings: Sequence[Finding]
    patients: Sequence[PatientBlock]
    absences: Sequence[Absence]
    settings: SettingsBlock
    band: tuple[str, ...]
    inputs: Sequence[tuple[str, str, int]] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    panels: Sequence[FigureBlock] = ()


def show(material: Material, result_id: str, told: Sequence[Text] = ()) -> list[Block]:
    """Return a result's sentences, figure and table, or what it would need."""
    if result_id not in material.results:
        absent = [a for a in material.absences if a.result_id == result_id]
        return [a.show() for a in absent]
    return lay_out(material.results[result_id], material.figures.get(result_id), told)


def lay_out(result: Result, figure: FigureBlock | None, told: Sequence[Text]) -> list[Block]:
    """Return a result's sentences, its figure if it has one, and its table if it has one."""
    blocks: list[Block] = [Paragraph(text) for text in told]
    if figure is not None:
        blocks.append(figure)
    if type(result).table is not Result.table and result.id not in LISTED_WITH_PATIENTS:
        blocks.append(TableBlock(result.table()))
    return blocks


def tell(material: Material, result_id: str, tell: Any) -> list[Text]:
    """Return a result's sentences; none where there is no result."""
    result = material.results.get(result_id)
    if result is None:
        return []
    told = tell(result)
    return told if isinstance(told, list) else [told]


def section(section_id: str, title: str, blocks: Sequence[Block]) -> Section | None:
    """Return a section; None where it has nothing to show."""
    return Section(section_id, title, tuple(blocks)) if blocks else None
