"""The protocol as CDISC USDM version 4: what other systems read of a trial's design."""

from typing import Any

from trialwright.protocol import usdm_terms as terms
from trialwright.protocol.eligibility import EligibilityRule
from trialwright.protocol.model import Protocol
from trialwright.protocol.usdm_design import (
    describe_agents,
    describe_arms,
    describe_endpoints,
    describe_visits,
)
from trialwright.protocol.usdm_terms import Objects

USDM_VERSION = "4.0.0"
NOT_TEXT = ("rule", "ietestcd", "label")


def describe_protocol(protocol: Protocol, software: str) -> tuple[dict[str, Any], list[str]]:
    """Write a protocol as a USDM document.

    Parameters
    ----------
    protocol : Protocol
        What was promised.
    software : str
        Version of the program, printed as the system's version.

    Returns
    -------
    dict, list of str
        The document as JSON values, and in words what it leaves out because no controlled term
        fits: a route, a unit or a frequency is never replaced by another.

    References
    ----------
    CDISC. Unified Study Definitions Model, version 4.0.
    """
    objects = Objects()
    agents = describe_agents(protocol, objects)
    items = [_describe_item(rule, objects) for rule in protocol.eligibility]
    owner = _describe_owner(protocol, objects)
    version = objects.make(
        "StudyVersion",
        versionIdentifier=protocol.study.version or "1",
        rationale=protocol.study.title,
        studyIdentifiers=_list_identifiers(protocol, owner, objects),
        organizations=owner,
        titles=[
            objects.make(
                "StudyTitle", text=protocol.study.id, type=objects.code(terms.BRIEF_TITLE)
            ),
            objects.make(
                "StudyTitle", text=protocol.study.title, type=objects.code(terms.OFFICIAL_TITLE)
            ),
        ],
        eligibilityCriterionItems=items,
        studyInterventions=list(agents.values()),
        studyDesigns=[_describe_design(protocol, agents, items, objects)],
    )
    study = {
        "id": None,
        "name": protocol.study.id,
        "label": protocol.study.id,
        "description": protocol.study.title,
        "versions": [version],
        "instanceType": "Study",
    }
    document = {
        "study": study,
        "usdmVersion": USDM_VERSION,
        "systemName": "trialwright",
        "systemVersion": software,
    }
    return document, objects.uncoded


def _describe_design(
    protocol: Protocol,
    agents: dict[str, dict[str, Any]],
    items: list[dict[str, Any]],
    objects: Objects,
) -> dict[str, Any]:
    """Return the design: arms, visits, endpoints, and who may take part."""
    criteria = _list_criteria(protocol, items, objects)
    arms = describe_arms(protocol, agents, objects)
    is_single = len(protocol.arms) == 1
    phase = objects.find(terms.PHASES, protocol.study.phase, "phase")
    return objects.make(
        "InterventionalStudyDesign",
        name=protocol.study.id,
        label=protocol.study.title,
        studyType=objects.code(terms.INTERVENTIONAL),
        studyPhase=phase,
        model=objects.code(terms.SINGLE_GROUP if is_single else terms.PARALLEL),
        rationale=_explain_design(protocol),
        studyInterventionIds=[agent["id"] for agent in agents.values()],
        eligibilityCriteria=criteria,
        population=_describe_population(protocol, criteria, objects),
        **arms,
        **describe_visits(protocol, arms["epochs"], objects),
        **describe_endpoints(protocol, agents, objects),
    )


def _explain_design(protocol: Protocol) -> str:
    """Say in words how many patients decide what."""
    words = [
        f"Arm {design.arm}, two stages: stop with at most {design.stage_1.r1} successes among "
        f"{design.stage_1.n1}; conclude activity with more than {design.total.r} among "
        f"{design.total.n} (p0 {design.p0:g}, p1 {design.p1:g}, alpha {design.alpha:g}, power "
        f"{design.power:g})"
        for design in protocol.design
    ]
    return ". ".join(words) or "No design is declared"


def _describe_item(rule: EligibilityRule, objects: Objects) -> dict[str, Any]:
    """Return a criterion in words: the protocol's own, or those of the rule."""
    given = rule.model_dump(mode="json", exclude_none=True)
    details = "; ".join(
        f"{key.replace('_', ' ')} {_join(value)}"
        for key, value in given.items()
        if key not in NOT_TEXT
    )
    name = rule.rule.replace("_", " ")
    text = rule.label or (f"{name}: {details}" if details else name)
    return objects.make("EligibilityCriterionItem", name=rule.ietestcd or rule.rule, text=text)


def _join(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _list_criteria(
    protocol: Protocol, items: list[dict[str, Any]], objects: Objects
) -> list[dict[str, Any]]:
    """Return the criteria in their order; IETESTCD says which of them exclude."""
    criteria = []
    for number, (rule, item) in enumerate(zip(protocol.eligibility, items, strict=True), start=1):
        is_exclusion = (rule.ietestcd or "").upper().startswith("EX")
        kind = terms.EXCLUSION if is_exclusion else terms.INCLUSION
        criteria.append(
            objects.make(
                "EligibilityCriterion",
                name=rule.ietestcd or rule.rule,
                label=rule.rule.replace("_", " "),
                category=objects.code(kind),
                identifier=str(number),
                criterionItemId=item["id"],
            )
        )
    return criteria


def _describe_population(
    protocol: Protocol, criteria: list[dict[str, Any]], objects: Objects
) -> dict[str, Any]:
    """Return who may take part, and how many are planned."""
    planned = sum(design.total.n for design in protocol.design)
    quantity = objects.make("Quantity", value=float(planned), unit=None) if planned else None
    return objects.make(
        "StudyDesignPopulation",
        name="POPULATION",
        label="Planned participants",
        includesHealthySubjects=False,
        plannedEnrollmentNumber=quantity,
        criterionIds=[criterion["id"] for criterion in criteria],
    )


def _describe_owner(protocol: Protocol, objects: Objects) -> list[dict[str, Any]]:
    """Return sponsor and registry as organizations."""
    named = [("Sponsor", protocol.study.sponsor, terms.SPONSOR)]
    named += [("Registry", "Registry" if protocol.study.registry else None, terms.REGISTRY)]
    return [
        objects.make(
            "Organization",
            name=name,
            label=name,
            type=objects.code(term),
            identifierScheme=scheme,
            identifier=name,
        )
        for scheme, name, term in named
        if name
    ]


def _list_identifiers(
    protocol: Protocol, owners: list[dict[str, Any]], objects: Objects
) -> list[dict[str, Any]]:
    """Return the trial's names, each within the organization that gave it."""
    texts = {"Sponsor": protocol.study.id, "Registry": protocol.study.registry}
    return [
        objects.make("StudyIdentifier", text=texts[owner["identifierScheme"]], scopeId=owner["id"])
        for owner in owners
    ]
