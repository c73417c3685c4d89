"""Best response of given sequences of assessments, against admiralonco 1.4.0.

Source: admiralonco 1.4.0 (Apache-2.0): facts from its own tests, and random sequences run through
it under six settings, in `cases_public.json`. Its functions take the assessments as they are: what
lies before the reference date is used, and progression ends the assessments unless told otherwise.
"""

import json
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest
from oracle_data import find_oracle

from trialwright.derive.best_response import summarize_assessments
from trialwright.protocol.endpoints import ResponseRules

DEFAULTS = {
    "confirm_days": 28,
    "max_ne_between": 1,
    "accept_one_sd_between_pr": False,
    "no_assessment_as_NE": False,
    "stop_at_first_pd": True,
}
BENEFIT = ("CR", "PR", "SD", "NON-CR/NON-PD")


@cache
def load() -> dict[str, Any]:
    return json.loads(find_oracle("response/cases_public.json").read_text())


def rules_of(options: dict[str, Any]) -> ResponseRules:
    return ResponseRules(
        sd_minimum_days=options["sd_min_days"],
        confirmation_days=options["confirm_days"],
        max_ne_between=options["max_ne_between"],
        accept_sd_between_pr=options["accept_one_sd_between_pr"],
        missing_as_ne=options["no_assessment_as_NE"],
        benefit_responses=options.get("values", BENEFIT),
    )


def summarize(cases: list[dict[str, Any]], options: dict[str, Any]) -> dict[Any, tuple[Any, ...]]:
    """Return {(case, parameter): (answer, date)}."""
    subjects = pl.DataFrame(
        [{"USUBJID": c["id"], "TRTSDT": date.fromisoformat(c["reference_date"])} for c in cases]
    )
    rows = [
        {"USUBJID": c["id"], "ADT": date.fromisoformat(a["date"]), "OVRLRESP": a["response"]}
        for c in cases
        for a in c["assessments"]
    ]
    used = pl.DataFrame(rows, schema={"USUBJID": pl.String, "ADT": pl.Date, "OVRLRESP": pl.String})
    if options["stop_at_first_pd"]:
        first = pl.when(pl.col("OVRLRESP") == "PD").then("ADT").min().over("USUBJID")
        used = used.filter((pl.col("ADT") <= first).fill_null(value=True))
    found = summarize_assessments(used, subjects, rules_of(options))
    return {
        (row["USUBJID"], row["PARAMCD"]): (row["AVALC"], row["ADT"] and row["ADT"].isoformat())
        for row in found.iter_rows(named=True)
    }


@pytest.mark.parametrize("paramcd", ["RSP", "BOR", "CRSP", "CBOR"])
def test_sequences_have_the_response_of_admiralonco_under_every_setting(paramcd):
    cases = load()["sequences"]
    for options in load()["meta"]["variants"]:
        variant = options["id"]
        found = summarize(cases, options)
        expected = {
            (case["id"], paramcd): (
                case["expected"][variant][paramcd],
                case["expected"][variant][f"{paramcd}_date"],
            )
            for case in cases
        }
        assert {key: found[key] for key in expected} == expected, variant


def test_the_facts_of_its_own_tests_hold():
    for case in load()["unit_tests"]:
        options = DEFAULTS | {"sd_min_days": 42} | case["options"]
        found = summarize([case], options)[case["id"], case["parameter"]]
        assert found == (case["expected"], case["expected_date"]), case["id"]
