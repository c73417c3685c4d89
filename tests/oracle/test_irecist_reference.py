"""iRECIST from single lesions to endpoints, against an independent reference evaluator.

Source: synthetic patients with what they must give, in `irecist_public.json`; its `meta` states
the conventions. Seymour L, et al. Lancet Oncol 2017;18:e143-e152.
"""

import json
from functools import cache
from typing import Any

import polars as pl
from oracle_data import find_oracle
from recist_cases import record_patients

from trialwright.derive.irecist import derive_irecist_endpoints, derive_irecist_responses
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules

REASONS = {
    "iCPD (dated at first iUPD of the confirmed block)": "Progression confirmed later (iCPD)",
    "iUPD never resolved, no later iSD/iPR/iCR": "Unconfirmed progression (iUPD)",
    "NO_EVENT": "Last adequate assessment",
    "DEATH": "Death",
}


@cache
def load() -> dict[str, Any]:
    return json.loads(find_oracle("response/irecist_public.json").read_text())


@cache
def derive() -> tuple[pl.DataFrame, pl.DataFrame]:
    settings = load()["meta"]["settings"]
    recorded, subjects = record_patients(load()["patients"])
    lesions = derive_lesion_measurements(recorded, subjects, AnalysisRead.INVESTIGATOR)
    responses = derive_irecist_responses(lesions, settings["confirm_min_days"])
    rules = ResponseRules(sd_minimum_days=settings["sd_min_days"])
    return responses, derive_irecist_endpoints(responses, subjects, rules)


def test_each_time_point_has_the_reference_response():
    found = {
        patient["id"]: [
            tuple(row)
            for row in derive()[0]
            .filter(pl.col("USUBJID") == patient["id"])
            .select(pl.col("ADT").cast(pl.String), "TRGRESP", "NTRGRESP", "OVRLRESP")
            .rows()
        ]
        for patient in load()["patients"]
    }
    for patient in load()["patients"]:
        expected = [
            (point["date"], point["target"], point["nontarget"], point["overall"])
            for point in patient["expected"]["timepoints"]
        ]
        assert found[patient["id"]] == expected, patient["id"]


def test_best_response_is_that_of_the_reference():
    found = dict(derive()[1].select("USUBJID", "IBOR").rows())
    expected = {patient["id"]: patient["expected"]["iBOR"] for patient in load()["patients"]}
    assert found == expected


def test_progression_free_survival_is_that_of_the_reference():
    found = {row["USUBJID"]: row for row in derive()[1].iter_rows(named=True)}
    for patient in load()["patients"]:
        row, expected = found[patient["id"]], patient["expected"]["iPFS"]
        assert (1 - row["CNSR"], row["ADT"].isoformat(), row["AVAL"]) == (
            expected["event"],
            expected["date"],
            expected["days"],
        ), patient["id"]
        known = next((ours for theirs, ours in REASONS.items() if theirs == expected["reason"]), "")
        assert row["EVNTDESC"].startswith(known), patient["id"]
