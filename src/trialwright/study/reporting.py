"""The last steps of a run: results.json, manifest.json and the report."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

import trialwright
from trialwright.analyze.patients.result import PatientsResult
from trialwright.core.errors import Finding
from trialwright.core.result import Result
from trialwright.core.table import open_sentence
from trialwright.core.trace import hash_text
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.validate import RULES
from trialwright.protocol.defaults import list_settings
from trialwright.protocol.model import Protocol
from trialwright.protocol.rules import RULES as PROTOCOL_RULES
from trialwright.report.blocks import (
    Document,
    FigureBlock,
    Origin,
    PatientBlock,
    SettingRow,
    SettingsBlock,
)
from trialwright.report.captions import caption_result
from trialwright.report.document import compose_report
from trialwright.report.html import render_html
from trialwright.report.material import Absence, Material
from trialwright.report.patients import describe_patient
from trialwright.study.evidence import gather_evidence
from trialwright.study.figures import load_figure, safe_name
from trialwright.study.links import find_links
from trialwright.study.mapped import SOURCE_CHECK, name_table, print_account
from trialwright.study.run import StepReport
from trialwright.study.store import ABSENT, FAILED, Store, replace_text


def print_band(protocol: Protocol) -> tuple[str, ...]:
    """Return what every page and figure says of itself."""
    study = protocol.study
    parts = [study.synthetic] if study.synthetic else []
    parts += [f"{study.id}, data cut {study.data_cut.isoformat()}"]
    parts += [f"protocol {study.version}"] if study.version else []
    return (*parts, f"trialwright {trialwright.__version__}")


def compose_document(
    protocol: Protocol,
    store: Store,
    results: Mapping[str, Result],
    made: Mapping[str, Any],
    files: Mapping[str, tuple[str, str]],
    reports: Sequence[StepReport],
) -> Document:
    """Compose the report of a run, which HTML, PDF and DOCX then print.

    Parameters
    ----------
    protocol : Protocol
        What was promised.
    store : Store
        Where the run keeps what it made.
    results : mapping
        Result id to result.
    made : mapping
        findings (list of Finding), figures (result id to drawn files) and patients (subject to
        drawn files).
    files : mapping
        Domain to file name and hash.
    reports : sequence of StepReport
        What became of the steps, for what is absent.
    """
    figures = {
        name: load_figure(
            drawn, store.results, name, results[name].title, caption_result(results[name], results)
        )
        for name, drawn in made["figures"].items()
    }
    rules = {**PROTOCOL_RULES, **{rule_id: rule.title for rule_id, rule in RULES.items()}}
    material = Material(
        protocol=protocol,
        results=results,
        figures=figures,
        findings=made["findings"],
        patients=_patient_blocks(results, made["patients"], store),
        panels=_panel_blocks(made.get("panels", {}), store),
        absences=list_absences(reports),
        settings=_settings(protocol),
        band=print_band(protocol),
        inputs=[
            (_name_input(name, store), sha256, store.load(name_table(domain)).height)
            for domain, (name, sha256) in files.items()
        ],
        rules=rules,
    )
    return compose_report(material)


def _name_input(name: str, store: Store) -> str:
    """Return a file's name; of a table of the centre also what became of its rows."""
    if not store.is_done(SOURCE_CHECK):
        return name
    accounts = {item["place"]: item for item in store.load(SOURCE_CHECK)["accounts"]}
    return f"{name}: {print_account(accounts[name])}" if name in accounts else name


def write_report(
    document: Document,
    protocol: Protocol,
    store: Store,
    results: Mapping[str, Result],
    files: Mapping[str, tuple[str, str]],
) -> dict[str, str]:
    """Write the report as one HTML file with what its numbers open; return its name and hash."""
    evidence = gather_evidence(results, store, find_links(protocol), files, protocol.study.data_cut)
    page = render_html(document, evidence)
    replace_text(store.results / "report.html", page)
    return {"report": "report.html", "sha256": hash_text(page)}


def _panel_blocks(drawn: Mapping[str, Any], store: Store) -> list[FigureBlock]:
    """Return the images of each patient side by side."""
    caption = (
        "Images of one patient, a visit a column; the circle marks the lesion, the bar its scale.",
    )
    return [
        load_figure(
            files, store.results, f"{name.replace('.', '_')}_{safe_name(subject)}",
            f"Images of {subject}", caption,
        )
        for name, of_patients in drawn.items()
        for subject, files in of_patients.items()
    ]  # fmt: skip


