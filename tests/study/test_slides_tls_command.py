"""`trialwright slides tls` as a user calls it, on a small field drawn here."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trialwright.cli.main import main
from trialwright.imaging.geojson import read_regions
from trialwright.imaging.slide_writer import write_picture
from trialwright.imaging.stain import reference_stains
from trialwright.imaging.tls_colors import Chromogens

SIDE_PX, PIXEL_UM = 700, 0.5
WHITE = (240.0, 238.0, 236.0)
NUCLEUS_PX, MEMBRANE_PX = 5.0, 7.5
KEYS = {"x_um", "y_um", "area_um2", "n_b", "n_t", "cd23_area_um2", "mature"}


def draw_field(path: Path, is_segregated: bool) -> Path:
    """Draw cells on a lattice: a B half beside a T half, or the kinds by turns."""
    generator = np.random.default_rng(3)
    amounts = np.zeros((SIDE_PX, SIDE_PX, 4))
    grid = np.mgrid[-9:10, -9:10]
    radius = np.hypot(*grid)
    for row in range(20, SIDE_PX - 20, 17):
        for column in range(20, SIDE_PX - 20, 17):
            y, x = row + generator.integers(-1, 2), column + generator.integers(-1, 2)
            part = amounts[y - 9 : y + 10, x - 9 : x + 10]
            part[radius <= NUCLEUS_PX, 0] = 0.5
            if np.hypot(y - SIDE_PX / 2, x - SIDE_PX / 2) < 190:
                is_b = column < SIDE_PX / 2 if is_segregated else generator.uniform() < 0.5
                ring = (radius > NUCLEUS_PX) & (radius <= MEMBRANE_PX)
                part[ring, 1 if is_b else 2] = 0.5
    od = amounts @ reference_stains(Chromogens().stains).matrix()
    od += generator.normal(0, 0.004, od.shape)
    pixels = np.clip(np.array(WHITE) * 10**-od, 0, 255).astype(np.uint8)
    write_picture(path, pixels)
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["slides", "tls", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_segregated_follicle_is_told_in_json_and_files(tmp_path: Path, capsys) -> None:
    image, out = draw_field(tmp_path / "field.png", is_segregated=True), tmp_path / "out"
    rule = tmp_path / "rule.yaml"
    rule.write_text("least_tissue_mm2: 0.01\n", encoding="utf-8")
    options = ["--pixel-size-um", "0.5", "--rule", str(rule), "--out", str(out)]
    code, text, _ = run(capsys, str(image), *options, "--specimen", "biopsy", "--json")
    assert code == 0
    value = json.loads(text)
    assert (value["status"], value["is_biopsy"], value["aggregates"]) == ("tls", True, [])
    (structure,) = value["structures"]
    assert structure.keys() >= KEYS
    assert (structure["x_um"], structure["y_um"]) == pytest.approx((175, 175), abs=10)
    assert structure["n_b"] == pytest.approx(structure["n_t"], rel=0.2)
    assert structure["mature"] is False
    assert value["rule"]["least_tissue_mm2"] == 0.01
    assert json.loads((out / "tls.json").read_text("utf-8")) == value
    (region,) = read_regions(out / "tls.geojson", PIXEL_UM)
    assert region.classification == "TLS"
    assert region.window.area == pytest.approx(structure["area_um2"], rel=0.01)
    cells = pl.read_parquet(out / "cells.parquet")
    assert (cells["kind"] == "B").sum() >= structure["n_b"]
    assert pl.read_csv(out / "sensitivity.csv")["state"][0] == "tls"
    assert (out / "overlay.png").read_bytes().startswith(b"\x89PNG")


def test_a_mixture_leaves_the_status_none_and_the_table_says_so(tmp_path: Path, capsys) -> None:
    image = draw_field(tmp_path / "field.png", is_segregated=False)
    rule = tmp_path / "rule.yaml"
    rule.write_text("least_tissue_mm2: 0.01\n", encoding="utf-8")
    options = ["--pixel-size-um", "0.5", "--rule", str(rule), "--out", str(tmp_path / "out")]
    code, text, _ = run(capsys, str(image), *options)
    assert code == 0
    assert text.startswith("Tertiary lymphoid structures: none\n")
    assert "1 aggregate" in text
    assert "A proposal by a rule; a pathologist decides." in text


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ([], 2, "pixel"),
        (["--pixel-size-um", "0.5", "--rule", "RULE"], 1, "purity"),
        (["--pixel-size-um", "0.5", "--chromogen", "CD20"], 2, "expected MARKER=COLOR"),
        (["--pixel-size-um", "0.5", "--chromogen", "CD3=pink", "CD20=dab"], 2, "pink"),
    ],
)
def test_wrong_use_gets_one_sentence(tmp_path: Path, capsys, options, code, words) -> None:
    image = tmp_path / "blank.png"
    write_picture(image, np.full((64, 64, 3), 240, np.uint8))
    rule = tmp_path / "rule.yaml"
    rule.write_text("purity: 7\n", encoding="utf-8")
    arguments = [str(rule) if option == "RULE" else option for option in options]
    found, text, error = run(capsys, str(image), *arguments, "--out", str(tmp_path / "out"))
    assert (found, text) == (code, "")
    assert words in error
    assert error.count("\n") == 1


def test_a_blank_picture_is_not_assessable(tmp_path: Path, capsys) -> None:
    image = tmp_path / "blank.png"
    write_picture(image, np.full((64, 64, 3), 240, np.uint8))
    options = ["--pixel-size-um", "0.5", "--out", str(tmp_path / "out"), "--json"]
    code, text, _ = run(capsys, str(image), *options)
    assert (code, json.loads(text)["status"]) == (0, "not assessable")
