"""Results as JSON of the CDISC Analysis Results Standard: one analysis a result and variable.

Every value also names its own statistic (the grouping `GF_STATISTIC`), under the id that
`trialwright show` takes, so that it leads back to method and rows.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.table import NOT_ESTIMABLE
from trialwright.report.ars_parts import (
    STATISTIC,
    DatasetFacts,
    ReportingEvent,
    find_table,
    grouping_id,
    list_documents,
    list_groupings,
    list_methods,
    list_outputs,
    list_sets,
    list_terms,
    make_code,
    method_id,
    operation_id,
)

PURPOSES = {
    "primary": {"controlledTerm": "PRIMARY OUTCOME MEASURE"},
    "secondary": {"controlledTerm": "SECONDARY OUTCOME MEASURE"},
}
DESCRIPTIVE = {"controlledTerm": "DESCRIPTIVE", "sponsorTermId": "TERM_DESCRIPTIVE"}
SPECIFIED = {"controlledTerm": "SPECIFIED IN PROTOCOL"}
STANDARD = {"controlledTerm": "STANDARD REPORT", "sponsorTermId": "TERM_STANDARD"}
NO_FACTS = DatasetFacts(frozenset())


def make_ars(event: ReportingEvent, results: Mapping[str, Result]) -> dict[str, Any]:
    """Make the JSON of a reporting event with all its results.

    Parameters
    ----------
    event : ReportingEvent
        Study, populations, datasets, and what each result is for.
    results : mapping
        Result id to result, in the order of the report.

    Returns
    -------
    dict
        An instance of the standard's class ReportingEvent, the same for the same results. A
        statistic that cannot be estimated has the formatted value "NE" and no raw value.

    References
    ----------
    CDISC Analysis Results Standard 1.0, logical data model.
    """
    analyses = {name: list(_analyses(event, result)) for name, result in results.items()}
    outputs = list(list_outputs(event, results))
    subsets = {
        subset["id"]: subset
        for parts in analyses.values()
        for analysis in parts
        if (subset := _make_subset(analysis)) is not None
    }
    for place, subset in enumerate(subsets.values(), start=1):
        subset["order"] = place
    shown = {output["id"] for output in outputs}
    return {
        "id": f"RE_{make_code(event.study)}",
        "name": f"{event.study}: {event.title}",
        "version": 1,
        "description": event.description,
        "mainListOfContents": _list_contents(results, analyses, shown),
        "referenceDocuments": list_documents(results),
        "terminologyExtensions": list_terms(),
        "analysisSets": list_sets(event),
        "dataSubsets": list(subsets.values()),
        "analysisGroupings": list_groupings(results),
        "methods": list_methods(results),
        "analyses": [analysis for parts in analyses.values() for analysis in parts],
        "outputs": outputs,
    }


def _analyses(event: ReportingEvent, result: Result) -> Iterator[dict[str, Any]]:
    """Yield an analysis for each variable of a result."""
    printed = _printed_alone(result)
    purpose = PURPOSES.get(event.purposes.get(result.id, ""), DESCRIPTIVE)
    reason = SPECIFIED if result.id in event.purposes else STANDARD
    named = result.data.with_columns(pl.col("variable").fill_null(""))
    for (variable,), rows in named.group_by("variable", maintain_order=True):
        word = f"{result.id} {variable}" if variable else result.id
        name = f"{result.title}, {variable}" if variable else result.title
        analysis: dict[str, Any] = {
            "id": f"AN_{make_code(word)}",
            "name": name,
            "version": 1,
            "reason": reason,
            "purpose": purpose,
            **_describe_data(event, result, str(variable), rows),
            "methodId": method_id(result),
            "orderedGroupings": _order_groupings(str(variable), rows),
            "results": [
                _describe_value(result, item, printed) for item in rows.iter_rows(named=True)
            ],
        }
        if result.id in event.sets:
            analysis["analysisSetId"] = f"AS_{event.sets[result.id]}"
        yield analysis


def _describe_data(
    event: ReportingEvent, result: Result, variable: str, rows: pl.DataFrame
) -> dict[str, str]:
    """Return dataset and variable of an analysis, or the parameter that the variable names."""
    basis = result.basis.filter(pl.col("stat_id").is_in(rows["stat_id"].implode()))
    if basis.is_empty():
        return {}
    counts = basis.group_by("dataset").len().sort("len", "dataset", descending=[True, False])
    dataset = str(counts["dataset"][0])
    facts = event.datasets.get(dataset, NO_FACTS)
    if variable in facts.columns:
        return {"dataset": dataset, "variable": variable}
    if variable.upper() in facts.parameters:
        return {"dataset": dataset, "dataSubsetId": f"DS_{dataset}_{make_code(variable)}"}
    return {"dataset": dataset}


def _make_subset(analysis: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the records of one parameter, for an analysis that points at them."""
    if "dataSubsetId" not in analysis:
        return None
    dataset = analysis["dataset"]
    parameter = analysis["dataSubsetId"].removeprefix(f"DS_{dataset}_")
    condition = {
        "dataset": dataset, "variable": "PARAMCD", "comparator": "EQ", "value": [parameter],
    }  # fmt: skip
    name = f"{dataset}, PARAMCD {parameter}"
    return {"id": analysis["dataSubsetId"], "name": name, "level": 1, "condition": condition}


