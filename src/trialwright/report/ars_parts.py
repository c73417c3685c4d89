"""What analyses of the CDISC Analysis Results Standard point at: sets, methods, outputs.

The analyses themselves are in `report.ars`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.table import Table

STATISTIC = "GF_STATISTIC"
FILE_TYPES = {
    "txt": {"controlledTerm": "txt"},
    "rtf": {"controlledTerm": "rtf"},
    "pdf": {"controlledTerm": "pdf"},
    "svg": {"controlledTerm": "svg", "sponsorTermId": "TERM_SVG"},
    "png": {"controlledTerm": "png", "sponsorTermId": "TERM_PNG"},
}
TERMS = (
    ("AnalysisPurposeEnum", "TERM_DESCRIPTIVE", "DESCRIPTIVE", "Describes patients or conduct."),
    ("AnalysisReasonEnum", "TERM_STANDARD", "STANDARD REPORT", "Part of every report."),
    ("OutputFileTypeEnum", "TERM_SVG", "svg", "Scalable Vector Graphics."),
    ("OutputFileTypeEnum", "TERM_PNG", "png", "Portable Network Graphics."),
)
UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """The columns of an analysis dataset, and the codes that its PARAMCD takes."""

    columns: frozenset[str]
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportingEvent:
    """What a set of results was made for.

    `populations` maps ADSL flags to names in print. By result id, `purposes` says "primary" or
    "secondary" (the others describe), `sets` the flag of the population, `files` what shows it.
    """

    study: str
    title: str
    description: str
    populations: Mapping[str, str]
    datasets: Mapping[str, DatasetFacts]
    purposes: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)


def make_code(text: str) -> str:
    """Return text as part of an id.

    Examples
    --------
    >>> make_code("pfs, at 6 months")
    'PFS_AT_6_MONTHS'
    """
    return UNSAFE.sub("_", text).strip("_").upper()


def grouping_id(variable: str) -> str:
    """Return the id of the grouping by one variable."""
    return f"GF_{make_code(variable)}"


def method_id(result: Result) -> str:
    """Return the id of a result's method."""
    return f"MTH_{make_code(result.id)}"


def operation_id(result: Result, name: str, unit: str | None) -> str:
    """Return the id of one kind of statistic of a result."""
    return f"{method_id(result)}_{make_code(f'{name} {_unit_word(unit)}')}"


def _unit_word(unit: str | None) -> str:
    return "percent" if unit == "%" else unit or ""


def list_terms() -> list[dict[str, Any]]:
    """Return our words where the standard's lists of terms end."""
    lists: dict[str, list[dict[str, str]]] = {}
    for enumeration, term, value, text in TERMS:
        item = {"id": term, "submissionValue": value, "description": text}
        lists.setdefault(enumeration, []).append(item)
    return [
        {"id": f"EXT_{make_code(name)}", "enumeration": name, "sponsorTerms": terms}
        for name, terms in lists.items()
    ]


def list_documents(results: Mapping[str, Result]) -> list[dict[str, str]]:
    """Return the protocol and the sources of the methods, each once."""
    references = dict.fromkeys(r.method.reference for r in results.values() if r.method.reference)
    sources = [
        {"id": f"DOC_{place}", "name": text} for place, text in enumerate(references, start=1)
    ]
    return [{"id": "DOC_PROTOCOL", "name": "Protocol", "location": "protocol.yaml"}, *sources]


def list_sets(event: ReportingEvent) -> list[dict[str, Any]]:
    """Return the analysis sets with the ADSL flag that makes each."""
    return [
        {
            "id": f"AS_{flag}",
            "name": name,
            "level": 1,
            "order": place,
            "condition": {
                "dataset": "ADSL", "variable": flag, "comparator": "EQ", "value": ["Y"],
            },
        }
        for place, (flag, name) in enumerate(event.populations.items(), start=1)
    ]  # fmt: skip


def list_groupings(results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """Return what subdivides results: arms, levels of a variable, the statistic's own id."""
    frames = [result.data for result in results.values()]
    arms = {name for frame in frames for name in frame["group1"].drop_nulls()}
    has_level = pl.col("variable_level").fill_null("") != ""
    levels = {name for frame in frames for name in frame.filter(has_level)["variable"].drop_nulls()}
    own = {
        "id": STATISTIC,
        "name": "Statistic",
        "label": "The statistic's own id, as `trialwright show` takes it",
        "dataDriven": True,
    }
    return [own] + [
        {"id": grouping_id(name), "name": name, "dataDriven": True, "groupingVariable": name}
        for name in sorted(arms | levels)
    ]


def list_methods(results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """Return each result's method with its kinds of statistic as operations."""
    sources = {item["name"]: item["id"] for item in list_documents(results)}
    methods = []
    for result in results.values():
        settings = "; ".join(f"{name}: {value}" for name, value in result.method.settings.items())
        method: dict[str, Any] = {
            "id": method_id(result),
            "name": result.method.name,
            "description": f"{result.method.name}. {settings}".strip(),
            "operations": _list_operations(result),
        }
        if result.method.reference:
            method["documentRefs"] = [{"referenceDocumentId": sources[result.method.reference]}]
        methods.append(method)
    return methods


def _list_operations(result: Result) -> list[dict[str, Any]]:
    """Return the kinds of statistic of a result, each with its unit."""
    kinds: dict[str, str] = {}
    for name, unit in result.data.select("stat_name", "unit").iter_rows():
        kinds.setdefault(operation_id(result, name, unit), f"{name}, {unit}" if unit else name)
    return [
        {"id": key, "name": name, "order": place}
        for place, (key, name) in enumerate(kinds.items(), start=1)
    ]


def find_table(result: Result) -> Table | None:
    """Return a result's printed table, if it has one."""
    return None if type(result).table is Result.table else result.table()


def list_outputs(event: ReportingEvent, results: Mapping[str, Result]) -> Iterable[dict[str, Any]]:
    """Yield each result's table as an output with its title, footnotes and files."""
    for result in results.values():
        table = find_table(result)
        if table is None:
            continue
        code = make_code(result.id)
        sections = [_section(code, "Title", [table.title])]
        sections += [_section(code, "Footnote", table.footnotes)] if table.footnotes else []
        display = {
            "id": f"DISP_{code}",
            "name": table.title,
            "displayTitle": table.title,
            "displaySections": sections,
        }
        output = {
            "id": f"OUT_{code}",
            "name": result.title,
            "version": 1,
            "displays": [{"order": 1, "display": display}],
        }
        files = [_describe_file(path) for path in event.files.get(result.id, ())]
        yield {**output, "fileSpecifications": files} if files else output


def _section(code: str, kind: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return a title or the footnotes of a display."""
    return {
        "sectionType": kind,
        "orderedSubSections": [
            {"order": place, "subSection": {"id": f"{kind.upper()}_{code}_{place}", "text": text}}
            for place, text in enumerate(texts, start=1)
        ],
    }


def _describe_file(path: str) -> dict[str, Any]:
    """Return a file of the results folder."""
    file = PurePosixPath(path)
    return {"name": file.name, "location": path, "fileType": FILE_TYPES[file.suffix[1:]]}
