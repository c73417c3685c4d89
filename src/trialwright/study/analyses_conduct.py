"""The analyses of conduct and safety: screening, schedule, events, laboratory, boundaries."""

from collections.abc import Mapping, Sequence
from typing import Any

from trialwright.analyze.boundaries import analyze_boundaries
from trialwright.analyze.dosing import analyze_dosing
from trialwright.analyze.lab_grading import analyze_lab_grading
from trialwright.analyze.lab_shift import analyze_lab_shift
from trialwright.analyze.safety import (
    analyze_adverse_event_cut,
    analyze_adverse_event_overview,
    analyze_adverse_event_terms,
)
from trialwright.analyze.safety_interest import analyze_interest, analyze_serious
from trialwright.analyze.schedule import analyze_schedule
from trialwright.analyze.screening import analyze_screening
from trialwright.core.table import open_sentence
from trialwright.datasets.lab_criteria import name_ctcae
from trialwright.derive.event_cuts import EventCut
from trialwright.protocol.arms import list_agents, name_arms
from trialwright.protocol.estimands import Safety
from trialwright.protocol.model import Protocol
from trialwright.study.run import Needs, Step

NAMED = "Terms named by the protocol"


def list_conduct_analyses(protocol: Protocol) -> list[Step]:
    """Return the steps of screening and schedule, where the protocol has rules and a plan."""
    steps = []
    if protocol.eligibility:
        inputs = {"adelig": "adelig", "adsl": "adsl"}
        steps.append(Step("screening", "screening and eligibility", analyze_screening, inputs))
    if protocol.visits or protocol.assessments.tumor:
        inputs = {"adsched": "adsched"}
        steps.append(Step("schedule", "schedule compliance", analyze_schedule, inputs))
    return steps


def list_dosing_analyses(protocol: Protocol) -> list[Step]:
    """Return the step of doses missed, delayed and reduced, where the protocol has agents."""
    caps = {name: agent.at_most for name, agent in list_agents(protocol.arms).items()}
    if not caps:
        return []
    arms = name_arms(protocol.arms)
    inputs: dict[str, Needs] = {"adexdev": "adexdev", "adex": "adex", "adsl": "adsl"}
    inputs["recorded"] = ("ds",)
    given = {"arms": arms, "caps": caps}
    return [Step("dosing", "doses missed, delayed, reduced", analyze_dosing, inputs, given)]


def list_safety_analyses(protocol: Protocol, endpoint: Safety) -> list[Step]:
    """Return the tables of adverse events and, where CTCAE grades them, of laboratory values."""
    arms = name_arms(protocol.arms)
    events = {"adae": "adae", "adsl": "adsl"}
    graded = name_ctcae(endpoint.ctcae) if endpoint.ctcae else endpoint.grading.value
    agents = tuple(list_agents(protocol.arms))
    given: dict[str, Any] = {"arms": arms, "dictionary": graded}
    steps = [
        Step(
            "ae_overview", "overview of adverse events", analyze_adverse_event_overview, events,
            {"arms": arms, "agents": agents},
        ),
        Step("ae_terms", "adverse events by term", analyze_adverse_event_terms, events, given),
        *[
            Step(cut.result_id, cut.title, analyze_adverse_event_cut, events,
                 {**given, "cut": cut})
            for cut in EventCut
            if cut is not EventCut.ALL
        ],
    ]  # fmt: skip
    lists = list_interest(endpoint)
    if lists:
        named = {"arms": arms, "lists": lists}
        title = "events of special interest"
        steps.append(Step("ae_interest", title, analyze_interest, events, named))
    steps.append(Step("ae_serious", "serious adverse events", analyze_serious, events))
    if endpoint.boundaries:
        watched = {"boundaries": endpoint.boundaries, "data_cut": protocol.study.data_cut}
        steps.append(Step("boundaries", "stopping boundaries", analyze_boundaries, events, watched))
    if endpoint.ctcae:
        values = {"adlb": "adlb", "adsl": "adsl"}
        steps.append(Step("lab_shift", "laboratory toxicity", analyze_lab_shift, values, given))
        title = "laboratory values without a grade"
        steps.append(
            Step("lab_grading", title, analyze_lab_grading, values, {"dictionary": graded})
        )
    return steps


def list_interest(endpoint: Safety) -> Mapping[str, Sequence[str]]:
    """Return the lists of terms that the protocol reports by name."""
    named = {NAMED: endpoint.terms_of_interest} if endpoint.terms_of_interest else {}
    lists = {open_sentence(name): terms for name, terms in endpoint.special_interest.items()}
    return {**named, **lists}
