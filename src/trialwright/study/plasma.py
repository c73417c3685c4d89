"""Steps from Olink exports to the plasma dataset, its check and its analyses."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.analyze.proteins.changes import analyze_protein_changes, analyze_protein_courses
from trialwright.analyze.proteins.contrasts import analyze_proteins
from trialwright.analyze.proteins.outcome import analyze_protein_outcome
from trialwright.analyze.proteins.quality import analyze_protein_quality
from trialwright.analyze.proteins.sets import analyze_protein_sets
from trialwright.core.trace import hash_file
from trialwright.datasets.gene_sets import find_gmt_findings, read_gmt_table
from trialwright.datasets.plasma import (
    GENE_SETS,
    STEM,
    find_plasma_findings,
    list_panel_visits,
    read_plasma,
    read_sheet,
)
from trialwright.datasets.rules_registry import order_findings
from trialwright.derive.biomarkers import BiomarkerVisits
from trialwright.protocol.model import Protocol
from trialwright.study.facts import find_severities
from trialwright.study.findings import store_finding
from trialwright.study.run import Step

SPECIMENS = ("be", "dm", "sv")
OF_ALL_EXPORTS = ("plasma", "plasma_check")  # steps that take all exports together


def pick_exports(tables: Mapping[str, Path]) -> dict[str, Path]:
    """Return the Olink exports, and the list of their samples, among a study's tables."""
    return {name: path for name, path in tables.items() if name.startswith(STEM)}


def list_plasma_reading(tables: Mapping[str, Path]) -> list[Step]:
    """Return the steps that read each export as it is, and all together as one dataset."""
    exports, sets = pick_exports(tables), _list_gene_sets(tables)
    if not exports:
        return sets
    sheets = [
        Step(
            f"raw.{name}", f"table {path.name}", read_sheet, {}, {"path": path},
            stamp=hash_file(path),
        )
        for name, path in exports.items()
    ]  # fmt: skip
    together = Step(
        "plasma", "plasma proteins", read_plasma, {"recorded": SPECIMENS}, {"paths": exports},
        stamp=_stamp(exports),
    )  # fmt: skip
    return [*sheets, together, *sets]


def _list_gene_sets(tables: Mapping[str, Path]) -> list[Step]:
    """Return the step that reads the gene sets of a study; none without a GMT file."""
    path = tables.get(GENE_SETS)
    if path is None:
        return []
    name = f"raw.{GENE_SETS}"
    stamp = hash_file(path)
    return [Step(name, f"table {path.name}", read_gmt_table, {}, {"path": path}, stamp=stamp)]


def keep_possible(steps: Sequence[Step], tables: Mapping[str, Path]) -> list[Step]:
    """Leave out what only a file that need not be there would ask for: gene sets."""
    return [step for step in steps if step.name != "protein_sets" or GENE_SETS in tables]


def list_plasma_check(tables: Mapping[str, Path], protocol: Protocol) -> list[Step]:
    """Return the step that checks the exports; none without any."""
    exports = pick_exports(tables)
    if not exports:
        return []
    settings = {
        "paths": exports,
        "visits": list_panel_visits(protocol.biomarkers.plasma),
        "gene_sets": tables.get(GENE_SETS),
        "severities": find_severities(protocol),
    }
    inputs = {"recorded": SPECIMENS}
    return [
        Step(
            "plasma_check", "check of the plasma proteins", check_plasma, inputs, settings,
            stamp=_stamp({k: tables[k] for k in (*exports, GENE_SETS) if k in tables}),
        )
    ]  # fmt: skip


def check_plasma(
    recorded: Mapping[str, pl.DataFrame],
    paths: Mapping[str, Path],
    visits: Sequence[str],
    severities: Mapping[str, str],
    gene_sets: Path | None = None,
) -> list[dict[str, Any]]:
    """Check the exports and gene sets of a study; return the findings as plain values."""
    findings = find_plasma_findings(recorded, paths, visits)
    if gene_sets is not None:
        findings += find_gmt_findings(gene_sets)
    return [store_finding(finding) for finding in order_findings(findings, severities)]


def list_biomarker_visits(protocol: Protocol) -> BiomarkerVisits:
    """Return the visits of a protocol in their order, and the baseline of its plasma panel."""
    names = [visit.name for visit in protocol.visits]
    panels = protocol.biomarkers.plasma
    names += [name for panel in panels for name in panel.visits if name not in names]
    return BiomarkerVisits(tuple(names), panels[0].reference if panels else None)


def list_protein_analyses(protocol: Protocol) -> list[Step]:
    """Return the steps that analyze the first plasma panel of a protocol; none without a panel."""
    if not protocol.biomarkers.plasma:
        return []
    panel, read = protocol.biomarkers.plasma[0], protocol.central_review.analysis_read
    analyzed, given = {"adbm": "adbm", "adsl": "adsl"}, {"panel": panel}
    landmarks = [item.landmark for item in protocol.biomarkers.correlates if item.landmark]
    landmark = next((name for name in landmarks if name in panel.contrasts), panel.contrasts[-1])
    with_responses = {**analyzed, "adrs": "adrs"}
    optional = frozenset({"adrs"})
    return [
        Step("proteins", "plasma proteins between visits", analyze_proteins, analyzed, given),
        Step(
            "protein_changes", "changes of plasma proteins", analyze_protein_changes,
            with_responses, {**given, "read": read}, optional,
        ),
        Step(
            "protein_courses", "leading plasma proteins by visit", analyze_protein_courses,
            {**analyzed, "proteins": "proteins"}, given,
        ),
        Step(
            "protein_quality", "quality of the plasma proteins", analyze_protein_quality,
            {"plasma": "plasma", "adbm": "adbm"}, given,
        ),
        Step(
            "protein_outcome", "plasma proteins and outcome", analyze_protein_outcome,
            {**with_responses, "adtte": "adtte"}, {**given, "settings": (landmark, read)}, optional,
        ),
        Step(
            "protein_sets", "gene sets among the plasma proteins", analyze_protein_sets,
            {**analyzed, "proteins": "proteins", "gene_sets": f"raw.{GENE_SETS}"}, given,
        ),
    ]  # fmt: skip


def _stamp(exports: Mapping[str, Path]) -> str:
    """Hash the exports by name and content."""
    return ",".join(f"{name}:{hash_file(path)}" for name, path in exports.items())