def _order_groupings(variable: str, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what the values of an analysis are told apart by."""
    names = sorted(rows["group1"].drop_nulls().unique())
    if variable and (rows["variable_level"].fill_null("") != "").any():
        names.append(variable)
    ids = [*dict.fromkeys(grouping_id(name) for name in names), STATISTIC]
    return [
        {"order": place, "groupingId": key, "resultsByGroup": True}
        for place, key in enumerate(ids, start=1)
    ]


def _printed_alone(result: Result) -> dict[str, str]:
    """Return the print of each statistic that has a cell to itself."""
    table = find_table(result)
    if table is None:
        return {}
    return {
        cell.refs[0]: cell.text
        for row in table.rows
        for cell in row.cells
        if len(cell.refs) == 1
    }  # fmt: skip


def _describe_value(
    result: Result, item: Mapping[str, Any], printed: Mapping[str, str]
) -> dict[str, Any]:
    """Return one value with its groups."""
    ref = result.ref(item["stat_id"])
    groups = [{"groupingId": STATISTIC, "groupValue": ref}]
    if item["variable_level"] and item["variable"]:
        level = {"groupingId": grouping_id(item["variable"]), "groupValue": item["variable_level"]}
        groups.insert(0, level)
    if item["group1"]:
        arm = {"groupingId": grouping_id(item["group1"]), "groupValue": item["group1_level"] or ""}
        groups.insert(0, arm)
    value = {"operationId": operation_id(result, item["stat_name"], item["unit"])}
    stat = item["stat"]
    if stat is None or math.isnan(stat):
        return {**value, "formattedValue": NOT_ESTIMABLE, "resultGroups": groups}
    if ref in printed:
        value["formattedValue"] = printed[ref]
    return {**value, "rawValue": repr(stat), "resultGroups": groups}


def _list_contents(
    results: Mapping[str, Result], analyses: Mapping[str, list[dict[str, Any]]], shown: set[str]
) -> dict[str, Any]:
    """Return the list of contents: a result, its output, and its analyses below it."""
    items = []
    for place, (name, result) in enumerate(results.items(), start=1):
        below = [
            {"name": part["name"], "level": 2, "order": order, "analysisId": part["id"]}
            for order, part in enumerate(analyses[name], start=1)
        ]
        output = f"OUT_{make_code(name)}"
        items.append(
            {
                "name": result.title,
                "level": 1,
                "order": place,
                **({"outputId": output} if output in shown else {}),
                "sublist": {"listItems": below},
            }
        )
    return {"name": "Results of the report", "contentsList": {"listItems": items}}
