"""Agreement of two central readers and the investigator, against values computed elsewhere.

Source: `bicr_public.json`, from the responses recorded in the oncology domains of pharmaversesdtm
(examples/cdisc_pilot_onco) by the rules of the ADRS template of admiralonco 1.4.0.
"""

import json
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from oracle_data import find_oracle

from trialwright.derive.central_review import (
    ProgressionAgreement,
    ReaderAgreement,
    collect_ratings,
    compare_progressions,
    compare_reads,
    summarize_agreement,
)
from trialwright.derive.response import derive_adrs, derive_collected_responses
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules

DATA = Path(__file__).parents[2] / "examples" / "cdisc_pilot_onco" / "data"
READS = {
    "INV": AnalysisRead.INVESTIGATOR,
    "R1": AnalysisRead.RADIOLOGIST_1,
    "R2": AnalysisRead.RADIOLOGIST_2,
}
SIX_DECIMALS = 0.5e-6


@cache
def load() -> dict[str, Any]:
    return json.loads(find_oracle("response/bicr_public.json").read_text())["expected"]


@cache
def derive() -> dict[str, pl.DataFrame]:
    adsl = pl.read_csv(find_oracle("response/adam/adsl_published.csv"), infer_schema=False)
    subjects = adsl.filter(pl.col("USUBJID").is_in(load()["subjects"])).select(
        "USUBJID",
        pl.col("RANDDT").str.to_date().alias("TRTSDT"),
        pl.col("DTHDT").str.to_date(),
    )
    recorded = {"rs": pl.read_parquet(DATA / "rs.parquet")}
    rules = ResponseRules()
    return {
        name: derive_adrs(derive_collected_responses(recorded, read, rules), subjects, rules)
        for name, read in READS.items()
    }


def cohen_kappa(first: list[str], second: list[str]) -> float:
    n = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    ones, others = Counter(first), Counter(second)
    by_chance = sum(ones[answer] * others[answer] for answer in ones) / n**2
    return (agreed - by_chance) / (1 - by_chance)


def fleiss_kappa(ratings: list[tuple[str, ...]]) -> float:
    n, m = len(ratings), len(ratings[0])
    counts = [Counter(row) for row in ratings]
    agreed = sum(sum(k * (k - 1) for k in row.values()) for row in counts) / (n * m * (m - 1))
    totals = sum(counts, Counter())
    by_chance = sum((k / (n * m)) ** 2 for k in totals.values())
    return (agreed - by_chance) / (1 - by_chance)


def pairs_of(name: str) -> tuple[pl.DataFrame, str, str]:
    first, second = name.split("_vs_")
    return compare_reads(derive()[first], derive()[second]), first, second


COMPARISONS = ["R1_vs_R2", "INV_vs_R1", "INV_vs_R2"]


def test_the_subjects_are_those_of_the_reference():
    pairs, _, _ = pairs_of("R1_vs_R2")
    assert sorted(pairs["USUBJID"]) == sorted(load()["subjects"])
    assert pairs.height == load()["n_subjects"]


@pytest.mark.parametrize("name", COMPARISONS)
def test_discordance_is_that_of_the_reference(name):
    pairs, first, second = pairs_of(name)
    found, expected = summarize_agreement(pairs, first, second), load()[name]
    assert found == ReaderAgreement(
        first=first,
        second=second,
        n=load()["n_subjects"],
        n_bor_discordant=expected["BOR_discordant"],
        n_pd_discordant=expected["PD_status_discordant"],
        n_pd_date_discordant=expected["PD_date_discordant_incl_status"],
        n_response_date_discordant=found.n_response_date_discordant,
        n_adjudicated=expected["adjudication_needed_BOR_or_PDdate"],
    )
    assert found.adjudication_rate == pytest.approx(expected["adjudication_rate"], abs=SIX_DECIMALS)


@pytest.mark.parametrize("name", COMPARISONS)
@pytest.mark.parametrize("paramcd", ["BOR", "PD"])
def test_the_ratings_give_the_kappa_of_the_reference(name, paramcd):
    first, second = name.split("_vs_")
    ratings = collect_ratings({key: derive()[key] for key in (first, second)}, paramcd)
    found = cohen_kappa(ratings[first].to_list(), ratings[second].to_list())
    assert found == pytest.approx(load()[name][f"{paramcd}_kappa"], abs=SIX_DECIMALS)


def test_the_ratings_of_three_reads_give_the_kappa_of_the_reference():
    ratings = collect_ratings(derive()).drop("USUBJID").rows()
    expected = load()["fleiss_kappa_BOR_INV_R1_R2"]
    assert fleiss_kappa(ratings) == pytest.approx(expected, abs=SIX_DECIMALS)


@pytest.mark.parametrize("name", ["INV_vs_R1", "INV_vs_R2"])
def test_early_and_late_discrepancies_are_those_of_the_reference(name):
    found, expected = compare_progressions(pairs_of(name)[0]), load()[f"{name}_PhRMA"]
    assert found == ProgressionAgreement(
        both_same=expected["a1"],
        both_local_later=expected["a2_inv_later"],
        both_local_earlier=expected["a3_inv_earlier"],
        local_only=expected["b_inv_only"],
        central_only=expected["c_bicr_only"],
        neither=expected["d_neither"],
    )
    assert found.early_discrepancy_rate == pytest.approx(expected["EDR"], abs=SIX_DECIMALS)
    assert found.late_discrepancy_rate == pytest.approx(expected["LDR"], abs=SIX_DECIMALS)


def test_every_pair_of_reads_has_the_same_subjects():
    subjects = [
        compare_reads(derive()[a], derive()[b])["USUBJID"].to_list()
        for a, b in combinations(READS, 2)
    ]
    assert subjects[0] == subjects[1] == subjects[2]
