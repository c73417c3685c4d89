"""`trialwright slides measure` as a user calls it."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trialwright.cli.main import main
from trialwright.imaging.slide_writer import write_picture
from trialwright.simulate.slides.fields import render_cd8
from trialwright.simulate.slides.sections import Field

KEYS = {
    *("n_cells", "n_positive", "positive_percent", "tissue_mm2", "density_per_mm2"),
    *("vectors", "misfit_degrees"),
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slides") / "cd8.png"
    write_picture(path, render_cd8(np.random.default_rng(1), Field(300, 250), 15.0).pixels)
    return path


def test_measure_writes_cells_summary_and_overlay(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = ["--stain", "CD8", "--pixel-size-um", "0.5", "--out", str(out), "--json"]
    assert main(["slides", "measure", str(image), *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) >= KEYS
    assert json.loads((out / "summary.json").read_text()) == answer
    cells = pl.read_parquet(out / "cells.parquet")
    assert cells.columns[:4] == ["x_um", "y_um", "area_um2", "is_positive"]
    assert cells.schema["is_positive"] == pl.Boolean
    assert {"nucleus_od_dab", "ring_od_dab", "cell_od_dab", "nucleus_od_hematoxylin"} <= set(
        cells.columns
    )
    assert (cells.height, int(cells["is_positive"].sum())) == (
        answer["n_cells"],
        answer["n_positive"],
    )
    assert (out / "overlay.png").read_bytes()[:4] == b"\x89PNG"


def test_measure_as_qupath_takes_its_parameters_by_name(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--stain", "Ki67", "--pixel-size-um", "0.5", "--out", str(tmp_path), "--json"]
    qupath = [
        "--qupath",
        "sigmaMicrons=2",
        "threshold=.2",
        "detectionImageBrightfield=Optical density sum",
    ]
    assert main(["slides", "measure", str(image), *options, *qupath]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["cut_od"] == 0.2
    assert answer["misfit_degrees"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("pair", ["sigma_microns=2", "sigmaMicrons=wide", "sigmaMicrons"])
def test_a_parameter_that_qupath_does_not_have_is_refused(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], pair: str
) -> None:
    options = ["--stain", "Ki67", "--pixel-size-um", "0.5", "--out", str(tmp_path)]
    assert main(["slides", "measure", str(image), *options, "--qupath", pair]) == 2
    assert "[CELL-PARAMETER]" in capsys.readouterr().err


def test_an_image_without_pixel_size_is_refused_in_one_sentence(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["slides", "measure", str(image), "--stain", "CD8", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
