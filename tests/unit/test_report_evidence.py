"""What a click on a number opens, as it is packed into the page."""

import json
from datetime import date

import polars as pl

from trialwright.core.table import Cell
from trialwright.report.blocks import Document, Fact
from trialwright.report.evidence import (
    AnalysisTable,
    Evidence,
    NumberEvidence,
    Rows,
    SourceTable,
    escape_json,
    find_missing_evidence,
    group_rows,
    make_rows,
    pack_evidence,
    tabulate_frame,
)

SOURCE = SourceTable(
    "rs.csv", "ab" * 32, ("USUBJID", "RSSTRESC"), {2: ("01", "PR"), 3: ("02", "PD")}
)
ANALYSIS = AnalysisTable("ADRS", ("USUBJID",), {1: ("01",), 2: ("02",)})


def evidence(*numbers: NumberEvidence) -> Evidence:
    return Evidence(numbers, (ANALYSIS,), (SOURCE,))


def test_rows_are_sorted_distinct_and_capped_but_all_are_counted() -> None:
    assert make_rows("rs.csv", [9, 2, 3, 3], limit=2) == Rows("rs.csv", (2, 3), 3)


def test_pairs_are_grouped_by_table_in_order_of_appearance() -> None:
    grouped = group_rows([("rs.csv", 4), ("dm.csv", 2), ("rs.csv", 2)])
    assert grouped == (Rows("rs.csv", (2, 4), 2), Rows("dm.csv", (2,), 1))


def test_frame_becomes_numbered_rows_that_json_can_hold() -> None:
    frame = pl.DataFrame({"ADT": [date(2021, 2, 8), None], "AVAL": [float("nan"), 1.5]})
    columns, rows = tabulate_frame(frame, [41, 42])
    assert columns == ("ADT", "AVAL")
    assert rows == {41: ("2021-02-08", None), 42: (None, 1.5)}


def test_packed_evidence_shares_methods_and_lists_and_keeps_used_rows_only() -> None:
    shared = {"method": "Kaplan-Meier", "settings": {"levels": (0.9, 0.95)}, "reference": "KM"}
    rows = (make_rows("rs.csv", [3]),)
    both = evidence(
        NumberEvidence("a.x", "X", 1.5, "months", sources=rows, **shared),
        NumberEvidence("a.y", "Y", None, sources=rows, **shared),
        NumberEvidence("b.z", "Z", 2.0, analysis=(make_rows("ADRS", [1]),)),
    )
    packed = json.loads(pack_evidence(both, ["a.y", "a.x", "unknown"]))
    assert packed == {
        "methods": [["Kaplan-Meier", {"levels": [0.9, 0.95]}, "KM"]],
        "lists": [["s:rs.csv", "3", 1]],
        "tables": {
            "s:rs.csv": {
                "columns": ["USUBJID", "RSSTRESC"],
                "sha256": "ab" * 32,
                "rows": {"3": ["02", "PD"]},
            }
        },
        "numbers": {"a.x": ["X", 1.5, "months", 0, [], [0]], "a.y": ["Y", None, "", 0, [], [0]]},
    }


def test_undefined_numbers_are_null() -> None:
    packed = pack_evidence(evidence(NumberEvidence("a.x", "X", float("nan"))), ["a.x"])
    assert json.loads(packed)["numbers"]["a.x"][1] is None
    assert "NaN" not in packed


def test_json_cannot_end_the_script_it_stands_in() -> None:
    hostile = {"x": "</script><!-- & \u2028"}
    text = escape_json(hostile)
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == hostile


def test_refs_without_evidence_are_listed_once() -> None:
    facts = (Fact("f", (Cell("1", ("a.x", "a.q")), Cell("2", ("a.q",)))),)
    document = Document("T", "", (), facts, ())
    found = find_missing_evidence(document, evidence(NumberEvidence("a.x", "X", 1.0)))
    assert found == ["a.q"]
