"""The whole flow on one page: what is made of what, in which order."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.analyze.baseline import analyze_baseline
from trialwright.analyze.best_response import analyze_best_response
from trialwright.analyze.course import analyze_course
from trialwright.analyze.disposition import analyze_deaths, analyze_disposition
from trialwright.analyze.efficacy import analyze_landmark
from trialwright.analyze.exposure import analyze_exposure
from trialwright.analyze.flow import analyze_flow
from trialwright.analyze.patients.analysis import analyze_patients
from trialwright.analyze.safety import analyze_adverse_event_overview, analyze_adverse_event_terms
from trialwright.analyze.stage.analysis import analyze_stage
from trialwright.analyze.survival.analysis import analyze_follow_up, analyze_time_to_event
from trialwright.analyze.tumor_change import analyze_best_change, analyze_change_over_time
from trialwright.core.trace import hash_file
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.tabular import read_table
from trialwright.datasets.typed import conform
from trialwright.derive.adverse_events import derive_adae
from trialwright.derive.analysis_reads import (
    derive_all_responses,
    derive_lesions,
    derive_responses,
    derive_target_sums,
    derive_times,
    list_reads,
    list_schemes,
)
from trialwright.derive.exposure import derive_adex
from trialwright.derive.exposure_summary import derive_exposure_summary
from trialwright.derive.populations import STANDARD_POPULATIONS, derive_adsl, population_flag
from trialwright.protocol.estimands import (
    BestResponse,
    Endpoint,
    FollowUp,
    Landmark,
    Safety,
    TimeToEvent,
)
from trialwright.protocol.model import Protocol
from trialwright.study.run import Step

ADSL_DOMAINS = (
    *("dm", "ds", "ie", "bs", "dd", "ss", "sv", "ex", "tu", "tr", "rs", "qs", "vs", "lb"),
    *("cm", "mh", "suppdm", "suppmh", "suppcm"),
)
HISTOLOGY = "HIST"
STANDARD_LABELS = {"enrolled": "Enrolled", "safety": "Safety population"}
IN_FLOW = {"SAFFL": "Treated"}


def list_recorded(tables: Mapping[str, Path]) -> list[Step]:
    """Return the steps that read each table as it is and bring it to its declared types."""
    steps = []
    for domain, path in tables.items():
        dataset = find_dataset(domain)
        if dataset is None or domain == "plasma":
            continue
        raw = f"raw.{domain}"
        stamp = hash_file(path)
        steps.append(Step(raw, f"table {path.name}", read_table, {}, {"path": path}, stamp=stamp))
        typed = Step(domain, f"domain {domain.upper()}", _conform, {"raw": raw}, {"domain": domain})
        steps.append(typed)
    return steps


def _conform(raw: pl.DataFrame, domain: str) -> pl.DataFrame:
    dataset = find_dataset(domain)
    return raw if dataset is None else conform(raw, dataset)


def list_derivations(protocol: Protocol) -> list[Step]:
    """Return the steps from recorded domains to analysis datasets."""
    arms, cut = protocol.arms, protocol.study.data_cut
    return [
        Step(
            "adex", "doses", derive_adex, {"ex": "ex", "vs": "vs"},
            {"arms": arms, "data_cut": cut}, optional=frozenset({"vs"}),
        ),
        Step(
            "adsl", "subjects", derive_adsl, {"recorded": ADSL_DOMAINS, "adex": "adex"},
            {"protocol": protocol}, optional=frozenset({"adex"}), needs=("dm",),
        ),
        Step(
            "adexsum", "exposure of each patient", derive_exposure_summary,
            {"adex": "adex", "adsl": "adsl"}, {"protocol": protocol},
        ),
        *_list_tumor_derivations(protocol),
        Step(
            "adae", "adverse events", derive_adae, {"ae": "ae", "adsl": "adsl"}, _grading(protocol)
        ),
    ]  # fmt: skip


def _list_tumor_derivations(protocol: Protocol) -> list[Step]:
    """Return the steps from lesions or collected responses to responses, sums and times."""
    rules, reads = protocol.response, list_reads(protocol)
    landmarks = [e for e in protocol.endpoints.all if isinstance(e, Landmark)]
    lesions = {"lesions": "lesions", "responses": "responses"}
    return [
        Step(
            "lesions", "lesion measurements", derive_lesions,
            {"recorded": ("tu", "tr"), "adsl": "adsl"}, {"reads": reads}, needs=("tr",),
        ),
        Step(
            "responses", "responses", derive_responses,
            {"recorded": ("rs",), "lesions": "lesions", "adsl": "adsl"},
            {"rules": rules, "reads": reads}, optional=frozenset({"lesions"}),
        ),
        Step("adtr", "target sums", derive_target_sums, lesions, {"rules": rules}),
        Step(
            "adtte", "times to events", derive_times, {"responses": "responses", "adsl": "adsl"},
            {"rules": rules, "schemes": list_schemes(protocol)}, optional=frozenset({"responses"}),
        ),
        Step(
            "adrs", "responses and landmarks", derive_all_responses,
            {"responses": "responses", "adtte": "adtte", "adsl": "adsl"}, {"landmarks": landmarks},
        ),
    ]  # fmt: skip


def _grading(protocol: Protocol) -> dict[str, Any]:
    """Return how adverse events are graded, and when they are treatment-emergent."""
    safety = next((e for e in protocol.endpoints.all if isinstance(e, Safety)), None)
    rules: dict[str, Any] = {"imputation": protocol.imputation}
    if safety is not None:
        rules |= {"grading": safety.grading}
        rules |= {"emergent_until_days_after": safety.emergent_until_days_after}
    return rules


def name_populations(protocol: Protocol) -> dict[str, tuple[str, str]]:
    """Return each population's ADSL flag and its name in print."""
    names = {**STANDARD_POPULATIONS, **protocol.populations}
    labels = {
        name: STANDARD_LABELS.get(name) or population.label or name
        for name, population in names.items()
    }
    return {
        name: (population_flag(name), label[:1].upper() + label[1:])
        for name, label in labels.items()
    }


