"""Two readers, the adjudicator, and the investigator."""

import polars as pl
import pytest
from tumor_records import mm, on_day, state, subjects, tr

from trialwright.core.errors import EstimateError
from trialwright.derive.central_review import (
    ProgressionAgreement,
    collect_ratings,
    compare_progressions,
    compare_reads,
    derive_adjudication,
    list_unconfirmed_progressions,
    reader_disagreement_index,
    summarize_agreement,
)
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_adrs, derive_time_point_responses
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules

CENTRAL = "INDEPENDENT ASSESSOR"
FIRST, SECOND = AnalysisRead.RADIOLOGIST_1, AnalysisRead.RADIOLOGIST_2


def reads(first, second, local=(), **more):
    """Return recorded data: each read is a list of records; the second central one is accepted."""
    rows = [row | {"TREVAL": CENTRAL, "TREVALID": "RADIOLOGIST 1"} for row in first]
    rows += [
        row | {"TREVAL": CENTRAL, "TREVALID": "RADIOLOGIST 2", "TRACPTFL": "Y"} for row in second
    ]
    rows += [row | {"TREVAL": "INVESTIGATOR"} for row in local]
    return {"tr": tr(*rows)}, subjects(**more)


def respond(recorded, who, read):
    points = derive_time_point_responses(
        derive_lesion_measurements(recorded, who, read), ResponseRules()
    )
    return points, derive_adrs(points, who, ResponseRules())


BASE = mm("T01", 0, -7, 50.0)
STABLE = [BASE, mm("T01", 1, 42, 50.0), mm("T01", 2, 84, 50.0)]
GROWN = [BASE, mm("T01", 1, 42, 70.0), mm("T01", 2, 84, 70.0)]
LATE = [BASE, mm("T01", 1, 42, 50.0), mm("T01", 2, 84, 70.0)]
NEW = [*STABLE, state("NEW01", 1, 42, "UNEQUIVOCAL")]
UNREAD = [BASE, mm("T01", 1, 42, None), mm("T01", 2, 84, 50.0)]
SPREAD = [*STABLE, state("NT01", 0, -7, "PRESENT"), state("NT01", 1, 42, "UNEQUIVOCAL PROGRESSION")]
QUIET = [*STABLE, state("NT01", 0, -7, "PRESENT"), state("NT01", 1, 42, "PRESENT")]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (STABLE, GROWN, "target lesions"),
        (STABLE, NEW, "new lesion"),
        (UNREAD, GROWN, "missing data"),
        (QUIET, SPREAD, "non-target lesions"),
    ],
)
def test_adjudication_says_where_and_why_the_readers_part(first, second, reason):
    recorded, who = reads(first, second)
    (points_1, adrs_1), (points_2, adrs_2) = (
        respond(recorded, who, read) for read in (FIRST, SECOND)
    )
    pairs = compare_reads(adrs_1, adrs_2)
    found = derive_adjudication(pairs, recorded["tr"], [points_1, points_2])
    columns = ["needs_adjudication", "chosen", "reason", "VISITNUM"]
    assert found.select(columns).row(0) == (True, "RADIOLOGIST 2", reason, 1.0)
    assert reader_disagreement_index(found, "RADIOLOGIST 1") == 1.0
    assert reader_disagreement_index(found, "RADIOLOGIST 2") == 0.0


def test_readers_who_agree_need_no_adjudication():
    recorded, who = reads(STABLE, STABLE)
    (points_1, adrs_1), (points_2, adrs_2) = (
        respond(recorded, who, read) for read in (FIRST, SECOND)
    )
    pairs = compare_reads(adrs_1, adrs_2)
    found = derive_adjudication(pairs, recorded["tr"], [points_1, points_2])
    assert found.select("needs_adjudication", "reason").row(0) == (False, None)
    assert reader_disagreement_index(found, "RADIOLOGIST 1") == 0.0
    agreement = summarize_agreement(pairs, "R1", "R2")
    assert (agreement.n, agreement.n_adjudicated, agreement.adjudication_rate) == (1, 0, 0.0)


def test_without_subjects_no_rate_is_defined():
    recorded, who = reads([], [])
    adrs = respond(recorded, who, FIRST)[1]
    pairs = compare_reads(adrs, adrs)
    assert summarize_agreement(pairs, "R1", "R2").adjudication_rate is None
    found = compare_progressions(pairs)
    assert found == ProgressionAgreement(0, 0, 0, 0, 0, 0)
    assert found.early_discrepancy_rate is None
    assert found.late_discrepancy_rate is None


@pytest.mark.parametrize(
    ("central", "reason"),
    [
        (STABLE, "Treatment stopped on a progression that the central read has not."),
        (LATE, "Treatment stopped on a progression that the central read has only later."),
        (GROWN, None),
    ],
)
def test_who_stopped_on_a_progression_not_confirmed_centrally_is_named(central, reason):
    stop = {"DCTREAS": "PROGRESSIVE DISEASE", "DCTDT": on_day(50)}
    recorded, who = reads(central, central, local=GROWN, **stop)
    local = respond(recorded, who, AnalysisRead.INVESTIGATOR)[1]
    adjudicated = respond(recorded, who, AnalysisRead.ADJUDICATED)[1]
    found = list_unconfirmed_progressions(local, adjudicated, who)
    assert found["AREASON"].to_list() == ([reason] if reason else [])


def test_who_stopped_for_another_reason_is_not_named():
    stop = {"DCTREAS": "ADVERSE EVENT", "DCTDT": on_day(50)}
    recorded, who = reads(STABLE, STABLE, local=GROWN, **stop)
    local = respond(recorded, who, AnalysisRead.INVESTIGATOR)[1]
    adjudicated = respond(recorded, who, AnalysisRead.ADJUDICATED)[1]
    assert list_unconfirmed_progressions(local, adjudicated, who).height == 0


def test_ratings_need_a_parameter_with_one_row_a_subject():
    recorded, who = reads(STABLE, STABLE)
    adrs = respond(recorded, who, FIRST)[1]
    assert collect_ratings({"R1": adrs}).rows() == [("01", "SD")]
    with pytest.raises(EstimateError, match="OVR has several rows a subject in the read R1"):
        collect_ratings({"R1": adrs}, "OVR")


def test_the_adjudicated_read_is_the_one_that_was_accepted():
    recorded, who = reads(STABLE, GROWN)
    adrs = respond(recorded, who, AnalysisRead.ADJUDICATED)[1]
    assert adrs.filter(pl.col("PARAMCD") == "BOR").select("PARQUAL", "AVALC").row(0) == (
        "CENTRAL",
        "PD",
    )
