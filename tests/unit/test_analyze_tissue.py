"""Results of tissue: change within patients, states beside decisions, specimens, slides."""

import re
from datetime import date

import polars as pl
import pytest
from polars import col
from tissue_sample import CD8, TLS, make_bs, make_measured, make_slide

from trialwright.analyze.tissue.change import analyze_marker_change
from trialwright.analyze.tissue.quality import analyze_slides
from trialwright.analyze.tissue.specimens import analyze_specimen_flow
from trialwright.analyze.tissue.status import NOT_ASSESSED, analyze_status
from trialwright.core.errors import EstimateError
from trialwright.core.table import text_plain
from trialwright.derive.biomarkers import BiomarkerVisits, derive_adbm
from trialwright.derive.tissue import derive_tissue
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.sentences.tissue import (
    tell_change,
    tell_slides,
    tell_specimens,
    tell_status,
)

SUBJECTS = ["01", "02", "03", "04"]
ADSL = pl.DataFrame(
    {"USUBJID": SUBJECTS, "TRTSDT": [date(2021, 2, 1)] * 4, "EFFFL": ["Y", "Y", "Y", "Y"]}
)
EVALUABLE = ("EFFFL", "Evaluable")
VALUES = {"01": (2.0, 5.0), "02": (1.0, 4.0), "03": (4.0, 2.0)}
BS = make_bs(("04", "C2D1", "CD8PCT", None, None, "Bleeding risk", 1))


def make_adbm(bs: pl.DataFrame = BS, extra: tuple = ()) -> pl.DataFrame:
    slides = [
        make_slide(subject, visit, value)
        for subject, values in VALUES.items()
        for visit, value in zip(CD8.visits, values, strict=True)
    ]
    measured = make_measured(*slides, make_slide("04", "SCREENING", 3.0), *extra)
    tissue = derive_tissue({"bs": bs}, [CD8, TLS], measured)
    return derive_adbm({}, BiomarkerVisits(("SCREENING", "C2D1")), tissue)


def analyze(adbm: pl.DataFrame):
    return analyze_marker_change(adbm, ADSL, CD8, EVALUABLE, AnalysisRead.ADJUDICATED)


def test_pairs_are_counted_compared_and_told() -> None:
    result = analyze(make_adbm())

    assert [result.count(name) for name in ("n", "n_increased", "n_decreased")] == [3, 2, 1]
    assert result.value("mean_fold") == pytest.approx((2.5 + 4 + 0.5) / 3)
    assert result.value("p_value") == 0.5  # ranks 3, 2 rise of 1 to 3: 4 of 8 signs as extreme
    told = "".join(text_plain(text) for text in tell_change(result))
    assert told == (
        "CD8 was measured in 3 paired specimens of 4 patients; in 2 it increased and in 1 it "
        "decreased from SCREENING to C2D1. The mean fold change was 2.3 (range 0.5\u20134.0; "
        "P = 0.50, two-sided exact signed rank test of the differences)."
    )


def test_who_has_no_pair_stands_in_the_table_with_the_reason() -> None:
    lines = analyze(make_adbm()).table().to_text().splitlines()

    assert "Without a pair (1)" in lines
    assert any(line.startswith("04") and "C2D1: Bleeding risk" in line for line in lines)


def test_a_patient_without_slide_and_without_reason_is_said_to_be_so() -> None:
    result = analyze(make_adbm(bs=make_bs()))

    assert result.pairs.filter(col("USUBJID") == "04")["reason"].to_list() == [
        "No slide and no reason recorded"
    ]


def test_each_number_leads_to_the_rows_it_was_made_from() -> None:
    adbm = make_adbm()
    basis = analyze(adbm).basis

    used = basis.filter(col("stat_id") == "01.fold").join(adbm, on=["USUBJID", "ASEQ"])
    assert used.sort("BMXFN")["BMXFN"].to_list() == ["01_C2D1.tif", "01_SCREENING.tif"]
    assert basis.filter(col("stat_id") == "mean_fold").height == 6


def test_recorded_values_are_compared_beside_the_measured() -> None:
    recorded = [
        (subject, visit, "CD8PCT", None, 10 * value, None, number)
        for subject, values in VALUES.items()
        for number, (visit, value) in enumerate(zip(CD8.visits, values, strict=True), 1)
    ]
    result = analyze(make_adbm(make_bs(*recorded)))

    assert result.value("recorded.mean_fold") == pytest.approx(result.value("mean_fold"))
    assert "As recorded" in result.table().columns
    assert len(tell_change(result)) == 2


