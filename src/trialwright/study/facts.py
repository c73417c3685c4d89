"""What the check of recorded data must know, taken from the protocol."""

from trialwright.core.units import DAYS_PER_WEEK
from trialwright.datasets.study_facts import AgentFacts, ScanSchedule, StudyFacts, VisitWindow
from trialwright.protocol.arms import StartRule, list_agents
from trialwright.protocol.eligibility import AgeAtLeast
from trialwright.protocol.estimands import Safety
from trialwright.protocol.model import Protocol

CONSENT_RULE = "informed_consent"


def find_facts(protocol: Protocol) -> StudyFacts:
    """Return the protocol's facts that recorded data are held against."""
    agents = list_agents(protocol.arms)
    start = protocol.treatment_start
    is_of_one = start.rule is StartRule.FIRST_DOSE_OF and start.agent is not None
    return StudyFacts(
        study_id=protocol.study.id,
        data_cut=protocol.study.data_cut,
        arms=tuple(arm.armcd for arm in protocol.arms),
        agents=tuple(AgentFacts(name, agent.dose.unit) for name, agent in agents.items()),
        start_agents=(str(start.agent),) if is_of_one else (),
        visits=_visit_windows(protocol),
        scans=_scan_schedule(protocol),
        consent_required=any(rule.rule == CONSENT_RULE for rule in protocol.eligibility),
        age_years=(_least_age(protocol), None),
        ctcae_version=_ctcae_version(protocol),
        interest_terms=_interest_terms(protocol),
        stains=_list_stains(protocol),
        severities=find_severities(protocol),
    )


def find_severities(protocol: Protocol) -> dict[str, str]:
    """Return what the protocol makes of single rules, by their id."""
    return {rule: action.value for rule, action in protocol.checks.items()}


def _list_stains(protocol: Protocol) -> tuple[str, ...]:
    """Return what STAIN may be: the stains that are measured or decided on, and those shown."""
    panels = protocol.biomarkers
    shown = [kind for panel in panels.images for kind in panel.of]
    return tuple(dict.fromkeys([marker.stain for marker in panels.tissue] + shown))


def _visit_windows(protocol: Protocol) -> tuple[VisitWindow, ...]:
    """Return the planned visits, counted from the visit on day 1."""
    first = next((visit.name for visit in protocol.visits if visit.day == 1), None)
    if first is None:
        return ()
    return tuple(
        VisitWindow(visit.name, visit.day, *visit.window, anchor=first)
        for visit in protocol.visits
        if visit.day is not None and visit.name != first and visit.window is not None
    )


def _scan_schedule(protocol: Protocol) -> ScanSchedule | None:
    tumor = protocol.assessments.tumor
    if tumor is None:
        return None
    names = {visit.name for visit in protocol.visits}
    anchor = tumor.from_ if tumor.from_ in names else "RFSTDTC"
    lower, upper = tumor.window
    return ScanSchedule(round(tumor.every_weeks * DAYS_PER_WEEK), lower, upper, anchor)


def _least_age(protocol: Protocol) -> float | None:
    for rule in protocol.eligibility:
        if isinstance(rule, AgeAtLeast):
            return float(rule.years)
    return None


def _interest_terms(protocol: Protocol) -> tuple[str, ...]:
    """Return the terms that the protocol reports by name, watches or lists."""
    terms: list[str] = []
    for endpoint in protocol.endpoints.all:
        if isinstance(endpoint, Safety):
            terms += endpoint.terms_of_interest
            terms += [term for listed in endpoint.special_interest.values() for term in listed]
            terms += [term for watched in endpoint.boundaries for term in watched.terms]
    return tuple(dict.fromkeys(terms))


def _ctcae_version(protocol: Protocol) -> str | None:
    versions = [getattr(endpoint, "ctcae", None) for endpoint in protocol.endpoints.all]
    return next((version for version in versions if version), None)
