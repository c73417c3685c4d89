"""From analysis datasets to results on one page, in the order of the report."""

from collections.abc import Mapping
from typing import Any

from trialwright.analyze.agreement.analysis import analyze_agreement
from trialwright.analyze.baseline import analyze_baseline
from trialwright.analyze.best_response import analyze_best_response
from trialwright.analyze.course import analyze_course
from trialwright.analyze.disposition import analyze_deaths, analyze_disposition
from trialwright.analyze.efficacy import analyze_landmark
from trialwright.analyze.exposure import analyze_exposure
from trialwright.analyze.flow import analyze_flow
from trialwright.analyze.patients.analysis import analyze_patients
from trialwright.analyze.stage.analysis import analyze_stage
from trialwright.analyze.stage.monitor import analyze_monitor
from trialwright.analyze.survival.analysis import analyze_follow_up, analyze_time_to_event
from trialwright.analyze.tumor_change import analyze_best_change, analyze_change_over_time
from trialwright.core.table import open_sentence
from trialwright.derive.analysis_reads import TWO_READERS
from trialwright.derive.populations import STANDARD_POPULATIONS, population_flag
from trialwright.protocol.arms import name_arms
from trialwright.protocol.estimands import (
    BestResponse,
    Endpoint,
    FollowUp,
    Landmark,
    Safety,
    TimeToEvent,
)
from trialwright.protocol.model import Display, Protocol
from trialwright.report.material import SAFETY_RESULTS
from trialwright.study.analyses_conduct import (
    list_conduct_analyses,
    list_dosing_analyses,
    list_safety_analyses,
)
from trialwright.study.analyses_options import list_option_analyses
from trialwright.study.plasma import list_protein_analyses
from trialwright.study.run import Needs, Step
from trialwright.study.tissue_analyses import list_tissue_analyses, list_tissue_results

HISTOLOGY = "HIST"
STANDARD_LABELS = {"enrolled": "Enrolled", "safety": "Safety population"}
IN_FLOW = {"SAFFL": "Treated"}


TITLES = {
    "flow": "participant flow",
    "baseline": "patient characteristics",
    "best_change": "best change of target lesions",
    "change_over_time": "change of target lesions over time",
    "course": "course of treatment",
    "agreement": "agreement of the readers",
    "patients": "patients one by one",
    "bor": "best overall response",
    "pfs": "progression-free survival",
    "os": "overall survival",
    "dor": "duration of response",
}
"""What a result is called in a sentence; others go by their id."""

RESULT_DISPLAYS: Mapping[str, Display] = {
    "flow": Display.PARTICIPANT_FLOW,
    "screening": Display.PARTICIPANT_FLOW,
    "schedule": Display.SCHEDULE,
    "baseline": Display.BASELINE,
    "exposure": Display.EXPOSURE,
    "dosing": Display.EXPOSURE,
    "disposition": Display.DISPOSITION,
    "best_change": Display.WATERFALL,
    "change_over_time": Display.SPIDER,
    "course": Display.SWIMMER,
    **dict.fromkeys(("irecist", "ipfs"), Display.IRECIST),
    "injected": Display.INJECTED_LESIONS,
    "agreement": Display.READER_AGREEMENT,
    "proteins": Display.PLASMA,
    "protein_changes": Display.PLASMA,
    "protein_courses": Display.PLASMA,
    "protein_quality": Display.PLASMA,
    "protein_outcome": Display.CORRELATES,
    "protein_sets": Display.PLASMA,
    **dict.fromkeys(SAFETY_RESULTS, Display.ADVERSE_EVENTS),
    "deaths": Display.DEATHS,
    "patients": Display.PATIENT_PAGES,
}
ENDPOINT_DISPLAYS: Mapping[str, Display] = {
    "landmark": Display.PRIMARY,
    "best_response": Display.BEST_RESPONSE,
    "time_to_event": Display.SURVIVAL,
    "follow_up": Display.FOLLOW_UP,
    "safety": Display.ADVERSE_EVENTS,
}
"""Which display a result belongs to; a stage decision belongs to the primary endpoint."""


