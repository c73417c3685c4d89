"""The safety board's packet of a study: replayed as of a day, written as one file."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from trialwright.analyze.boundaries import BoundariesResult
from trialwright.core.errors import StudyError
from trialwright.core.result import Result
from trialwright.report.blocks import Document, FigureBlock
from trialwright.report.captions import caption_result
from trialwright.report.html import render_html
from trialwright.report.packet import PACKET_RESULTS, compose_packet
from trialwright.study.evidence import gather_evidence
from trialwright.study.figures import draw_result, load_figure
from trialwright.study.links import find_links
from trialwright.study.replay import Replay, replay_study
from trialwright.study.reporting import print_band
from trialwright.study.session import Study

DRAWN = "ae_terms"
SUFFIXES = (".html", ".pdf")


@dataclass(frozen=True)
class Packet:
    """Where a packet was written, and its leading numbers."""

    file: Path
    as_of: date
    counts: dict[str, int]
    crossed: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the packet as JSON values."""
        return {
            "out": str(self.file),
            "as_of": self.as_of.isoformat(),
            **self.counts,
            "boundaries_crossed": self.crossed,
        }


def write_safety_packet(study: Study, as_of: date | None, out: Path) -> Packet:
    """Write what was known of safety on a day: HTML, or PDF where the library is there.

    Parameters
    ----------
    study : Study
        The study; nothing is written into its results.
    as_of : date or None
        The day; the protocol's data cut when None. What is dated later is not seen.
    out : Path
        File to write, .html or .pdf; it may exist.

    Raises
    ------
    StudyError
        When the file is of another kind, cannot be written, or a PDF cannot be made here.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise StudyError(
            f"--out is '{out}', expected a file that ends in {' or '.join(SUFFIXES)}. "
            "Write packet.html."
        )
    cut = as_of or study.protocol.study.data_cut
    with replay_study(study, cut, PACKET_RESULTS) as replayed:
        results = {n: replayed.results[n] for n in PACKET_RESULTS if n in replayed.results}
        band = print_band(replayed.protocol)
        figures = _draw(replayed, results, ". ".join(band))
        names = (replayed.protocol.study.id, cut.isoformat())
        document = compose_packet(names, band, results, figures)
        content = _render(document, replayed, results, study, out)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StudyError(f"{out} cannot be written ({error.strerror}). Name a folder.") from error
    return Packet(out, cut, _count(results), _list_crossed(results))


def _draw(replayed: Replay, results: dict[str, Result], footer: str) -> dict[str, FigureBlock]:
    """Return the figure of the adverse events; its file goes with the packet."""
    result = results.get(DRAWN)
    if result is None:
        return {}
    folder = replayed.store.results
    drawn = draw_result(result, folder, footer)
    caption = caption_result(result)
    block = load_figure(drawn, folder, DRAWN, result.title, caption)
    return {DRAWN: FigureBlock(block.id, block.title, block.svg, block.caption, block.alt)}


def _render(
    document: Document,
    replayed: Replay,
    results: dict[str, Result],
    study: Study,
    out: Path,
) -> bytes:
    if out.suffix.lower() == ".html":
        links, cut = find_links(replayed.protocol), replayed.protocol.study.data_cut
        evidence = gather_evidence(results, replayed.store, links, study.files, cut)
        return render_html(document, evidence).encode()
    try:
        from trialwright.report.pdf import render_pdf
    except ModuleNotFoundError as error:
        raise StudyError(
            f"{out} cannot be made: {error.name} is not installed. "
            "Run pip install 'trialwright[office]', or write an .html file."
        ) from error
    return render_pdf(document)


def _count(results: dict[str, Result]) -> dict[str, int]:
    """Return the leading numbers of the packet."""
    wanted = {
        "enrolled": ("flow", "enrl.n"),
        "treated": ("flow", "saf.n"),
        "patients_with_events": ("ae_overview", "overview.any"),
        "patients_with_severe_events": ("ae_overview", "overview.severe"),
        "patients_with_serious_events": ("ae_overview", "overview.serious"),
        "died": ("deaths", "enrl.died"),
    }
    return {
        key: results[name].count(stat)
        for key, (name, stat) in wanted.items()
        if name in results and stat in set(results[name].data["stat_id"])
    }


def _list_crossed(results: dict[str, Result]) -> list[str]:
    found = results.get("boundaries")
    if not isinstance(found, BoundariesResult):
        return []
    return [name for key, name in found.names.items() if key in found.crossed]
