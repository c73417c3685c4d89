"""The two studies that are not METROMAJX: three arms of third-party SDTM, and dates only."""

import shutil
from pathlib import Path

import polars as pl
import pytest

import trialwright as tw
from trialwright.protocol.model import Display
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]
EXAMPLES = Path(__file__).parents[2] / "examples"


def run_example(name: str, folder: Path, *, without_patient_pages: bool = False) -> Run:
    ignored = shutil.ignore_patterns("results", "__pycache__")
    copied = Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=ignored))
    if without_patient_pages:  # which are most of the work where there are hundreds of patients
        wanted = ", ".join(d.value for d in Display if d is not Display.PATIENT_PAGES)
        with (copied / "protocol.yaml").open("a", encoding="utf-8") as stream:
            stream.write(f"\ndisplays: [{wanted}]\n")
    study = tw.open_study(copied)
    return study, study.run()


@pytest.fixture(scope="module")
def pancreatic(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_example("pancreatic", tmp_path_factory.mktemp("dates"))


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_example(
        "cdisc_pilot_onco", tmp_path_factory.mktemp("arms"), without_patient_pages=True
    )


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
    assert absent["exposure"] == "needs ex"
    assert absent["best_change"] == "needs tr"
    assert absent["adae"] == "needs ae"
    page = (pancreatic[0].path / "results" / "report.html").read_text(encoding="utf-8")
    assert "the table EX (exposure)" in page
    assert "treated" not in [label.lower() for label in pancreatic[1]["flow"].data["stat_label"]]
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
    reads = ["CENTRAL", "INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2"]
    assert adrs["PARQUAL"].unique().sort().to_list() == reads


def test_a_titrated_dose_is_planned_step_by_step(pilot: Run) -> None:
    """High dose: 54 mg for 14 days, 81 mg to day 168, 54 mg to day 182, as the protocol has it.

    A plan of 54 mg throughout would give those who completed about 145 %.
    """
    data = pilot[0].load_datasets()
    completed = data["adsl"].filter(
        (pl.col("ARMCD") == "Xan_Hi") & (pl.col("DCTREAS") == "COMPLETED")
    )
    intensity = (
        data["adexsum"]
        .filter(pl.col("PARAMCD") == "RDI")
        .join(completed, on="USUBJID", how="semi")["AVAL"]
    )
    assert len(intensity) > 20
    assert 95 < intensity.median() < 105


def test_the_protocol_says_which_displays_are_wanted(pilot: Run) -> None:
    made = {step.name for step in pilot[1].steps}
    assert "patients" not in made
    assert {"flow", "baseline", "bor", "pfs", "os", "ae_terms", "deaths"} <= made