def _patient_blocks(
    results: Mapping[str, Result], drawn: Mapping[str, Any], store: Store
) -> list[PatientBlock]:
    patients = results.get("patients")
    if not isinstance(patients, PatientsResult):
        return []
    blocks = []
    for subject in patients.patients():
        figure: FigureBlock | None = None
        if subject in drawn:
            title = f"Time line of {subject}"
            caption = ("Study days; day 1 is the start of treatment.",)
            figure = load_figure(
                drawn[subject], store.results, f"patient_{subject}", title, caption
            )
        blocks.append(describe_patient(patients, subject, figure))
    return blocks


def list_absences(reports: Sequence[StepReport]) -> list[Absence]:
    """Return what could not be made: what each would need, or what went wrong and where."""
    failed = {report.name: report for report in reports if report.status == FAILED}
    absences = []
    for report in reports:
        if report.status in (ABSENT, FAILED) and not report.name.startswith("figure."):
            why = _print_failure(report, failed)
            needs = why or _print_needs(report)
            what = open_sentence(report.title)
            absences.append(Absence(what, needs, report.name, has_failed=bool(why)))
    return absences


def _print_failure(report: StepReport, failed: Mapping[str, StepReport]) -> str:
    """Say why a step failed, or which of those it needed; nothing where none did."""
    if report.status == FAILED:
        return report.reason
    causes = [failed[word] for word in _list_needs(report) if word in failed]
    return "; ".join(f"It needs {cause.title}, which failed: {cause.reason}" for cause in causes)


def _list_needs(report: StepReport) -> list[str]:
    """Return the names of what an absent step needed."""
    return report.reason.removeprefix("needs ").split(", ")


def _print_needs(report: StepReport) -> str:
    """Say in words what a step needed: a table by its label."""
    datasets = [(word, find_dataset(word)) for word in _list_needs(report)]
    return ", ".join(
        word if dataset is None else f"the table {dataset.name.upper()} ({dataset.label.lower()})"
        for word, dataset in datasets
    )


def _settings(protocol: Protocol) -> SettingsBlock:
    rows = []
    for setting in list_settings(protocol):
        origin = Origin.DEFAULT if setting.is_default else Origin.DECLARED
        if setting.assumed:
            origin = Origin.ASSUMED
        rows.append(SettingRow(setting.path, setting.text, origin, setting.assumed or ""))
    return SettingsBlock(tuple(rows), "Every setting in force")


def write_results(
    protocol: Protocol,
    store: Store,
    results: Mapping[str, Result],
    findings: Sequence[Finding],
) -> None:
    """Write results.json and one text table per result."""
    content = {
        "study": protocol.study.id,
        "data_cut": protocol.study.data_cut.isoformat(),
        "synthetic": protocol.study.synthetic,
        "software": f"trialwright {trialwright.__version__}",
        "findings": [finding.as_dict() for finding in findings],
        "results": {name: describe_result(result) for name, result in results.items()},
    }
    replace_text(store.results / "results.json", json.dumps(content, ensure_ascii=False, indent=1))
    printed = {name for name, result in results.items() if type(result).table is not Result.table}
    for path in (store.results / "tables").glob("*.*"):
        if path.stem not in printed:
            path.unlink()  # of a result that this run did not make
    for name, result in results.items():
        if name in printed:
            replace_text(store.results / "tables" / f"{name}.txt", result.table().to_text() + "\n")


def describe_result(result: Result) -> dict[str, Any]:
    """Return a result as JSON: method and statistics, undefined numbers null."""
    columns = [name for name in result.data.columns if name != "stat_id"]
    return {
        "title": result.title,
        "method": {
            "name": result.method.name,
            "settings": dict(result.method.settings),
            "reference": result.method.reference,
        },
        "statistics": {
            item["stat_id"]: {
                name: item[name] for name in columns if item[name] is not None or name == "stat"
            }
            for item in result.data.with_columns(pl.col("stat").fill_nan(None)).iter_rows(
                named=True
            )
        },
    }
