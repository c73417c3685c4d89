"""The study design of USDM: agents, arms, visits on a time line, endpoints, populations."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from trialwright.core.units import days_from_day_1
from trialwright.protocol import usdm_terms as terms
from trialwright.protocol.arms import Agent, list_agents
from trialwright.protocol.estimands import Endpoint
from trialwright.protocol.model import Protocol
from trialwright.protocol.plan import find_planned_day
from trialwright.protocol.schedule import Visit
from trialwright.protocol.usdm_terms import Objects

Part = dict[str, Any]


def describe_agents(protocol: Protocol, objects: Objects) -> dict[str, Part]:
    """Return the interventions by the name of the agent, each described once."""
    agents = list_agents(protocol.arms)
    return {name: _describe_agent(agent, objects) for name, agent in agents.items()}


def _describe_agent(agent: Agent, objects: Objects) -> Part:
    """Return one agent with its administration; dose and route only where a term fits."""
    unit = objects.find(terms.UNITS, agent.dose.unit, f"unit of {agent.name}")
    dose = objects.make("Quantity", value=agent.dose.amount, unit=unit) if unit else None
    is_daily = agent.every_days is None
    frequency = agent.frequency.value if is_daily else None
    administration = objects.make(
        "Administration",
        name=f"{agent.name}, {agent.dose.text}",
        description=_schedule_words(agent),
        duration=objects.make("Duration", durationWillVary=True, reasonDurationWillVary="as given"),
        dose=dose,
        route=objects.find(terms.ROUTES, agent.route, f"route of {agent.name}"),
        frequency=objects.find(terms.FREQUENCIES, frequency, f"frequency of {agent.name}"),
    )
    return objects.make(
        "StudyIntervention",
        name=agent.name,
        label=agent.name,
        role=objects.code(terms.PROTOCOL_AGENT),
        type=objects.code(terms.PHARMACOLOGIC),
        administrations=[administration],
    )


def _schedule_words(agent: Agent) -> str:
    """Say when an agent is given."""
    parts = [agent.dose.text, agent.frequency.value, f"from {agent.start}"]
    if agent.every_days is not None:
        parts[1] = f"every {agent.every_days} days"
    if agent.days_on is not None:
        parts.append(f"{agent.days_on} days on, {agent.days_off or 0} days off")
    if agent.at_most is not None:
        parts.append(f"at most {agent.at_most} times")
    return ", ".join(parts)


def describe_arms(protocol: Protocol, agents: dict[str, Part], objects: Objects) -> Part:
    """Return arms, epochs, elements and cells of the design."""
    screening, treatment = _describe_epochs(objects)
    before = objects.make("StudyElement", name="SCREENING", label="Screening")
    arms, elements, cells = [], [before], []
    for arm in protocol.arms:
        element = objects.make(
            "StudyElement",
            name=arm.id,
            label=arm.name,
            studyInterventionIds=[agents[agent.name]["id"] for agent in arm.agents],
        )
        made = objects.make(
            "StudyArm",
            name=arm.armcd,
            label=arm.name,
            type=objects.code(terms.INVESTIGATIONAL_ARM),
            dataOriginDescription="Collected in the study",
            dataOriginType=objects.code(terms.OWN_DATA),
        )
        for epoch, part in ((screening, before), (treatment, element)):
            cells.append(
                objects.make(
                    "StudyCell", armId=made["id"], epochId=epoch["id"], elementIds=[part["id"]]
                )
            )
        arms.append(made)
        elements.append(element)
    epochs = [screening, treatment]
    return {"arms": arms, "epochs": epochs, "elements": elements, "studyCells": cells}


def _describe_epochs(objects: Objects) -> tuple[Part, Part]:
    """Return the epochs before and from the start of treatment."""
    screening = objects.make(
        "StudyEpoch",
        name="SCREENING",
        label="Screening",
        type=objects.code(terms.SCREENING_EPOCH),
    )
    treatment = objects.make(
        "StudyEpoch",
        name="TREATMENT",
        label="Treatment",
        type=objects.code(terms.TREATMENT_EPOCH),
        previousId=screening["id"],
    )
    screening["nextId"] = treatment["id"]
    return screening, treatment


def describe_visits(protocol: Protocol, epochs: Sequence[Part], objects: Objects) -> Part:
    """Return the planned visits as encounters and instances of one time line."""
    encounters, instances = [], []
    for visit in protocol.visits:
        encounter = objects.make(
            "Encounter",
            name=visit.name,
            label=visit.name,
            type=objects.code(terms.VISIT),
        )
        epoch = epochs[0] if visit.within_days_before is not None else epochs[1]
        instance = objects.make(
            "ScheduledActivityInstance",
            name=visit.name,
            label=visit.name,
            epochId=epoch["id"],
            activityIds=[],
            encounterId=encounter["id"],
        )
        encounters.append(encounter)
        instances.append(instance)
    _chain(encounters, "previousId", "nextId")
    if not instances:
        return {"encounters": [], "scheduleTimelines": []}
    end = objects.make("ScheduleTimelineExit")
    _chain(instances, None, "defaultConditionId")
    instances[-1]["timelineExitId"] = end["id"]
    timeline = objects.make(
        "ScheduleTimeline",
        name="MAIN",
        label="Planned visits",
        mainTimeline=True,
        entryCondition="Informed consent",
        entryId=instances[0]["id"],
        exits=[end],
        timings=_time_visits(protocol, instances, objects),
        instances=instances,
    )
    return {"encounters": encounters, "scheduleTimelines": [timeline]}


def _chain(parts: Sequence[Part], before: str | None, after: str) -> None:
    """Tie each part to the next, and to the one before where asked."""
    for first, second in pairwise(parts):
        first[after] = second["id"]
        if before is not None:
            second[before] = first["id"]


def _time_visits(protocol: Protocol, instances: Sequence[Part], objects: Objects) -> list[Part]:
    """Return when each visit is, counted from day 1; a visit without a day is left out."""
    by_name = {instance["name"]: instance for instance in instances}
    days = {v.name: find_planned_day(protocol, protocol.arms[0], v.name) for v in protocol.visits}
    anchor = next((name for name, day in days.items() if day == 1), None)
    if anchor is None:
        return []
    timings = []
    for visit in protocol.visits:
        offset = _offset(visit, days)
        if offset is None:
            continue
        kind = terms.FIXED if offset == 0 else terms.BEFORE if offset < 0 else terms.AFTER
        window = visit.window or (0, 0)
        timings.append(
            objects.make(
                "Timing",
                name=f"TIMING {visit.name}",
                type=objects.code(kind),
                value=f"P{abs(offset)}D",
                valueLabel=f"{abs(offset)} days",
                relativeToFrom=objects.code(terms.START_TO_START),
                relativeFromScheduledInstanceId=by_name[visit.name]["id"],
                relativeToScheduledInstanceId=by_name[anchor]["id"],
                windowLower=f"P{-window[0]}D",
                windowUpper=f"P{window[1]}D",
                windowLabel=f"{window[0]} to {window[1]} days",
            )
        )
    return timings


def _offset(visit: Visit, days: dict[str, int | None]) -> int | None:
    """Return the days from day 1 to a visit; there is no day 0."""
    day = days[visit.name]
    if day is not None:
        return days_from_day_1(day)
    of = days.get(visit.of or "")
    if visit.within_days_before is None or of is None:
        return None
    return days_from_day_1(of) - visit.within_days_before


def describe_endpoints(protocol: Protocol, agents: dict[str, Part], objects: Objects) -> Part:
    """Return objectives with endpoints, estimands, and the populations they count."""
    populations = {
        name: objects.make(
            "AnalysisPopulation", name=name, label=item.label or name, text=item.label or name
        )
        for name, item in protocol.populations.items()
    }
    objectives, estimands = [], []
    for endpoint in protocol.endpoints.all:
        is_primary = endpoint is protocol.endpoints.primary
        variable = objects.make(
            "Endpoint",
            name=endpoint.id,
            text=endpoint.variable,
            purpose=endpoint.kind.replace("_", " "),
            level=objects.code(terms.ENDPOINTS[is_primary]),
        )
        objectives.append(
            objects.make(
                "Objective",
                name=f"OBJECTIVE {endpoint.id}",
                text=f"To estimate {endpoint.variable}",
                level=objects.code(terms.OBJECTIVES[is_primary]),
                endpoints=[variable],
            )
        )
        if endpoint.intercurrent and endpoint.population in populations:
            population = populations[endpoint.population]
            parts = (population, variable, list(agents.values()))
            estimands.append(_describe_estimand(endpoint, parts, objects))
    return {
        "objectives": objectives,
        "estimands": estimands,
        "analysisPopulations": list(populations.values()),
    }


def _describe_estimand(
    endpoint: Endpoint, parts: tuple[Part, Part, list[Part]], objects: Objects
) -> Part:
    """Return one estimand with its intercurrent events."""
    population, variable, agents = parts
    events = [
        objects.make(
            "IntercurrentEvent",
            name=event.value,
            text=event.value.replace("_", " "),
            strategy=strategy.ich_e9_name,
        )
        for event, strategy in endpoint.intercurrent.items()
    ]
    return objects.make(
        "Estimand",
        name=endpoint.id,
        populationSummary=f"{population['label']}; summary: {getattr(endpoint, 'summary', '')}",
        analysisPopulationId=population["id"],
        interventionIds=[agent["id"] for agent in agents],
        variableOfInterestId=variable["id"],
        intercurrentEvents=events,
    )
