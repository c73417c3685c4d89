"""The listings behind the tables: every row of every number, with the rows of the files."""

from pathlib import Path

import polars as pl
import pytest

from trialwright.study.listings import _print_csv
from trialwright.study.session import Results, Study
from trialwright.study.show import show_result

Run = tuple[Study, Results]


@pytest.fixture(scope="module")
def folder(metromajx_run: Run) -> Path:
    return metromajx_run[0].directory.results / "listings"


def test_every_result_has_a_listing_for_each_dataset_it_counts(
    metromajx_run: Run, folder: Path
) -> None:
    expected = {
        f"{name}_{dataset.lower()}.csv"
        for name, result in metromajx_run[1].items()
        for dataset in result.basis["dataset"].unique()
    }
    assert {path.name for path in folder.iterdir()} == expected


def test_a_count_is_the_number_of_subjects_that_its_listing_has(
    metromajx_run: Run, folder: Path
) -> None:
    counts = {
        "pfs": ("adtte", "events"),
        "bor": ("adrs", "pd"),
        "ae_serious_terms": ("adae", "term.fever.any"),
    }
    for name, (dataset, stat) in counts.items():
        listing = pl.read_csv(folder / f"{name}_{dataset}.csv", infer_schema=False)
        behind = listing.filter(pl.col("numbers").str.split("; ").list.contains(stat))
        assert behind["USUBJID"].n_unique() == metromajx_run[1][name].count(stat) > 0


def test_a_line_names_the_rows_that_the_number_opens(metromajx_run: Run, folder: Path) -> None:
    listing = pl.read_csv(folder / "ae_serious_terms_adae.csv", infer_schema=False)
    shown = show_result(metromajx_run[0], "ae_serious_terms.term.fever.any", with_rows=True).sources
    assert shown is not None
    [line] = listing.filter(pl.col("AEDECOD") == "Fever")["sources"].to_list()
    assert line == "; ".join(f"{row['file']} {row['row']}" for row in shown)


def test_what_is_beyond_the_size_of_a_listing_is_counted() -> None:
    lines = _print_csv(pl.DataFrame({"USUBJID": ["01"] * 20_003})).decode().splitlines()
    assert lines[-1] == "and 3 more rows in the dataset"
    assert len(lines) == 20_002