def list_analyses(protocol: Protocol) -> list[Step]:
    """Return the steps from analysis datasets to results, in the order of the report."""
    arms = [(arm.armcd, arm.name) for arm in protocol.arms]
    main = _main_population(protocol)
    flag, label = name_populations(protocol)[main]
    flow = _by_flag(protocol, "enrolled", "safety", main)
    subjects = {"adsl": "adsl"}
    return [
        _step(analyze_flow, "flow", subjects, populations={**flow, **_in_flow(flow)}),
        _step(
            analyze_baseline, "baseline", subjects, arms=arms, flag=flag, population=label,
            characteristics=protocol.baseline,
        ),
        _step(analyze_exposure, "exposure", {"adexsum": "adexsum", "adsl": "adsl"}, arms=arms),
        _step(
            analyze_disposition, "disposition", subjects, arms=arms,
            populations=_by_flag(protocol, main, "safety"),
        ),
        *[step for endpoint in protocol.endpoints.all for step in _of_endpoint(protocol, endpoint)],
        *_list_courses(protocol, flag),
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
            analyze_patients, "patients", {name: name for name in ("adsl", *parts)}, parts, read=read
        ),
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
    inputs: Mapping[str, str],
    optional: tuple[str, ...] = (),
    **settings: Any,
) -> Step:
    return Step(name, name.replace("_", " "), function, inputs, settings, frozenset(optional))


def _of_endpoint(protocol: Protocol, endpoint: Endpoint) -> list[Step]:
    """Return the steps that analyze one endpoint."""
    arms = [(arm.armcd, arm.name) for arm in protocol.arms]
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
            return _of_safety(arms, endpoint)


def _of_safety(arms: list[tuple[str, str]], endpoint: Safety) -> list[Step]:
    """Return the tables of adverse events."""
    events = {"adae": "adae", "adsl": "adsl"}
    graded = f"CTCAE {endpoint.ctcae}" if endpoint.ctcae else endpoint.grading.value
    return [
        _step(analyze_adverse_event_overview, "ae_overview", events, arms=arms),
        _step(analyze_adverse_event_terms, "ae_terms", events, arms=arms, dictionary=graded),
    ]


def _of_landmark(protocol: Protocol, endpoint: Landmark) -> list[Step]:
    """Return the proportion, and the stage decision where a design counts this endpoint."""
    arms = [(arm.armcd, arm.name) for arm in protocol.arms]
    populations = name_populations(protocol)
    read = protocol.central_review.analysis_read
    inputs = {"adrs": "adrs", "adsl": "adsl"}
    designs = [design for design in protocol.design if design.endpoint == endpoint.id]
    rates = [rate for design in designs for rate in (design.p0, design.p1)]
    steps = [
        _step(
            analyze_landmark, endpoint.id, inputs, endpoint=endpoint, trial=(arms, populations),
            read=read, reference_rates=rates,
        )
    ]  # fmt: skip
    codes = {arm.id: arm.armcd for arm in protocol.arms}
    for design in designs:
        cut = (populations, protocol.study.data_cut, codes[design.arm])
        name = "stage" if len(designs) == 1 else f"stage_{design.arm.lower()}"
        steps.append(
            _step(analyze_stage, name, inputs, design=design, endpoint=endpoint, cut=cut, read=read)
        )
    return steps
