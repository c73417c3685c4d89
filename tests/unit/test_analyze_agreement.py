"""Two radiologists and the investigator in one result, with what others published."""

from typing import Any

import polars as pl
import pytest
from small_trial import ONE_ARM, TWO_ARMS, adsl
from tumor_records import mm, on_day, tr

from trialwright.analyze.agreement.analysis import analyze_agreement
from trialwright.analyze.agreement.benchmarks import BENCHMARKS
from trialwright.analyze.agreement.result import AgreementResult
from trialwright.core.errors import NotRecordedError
from trialwright.core.table import text_plain
from trialwright.derive.analysis_reads import derive_lesions, derive_responses
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules
from trialwright.protocol.schedule import CentralReview
from trialwright.report.sentences.agreement import tell_agreement

READS = tuple(AnalysisRead)
REVIEW = CentralReview(readers=2, adjudicator=True, analysis_read=AnalysisRead.ADJUDICATED)
BASE = mm("T01", 0, -7, 50.0)
STABLE = [BASE, mm("T01", 1, 42, 50.0), mm("T01", 2, 84, 50.0)]
GROWN = [BASE, mm("T01", 1, 42, 70.0), mm("T01", 2, 84, 70.0)]
CENTRAL = {"TREVAL": "INDEPENDENT ASSESSOR"}
FIRST = CENTRAL | {"TREVALID": "RADIOLOGIST 1", "TRACPTFL": None}
SECOND = CENTRAL | {"TREVALID": "RADIOLOGIST 2", "TRACPTFL": "Y"}
LOCAL = {"TREVAL": "INVESTIGATOR", "TREVALID": None, "TRACPTFL": None}


def analyze(
    patients: list[tuple[list[Any], list[Any], list[Any]]],
    review: CentralReview = REVIEW,
    arms: list[tuple[str, str]] = ONE_ARM,
    **subject: Any,
) -> AgreementResult:
    """Analyze patients, each the records of radiologist 1, of 2 (accepted), of the investigator."""
    records = [
        record | mark | {"USUBJID": f"{number:02d}"}
        for number, reads in enumerate(patients, 1)
        for read, mark in zip(reads, (FIRST, SECOND, LOCAL), strict=True)
        for record in read
    ]
    subjects = adsl(*[subject | {"TRTSDT": on_day(1)} for _ in patients])
    recorded = {"tr": tr(*records)}
    reads = (review.analysis_read, *READS)
    reads = tuple(dict.fromkeys(reads))
    lesions = derive_lesions(recorded, subjects, ResponseRules(), reads)
    adrs = derive_responses({}, lesions, subjects, ResponseRules(), reads)
    population = ("EFFFL", "Evaluable for efficacy")
    return analyze_agreement(adrs, subjects, recorded, (arms, population), review)


def cells(result: AgreementResult) -> dict[str, list[str]]:
    return {r.cells[0].text: [c.text for c in r.cells[1:]] for r in result.table().rows}


def test_discordance_stands_beside_its_published_value_with_the_source():
    found = cells(analyze([(STABLE, GROWN, GROWN), (STABLE, STABLE, STABLE)]))
    published = "; ".join(
        f"{value} ({item.source})"
        for value, item in zip(("23.0%", "28.8%"), BENCHMARKS["bor"], strict=True)
    )
    assert found["Best response differs"] == ["1 / 2", "50.0%", "1.3\u201398.7", published]
    assert found["Radiologist 1"][:2] == ["1 / 2", "50.0%"]
    assert found["Radiologist 2"] == ["0 / 2", "0.0%", "0.0\u201384.2", "none found"]
    assert found["Early discrepancy rate (EDR)"][:2] == ["0 / 1", "0.0%"]
    assert found["Late discrepancy rate (LDR)"][:3] == ["0 / 0", "NE", "NE\u2013NE"]


def test_kappa_is_not_estimable_where_chance_alone_gives_full_agreement():
    found = cells(analyze([(STABLE, STABLE, STABLE)] * 2))
    assert found["Best response, the two readers"][:3] == ["2", "NE", "NE to NE"]


def test_without_an_adjudicator_nobody_was_chosen():
    review = CentralReview(readers=2)
    result = analyze([(STABLE, GROWN, GROWN)], review)
    assert not any("disagreement index" in name for name in cells(result))
    assert result.cases_table().columns == (
        "Patient", "Radiologist 1", "Radiologist 2", "They first differ by",
    )  # fmt: skip


def test_a_patient_whom_one_reader_did_not_read_counts_as_different():
    result = analyze([(STABLE, [], STABLE), (STABLE, STABLE, STABLE)])
    assert (result.count("n"), result.count("bor_n")) == (2, 1)
    assert [cell.text for cell in result.cases_table().rows[0].cells[1:3]] == [
        "SD, no progression", "Not read",
    ]  # fmt: skip


def test_without_an_investigator_the_readers_are_compared_and_nothing_else():
    result = analyze([(STABLE, GROWN, [])])
    assert not result.has_local
    assert not {"compared", "unconfirmed", "kappa_local"} & set(result.data["stat_id"])
    assert len(tell_agreement(result)) == 1


@pytest.mark.parametrize("reads", [(STABLE, [], STABLE), ([], STABLE, STABLE), ([], [], STABLE)])
def test_without_both_radiologists_it_says_what_it_needs(reads):
    with pytest.raises(NotRecordedError, match="RADIOLOGIST 1 and RADIOLOGIST 2 told apart"):
        analyze([reads])


def test_who_stopped_on_an_unconfirmed_progression_is_named():
    stop = {"DCTREAS": "PROGRESSIVE DISEASE", "DCTDT": on_day(50)}
    result = analyze([(STABLE, STABLE, GROWN), (GROWN, GROWN, GROWN)], **stop)
    assert text_plain(tell_agreement(result)[1]) == (
        "1 patient stopped treatment on a progression that the central read does not confirm: 01."
    )
    row = [cell.text for cell in result.unconfirmed_table().rows[0].cells]
    assert row == [
        "01", str(on_day(50)), str(on_day(42)), "none", f"SD {on_day(84)}",
    ]  # fmt: skip
    behind = result.basis.filter(pl.col("stat_id") == "unconfirmed")
    assert set(behind["USUBJID"]) == {"01"}
    assert set(behind["dataset"]) == {"ADRS", "ADSL"}


def test_each_arm_has_its_own_discrepancies():
    result = analyze([(STABLE, STABLE, GROWN), (GROWN, GROWN, GROWN)], arms=TWO_ARMS)
    assert result.count("local_only.a") == result.count("local_only") == 1
    assert result.count("compared.b") == 0
    assert cells(result)["Early discrepancy rate (EDR), Active"][0] == "1 / 2"


def test_the_rows_behind_a_count_are_those_of_its_patients():
    basis = analyze([(STABLE, GROWN, GROWN), (STABLE, STABLE, STABLE)]).basis
    behind = basis.filter(pl.col("stat_id") == "adjudicated_n")
    assert set(behind["USUBJID"]) == {"01"}
    assert behind.height == 4  # best response and progression, by either reader


def test_the_figure_says_the_rates_and_what_others_found():
    result = analyze([(STABLE, GROWN, GROWN), (STABLE, STABLE, STABLE)])
    assert "Best response differs: 50.0% (95% CI 1.3\u201398.7; published 23.0%, 28.8%)." in (
        result.describe()
    )
    open_circles = [line for line in result.plot().lines if line.get_marker() == "o"]
    assert len(open_circles) >= sum(len(BENCHMARKS[k]) for k in ("bor", "pd", "pd_date"))
