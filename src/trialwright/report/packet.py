"""The safety board's packet: one document of what was known of safety on a day."""

from collections.abc import Mapping, Sequence

from trialwright.analyze.boundaries import BoundariesResult
from trialwright.analyze.disposition import ReasonsResult
from trialwright.analyze.exposure import ExposureResult
from trialwright.analyze.flow import FlowResult
from trialwright.analyze.safety import AdverseEventTerms
from trialwright.core.result import Result
from trialwright.core.table import Text
from trialwright.report.blocks import (
    Block,
    Document,
    Fact,
    FigureBlock,
    Paragraph,
    Section,
)
from trialwright.report.material import lay_out
from trialwright.report.sentences import conduct

SECTIONS = {
    "enrollment": ("Enrollment", ("flow", "disposition")),
    "exposure": ("Exposure", ("exposure", "dosing")),
    "events": ("Adverse events", ("ae_overview", "ae_terms", "ae_interest")),
    "serious": ("Serious and severe events", ("ae_serious",)),
    "boundaries": ("Stopping boundaries", ("boundaries",)),
    "deaths": ("Deaths", ("deaths",)),
    "laboratory": ("Laboratory", ("lab_shift", "lab_grading")),
}
PACKET_RESULTS = tuple(name for _, names in SECTIONS.values() for name in names)
"""Results of a packet, in its order."""


def compose_packet(
    study: tuple[str, str],
    band: tuple[str, ...],
    results: Mapping[str, Result],
    figures: Mapping[str, FigureBlock],
) -> Document:
    """Compose the packet from results of one day.

    Parameters
    ----------
    study : tuple of str
        The trial's id, and the day.
    band : tuple of str
        What every page says of itself.
    results, figures : mapping
        By result id; a result that could not be made is left out, and the packet says so.

    Returns
    -------
    Document
        The answer first, then the sections of `SECTIONS`.
    """
    trial, as_of = study
    sections = [
        Section(section_id, title, tuple(_show_section(names, results, figures)))
        for section_id, (title, names) in SECTIONS.items()
    ]
    return Document(
        title=f"{trial}: safety board packet",
        subtitle=f"What was known on {as_of}, and nothing later",
        band=band,
        facts=tuple(_list_facts(as_of, results)),
        sections=tuple(section for section in sections if section.blocks),
        footer=tuple((text,) for text in band),
    )


def _show_section(
    names: Sequence[str], results: Mapping[str, Result], figures: Mapping[str, FigureBlock]
) -> list[Block]:
    """Return sentences, figure and table of each result."""
    blocks: list[Block] = []
    for name in names:
        if name in results:
            blocks += lay_out(results[name], figures.get(name), _tell(results[name]))
    if not blocks and "boundaries" in names:
        blocks.append(Paragraph(("The protocol declares no stopping boundary.",)))
    return blocks


def _tell(result: Result) -> list[Text]:
    """Return a result's sentences."""
    match result:
        case FlowResult():
            return [conduct.tell_flow(result)]
        case ExposureResult():
            return conduct.tell_exposure(result)
        case AdverseEventTerms():
            return [conduct.tell_adverse_events(result)]
        case ReasonsResult() if result.id == "deaths":
            return conduct.tell_deaths(result)
    return []


def _list_facts(as_of: str, results: Mapping[str, Result]) -> list[Fact]:
    """Return the opening: the day, who was enrolled, events, boundaries, deaths."""
    facts = [Fact("As of", (as_of,))]
    for result in results.values():
        match result:
            case FlowResult():
                facts.append(Fact("Patients", conduct.tell_flow(result)))
            case AdverseEventTerms():
                told = conduct.tell_adverse_events(result)
                facts.append(Fact("Adverse events", told, is_main=True))
            case BoundariesResult():
                facts.append(Fact("Boundaries", _tell_boundaries(result), is_main=True))
            case ReasonsResult() if result.id == "deaths":
                facts.append(Fact("Deaths", conduct.tell_deaths(result)[0]))
    return facts


def _tell_boundaries(result: BoundariesResult) -> Text:
    crossed = [name for key, name in result.names.items() if key in result.crossed]
    if crossed:
        return (f"Crossed: {', '.join(crossed)}.",)
    n = len(result.names)
    return ("The boundary is not crossed." if n == 1 else f"None of {n} boundaries is crossed.",)
