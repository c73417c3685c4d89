"""Slides of the METROMAJX example, from pixels to the report: what was put in comes out."""

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars import col

from trialwright.imaging.slide import open_slide
from trialwright.stats.paired import compare_signed_rank
from trialwright.study.lineage import trace_to_sources
from trialwright.study.links import find_links
from trialwright.study.session import Results, Study

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx"


def read_truth() -> dict[str, tuple[float, float]]:
    with (EXAMPLE / "reconstruction.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["subject_id"]: (float(row["cd8_pct_baseline"]), float(row["cd8_pct_c2d1"]))
            for row in csv.DictReader(lines)
            if row["cd8_pct_baseline"]
        }


TRUTH = read_truth()


def test_the_exact_test_gives_the_published_p_value_on_the_table() -> None:
    before, after = np.array(list(TRUTH.values())).T

    assert len(TRUTH) == 11
    assert (after / before).mean() == pytest.approx(3.9, abs=0.05)
    assert compare_signed_rank(before, after).p_value == pytest.approx(0.0029, abs=0.00005)


def test_every_measured_sign_is_that_of_the_table(metromajx_run: tuple[Study, Results]) -> None:
    pairs = metromajx_run[1]["cd8"].pairs.drop_nulls("R2BASE")

    measured = dict(pairs.select("USUBJID", col("R2BASE") > 1).iter_rows())
    assert measured == {subject: after > before for subject, (before, after) in TRUTH.items()}


def test_the_measured_mean_fold_change_is_that_of_the_table(
    metromajx_run: tuple[Study, Results],
) -> None:
    result = metromajx_run[1]["cd8"]

    assert result.count("n") == 11
    assert result.value("mean_fold") == pytest.approx(3.9, abs=0.4)
    largest = result.pairs.sort("R2BASE", nulls_last=True, descending=True)["USUBJID"][0]
    assert largest == "MJX-09"


def test_recorded_and_measured_percents_agree(metromajx_run: tuple[Study, Results]) -> None:
    pairs = metromajx_run[1]["cd8"].pairs.drop_nulls("R2BASE")

    for subject, base, later in pairs.select("USUBJID", "BASE", "AVAL").iter_rows():
        assert (base, later) == pytest.approx(TRUTH[subject], abs=1.5)


def test_the_p_value_is_that_of_the_measured_values(metromajx_run: tuple[Study, Results]) -> None:
    result = metromajx_run[1]["cd8"]
    pairs = result.pairs.drop_nulls("R2BASE")

    expected = compare_signed_rank(pairs["BASE"].to_numpy(), pairs["AVAL"].to_numpy()).p_value
    assert result.value("p_value") == expected
    assert result.value("recorded.p_value") == pytest.approx(0.0029, abs=0.00005)


def test_the_three_without_a_pair_have_their_reasons(metromajx_run: tuple[Study, Results]) -> None:
    missing = metromajx_run[1]["cd8"].pairs.filter(col("R2BASE").is_null())

    assert dict(missing.select("USUBJID", "reason").iter_rows()) == {
        "MJX-01": "C2D1: Patient declined the second biopsy",
        "MJX-03": "C2D1: Insufficient tumor cells",
        "MJX-10": "C2D1: Bleeding risk, biopsy not attempted",
    }
    flow = metromajx_run[1]["cd8_flow"].boxes.filter(~col("side"))
    assert flow["n"].to_list() == [14, 14, 12, 11]


def test_the_machine_proposes_what_the_pathologist_decided(
    metromajx_run: tuple[Study, Results],
) -> None:
    result = metromajx_run[1]["tls"]

    assert [result.count(name) for name in ("n", "both", "agreed")] == [25, 25, 25]
    assert result.count("proposed.mature") == 2
    aggregates = (
        metromajx_run[0].store.load("adbm").filter((col("PARAMCD") == "TLSAGG") & (col("AVAL") > 0))
    )
    assert {"MJX-06", "MJX-13", "MJX-S08"} <= set(aggregates["USUBJID"])


def test_a_fold_change_leads_to_two_slides_and_from_there_to_cells(
    metromajx_run: tuple[Study, Results],
) -> None:
    study, results = metromajx_run
    basis = results["cd8"].basis.filter(col("stat_id") == "mjx_09.fold")
    sources = trace_to_sources(basis, find_links(study.protocol), study.store.load)

    slides = study.store.load("slides")
    rows = sources.filter(col("domain") == "slides")["source_row"].to_list()
    files = slides.filter(col("source_row").cast(pl.Int64).is_in(rows))["FILE"].sort().to_list()
    assert files == ["MJX-09_C2D1_CD8.tif", "MJX-09_SCREENING_CD8.tif"]
    cells = pl.read_parquet(study.store.results / "slides" / f"{files[0]}.cells.parquet")
    value = results["cd8"].value("mjx_09.later")
    assert 100 * cells["is_positive"].mean() == pytest.approx(value)


def test_a_second_run_measures_no_slide(metromajx_run: tuple[Study, Results]) -> None:
    first = [step for step in metromajx_run[1].steps if step.name.startswith("slide.")]
    again = metromajx_run[0].run()

    assert len(first) == 47
    assert {step.status for step in first} == {"done"}
    assert {s.status for s in again.steps if s.name.startswith("slide.")} == {"unchanged"}


def test_the_slides_know_their_pixel_size_and_say_that_they_are_synthetic() -> None:
    files = sorted((EXAMPLE / "slides").glob("*.tif"))

    assert len(files) == 49
    assert sum(file.stat().st_size for file in files) <= 12e6
    with open_slide(files[0]) as slide:
        assert slide.pixel_size_um == pytest.approx(0.5)
    assert all(b"SYNTHETIC" in file.read_bytes() for file in files)
