"""The two studies that are not METROMAJX: three arms of third-party SDTM, and dates only."""

import shutil
from pathlib import Path

import polars as pl
import pytest

import trialwright as tw
from trialwright.core.table import round_half_up
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]
EXAMPLES = Path(__file__).parents[2] / "examples"


def run_example(name: str, folder: Path) -> Run:
    ignored = shutil.ignore_patterns("results", "__pycache__")
    study = tw.open_study(shutil.copytree(EXAMPLES / name, folder / name, ignore=ignored))
    return study, study.run()


@pytest.fixture(scope="module")
def pancreatic(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_example("pancreatic", tmp_path_factory.mktemp("dates"))


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_example("cdisc_pilot_onco", tmp_path_factory.mktemp("arms"))


def test_dates_alone_give_survival_as_r_gives_it(pancreatic: Run) -> None:
    """R survival 3.5-3 on the same 41 patients (oracles/survival, dataset pancreatic_pfs and _os).

    R counts days as end minus start; times here count the first day too, so medians differ by one
    day: the oracle's 59 days are 60 here.
    """
    results = pancreatic[1]
    assert (results["pfs"].count("n"), results["pfs"].count("events")) == (41, 41)
    assert (results["os"].count("n"), results["os"].count("events")) == (41, 41)
    adtte = pancreatic[0].load_datasets()["adtte"]
    oracle = pl.read_csv(
        Path(__file__).parents[1] / "oracle/data/survival/inputs/pancreatic_os.csv"
    )
    days = adtte.filter(pl.col("PARAMCD") == "OS").sort("AVAL")["AVAL"] - 1
    assert days.to_list() == oracle["time"].sort().cast(pl.Float64).to_list()


def test_what_cannot_be_derived_from_dates_is_named_with_what_it_would_need(
    pancreatic: Run,
) -> None:
    absent = {s.name: s.reason for s in pancreatic[1].steps if s.status == "absent"}
    assert absent["exposure"] == "needs adexsum"
    assert absent["best_change"] == "needs adtr"
    assert absent["adae"] == "needs ae"
    assert {s.status for s in pancreatic[1].steps} == {"done", "absent"}


def test_each_arm_of_the_pilot_has_its_own_numbers_and_they_add_up(pilot: Run) -> None:
    results = pilot[1]
    assert min(results["baseline"].count(f"n.{arm}") for arm in ("pbo", "xan_lo", "xan_hi")) > 70
    for result, key in (("bor", "n"), ("ae_terms", "n"), ("os", "events"), ("baseline", "n")):
        arms = [results[result].count(f"{key}.{arm}") for arm in ("pbo", "xan_lo", "xan_hi")]
        assert sum(arms) == results[result].count(key)


def test_the_pilots_screen_failures_are_not_enrolled(pilot: Run) -> None:
    """DM has 306 subjects; 52 of them have the arm of a screen failure."""
    flow = pilot[1]["flow"]
    assert (flow.count("screened.n"), flow.count("enrl.n"), flow.count("not_enrl.n")) == (
        306,
        254,
        52,
    )


def test_the_pilots_responses_are_taken_as_collected(pilot: Run) -> None:
    adrs = pilot[0].load_datasets()["adrs"]
    assert adrs.filter(pl.col("PARAMCD") == "OVR")["SRCDOM"].unique().to_list() == ["RS"]
    assert adrs["PARQUAL"].unique().to_list() == ["INVESTIGATOR"]


def test_a_titrated_dose_is_planned_step_by_step(pilot: Run) -> None:
    exposure = pilot[1]["exposure"]
    assert round_half_up(exposure.value("xanomeline.rdi_median.xan_hi"), 0) != "NE"
    assert exposure.value("xanomeline.rdi_max.xan_lo") <= 105