def name_populations(protocol: Protocol) -> dict[str, tuple[str, str]]:
    """Return each population's ADSL flag and its name in print."""
    names = {**STANDARD_POPULATIONS, **protocol.populations}
    labels = {
        name: STANDARD_LABELS.get(name) or population.label or name
        for name, population in names.items()
    }
    return {name: (population_flag(name), open_sentence(label)) for name, label in labels.items()}


def list_analyses(protocol: Protocol) -> list[Step]:
    """Return the steps from analysis datasets to the results that the protocol wants displayed.

    They stand in the order of the report; a protocol without `displays` wants all.
    """
    steps = _list_all(protocol)
    if not protocol.displays:
        return steps
    kinds = {endpoint.id: ENDPOINT_DISPLAYS[endpoint.kind] for endpoint in protocol.endpoints.all}
    tissue = dict.fromkeys(list_tissue_results(protocol), Display.TISSUE)
    wanted = {**RESULT_DISPLAYS, **tissue, **kinds}
    return [step for step in steps if wanted.get(step.name, Display.PRIMARY) in protocol.displays]


def _list_all(protocol: Protocol) -> list[Step]:
    """Return the steps of every result."""
    arms = name_arms(protocol.arms)
    main = _main_population(protocol)
    flag, label = name_populations(protocol)[main]
    flow = _by_flag(protocol, "enrolled", "safety", main)
    subjects = {"adsl": "adsl"}
    return [
        _step(analyze_flow, "flow", subjects, populations={**flow, **_in_flow(flow)}),
        *list_conduct_analyses(protocol),
        _step(
            analyze_baseline, "baseline", subjects, arms=arms, flag=flag, population=label,
            characteristics=protocol.baseline,
        ),
        _step(analyze_exposure, "exposure", {"adexsum": "adexsum", "adsl": "adsl"}, arms=arms),
        *list_dosing_analyses(protocol),
        _step(
            analyze_disposition, "disposition", subjects, arms=arms,
            populations=_by_flag(protocol, main, "safety"),
        ),
        *[step for endpoint in protocol.endpoints.all for step in _of_endpoint(protocol, endpoint)],
        *_list_courses(protocol, flag),
        *list_option_analyses(protocol, (flag, label), name_populations(protocol)),
        *_list_agreement(protocol, (flag, label)),
        *list_tissue_analyses(protocol, (flag, label)),
        *list_protein_analyses(protocol),
        _step(
            analyze_deaths, "deaths", subjects, arms=arms,
            populations=_by_flag(protocol, main, "enrolled"),
        ),
    ]  # fmt: skip


def _list_courses(protocol: Protocol, flag: str) -> list[Step]:
    """Return the steps that follow single patients: changes, courses, pages."""
    read = protocol.central_review.analysis_read
    shown: dict[str, Any] = {"population": flag, "read": read}
    lesions = {"adtr": "adtr", "adrs": "adrs", "adsl": "adsl"}
    has_doses = any(arm.agents for arm in protocol.arms)
    treated = population_flag("safety") if has_doses else flag
    parts = ("adex", "adtr", "adrs", "adae", "bs", "be")
    return [
        _step(analyze_best_change, "best_change", lesions, **shown, label=_stratum(protocol)),
        _step(analyze_change_over_time, "change_over_time", lesions, **shown),
        _step(
            analyze_course, "course", {"adsl": "adsl", "adrs": "adrs"}, ("adrs",),
            population=treated, read=read, data_cut=protocol.study.data_cut,
        ),
        _step(
            analyze_patients, "patients", {name: name for name in ("adsl", *parts)}, parts,
            read=read,
        ),
    ]  # fmt: skip


def _list_agreement(protocol: Protocol, population: tuple[str, str]) -> list[Step]:
    """Return the step that compares two radiologists, where the protocol has two."""
    if protocol.central_review.readers != TWO_READERS:
        return []
    arms = name_arms(protocol.arms)
    return [
        _step(
            analyze_agreement, "agreement",
            {"adrs": "adrs", "adsl": "adsl", "recorded": ("tr", "rs")},
            trial=(arms, population), review=protocol.central_review,
        )
    ]  # fmt: skip


