"""The whole analysis of reader agreement, against values computed elsewhere.

Source: `bicr_public.json`, from the responses recorded in the oncology domains of pharmaversesdtm
(examples/cdisc_pilot_onco) by the rules of the ADRS template of admiralonco 1.4.0.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from oracle_data import find_oracle

from trialwright.analyze.agreement.analysis import analyze_agreement
from trialwright.analyze.agreement.result import COUNTS, AgreementResult
from trialwright.derive.analysis_reads import derive_responses
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules
from trialwright.protocol.schedule import CentralReview

DATA = Path(__file__).parents[2] / "examples" / "cdisc_pilot_onco" / "data"
READS = (
    AnalysisRead.INVESTIGATOR,
    AnalysisRead.ADJUDICATED,
    AnalysisRead.RADIOLOGIST_1,
    AnalysisRead.RADIOLOGIST_2,
)
CLASSES = ("a1", "a2_inv_later", "a3_inv_earlier", "b_inv_only", "c_bicr_only", "d_neither")
SIX_DECIMALS = 0.5e-6


@cache
def load() -> dict[str, Any]:
    return json.loads(find_oracle("response/bicr_public.json").read_text())["expected"]


@cache
def analyze() -> AgreementResult:
    """Compare the subjects of the reference; radiologist 1 is accepted throughout."""
    published = pl.read_csv(find_oracle("response/adam/adsl_published.csv"), infer_schema=False)
    adsl = published.filter(pl.col("USUBJID").is_in(load()["subjects"])).select(
        "USUBJID",
        ARMCD=pl.lit("A"),
        ENRLFL=pl.lit("Y"),
        TRTSDT=pl.col("RANDDT").str.to_date(),
        DTHDT=pl.col("DTHDT").str.to_date(),
        DCTREAS=pl.lit(None, dtype=pl.String),
        DCTDT=pl.lit(None, dtype=pl.Date),
    )
    recorded = {"rs": pl.read_parquet(DATA / "rs.parquet")}
    adrs = derive_responses(recorded, None, adsl, ResponseRules(), READS)
    trial = ([("A", "All")], ("ENRLFL", "Enrolled"))
    return analyze_agreement(adrs, adsl, recorded, trial, CentralReview(readers=2))


def test_the_two_readers_differ_as_often_as_in_the_reference():
    found, expected = analyze(), load()["R1_vs_R2"]
    assert found.count("n") == load()["n_subjects"]
    assert found.count("bor_n") == expected["BOR_discordant"]
    assert found.count("pd_n") == expected["PD_status_discordant"]
    assert found.count("pd_date_n") == expected["PD_date_discordant_incl_status"]
    assert found.count("adjudicated_n") == expected["adjudication_needed_BOR_or_PDdate"]
    rate = found.value("adjudicated_rate")
    assert rate == pytest.approx(expected["adjudication_rate"], abs=SIX_DECIMALS)


@pytest.mark.parametrize(
    ("key", "pair", "kappa"),
    [
        ("kappa_bor", "R1_vs_R2", "BOR_kappa"),
        ("kappa_pd", "R1_vs_R2", "PD_kappa"),
        ("kappa_local", "INV_vs_R1", "BOR_kappa"),
    ],
)
def test_kappa_is_that_of_the_reference(key, pair, kappa):
    assert analyze().value(key) == pytest.approx(load()[pair][kappa], abs=SIX_DECIMALS)


def test_early_and_late_discrepancies_are_those_of_the_reference():
    found, expected = analyze(), load()["INV_vs_R1_PhRMA"]
    assert [found.count(key) for key in COUNTS] == [expected[key] for key in CLASSES]
    assert found.value("edr_rate") == pytest.approx(expected["EDR"], abs=SIX_DECIMALS)
    assert found.value("ldr_rate") == pytest.approx(expected["LDR"], abs=SIX_DECIMALS)
