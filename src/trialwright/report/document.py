"""Which section comes when: the answer first, then the order of a paper's Results."""

from typing import Any

from trialwright.analyze.agreement.result import AgreementResult
from trialwright.analyze.best_response import BestResponseResult
from trialwright.analyze.efficacy import LandmarkResult
from trialwright.analyze.safety import AdverseEventTerms
from trialwright.analyze.stage.result import StageResult
from trialwright.analyze.survival.result import SurvivalResult
from trialwright.core.table import Text
from trialwright.protocol.estimands import TimeToEvent
from trialwright.report.blocks import (
    Block,
    Document,
    Fact,
    FindingsBlock,
    Paragraph,
    Section,
    TableBlock,
)
from trialwright.report.conduct import (
    describe_dosing,
    describe_schedule,
    describe_screening,
)
from trialwright.report.material import SAFETY_RESULTS, Material, section, show, tell
from trialwright.report.methods import describe_methods
from trialwright.report.options import list_optional_blocks
from trialwright.report.proteins import describe_proteins
from trialwright.report.provenance import describe_inputs
from trialwright.report.sentences import agreement, conduct, efficacy
from trialwright.report.sentences.baseline import tell_baseline
from trialwright.report.tissue import describe_tissue


def compose_report(material: Material) -> Document:
    """Put the report together from what the steps made.

    Parameters
    ----------
    material : Material
        Results, figures, findings and settings of one run.

    Returns
    -------
    Document
        Opening facts and sections; a section without anything to show is left out.
    """
    study = material.protocol.study
    sections = [
        _participants(material),
        _treatment(material),
        _primary(material),
        _response(material),
        _agreement(material),
        _survival(material),
        _safety(material),
        describe_tissue(material),
        describe_proteins(material),
        section("patients", "Patients, one by one", material.patients),
        describe_methods(material.protocol, material.settings),
        _data(material),
    ]
    registry = f", {study.registry}" if study.registry else ""
    return Document(
        title=study.id,
        subtitle=f"{study.title}{registry}",
        band=material.band,
        facts=tuple(_facts(material)),
        sections=tuple(s for s in sections if s is not None),
        footer=tuple((text,) for text in material.band),
    )


def _facts(material: Material) -> list[Fact]:
    """Return the answer: populations, primary result, decision, times."""
    results, primary = material.results, _primary_id(material)
    asked = {endpoint.id for endpoint in material.protocol.endpoints.all} - {primary}
    facts = [Fact("Data cut", (material.protocol.study.data_cut.isoformat(),))]
    flow: Any = results.get("flow")
    if flow is not None:
        facts.append(Fact("Patients", conduct.tell_flow(flow)))
    facts += [Fact("Primary endpoint", text, is_main=True) for text in _tell_primary(material)]
    for result in results.values():
        if isinstance(result, StageResult):
            facts.append(Fact("Decision", efficacy.tell_stage(result)[0], is_main=True))
    for result in results.values():
        if isinstance(result, SurvivalResult) and result.id in asked:
            facts.append(Fact(result.title, efficacy.tell_survival_briefly(result)))
    return facts


def _primary_id(material: Material) -> str:
    primary = material.protocol.endpoints.primary
    return "" if primary is None else primary.id


def _tell_primary(material: Material) -> list[Text]:
    """Return the sentences that answer the primary endpoint, of whatever kind it is."""
    result = material.results.get(_primary_id(material))
    told = [
        text
        for other in material.results.values()
        if isinstance(other, LandmarkResult)
        for text in efficacy.tell_landmark(other)
    ]
    if isinstance(result, BestResponseResult):
        return [*efficacy.tell_objective_response(result), *told]
    if isinstance(result, SurvivalResult):
        return [*efficacy.tell_survival(result), *told]
    return told


def _participants(material: Material) -> Section | None:
    blocks = show(material, "flow", tell(material, "flow", conduct.tell_flow))
    blocks += describe_screening(material.results.get("screening"))
    if material.protocol.baseline:
        blocks += show(material, "baseline", tell(material, "baseline", tell_baseline))
    return section("participants", "Participants", blocks)


def _treatment(material: Material) -> Section | None:
    told = tell(material, "disposition", conduct.tell_disposition)
    blocks = show(material, "disposition", told)
    blocks += show(material, "exposure", tell(material, "exposure", conduct.tell_exposure))
    blocks += describe_dosing(material.results.get("dosing"))
    blocks += show(material, "course")
    blocks += describe_schedule(material.results.get("schedule"))
    return section("treatment", "Treatment and disposition", blocks)


