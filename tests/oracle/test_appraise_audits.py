"""Appraisals against audits made by hand: the statements of METROMAJX and of other reports."""

import csv
import re
from pathlib import Path

import pytest
from oracle_data import find_oracle

from trialwright.appraise.appraisal import appraise_paper, appraise_statement, load_paper
from trialwright.appraise.statements import CountPercentage, ForReader, ProportionLimits
from trialwright.appraise.verdicts import Verdict

PAPER = Path(__file__).parents[2] / "examples" / "metromajx" / "published.yaml"
NO_ROUNDING = {"rounding": {Verdict.ROUNDING, Verdict.TRUNCATION}, "omission": {Verdict.OMISSION}}


def read_rows(name: str) -> list[dict[str, str]]:
    with find_oracle(f"appraise/{name}").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_computed_statement_of_metromajx_has_the_verdict_of_the_audit() -> None:
    audit = {row["id"]: row for row in read_rows("metromajx_audit.csv")}
    appraised = appraise_paper(load_paper(PAPER))
    assert [item.statement.id for item in appraised] == list(audit)
    for_reader = {i.statement.id for i in appraised if isinstance(i.statement, ForReader)}
    assert len(for_reader) == 10  # what no arithmetic can tell, 4 of them unclear in the audit
    for item in appraised:
        row, verdict = audit[item.statement.id], item.finding.verdict
        if item.statement.id in for_reader:
            assert verdict is Verdict.NOT_CHECKABLE
            continue
        assert row["holds"] == ("yes" if verdict is Verdict.HOLDS else "no"), item
        if row["severity"] in NO_ROUNDING:
            assert verdict in NO_ROUNDING[row["severity"]], item
    unclear = {name for name, row in audit.items() if row["holds"] == "unclear"}
    assert unclear <= for_reader


def test_the_numbers_of_the_audit_are_computed() -> None:
    audit = {row["id"]: row["computed_value"] for row in read_rows("metromajx_audit.csv")}
    found = {item.statement.id: item.finding for item in appraise_paper(load_paper(PAPER))}
    for name, told in audit.items():
        for rounded, cut in re.findall(r"half-up (\S+); truncated ([\d.]+)", told)[:1]:
            assert f"half up {rounded}; truncated {cut}" in found[name].computed
    for name, numbers in {
        "DS-01": ("3/13 12/43", "0.0496", "0.8002", "20.6", "0.7473"),
        "DS-07": ("7.1%", "0.2 to 33.9"),
        "EX-01": ("30 to 78",),
        "EX-02": ("= 30",),
        "IH-03": ("rank sum 2", "0.00293"),
        "KM-04": ("log 0", "log-log 0"),
    }.items():
        for number in numbers:
            assert number in found[name].computed
    assert "1 of 11" in found["IH-04"].explanation


def test_statements_of_other_reports_have_the_verdicts_of_the_audit() -> None:
    checked = 0
    for row in read_rows("other_trials_public.csv"):
        if not (row["x"] and row["reported_pct"]):
            continue
        named = {"id": row["statement"], "where": row["quoted_from"]}
        counts = {"count": int(row["x"]), "of": int(row["n"])}
        asked = {"check": "count_vs_percentage", "printed": row["reported_pct"]}
        share = appraise_statement(CountPercentage.model_validate(named | counts | asked))
        assert share.verdict is Verdict.HOLDS, row
        checked += 1
        if row["reported_ci"]:
            lower, upper = row["reported_ci"].split("-")
            asked = {"check": "proportion_interval", "lower": lower, "upper": upper}
            limits = appraise_statement(ProportionLimits.model_validate(named | counts | asked))
            assert (limits.verdict is Verdict.HOLDS) == (row["holds"] == "yes"), row
            if "decimal shift" in row["note"]:
                assert "point one place on" in limits.explanation
    if not checked:
        pytest.skip("no statement with a count and a percentage")
