"""From slides and recorded results to ADBM."""

from datetime import date

import polars as pl
import pytest
from polars import col
from tissue_sample import CD8, TLS, make_bs, make_measured, make_slide

from trialwright.core.errors import NotRecordedError
from trialwright.derive.biomarkers import BiomarkerVisits, derive_adbm
from trialwright.derive.tissue import derive_tissue

BE = pl.DataFrame(
    {
        "USUBJID": ["01", "01"], "VISIT": ["SCREENING", "C2D1"], "BECAT": ["TISSUE"] * 2,
        "BEREFID": ["01_SCREENING", "01_C2D1"], "BEDTC": ["2021-01-20", "2021-03-08"],
    }
)  # fmt: skip
EX = pl.DataFrame({"USUBJID": ["02"], "EXLNKID": ["T01"], "EXSTDTC": ["2021-02-08"]})


def pick(rows: pl.DataFrame, code: str) -> list[dict]:
    return rows.filter(col("PARAMCD") == code).to_dicts()


def test_a_slide_gives_its_percent_and_its_density_that_count() -> None:
    measured = make_measured(make_slide("01", "SCREENING", 2.5))
    rows = derive_tissue({}, [CD8], measured)

    (percent,), (density,) = pick(rows, "CD8PCT"), pick(rows, "CD8DENS")
    assert (percent["AVAL"], percent["AVALU"], percent["ANL01FL"]) == (2.5, "%", "Y")
    assert (density["AVAL"], density["AVALU"]) == (40.0, "/mm2")
    assert (percent["SRCDOM"], percent["BMXFN"], percent["ABLFL"]) == (
        "SLIDES",
        "01_SCREENING.tif",
        "Y",
    )


@pytest.mark.parametrize(
    ("slide", "reason"),
    [
        ({"failure": "damaged"}, "damaged"),
        ({"n_cells": 40}, "40 nucleated cells, fewer than 100"),
        ({"USUBJID": "02", "LNKID": "T01"}, "Lesion T01 is one that was injected"),
    ],
)
def test_a_slide_that_does_not_count_says_why(slide: dict, reason: str) -> None:
    measured = make_measured(make_slide("01", "C2D1", 2.5) | slide)
    (row,) = pick(derive_tissue({"ex": EX}, [CD8], measured), "CD8PCT")

    assert (row["ANL01FL"], row["AREASON"]) == ("N", reason)


def test_a_slide_of_an_unplanned_visit_does_not_count() -> None:
    measured = make_measured(make_slide("01", "C4D1", 2.5))
    (row,) = pick(derive_tissue({}, [CD8], measured), "CD8PCT")

    assert (row["AVAL"], row["ANL01FL"]) == (2.5, "N")


def test_without_slides_the_recorded_value_is_the_marker() -> None:
    bs = make_bs(("01", "SCREENING", "CD8PCT", "2.4", 2.4, None, 1))
    rows = derive_tissue({"bs": bs}, [CD8])

    (row,) = pick(rows, "CD8PCT")
    assert (row["AVAL"], row["SRCDOM"], row["SRCSEQ"]) == (2.4, "BS", 1)


def test_beside_slides_the_recorded_value_stands_apart_and_a_reason_in_its_place() -> None:
    bs = make_bs(
        ("01", "SCREENING", "CD8PCT", "2.4", 2.4, None, 1),
        ("01", "C2D1", "CD8PCT", None, None, "Patient declined", 2),
    )
    measured = make_measured(make_slide("01", "SCREENING", 2.5))
    rows = derive_tissue({"bs": bs}, [CD8], measured)

    assert [row["AVAL"] for row in pick(rows, "CD8PCTR")] == [2.4]
    values = {row["AVISIT"]: (row["AVAL"], row["AREASON"]) for row in pick(rows, "CD8PCT")}
    assert values == {"SCREENING": (2.5, None), "C2D1": (None, "Patient declined")}


def test_a_state_is_proposed_by_the_slide_and_decided_in_bs() -> None:
    bs = make_bs(("01", "SCREENING", "TLS", "NONE", None, None, 1))
    slide = make_slide("01", "SCREENING", None, STAIN="TLS", status="mature", n_structures=2)
    rows = derive_tissue({"bs": bs}, [TLS], make_measured(slide))

    (proposed,), (decided,) = pick(rows, "TLSPROP"), pick(rows, "TLSDEC")
    assert (proposed["AVALC"], proposed["AVAL"]) == ("MATURE", 2.0)
    assert (decided["AVALC"], decided["PARAM"]) == (
        "NONE",
        "TLS status, decided by the pathologist",
    )


def test_a_failed_slide_leaves_the_others_unharmed() -> None:
    measured = make_measured(
        make_slide("01", "SCREENING", None, failure="truncated"), make_slide("01", "C2D1", 5.0)
    )
    rows = pick(derive_tissue({}, [CD8], measured), "CD8QC")

    assert [row["AVALC"] for row in rows] == ["truncated", "Good"]


VISITS = BiomarkerVisits(("SCREENING", "C2D1"))


def derive(measured: pl.DataFrame, recorded: dict) -> pl.DataFrame:
    return derive_adbm(recorded, VISITS, derive_tissue(recorded, [CD8], measured))


def test_the_dataset_dates_each_row_and_counts_change_from_the_first_visit() -> None:
    measured = make_measured(make_slide("01", "SCREENING", 2.0), make_slide("01", "C2D1", 5.0))
    adbm = derive(measured, {"be": BE})

    later = adbm.filter((col("PARAMCD") == "CD8PCT") & (col("AVISIT") == "C2D1")).to_dicts()[0]
    assert (later["BASE"], later["CHG"], later["R2BASE"]) == (2.0, 3.0, 2.5)
    assert (later["ADT"], later["AVISITN"]) == (date(2021, 3, 8), 2.0)
    assert later["SAMPLEID"] == "01_C2D1"
    first = adbm.filter((col("PARAMCD") == "CD8PCT") & (col("AVISIT") == "SCREENING"))
    assert first.select("CHG", "R2BASE").row(0) == (None, None)
    assert adbm["ASEQ"].to_list() == list(range(1, adbm.height + 1))


def test_subjects_of_nobody_have_no_rows() -> None:
    dm = pl.DataFrame({"USUBJID": ["02"]})
    adbm = derive(make_measured(make_slide("01", "SCREENING", 2.0)), {"dm": dm})

    assert adbm.is_empty()


def test_no_baseline_and_a_baseline_of_0_give_no_ratio() -> None:
    measured = make_measured(
        make_slide("01", "SCREENING", 0.0),
        make_slide("01", "C2D1", 5.0),
        make_slide("02", "C2D1", 5.0),
    )
    later = derive(measured, {}).filter((col("PARAMCD") == "CD8PCT") & (col("AVISIT") == "C2D1"))

    assert later.select("USUBJID", "CHG", "R2BASE").rows() == [
        ("01", 5.0, None),
        ("02", None, None),
    ]


def test_neither_slides_nor_results_is_said_to_be_absent() -> None:
    with pytest.raises(NotRecordedError, match="slides or bs"):
        derive_tissue({}, [CD8])
    with pytest.raises(NotRecordedError, match="plasma, slides or bs"):
        derive_adbm({}, VISITS)
