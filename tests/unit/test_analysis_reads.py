"""Every reading that the analyses use, one below the other."""

import polars as pl
from small_trial import adsl, metromajx_protocol
from tumor_records import mm, tr

from trialwright.derive.analysis_reads import (
    derive_all_responses,
    derive_lesions,
    derive_responses,
    derive_target_sums,
    derive_times,
    list_reads,
    list_schemes,
    scheme_paramcd,
)
from trialwright.protocol.endpoints import AnalysisRead, CensoringScheme, ResponseRules

RULES = ResponseRules()
READS = (AnalysisRead.INVESTIGATOR,)
PAPER = (CensoringScheme.PAPER,)
SCANS = tr(mm("T01", 0, -7, 50.0), mm("T01", 1, 42, 30.0), mm("T01", 2, 84, 60.0))


def flow(scans: pl.DataFrame, subjects: pl.DataFrame, schemes=PAPER) -> dict[str, pl.DataFrame]:
    lesions = derive_lesions({"tr": scans}, subjects, ResponseRules(), READS)
    responses = derive_responses({}, lesions, subjects, RULES, READS)
    times = derive_times(responses, subjects, RULES, schemes)
    return {
        "responses": responses,
        "sums": derive_target_sums(lesions, responses, RULES),
        "times": times,
        "all": derive_all_responses(responses, times, subjects, []),
    }


def test_the_main_reading_and_scheme_come_first_and_each_once() -> None:
    protocol = metromajx_protocol()
    assert list_reads(protocol) == (AnalysisRead.ADJUDICATED, AnalysisRead.INVESTIGATOR)
    assert list_schemes(protocol) == (
        CensoringScheme.PAPER,
        CensoringScheme.FDA_A,
        CensoringScheme.EMA_ALL_EVENTS,
    )


def test_a_further_scheme_adds_progression_free_survival_under_its_own_name() -> None:
    schemes = (CensoringScheme.PAPER, CensoringScheme.FDA_A)
    codes = flow(SCANS, adsl({}), schemes)["times"]["PARAMCD"].to_list()
    assert codes.count("PFS") == codes.count(scheme_paramcd(CensoringScheme.FDA_A)) == 1
    assert codes.count("OS") == 1


def test_nobody_treated_has_no_response_and_no_time_and_every_column_is_there() -> None:
    found = flow(SCANS, adsl({"TRTSDT": None}))
    assert found["responses"].is_empty()
    assert found["times"].is_empty()
    assert found["all"].is_empty()
    for frame in found.values():
        assert {"USUBJID", "PARAMCD", "PARQUAL", "ADT"} <= set(frame.columns)


def test_a_header_of_scans_leaves_the_treated_with_survival() -> None:
    found = flow(SCANS.clear(), adsl({}))
    assert found["times"].filter(pl.col("PARAMCD") == "OS").height == 1
    assert found["sums"].is_empty()


def test_who_dies_before_the_first_scan_progressed_by_dying() -> None:
    start = adsl({})["TRTSDT"].item()
    died = adsl({"DTHFL": "Y", "DTHDT": start.replace(day=21)})
    times = flow(SCANS.filter(pl.col("VISITNUM") == 0), died)["times"]
    found = {row["PARAMCD"]: (row["AVAL"], row["CNSR"]) for row in times.iter_rows(named=True)}
    assert found["PFS"] == found["OS"] == (21, 0)


def test_rows_are_numbered_over_all_readings_of_a_subject() -> None:
    for frame in flow(SCANS, adsl({}, {})).values():
        for rows in frame.partition_by("USUBJID"):
            assert rows["ASEQ"].to_list() == list(range(1, rows.height + 1))
