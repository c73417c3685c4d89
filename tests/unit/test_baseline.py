"""Table 1: counts add up, and nothing is divided by nobody."""

from typing import Any

import polars as pl
from small_trial import ONE_ARM, TWO_ARMS, adsl, metromajx_protocol

from trialwright.analyze.baseline import BaselineResult, analyze_baseline
from trialwright.core.table import text_plain
from trialwright.report.sentences.baseline import tell_baseline

ITEMS = {item.name: item for item in metromajx_protocol().baseline}


def table_one(*subjects: dict[str, Any], names=("SEX",), arms=ONE_ARM) -> BaselineResult:
    frame = adsl(*subjects).with_columns(pl.col("NPRIOR").cast(pl.Float64))
    items = [ITEMS[name] for name in names]
    return analyze_baseline(frame, arms, "EFFFL", "Evaluable", items)


def printed(result: BaselineResult) -> list[tuple[str, ...]]:
    return [
        tuple(cell.text for cell in row.cells) for row in result.table().rows if not row.is_heading
    ]


def test_levels_and_missing_values_add_up_to_the_population() -> None:
    found = table_one({"SEX": "M"}, {"SEX": "F"}, {"SEX": None}, {"SEX": "U"})
    counts = found.data.filter(pl.col("stat_id") != "n")["stat"].to_list()
    assert sum(counts) == found.count("n") == 4


def test_percentages_of_nobody_are_ne_and_never_nan() -> None:
    found = table_one({"EFFFL": "N"}, names=("SEX", "AGE"))
    assert printed(found) == [
        ("Male", "0 (NE)"),
        ("Female", "0 (NE)"),
        ("Median (range)", "NE (NE\N{EN DASH}NE)"),
    ]


def test_one_patient_has_a_median_and_no_deviation() -> None:
    found = table_one({"AGE": 63}, names=("AGE",))
    assert found.value("age_number_sd") is None
    assert printed(found) == [("Median (range)", "63 (63\N{EN DASH}63)")]


def test_a_median_between_two_ages_keeps_its_half() -> None:
    found = table_one({"AGE": 60}, {"AGE": 63}, {"AGE": None}, names=("AGE",))
    assert printed(found)[0] == ("Median (range)", "61.5 (60\N{EN DASH}63)")
    assert found.count("age_missing") == 1


def test_other_values_are_counted_together_and_named_below() -> None:
    rows = [{"HIST": name} for name in ("Leiomyosarcoma", "MPNST", "MPNST", "Sarcoma")]
    found = table_one(*rows, names=("HIST",))
    assert ("Other histotypes", "3 (75.0)") in printed(found)
    assert "Other histotypes: MPNST n = 2, Sarcoma n = 1." in found.table().footnotes


def test_each_limit_of_prior_lines_is_counted_apart_from_its_opposite() -> None:
    found = table_one(*({"NPRIOR": n} for n in (0, 1, 2, 3, 9)), names=("NPRIOR",))
    assert [cells[1] for cells in printed(found)[-4:]] == ["1 (20.0)"] * 3 + ["2 (40.0)"]


def test_arms_add_up_to_all() -> None:
    rows = [{"SEX": sex, "ARMCD": arm} for sex in "MFF" for arm in "AB"]
    found = table_one(*rows, arms=TWO_ARMS)
    for key in ("n", "sex_male", "sex_female"):
        assert found.count(f"{key}.a") + found.count(f"{key}.b") == found.count(key)
    assert found.table().columns == ("", "Active (N = 3)", "Control (N = 3)", "All (N = 6)")


def test_the_sentence_has_medians_with_their_units_and_the_largest_level_of_the_rest() -> None:
    found = table_one({"AGE": 60, "SEX": "F"}, {"AGE": 63, "SEX": "F"}, {"AGE": 70, "SEX": "M"},
                      names=("AGE", "SEX"))  # fmt: skip
    assert [text_plain(text) for text in tell_baseline(found)] == [
        "Of 3 patients (evaluable), median age was 63 (60\N{EN DASH}70) years and sex was female "
        "in 2 (66.7%)."
    ]


def test_there_is_no_sentence_about_nobody() -> None:
    assert tell_baseline(table_one({"EFFFL": "N"}, names=("SEX", "AGE"))) == []


def test_each_arm_has_its_sentence() -> None:
    found = table_one({"ARMCD": "A", "SEX": "F"}, {"ARMCD": "B", "SEX": "M"}, arms=TWO_ARMS)
    assert [text_plain(text) for text in tell_baseline(found)] == [
        "Active: Of 1 patient (evaluable), sex was female in 1 (100.0%).",
        "Control: Of 1 patient (evaluable), sex was male in 1 (100.0%).",
    ]
