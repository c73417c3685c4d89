"""iRECIST and injected lesions: left out of a default report, shown where a protocol asks."""

import polars as pl
import pytest

import trialwright as tw
from trialwright.study.analyses import list_analyses
from trialwright.study.session import Results, Study
from trialwright.study.show import show_result

Run = tuple[Study, Results]
OPTIONS = {"irecist", "ipfs", "injected"}
PARAMETERS = {"adrs": {"IOVR", "IBOR"}, "adtte": {"IPFS"}, "adtr": {"SDIAMI", "SDIAMN"}}


@pytest.fixture(scope="module")
def with_options(tmp_path_factory: pytest.TempPathFactory, metromajx_run: Run) -> Run:
    source = metromajx_run[0].path
    path = tmp_path_factory.mktemp("options")
    (path / "data").symlink_to(source / "data")
    text = (source / "protocol.yaml").read_text(encoding="utf-8")
    changed = text.replace(
        "    criteria: RECIST 1.1\n", "    criteria: iRECIST\n    injected_sums: true\n"
    )
    assert changed != text
    changed += "\ndisplays: [iRECIST, injected lesions, best response, survival]\n"
    (path / "protocol.yaml").write_text(changed, encoding="utf-8")
    lists = source / "lists"
    if lists.is_dir():
        (path / "lists").symlink_to(lists)
    study = tw.open_study(path)
    return study, study.run()


def test_a_default_report_leaves_them_out(metromajx_run: Run) -> None:
    study, results = metromajx_run
    assert not OPTIONS & set(results)
    for name, codes in PARAMETERS.items():
        assert not codes & set(study.load_datasets()[name]["PARAMCD"])
    page = (study.path / "results" / "report.html").read_text(encoding="utf-8")
    assert "Response by iRECIST" not in page


def test_a_protocol_that_asks_gets_datasets_tables_and_sentences(with_options: Run) -> None:
    study, results = with_options
    assert set(results) >= OPTIONS
    for name, codes in PARAMETERS.items():
        assert codes <= set(study.load_datasets()[name]["PARAMCD"])
    page = (study.path / "results" / "report.html").read_text(encoding="utf-8")
    for words in ("Response by iRECIST", "Unconfirmed progressions by iRECIST",
                  "Progression-free survival by iRECIST", "Injected and non-injected"):  # fmt: skip
        assert words in page


def test_the_endpoints_by_recist_stay_as_they_are(metromajx_run: Run, with_options: Run) -> None:
    for name in ("bor", "pfs", "os"):
        assert with_options[1][name].data.equals(metromajx_run[1][name].data)
    for name in ("adrs", "adtte", "adtr"):
        before = metromajx_run[0].load_datasets()[name]
        after = with_options[0].load_datasets()[name]
        kept = after.filter(~pl.col("PARAMCD").is_in(PARAMETERS[name])).select(before.columns)
        assert kept.equals(before)


def test_numbers_lead_to_the_rows_that_were_measured(with_options: Run) -> None:
    for stat in ("irecist.any", "ipfs.median", "injected.injected.median"):
        rows = show_result(with_options[0], stat, with_rows=True).sources
        assert rows
        assert {row["file"] for row in rows} & {"tr.csv"}


def test_progression_of_a_published_course_is_never_later_by_recist(with_options: Run) -> None:
    adtte = with_options[0].load_datasets()["adtte"].filter(pl.col("PARQUAL") == "CENTRAL")
    both = adtte.filter(pl.col("PARAMCD") == "PFS", pl.col("CNSR") == 0).join(
        adtte.filter(pl.col("PARAMCD") == "IPFS"), on="USUBJID", suffix="_immune"
    )
    assert both.height == 12
    assert (both["AVAL_immune"] >= both["AVAL"]).all()


def test_without_lesions_they_are_named_with_what_they_would_need(with_options: Run) -> None:
    steps = {step.name: step for step in list_analyses(with_options[0].protocol)}
    assert steps["irecist"].needs == ("irecist_responses",)
    assert steps["ipfs"].needs == ("irecist_times",)
    assert set(steps["injected"].inputs) == {"adtr", "adsl"}
