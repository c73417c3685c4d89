"""One sentence under each figure that says what to see."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from trialwright.analyze.agreement.result import AgreementResult
from trialwright.analyze.best_response import BestResponseResult
from trialwright.analyze.course import CourseResult
from trialwright.analyze.efficacy import LandmarkResult
from trialwright.analyze.flow import FlowResult
from trialwright.analyze.proteins.changes import ProteinChanges, ProteinCourses
from trialwright.analyze.proteins.quality import ProteinQuality
from trialwright.analyze.proteins.result import ProteinResult
from trialwright.analyze.safety import AdverseEventTerms
from trialwright.analyze.stage.result import StageResult
from trialwright.analyze.survival.result import SurvivalResult
from trialwright.analyze.tissue.change_result import MarkerChange
from trialwright.analyze.tissue.outcome import MarkerOutcome
from trialwright.analyze.tissue.specimens import SpecimenFlow
from trialwright.analyze.tumor_change import BestChangeResult, ChangeOverTimeResult
from trialwright.core.result import Result
from trialwright.core.table import Text
from trialwright.report.sentences.efficacy import tell_survival_briefly

CAPTIONS: Mapping[type[Result], Callable[..., str]] = {
    FlowResult: lambda _: (
        "Patients from assessment to each population, every exclusion with its reason."
    ),
    LandmarkResult: lambda _: (
        "The primary proportion with its exact intervals, beside the rates of the design; "
        "sensitivity analyses below it."
    ),
    StageResult: lambda _: (
        "Successes against patients in order of inclusion; the decision is read where the planned "
        "number is reached."
    ),
    BestChangeResult: lambda _: (
        "Best change of the target sum of each patient, colored by best response. The lines are "
        "against baseline; progression is judged against the smallest sum."
    ),
    ChangeOverTimeResult: lambda _: "Change of the target sum of each patient from baseline.",
    CourseResult: lambda _: "Time on treatment and under observation, longest first.",
    AdverseEventTerms: lambda _: "Patients per term at their worst grade, most frequent first.",
    BestResponseResult: lambda _: "Best overall response.",
    SpecimenFlow: lambda _: (
        "Patients from the population to a value at every visit, every loss with its reason."
    ),
    ProteinResult: lambda _: (
        "Difference of each protein against its P value, a panel per contrast in the order of the "
        "table; colored where the adjusted P is below 0.05."
    ),
    ProteinChanges: lambda result: (
        f"Change of each protein from {result.reference} in each sample, proteins and samples "
        "clustered by Euclidean distance and complete linkage; levels as such would cluster by "
        "patient."
    ),
    ProteinCourses: lambda _: (
        "The proteins with the smallest P values: a line per patient, the thick line through the "
        "medians."
    ),
    ProteinQuality: lambda _: (
        "Samples by principal components; median against interquartile range with three standard "
        "deviations; medians by plate; values below the limit of detection by visit."
    ),
    AgreementResult: lambda _: (
        "Patients in whom the two radiologists differ, with exact intervals; open circles are what "
        "other trials published."
    ),
}


def _in_sentence(name: str) -> str:
    """Return a method's name inside a sentence; Kaplan-Meier keeps its capital."""
    return name.replace("Reverse", "reverse")


def _tell_follow_up(result: SurvivalResult, results: Mapping[str, Result]) -> Text:
    """Say how long patients were followed, where the curve is not that of follow-up itself."""
    others = (item for item in results.values() if isinstance(item, SurvivalResult))
    follow_up = next((item for item in others if item.is_follow_up), None)
    if follow_up is None or result.is_follow_up:
        return ()
    return (" ", *tell_survival_briefly(follow_up))


def caption_result(result: Result, results: Mapping[str, Result] = MappingProxyType({})) -> Text:
    """Return the caption of a result's figure.

    Parameters
    ----------
    result : Result
        What the figure shows.
    results : mapping
        Every result of the run: a survival curve says how long patients were followed.
    """
    if isinstance(result, SurvivalResult):
        band = f"{100 * result.level:g}% pointwise limits on the {result.conf_type} scale"
        return (
            f"{result.title} by {_in_sentence(result.method.name)}, with {band}. "
            "Ticks are censored patients; below the axis, patients at risk and cumulative events.",
            *_tell_follow_up(result, results),
        )
    if isinstance(result, MarkerChange):
        return (
            f"{result.value_label} of each patient at {' and '.join(result.visits)}, on a "
            "logarithmic axis; the fold change stands at the end of each line.",
        )
    if isinstance(result, MarkerOutcome):
        return (
            f"Fold change of {result.stain} from {result.visits[0]} to {result.visits[1]} of each "
            "patient against progression-free survival, colored by best response.",
        )
    caption = CAPTIONS.get(type(result))
    return (caption(result),) if caption else (f"{result.title}.",)