def _endpoint_ids(material: Material, kind: str) -> list[str]:
    return [e.id for e in material.protocol.endpoints.all if e.kind == kind]


def _primary(material: Material) -> Section | None:
    """Show the primary proportion, the curve's reading apart, and the stage decision."""
    blocks: list[Block] = []
    for result_id, result in material.results.items():
        if isinstance(result, LandmarkResult):
            blocks += show(material, result_id, efficacy.tell_landmark(result))
            blocks += _curve_apart(material)
    for result_id, result in material.results.items():
        if isinstance(result, StageResult):
            told = [*efficacy.tell_stage(result), efficacy.tell_estimate(result)]
            blocks += show(material, result_id, told)
            if not result.rules.is_empty():
                blocks.append(TableBlock(result.rules_table()))
            blocks += show(material, result_id.replace("stage", "monitor"))
    landmarks = _endpoint_ids(material, "landmark")
    blocks += [
        a.show()
        for a in material.absences
        if a.result_id.startswith("stage") or a.result_id in landmarks
    ]
    return section("primary", "Primary endpoint and stage decision", blocks)


def _curve_apart(material: Material) -> list[Block]:
    """Say what the survival curve reads at the landmark, which is not the primary result."""
    primary = material.protocol.endpoints.primary
    months = getattr(primary, "at_months", None)
    free = [
        material.results.get(endpoint.id)
        for endpoint in material.protocol.endpoints.all
        if isinstance(endpoint, TimeToEvent) and endpoint.paramcd == "PFS"
    ]
    curves = [
        curve for curve in free
        if isinstance(curve, SurvivalResult) and months in curve.landmarks_months
    ]  # fmt: skip
    if months is None or not curves or len(curves[0].arms) > 1:
        return []
    return [Paragraph(efficacy.tell_curve_apart(curves[0], months))]


def _response(material: Material) -> Section | None:
    blocks: list[Block] = []
    for result_id, result in material.results.items():
        if isinstance(result, BestResponseResult):
            told = efficacy.tell_best_response(result)
            blocks += show(material, result_id, [*told, *efficacy.tell_objective_response(result)])
            if result.strata:
                blocks.append(TableBlock(result.strata_table()))
    ids = [i for i in _endpoint_ids(material, "best_response") if i not in material.results]
    blocks += [block for result_id in ids for block in show(material, result_id)]
    blocks += show(material, "best_change") + show(material, "change_over_time")
    blocks += list_optional_blocks(material)
    return section("response", "Response", blocks)


def _agreement(material: Material) -> Section | None:
    """Show how the readers agree, who differs, and who stopped on what is not confirmed."""
    blocks = show(material, "agreement", tell(material, "agreement", agreement.tell_agreement))
    result = material.results.get("agreement")
    if isinstance(result, AgreementResult):
        tables = [result.cases_table()] if result.cases.height else []
        tables += [result.progression_table()] if result.has_local else []
        tables += [result.unconfirmed_table()] if result.unconfirmed.height else []
        blocks += [TableBlock(table) for table in tables]
    return section("agreement", "Reader agreement", blocks)


def _survival(material: Material) -> Section | None:
    blocks: list[Block] = []
    kinds = ("time_to_event", "follow_up")
    for result_id in [i for kind in kinds for i in _endpoint_ids(material, kind)]:
        told = tell(material, result_id, efficacy.tell_survival)
        blocks += show(material, result_id, told)
    return section("survival", "Times to events", blocks)


def _safety(material: Material) -> Section | None:
    blocks: list[Block] = []
    if _endpoint_ids(material, "safety"):
        terms = material.results.get("ae_terms")
        if isinstance(terms, AdverseEventTerms):
            blocks.append(Paragraph(conduct.tell_adverse_events(terms)))
        for result_id in SAFETY_RESULTS:
            blocks += show(material, result_id)
    blocks += show(material, "deaths", tell(material, "deaths", conduct.tell_deaths))
    return section("safety", "Safety and deaths", blocks)


def _data(material: Material) -> Section | None:
    """Show the findings of the check, what is absent, and where the numbers come from."""
    blocks: list[Block] = [FindingsBlock(tuple(material.findings), material.rules)]
    if not material.findings:
        blocks = [Paragraph(("The check of the recorded data found nothing.",))]
    blocks.append(describe_inputs(material.inputs))
    return section("data", "Data, checks and provenance", blocks)
