"""From markers of tissue to results, in the order of the report."""

from trialwright.analyze.tissue.change import analyze_marker_change
from trialwright.analyze.tissue.outcome import analyze_marker_outcome
from trialwright.analyze.tissue.quality import analyze_slides
from trialwright.analyze.tissue.specimens import analyze_specimen_flow
from trialwright.analyze.tissue.status import analyze_status
from trialwright.protocol.biomarkers import TissueMarker
from trialwright.protocol.model import Protocol
from trialwright.study.run import Step

MARKERS = {"adbm": "adbm", "adsl": "adsl"}
FEWEST_VISITS = 2


def list_tissue_analyses(protocol: Protocol, population: tuple[str, str]) -> list[Step]:
    """Return the steps from ADBM to the results of tissue.

    Parameters
    ----------
    protocol : Protocol
        Whose tissue markers say what is compared.
    population : (str, str)
        ADSL flag of the patients whose change is shown, and its label.
    """
    steps: list[Step] = []
    for marker in protocol.biomarkers.tissue:
        name = marker.stain
        if marker.decide is not None:
            steps.append(
                Step(marker.id, f"{name} status", analyze_status, MARKERS, {"marker": marker})
            )
        if marker.measure is None or len(marker.visits) < FEWEST_VISITS:
            continue
        given = {"marker": marker, "population": population}
        steps += [
            Step(
                f"{marker.id}_flow", f"flow of {name} specimens", analyze_specimen_flow,
                {**MARKERS, "be": "be"}, given, optional=frozenset({"be"}),
            ),
            Step(
                marker.id, f"change of {name}", analyze_marker_change, {**MARKERS, "adrs": "adrs"},
                {**given, "read": protocol.central_review.analysis_read},
                optional=frozenset({"adrs"}),
            ),
            *_list_outcomes(protocol, marker),
        ]  # fmt: skip
    if steps:
        markers = {"markers": protocol.biomarkers.tissue}
        steps.append(
            Step(
                "slides_quality", "quality of the slides", analyze_slides, {"adbm": "adbm"},
                markers, needs=("slides_measured",),
            )
        )  # fmt: skip
    return steps


def _list_outcomes(protocol: Protocol, marker: TissueMarker) -> list[Step]:
    """Return the step that sets a marker beside outcome, where the protocol wants it."""
    for correlate in protocol.biomarkers.correlates:
        if any(words.split()[0].lower() == marker.id for words in correlate.markers):
            landmark = correlate.landmark or marker.visits[-1]
            settings = (landmark, protocol.central_review.analysis_read)
            inputs = {"adbm": "adbm", "adtte": "adtte", "adrs": "adrs"}
            given = {"marker": marker, "settings": settings}
            title = f"{marker.stain} and outcome"
            return [Step(f"{marker.id}_outcome", title, analyze_marker_outcome, inputs, given)]
    return []


def list_tissue_results(protocol: Protocol) -> list[str]:
    """Return the ids of the results of tissue, in the order of the report."""
    return [step.name for step in list_tissue_analyses(protocol, ("", ""))]