def _main_population(protocol: Protocol) -> str:
    """Return the population of the primary endpoint; everybody enrolled where there is none."""
    primary = protocol.endpoints.primary
    return primary.population if primary else "enrolled"


def _by_flag(protocol: Protocol, *names: str) -> dict[str, str]:
    """Return the flags of populations with their names in print, each once."""
    populations = name_populations(protocol)
    return {populations[name][0]: populations[name][1] for name in dict.fromkeys(names)}


def _stratum(protocol: Protocol) -> tuple[str, str] | None:
    """Return the variable that patients are told apart by, histology, and its label."""
    labels = {item.name: item.label for item in protocol.baseline}
    return (HISTOLOGY, labels[HISTOLOGY]) if HISTOLOGY in labels else None


def _in_flow(flow: Mapping[str, str]) -> dict[str, str]:
    return {flag: label for flag, label in IN_FLOW.items() if flag in flow}


def _step(
    function: Any,
    name: str,
    inputs: Mapping[str, Needs],
    optional: tuple[str, ...] = (),
    **settings: Any,
) -> Step:
    title = TITLES.get(name, name.replace("_", " "))
    return Step(name, title, function, inputs, settings, frozenset(optional))


def _of_endpoint(protocol: Protocol, endpoint: Endpoint) -> list[Step]:
    """Return the steps that analyze one endpoint."""
    arms = name_arms(protocol.arms)
    populations = name_populations(protocol)
    times = {"adtte": "adtte", "adsl": "adsl"}
    given: dict[str, Any] = {
        "endpoint": endpoint,
        "read": protocol.central_review.analysis_read,
    }
    match endpoint:
        case Landmark():
            return _of_landmark(protocol, endpoint)
        case BestResponse():
            given |= {"trial": (arms, populations), "stratum": _stratum(protocol)}
            by_patient = {"adrs": "adrs", "adsl": "adsl"}
            return [_step(analyze_best_response, endpoint.id, by_patient, **given)]
        case TimeToEvent():
            given |= {"arms": arms, "populations": populations}
            return [_step(analyze_time_to_event, endpoint.id, times, **given)]
        case FollowUp():
            given |= {"arms": arms, "populations": populations}
            return [_step(analyze_follow_up, endpoint.id, times, **given)]
        case Safety():
            return list_safety_analyses(protocol, endpoint)


def _of_landmark(protocol: Protocol, endpoint: Landmark) -> list[Step]:
    """Return the proportion, and the stage decision where a design counts this endpoint."""
    arms = name_arms(protocol.arms)
    populations = name_populations(protocol)
    read = protocol.central_review.analysis_read
    inputs = {"adrs": "adrs", "adsl": "adsl"}
    designs = [design for design in protocol.design if design.endpoint == endpoint.id]
    rates = {
        f"{name} {100 * rate:g}%": rate
        for d in designs[:1]
        for name, rate in (("p0", d.p0), ("p1", d.p1))
    }
    steps = [
        _step(
            analyze_landmark, endpoint.id, inputs, endpoint=endpoint,
            trial=(arms, populations, protocol.study.data_cut), read=read, reference_rates=rates,
        )
    ]  # fmt: skip
    codes = {arm.id: arm.armcd for arm in protocol.arms}
    for design in designs:
        cut = (populations, protocol.study.data_cut, codes[design.arm])
        name = "stage" if len(designs) == 1 else f"stage_{design.arm.lower()}"
        steps.append(
            _step(analyze_stage, name, inputs, design=design, endpoint=endpoint, cut=cut, read=read)
        )
        monitored = (populations[endpoint.population][0], protocol.study.data_cut, cut[2])
        steps.append(
            _step(
                analyze_monitor, name.replace("stage", "monitor"), {"stage": name, "adsl": "adsl"},
                design=design, endpoint=endpoint, cut=monitored,
            )
        )  # fmt: skip
    return steps
