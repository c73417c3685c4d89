"""METROMAJX from raw tables to the decision, against what its publication prints.

Source: Toulmonde M, et al. Mol Cancer 2024;23:38, Results and Table 1. Where the paper cannot be
right (percentages that are not rounded but cut, an upper limit of overall survival that needs
another convention) the docstring of the test says so. Tolerances are half the last printed digit.
"""

from fractions import Fraction

import polars as pl
import pytest

from trialwright.core.table import round_half_up
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]


def months(results: Results, result: str, stat: str) -> str:
    return round_half_up(results[result].value(stat), 1)


def test_fifteen_are_enrolled_and_fourteen_evaluable(metromajx_run: Run) -> None:
    flow = metromajx_run[1]["flow"]
    counts = {key: flow.count(f"{key}.n") for key in ("screened", "enrl", "saf", "eff")}
    assert counts == {"screened": 25, "enrl": 15, "saf": 15, "eff": 14}


def test_every_level_of_the_flow_adds_up(metromajx_run: Run) -> None:
    flow = metromajx_run[1]["flow"]
    above = flow.count("screened.n")
    for level in ("enrl", "saf", "eff"):
        excluded = flow.count(f"not_{level}.n")
        reasons = flow.data.filter(
            pl.col("stat_id").str.starts_with(f"not_{level}.")
            & (pl.col("stat_id") != f"not_{level}.n")
        )
        assert reasons["stat"].sum() == excluded
        assert flow.count(f"{level}.n") == above - excluded
        above -= excluded


def test_evaluable_is_derived_from_doses_and_not_listed(metromajx_run: Run) -> None:
    adsl = metromajx_run[0].load_datasets()["adsl"]
    outside = adsl.filter((pl.col("ENRLFL") == "Y") & (pl.col("EFFFL") == "N"))
    assert outside.select("USUBJID", "EFFREAS").rows() == [("MJX-15", "No dose of Avelumab")]


def test_one_of_fourteen_is_progression_free_at_six_months(metromajx_run: Run) -> None:
    primary = metromajx_run[1]["npr6"]
    assert (primary.count("successes"), primary.count("n")) == (1, 14)
    assert primary.value("rate") == pytest.approx(1 / 14)
    assert round_half_up(Fraction(100, 14), 1) == primary.print_percent().text == "7.1"
    assert primary.print_interval(0.95).text == "0.2\u201333.9"
    assert "one-sided test at the 5% level" in " ".join(primary.table().footnotes)


def test_a_patient_last_scanned_on_day_150_is_no_success_though_seen_on_day_301(
    metromajx_run: Run,
) -> None:
    data = metromajx_run[0].load_datasets()
    of_patient = (pl.col("USUBJID") == "MJX-11") & (pl.col("PARQUAL") == "CENTRAL")
    times = data["adtte"].filter(of_patient)
    days = dict(
        times.filter(pl.col("PARAMCD").is_in(["PFS", "OS"])).select("PARAMCD", "AVAL").rows()
    )
    status = data["adrs"].filter(of_patient & (pl.col("PARAMCD") == "NPR6"))
    assert days == {"PFS": 150, "OS": 301}
    assert status["AVALC"].to_list() == ["UNKNOWN"]


def test_the_primary_is_a_proportion_of_counts_and_not_the_survival_curve(
    metromajx_run: Run,
) -> None:
    results = metromajx_run[1]
    assert results["npr6"].value("rate") == pytest.approx(0.0714, abs=5e-5)
    assert results["pfs"].value("at_6m") == pytest.approx(0.107, abs=5e-4)


def test_the_first_stage_is_not_satisfied(metromajx_run: Run) -> None:
    stage = metromajx_run[1]["stage"]
    assert (stage.count("r1"), stage.count("n1"), stage.count("r"), stage.count("n")) == (
        3,
        13,
        12,
        43,
    )
    assert (stage.count("first_successes"), stage.count("first_n")) == (1, 13)
    assert stage.decision == "stop"
    assert stage.decisions["first"]["certain"]


def test_the_fourteenth_patient_changes_the_error_rates_and_not_the_decision(
    metromajx_run: Run,
) -> None:
    """The true errors of 3/14 with 12/43 are those of the design specification: .0549 and .839."""
    stage = metromajx_run[1]["stage"]
    assert stage.count("over_run") == 1
    assert stage.decisions["all"]["decision"] == "stop"
    assert stage.value("alpha") == pytest.approx(0.04958145, abs=5e-9)
    assert stage.value("power") == pytest.approx(0.80021436, abs=5e-9)
    assert stage.value("all_alpha") == pytest.approx(0.0549, abs=5e-5)
    assert stage.value("all_power") == pytest.approx(0.839, abs=5e-4)
    assert any("0.0549" in warning for warning in stage.decisions["all"]["warnings"])


def test_all_fifteen_enrolled_are_a_sensitivity_analysis(metromajx_run: Run) -> None:
    results = metromajx_run[1]
    assert (results["stage"].count("enrolled_successes"), results["stage"].count("enrolled_n")) == (
        1,
        15,
    )
    assert results["npr6"].count("enrolled.n") == 15


