"""From a study's folder to its recorded domains: tables as they are, or made by the mapping."""

from dataclasses import replace
from datetime import date

from trialwright.core.errors import Finding
from trialwright.datasets.study_facts import StudyFacts
from trialwright.study.check import check_data
from trialwright.study.directory import StudyDirectory, list_slide_files
from trialwright.study.facts import find_facts
from trialwright.study.findings import read_findings, store_finding
from trialwright.study.mapped import (
    MAPPED,
    SOURCE,
    SOURCE_CHECK,
    list_mapped_domains,
    list_mapping_steps,
    name_mapped,
)
from trialwright.study.run import Step
from trialwright.study.steps import list_recorded, type_domain
from trialwright.study.store import FAILED, Store

RAW, OF_PLASMA = "raw.", "raw.plasma"
READING = (RAW, SOURCE, MAPPED)
"""How the names of the steps that read tables begin."""


def list_recording(directory: StudyDirectory, data_cut: date | None = None) -> list[Step]:
    """Return the steps that make recorded domains, until a day.

    Parameters
    ----------
    directory : StudyDirectory
        The study.
    data_cut : date, optional
        Last day that counts; the protocol's when left out.
    """
    study = directory.protocol.study
    cut = data_cut or study.data_cut
    recorded = list_recorded(directory.tables, cut)
    reading = directory.mapping
    if reading.mapping is None:
        return recorded
    mapped = list_mapping_steps(directory.data, reading.mapping, reading, study.id)
    typed = [type_domain(domain, cut) for domain in list_mapped_domains(reading.mapping)]
    return [*mapped, *typed, *recorded]


def name_tables(directory: StudyDirectory) -> dict[str, str]:
    """Return what findings call each domain: its file, or the mapping that makes it."""
    names = {domain: path.name for domain, path in directory.tables.items()}
    mapping = directory.mapping.mapping
    mapped = list_mapped_domains(mapping) if mapping else ()
    return names | {domain: name_mapped(domain) for domain in mapped}


def find_unread(store: Store) -> list[Finding]:
    """Return why tables could not be read in the last check.

    The check sees only tables that were read. Exports of proteins have a check of their own.
    """
    failed = [
        state
        for name, state in sorted(store.states.items())
        if name.startswith(READING) and state.status == FAILED and not name.startswith(OF_PLASMA)
    ]
    return [finding for state in failed for finding in read_findings(state.findings)]


def _find_facts(directory: StudyDirectory) -> StudyFacts:
    """Return the protocol's facts, and which slides there are where any are recorded."""
    facts = find_facts(directory.protocol)
    if "slides" not in name_tables(directory):
        return facts
    return replace(facts, slide_files=tuple(sorted(list_slide_files(directory.path) or ())))


def list_check(directory: StudyDirectory, raw: tuple[str, ...]) -> Step:
    """Return the step that checks the recorded tables; `raw` are the steps that read them."""
    listing = ",".join(sorted(path.name for path in directory.data.iterdir()))
    mapping = directory.mapping.mapping
    of_protocol = [*directory.reading.findings, *directory.mapping.findings]
    return Step(
        "check",
        "check of the recorded data",
        check_data,
        {"raw": raw, "of_sources": SOURCE_CHECK},
        {
            "files": name_tables(directory),
            "facts": _find_facts(directory),
            "folder": directory.data,
            "of_protocol": [store_finding(finding) for finding in of_protocol],
            "claimed": sorted(mapping.files()) if mapping else [],
        },
        optional=frozenset({"of_sources"}),
        stamp=listing,
    )
