"""From files to analysis datasets on one page: what is made of what, in which order."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.trace import hash_file
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.lab_criteria import UnitSystem, find_ctcae_version
from trialwright.datasets.tabular import read_table
from trialwright.datasets.typed import conform
from trialwright.derive.adverse_events import derive_events
from trialwright.derive.analysis_reads import (
    derive_all_responses,
    derive_lesions,
    derive_responses,
    derive_target_sums,
    derive_times,
    list_reads,
    list_schemes,
)
from trialwright.derive.biomarkers import derive_adbm
from trialwright.derive.dates import keep_until_cut
from trialwright.derive.dose_occasions import derive_dose_occasions
from trialwright.derive.eligibility.evaluate import derive_eligibility
from trialwright.derive.exposure import derive_adex
from trialwright.derive.exposure_summary import derive_exposure_summary
from trialwright.derive.immune_parameters import (
    derive_immune_responses,
    derive_immune_times,
    derive_sums_apart,
    list_immune_settings,
    shows_injected_sums,
    uses_irecist,
)
from trialwright.derive.lab_values import derive_adlb
from trialwright.derive.populations import derive_adsl
from trialwright.derive.schedule.compliance import derive_schedule
from trialwright.derive.tissue import derive_tissue
from trialwright.protocol.arms import list_agents
from trialwright.protocol.estimands import (
    Landmark,
    Safety,
)
from trialwright.protocol.grading import LabUnits
from trialwright.protocol.model import Protocol
from trialwright.study.plasma import list_biomarker_visits, list_plasma_reading
from trialwright.study.run import Needs, Step

ADSL_DOMAINS = (
    *("dm", "ds", "ie", "bs", "dd", "ss", "sv", "ex", "tu", "tr", "rs", "qs", "vs", "lb"),
    *("cm", "mh", "suppdm", "suppmh", "suppcm"),
)
TISSUE_DOMAINS = ("bs", "be", "ex", "tu", "supptu")
MEASURED_SLIDES = "slides_measured"
SCREENING_DOMAINS = (*ADSL_DOMAINS, "pr", "supptu", "adbm")


def list_recorded(tables: Mapping[str, Path], data_cut: date) -> list[Step]:
    """Return the steps that read each table as it is, and those that type and cut it."""
    steps = []
    for domain, path in tables.items():
        dataset = find_dataset(domain)
        if dataset is None or domain.startswith("plasma"):
            continue
        raw = f"raw.{domain}"
        stamp = hash_file(path)
        steps.append(Step(raw, f"table {path.name}", read_table, {}, {"path": path}, stamp=stamp))
        steps.append(type_domain(domain, data_cut))
    return [*steps, *list_plasma_reading(tables)]


def type_domain(domain: str, data_cut: date) -> Step:
    """Return the step that types a table as it was read, and cuts it."""
    settings = {"domain": domain, "data_cut": data_cut}
    inputs = {"raw": f"raw.{domain}"}
    return Step(domain, f"domain {domain.upper()}", _conform, inputs, settings)


def _conform(raw: pl.DataFrame, domain: str, data_cut: date) -> pl.DataFrame:
    dataset = find_dataset(domain)
    return raw if dataset is None else keep_until_cut(conform(raw, dataset), domain, data_cut)


def list_derivations(protocol: Protocol) -> list[Step]:
    """Return the steps from recorded domains to analysis datasets."""
    arms, cut = protocol.arms, protocol.study.data_cut
    return [
        Step(
            "adex", "doses", derive_adex, {"ex": "ex", "vs": "vs"},
            {"arms": arms, "data_cut": cut}, optional=frozenset({"vs"}),
        ),
        *_list_biomarkers(protocol),  # before the subjects: eligibility may rest on tissue
        *_list_eligibility(protocol),
        Step(
            "adsl", "subjects", derive_adsl,
            {"recorded": ADSL_DOMAINS, "adex": "adex", "adelig": "adelig"},
            {"protocol": protocol}, optional=frozenset({"adex", "adelig"}), needs=("dm",),
        ),
        Step(
            "adexsum", "exposure of each patient", derive_exposure_summary,
            {"adex": "adex", "adsl": "adsl"}, {"protocol": protocol},
        ),
        Step(
            "adexdev", "dosing occasions", derive_dose_occasions,
            {"adex": "adex", "adsl": "adsl"}, {"protocol": protocol},
        ),
        *_list_tumor_derivations(protocol),
        *_list_schedule(protocol),
        *_list_lab_derivations(protocol),
        Step(
            "adae", "adverse events", derive_events,
            {"ae": "ae", "adsl": "adsl", "suppae": "suppae"}, _grading(protocol),
            optional=frozenset({"suppae"}),
        ),
    ]  # fmt: skip


def _list_biomarkers(protocol: Protocol) -> list[Step]:
    """Return the steps from what was measured and recorded of plasma and tissue to ADBM."""
    markers = protocol.biomarkers.tissue
    tissue = Step(
        "tissue_rows", "markers of tissue", derive_tissue,
        {"recorded": TISSUE_DOMAINS, "measured": MEASURED_SLIDES}, {"markers": markers},
        optional=frozenset({"measured"}),
    )  # fmt: skip
    return [
        *([tissue] if markers else []),
        Step(
            "adbm", "biomarkers", derive_adbm,
            {"recorded": ("plasma", "be", "dm"), "tissue": "tissue_rows"},
            {"visits": list_biomarker_visits(protocol)}, optional=frozenset({"tissue"}),
        ),
    ]  # fmt: skip


def _list_eligibility(protocol: Protocol) -> list[Step]:
    """Return the step that evaluates the eligibility rules, where the protocol has any."""
    if not protocol.eligibility:
        return []
    return [
        Step(
            "adelig", "eligibility", derive_eligibility,
            {"recorded": SCREENING_DOMAINS, "adex": "adex"}, {"protocol": protocol},
            optional=frozenset({"adex"}), needs=("dm",),
        )
    ]  # fmt: skip


def _list_schedule(protocol: Protocol) -> list[Step]:
    """Return the step that holds what was done against the plan, where there is one."""
    if not protocol.visits and protocol.assessments.tumor is None:
        return []
    return [
        Step(
            "adsched", "schedule", derive_schedule,
            {"recorded": ("sv", "tr", "rs", "be"), "adsl": "adsl", "adtte": "adtte"},
            {"protocol": protocol}, optional=frozenset({"adtte"}),
        )
    ]  # fmt: skip


def _list_tumor_derivations(protocol: Protocol) -> list[Step]:
    """Return the steps from lesions or collected responses to responses, sums and times."""
    rules, reads = protocol.response, list_reads(protocol)
    landmarks = [e for e in protocol.endpoints.all if isinstance(e, Landmark)]
    lesions = {"lesions": "lesions", "responses": "responses"}
    sums = {"apart": "injected_sums"} if shows_injected_sums(protocol) else {}
    return [
        Step(
            "lesions", "lesion measurements", derive_lesions,
            {"recorded": ("tu", "tr"), "adsl": "adsl"}, {"rules": rules, "reads": reads},
            needs=("tr",),
        ),
        Step(
            "responses", "responses", derive_responses,
            {"recorded": ("rs", "lb"), "lesions": "lesions", "adsl": "adsl"},
            {"rules": rules, "reads": reads}, optional=frozenset({"lesions"}),
        ),
        *_list_options(protocol),
        Step(
            "adtr", "target sums", derive_target_sums, {**lesions, **sums}, {"rules": rules},
            optional=frozenset(sums),
        ),
        Step(
            "adtte", "times to events", derive_times,
            {"responses": "responses", "adsl": "adsl", **_immune(protocol, "irecist_times")},
            {"rules": rules, "schemes": list_schemes(protocol)},
            optional=frozenset({"responses", "immune"}),
        ),
        Step(
            "adrs", "responses and landmarks", derive_all_responses,
            {"responses": "responses", "adtte": "adtte", "adsl": "adsl",
             **_immune(protocol, "irecist_responses")},
            {"landmarks": landmarks}, optional=frozenset({"immune"}),
        ),
    ]  # fmt: skip


def _immune(protocol: Protocol, name: str) -> dict[str, str]:
    """Return the input that iRECIST adds to a dataset; none where nobody asked for it."""
    return {"immune": name} if uses_irecist(protocol) else {}


def _list_options(protocol: Protocol) -> list[Step]:
    """Return the steps that a default report leaves out: iRECIST, and injected lesions apart."""
    inputs = {"lesions": "lesions", "adsl": "adsl"}
    settings = list_immune_settings(protocol)
    steps = []
    if uses_irecist(protocol):
        steps = [
            Step("irecist_responses", "responses by iRECIST", derive_immune_responses, inputs,
                 settings),
            Step("irecist_times", "times by iRECIST", derive_immune_times, inputs, settings),
        ]  # fmt: skip
    if shows_injected_sums(protocol):
        given: dict[str, Needs] = {"recorded": ("ex", "tu", "supptu"), "lesions": "lesions"}
        read = {"read": protocol.central_review.analysis_read}
        steps.append(Step("injected_sums", "injected lesions", derive_sums_apart, given, read))
    return steps


def _find_safety(protocol: Protocol) -> Safety | None:
    return next((e for e in protocol.endpoints.all if isinstance(e, Safety)), None)


def _list_lab_derivations(protocol: Protocol) -> list[Step]:
    """Return the step that grades laboratory values, where the protocol grades by CTCAE."""
    safety = _find_safety(protocol)
    if safety is None or safety.ctcae is None:
        return []
    units = UnitSystem.SI if safety.lab_units is LabUnits.SI else UnitSystem.US
    settings = {
        "criteria": find_ctcae_version(safety.ctcae),
        "units": units,
        "on_treatment_until_days_after": safety.emergent_until_days_after,
    }
    inputs = {"lb": "lb", "adsl": "adsl"}
    return [Step("adlb", "laboratory values", derive_adlb, inputs, settings)]


def _grading(protocol: Protocol) -> dict[str, Any]:
    """Return how adverse events are graded, and when they are treatment-emergent."""
    safety = _find_safety(protocol)
    agents = tuple(list_agents(protocol.arms))
    rules: dict[str, Any] = {"imputation": protocol.imputation, "agents": agents}
    if safety is not None:
        rules |= {"grading": safety.grading}
        rules |= {"emergent_until_days_after": safety.emergent_until_days_after}
    return rules