def test_best_responses_are_those_of_the_paper_by_histology(metromajx_run: Run) -> None:
    best = metromajx_run[1]["bor"]
    assert {code: best.count(code) for code in ("cr", "pr", "sd", "pd", "ne")} == {
        "cr": 0, "pr": 1, "sd": 5, "pd": 8, "ne": 0,
    }  # fmt: skip
    printed = {
        "PR": {"angiosarcoma": 1},
        "SD": {
            "leiomyosarcoma": 2, "angiosarcoma": 1, "epithelioid_sarcoma": 1,
            "low_grade_fibromyxoid_sarcoma": 1,
        },
        "PD": {
            "leiomyosarcoma": 4, "dedifferentiated_liposarcoma": 1,
            "endometrial_stromal_sarcoma": 1,
            "myxoid_liposarcoma": 1, "undifferentiated_pleomorphic_sarcoma": 1,
        },
    }  # fmt: skip
    strata = best.data.filter(pl.col("stat_id").str.starts_with("by."))
    found: dict[str, dict[str, int]] = {code: {} for code in printed}
    for stat_id, n in strata.select("stat_id", "stat").rows():
        _, stratum, code = stat_id.split(".")
        if n and code.upper() in found:
            found[code.upper()][stratum] = int(n)
    assert found == printed


def test_treatment_ended_by_progression_in_twelve_and_by_decision_in_one(
    metromajx_run: Run,
) -> None:
    disposition = metromajx_run[1]["disposition"]
    counts = {
        key: disposition.count(f"eff.{key}")
        for key in (
            "n",
            "discontinued",
            "because_progressive_disease",
            "because_withdrawal_by_subject",
            "ongoing",
        )
    }
    assert list(counts.values()) == [14, 13, 12, 1, 1]


@pytest.mark.parametrize(
    ("result", "printed"),
    [
        ("pfs", ("1.8", "1.7", "3.6")),
        ("os", ("10.5", "5.7", "NE")),
        ("follow_up", ("8.2", "4.8", "13.1")),
    ],
)
def test_times_are_those_of_the_paper(
    metromajx_run: Run, result: str, printed: tuple[str, str, str]
) -> None:
    """The paper prints 13.6 as upper limit of overall survival: see the next test."""
    results = metromajx_run[1]
    assert tuple(months(results, result, s) for s in ("median", "lower", "upper")) == printed


def test_the_papers_upper_limit_of_survival_needs_the_named_other_convention(
    metromajx_run: Run,
) -> None:
    assert months(metromajx_run[1], "os", "zero_limit.upper") == "13.6"


def test_five_died_of_their_disease(metromajx_run: Run) -> None:
    deaths = metromajx_run[1]["deaths"]
    assert deaths.count("eff.died") == deaths.count("eff.of_disease_progression") == 5


def test_fifty_cycles_were_started(metromajx_run: Run) -> None:
    exposure = metromajx_run[1]["exposure"]
    parts = ("n", "ncyc_total", "ncyc_median", "ncyc_min", "ncyc_max")
    assert [exposure.value(part) for part in parts] == [15, 50, 2, 1, 9]


def test_nobody_had_more_than_four_injections(metromajx_run: Run) -> None:
    assert metromajx_run[1]["exposure"].value("jx_594.nadmin_max") == 4


def test_fever_and_fatigue_lead_with_three_fevers_of_grade_three_and_nothing_above(
    metromajx_run: Run,
) -> None:
    terms = metromajx_run[1]["ae_terms"]
    assert set(terms.terms[:2]) == {"Fever", "Fatigue"}
    assert terms.count("term.fever.grade_3") == 3
    for term in ("fever", "fatigue"):
        assert terms.count(f"term.{term}.grade_1") > terms.count(f"term.{term}.any") / 2
    above = terms.data.filter(pl.col("stat_id").str.contains(r"\.grade_[45]$"))
    assert above["stat"].sum() == 0


def test_table_one_is_the_papers_with_percentages_rounded_and_not_cut(metromajx_run: Run) -> None:
    """The paper prints 42.8 for 6/14 = 42.86 % and 14.4 for 2/14 = 14.29 %: cut, or made to add up.

    It prints a median of 2 prior lines; its own table (5 with 1, 1 with 2, 8 with more) has a
    median above 2, so the row is not compared.
    """
    printed = {
        cells[0]: cells[1]
        for cells in (
            tuple(cell.text for cell in row.cells)
            for row in metromajx_run[1]["baseline"].table().rows
            if not row.is_heading
        )
    }
    assert [printed[key] for key in ("Male", "Female")] == ["6 (42.9)", "8 (57.1)"]
    assert [printed[key] for key in ("Leiomyosarcoma", "Angiosarcoma", "Other histotypes")] == [
        "6 (42.9)", "2 (14.3)", "6 (42.9)",
    ]  # fmt: skip
    assert [printed[key] for key in ("Locally advanced", "Metastatic")] == ["1 (7.1)", "13 (92.9)"]
    assert [printed[key] for key in ("Unknown", ">2")] == ["8 (57.1)", "8 (57.1)"]
    baseline = metromajx_run[1]["baseline"]
    assert [baseline.value(f"age_number_{k}") for k in ("median", "min", "max")] == [63, 37, 79]
    assert [baseline.count(f"ecogbl_{k}") for k in (0, 1)] == [4, 10]
    assert [baseline.count(f"tumgrade_{k}") for k in (2, 3)] == [5, 1]


def test_the_check_warns_of_what_is_true_and_of_nothing_else(metromajx_run: Run) -> None:
    rules = sorted(finding.rule for finding in metromajx_run[1].findings)
    assert rules == ["DESIGN-REFERENCE", "NPX-LOD", "SCAN-WINDOW", "SCAN-WINDOW"]


def test_the_papers_design_is_the_optimal_one_and_four_rules_answer_its_fourteenth_patient(
    metromajx_run: Run,
) -> None:
    """3/13, 12/43 is optimal by clinfun (oracles/design/designs.csv); every rule stops 1 of 14."""
    stage = metromajx_run[1]["stage"]
    assert stage.kinds == ["optimal"]
    assert stage.rules["rule"].to_list() == ["kept", "same_total", "reoptimized", "green_dahlberg"]
    assert stage.rules["decision"].unique().to_list() == ["stop"]
    assert stage.value("rule_kept_alpha") == stage.value("all_alpha")