def test_without_pairs_nothing_is_tested() -> None:
    empty = make_adbm().clear()
    result = analyze(empty)

    assert result.count("n") == 0
    assert result.value("p_value") is None
    assert result.value("mean_fold") is None
    assert text_plain(tell_change(result)[0]) == "No patient has CD8 measured at both visits."
    assert "No patient has been measured" in result.describe()


def test_a_marker_of_one_visit_has_no_change() -> None:
    with pytest.raises(EstimateError, match="Marker tls has 1 visits"):
        analyze_marker_change(make_adbm(), ADSL, TLS, EVALUABLE, AnalysisRead.ADJUDICATED)


def test_a_proposal_stands_beside_the_decision() -> None:
    states = {"01": "none", "02": "mature", "03": "none"}
    slides = tuple(
        make_slide(
            subject, "SCREENING", None, STAIN="TLS", FILE=f"{subject}_tls.tif", status=state,
            n_structures=int(state == "mature"),
        )
        for subject, state in states.items()
    )  # fmt: skip
    decided = {"01": "NONE", "02": "MATURE", "03": "TLS", "04": "NONE"}
    bs = make_bs(
        *[(subject, "SCREENING", "TLS", state, None, None, 9) for subject, state in decided.items()]
    )
    result = analyze_status(make_adbm(bs, slides), ADSL, TLS)

    assert [result.count(name) for name in ("n", "both", "agreed")] == [4, 3, 2]
    assert result.value("kappa") == pytest.approx((2 / 3 - 1 / 3) / (1 - 1 / 3))
    assert result.cases.filter(col("proposed") != col("decided")).select(
        "USUBJID", "proposed", "decided"
    ).rows() == [("03", "NONE", "TLS"), ("04", NOT_ASSESSED, "NONE")]
    told = "".join(text_plain(text) for text in tell_status(result))
    assert "found no tertiary lymphoid structure in 2, immature ones in 1" in told
    assert "The machine proposed the same status in 2 of 3 (66.7%) that both" in told
    assert result.count("cross.none.total") == 2


def test_the_flow_of_specimens_adds_up_with_every_reason() -> None:
    be = pl.DataFrame(
        {
            "USUBJID": [*SUBJECTS, *SUBJECTS[:3]],
            "VISIT": ["SCREENING"] * 4 + ["C2D1"] * 3,
            "BECAT": ["TISSUE"] * 7,
        }
    )
    result = analyze_specimen_flow(make_adbm(), ADSL, CD8, EVALUABLE, be)

    assert dict(result.data.select("stat_label", "stat").iter_rows()) == {
        "Evaluable": 4,
        "Biopsy at SCREENING": 4,
        "No biopsy at C2D1": 1,
        "Bleeding risk": 1,
        "Biopsy at C2D1": 3,
        "CD8 measured at SCREENING and C2D1": 3,
    }
    told = text_plain(tell_specimens(result)[0])
    assert told == "CD8 could be compared in 3 of 4 patients."
    main = result.boxes.filter(~col("side"))["n"].to_list()
    assert main == [4, 4, 3, 3]


def test_slides_that_failed_or_are_doubtful_are_named() -> None:
    extra = (
        make_slide("04", "C2D1", None, FILE="bad.tif", failure="The file is truncated"),
        make_slide("04", "C2D1", 3.0, FILE="blurred.tif", warnings="Out of focus"),
        make_slide("04", "C2D1", 3.0, FILE="tilted.tif", notes="dab lies 6.0 degrees off"),
    )
    result = analyze_slides(make_adbm(extra=extra), [CD8, TLS])

    assert [result.count(f"cd8.{name}") for name in ("n", "failed", "wary")] == [10, 1, 1]
    assert result.count("cd8.fair") == 1
    assert text_plain(tell_slides(result)[0]) == (
        "10 slides were to be measured. Without a measurement: bad.tif. "
        "To be looked at: blurred.tif. Of fair quality: 1; the table says why."
    )
    assert "Fair: dab lies 6.0 degrees off" in result.table().to_text()
    assert "The file is truncated" in result.table().to_text()


def test_slides_whose_names_differ_by_a_blank_are_two() -> None:
    extra = (
        make_slide("04", "C2D1", 3.0, FILE="04_b.tif", n_cells=700),
        make_slide("05", "C2D1", 3.0, FILE="04 b.tif", n_cells=900),
    )
    result = analyze_slides(make_adbm(extra=extra), [CD8])

    assert (result.count("04_b_tif.n"), result.count("04_b_tif_2.n")) == (900, 700)
    printed = result.table().to_text()
    assert re.search(r"04 b\.tif +900", printed)
    assert re.search(r"04_b\.tif +700", printed)
