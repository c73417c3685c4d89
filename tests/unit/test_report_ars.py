"""The CDISC ARS JSON of made-up results: schema, undefined numbers, arms, parameters."""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from jsonschema import Draft7Validator

from trialwright.core.result import BASIS, Method, Result, make_basis, make_statistics
from trialwright.core.table import Table, cell, make_table, row
from trialwright.report.ars import make_ars
from trialwright.report.ars_parts import DatasetFacts, ReportingEvent

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "ars_ldm.json").read_text("utf-8"))
EVENT = ReportingEvent(
    study="X-1",
    title="A trial",
    description="SYNTHETIC",
    populations={"EFFFL": "Evaluable"},
    datasets={"ADTTE": DatasetFacts(frozenset({"USUBJID", "AVAL"}), frozenset({"PFS"}))},
    purposes={"pfs": "primary"},
    sets={"pfs": "EFFFL"},
    files={"pfs": ["tables/pfs.txt", "figures/pfs.svg"]},
)


@dataclass(frozen=True, kw_only=True)
class Times(Result):
    """A result with a table."""

    def table(self) -> Table:
        return make_table(
            "times", "Times", ("", "Median"),
            [row("A", cell("1.8", "pfs.median.a")), row("B", cell("NE", "pfs.median.b"))],
            ["NE, not estimable."],
        )  # fmt: skip


@pytest.fixture
def result() -> Times:
    common = {"variable": "pfs", "stat_name": "median", "unit": "months", "group1": "TRT01A"}
    return Times(
        id="pfs",
        title="Progression-free survival",
        method=Method("Kaplan-Meier", {"limits": "log-log"}, "Kaplan EL, Meier P. 1958."),
        data=make_statistics(
            [
                {"stat_id": "median.a", "group1_level": "A", "stat": 1.84, **common},
                {"stat_id": "median.b", "group1_level": "B", "stat": None, **common},
                {"stat_id": "p", "stat_name": "p", "stat": 0.031, "variable": "pfs"},
            ]
        ),
        basis=make_basis(
            [("median.a", "ADTTE", pl.DataFrame({"USUBJID": ["1"], "ASEQ": [1]}), None)]
        ),
    )


def test_the_event_is_valid_and_says_the_same_twice(result: Times) -> None:
    event = make_ars(EVENT, {"pfs": result})
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(event)] == []
    assert json.dumps(event) == json.dumps(make_ars(EVENT, {"pfs": result}))


def test_an_analysis_names_its_parameter_population_and_purpose(result: Times) -> None:
    event = make_ars(EVENT, {"pfs": result})
    [analysis] = event["analyses"]
    assert analysis["dataset"] == "ADTTE"
    assert analysis["dataSubsetId"] == "DS_ADTTE_PFS"
    assert event["dataSubsets"][0]["condition"]["value"] == ["PFS"]
    assert analysis["analysisSetId"] == "AS_EFFFL"
    assert analysis["purpose"] == {"controlledTerm": "PRIMARY OUTCOME MEASURE"}
    assert [item["name"] for item in event["methods"][0]["operations"]] == ["median, months", "p"]


def test_values_keep_their_digits_and_an_undefined_one_is_ne(result: Times) -> None:
    [analysis] = make_ars(EVENT, {"pfs": result})["analyses"]
    first, second, third = analysis["results"]
    assert (first["rawValue"], first["formattedValue"]) == ("1.84", "1.8")
    assert first["resultGroups"] == [
        {"groupingId": "GF_TRT01A", "groupValue": "A"},
        {"groupingId": "GF_STATISTIC", "groupValue": "pfs.median.a"},
    ]
    assert "rawValue" not in second
    assert second["formattedValue"] == "NE"
    assert "formattedValue" not in third


def test_outputs_carry_title_footnotes_and_files(result: Times) -> None:
    [output] = make_ars(EVENT, {"pfs": result})["outputs"]
    sections = output["displays"][0]["display"]["displaySections"]
    assert [section["sectionType"] for section in sections] == ["Title", "Footnote"]
    assert [file["location"] for file in output["fileSpecifications"]] == EVENT.files["pfs"]


def test_a_result_without_table_or_rows_is_an_analysis_without_output() -> None:
    bare = Result(
        id="p",
        title="Test",
        method=Method("Signed rank"),
        data=make_statistics([{"stat_id": "p", "stat_name": "p", "stat": float("nan")}]),
        basis=pl.DataFrame(schema=dict(BASIS)),
    )
    event = make_ars(EVENT, {"p": bare})
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(event)] == []
    assert event["outputs"] == []
    assert "dataset" not in event["analyses"][0]
    assert event["analyses"][0]["results"][0]["formattedValue"] == "NE"


def test_a_level_of_no_variable_is_no_grouping(result: Times) -> None:
    rows = [{"stat_id": "n", "stat_name": "n", "stat": 3.0, "variable_level": "Avelumab"}]
    bare = Times(
        id="pfs", title="Doses", method=Method("Counts"), data=make_statistics(rows),
        basis=result.basis,
    )  # fmt: skip
    event = make_ars(EVENT, {"pfs": bare})
    assert event["analyses"][0]["results"][0]["resultGroups"] == [
        {"groupingId": "GF_STATISTIC", "groupValue": "pfs.n"}
    ]
