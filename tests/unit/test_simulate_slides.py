"""Rendered slides: the same from the same seed, with the truth that they are said to have."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from polars import col
from scipy.ndimage import uniform_filter

from trialwright.simulate.slides.fields import RenderedSlide, render_cd8, render_hes, render_tls
from trialwright.simulate.slides.gatherings import Chromogens, Gathering, Structure
from trialwright.simulate.slides.optics import WHITE, SlideLook, draw_look, expose
from trialwright.simulate.slides.sections import Field

SMALL = Field(240, 200, n_holes=1)
CHROMOGENS = Chromogens()
SHARP = SlideLook(
    {"hematoxylin": (0.8, 0.6, 0.0), "dab": (0.0, 0.6, 0.8)}, (250, 250, 250), (1e-3,) * 3, 0.0
)


def make_tls(kind: Structure, seed: int = 4) -> RenderedSlide:
    gathering = Gathering(kind, 200, 200, 130)
    return render_tls(
        np.random.default_rng(seed), Field(400, 400, n_holes=0), [gathering], CHROMOGENS
    )


def measure_distance(slide: RenderedSlide, stain: str) -> float:
    """Return the median distance of a marker's cells from the middle of their structure, in um."""
    away = (col("x_um") - 200).pow(2) + (col("y_um") - 200).pow(2)
    near = slide.cells.filter(col("marker") == stain, away < 130**2)
    return float(near.select(away.sqrt().median()).item())


def test_the_same_seed_gives_the_same_picture_and_another_seed_another() -> None:
    first, again, other = (render_cd8(np.random.default_rng(seed), SMALL, 10) for seed in (1, 1, 2))

    assert np.array_equal(first.pixels, again.pixels)
    assert first.cells.equals(again.cells)
    assert not np.array_equal(first.pixels, other.pixels)


@pytest.mark.parametrize("percent", [0.0, 1.2, 22.42])
def test_the_percent_of_positive_cells_is_met_to_the_nearest_cell(percent: float) -> None:
    slide = render_cd8(np.random.default_rng(3), Field(500, 400, margin_um=40), percent)

    assert slide.positive_percent == pytest.approx(percent, abs=50 / slide.cells.height + 1e-9)


def test_cells_lie_on_the_tissue_that_was_cut() -> None:
    field = Field(300, 300, margin_um=60)
    slide = render_cd8(np.random.default_rng(5), field, 10)

    assert slide.cells["y_um"].is_between(20, 280).all()
    assert slide.cells["x_um"].is_between(0, 300).all()
    assert 0.5 < slide.tissue_mm2 / (0.3 * 0.18) < 1.3
    glass = slide.pixels[:20].reshape(-1, 3).mean(0)
    assert glass == pytest.approx(slide.look.white, abs=1.5)


def test_stains_add_in_optical_density() -> None:
    amounts = {
        "hematoxylin": np.full((8, 8), 0.5, np.float32),
        "dab": np.full((8, 8), 0.3, np.float32),
    }

    picture = expose(amounts, SHARP, 0.5, np.random.default_rng(0))

    density = -np.log10(picture[4, 4] / 250)
    assert density == pytest.approx([0.4, 0.48, 0.24], abs=0.003)  # a gray level of rounding


def test_blur_keeps_the_light_and_not_the_density() -> None:
    checks = np.indices((64, 64)).sum(0) // 4 % 2
    amounts = {"hematoxylin": checks.astype(np.float32)}
    blurred = SlideLook(SHARP.vectors, SHARP.white, (2.0,) * 3, 0.0)

    sharp, soft = (
        expose(amounts, look, 0.5, np.random.default_rng(0)).astype(float)
        for look in (SHARP, blurred)
    )

    assert soft[..., 0].mean() == pytest.approx(sharp[..., 0].mean(), abs=0.6)
    assert -np.log10(soft[..., 0] / 250).mean() < -np.log10(sharp[..., 0] / 250).mean() - 0.05


def test_slides_differ_in_color_by_a_few_degrees() -> None:
    looks = [draw_look(np.random.default_rng(seed)) for seed in range(40)]
    vectors = np.array([look.vectors["dab"] for look in looks])
    mean = vectors.mean(0) / np.linalg.norm(vectors.mean(0))
    angles = np.degrees(np.arccos(np.clip(vectors @ mean, -1, 1)))

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(40))
    assert 0.5 < np.median(angles) < 4
    assert np.abs(np.array([look.white for look in looks]) - WHITE).max() > 2


def test_positive_rings_are_strong_and_weak_and_brown_where_they_are() -> None:
    slide = render_cd8(np.random.default_rng(7), Field(500, 500, n_holes=0), 12)
    positive = slide.cells.filter(col("marker") == "dab")
    brown = uniform_filter(slide.pixels[..., 0].astype(float) - slide.pixels[..., 2], 13)

    places = (positive.select("y_um", "x_um").to_numpy() / 0.5).astype(int)
    negative = slide.cells.filter(col("marker").is_null())
    others = (negative.select("y_um", "x_um").to_numpy() / 0.5).astype(int)

    assert (positive["strength"] < 0.5).mean() > 0.05
    assert positive["strength"].max() > 1.5
    assert brown[tuple(places.T)].mean() > brown[tuple(others.T)].mean() + 25


def test_a_follicle_is_inside_its_t_zone_and_an_aggregate_is_mixed() -> None:
    apart = make_tls(Structure.IMMATURE)
    mixed = make_tls(Structure.AGGREGATE)

    assert measure_distance(apart, "purple") < measure_distance(apart, "green") - 20
    assert abs(measure_distance(mixed, "purple") - measure_distance(mixed, "green")) < 15


def test_only_a_mature_structure_has_the_brown_network() -> None:
    browns = {}
    for kind in Structure:
        middle = make_tls(kind).pixels[300:500, 300:500].astype(float)
        browns[kind] = float(((middle[..., 0] - middle[..., 2]) > 40).mean())

    assert browns[Structure.MATURE] > 0.03
    assert browns[Structure.IMMATURE] < 0.01
    assert browns[Structure.AGGREGATE] < 0.01


def test_the_structures_are_told_as_they_were_asked_for() -> None:
    slide = make_tls(Structure.MATURE)

    assert slide.structures.rows() == [(200.0, 200.0, 130.0, "mTLS")]
    assert make_tls(Structure.MATURE).cells.height > 400


def test_tissue_without_structures_has_single_t_and_b_cells() -> None:
    slide = render_tls(np.random.default_rng(6), Field(500, 400), [], CHROMOGENS)
    counts = dict(slide.cells.drop_nulls("marker").group_by("marker").len().iter_rows())

    assert slide.structures.is_empty()
    assert 5 <= counts["purple"] < counts["green"] < 0.06 * slide.cells.height


def test_more_lymphocytes_make_a_bluer_hes_field() -> None:
    fields = [render_hes(np.random.default_rng(8), SMALL, percent) for percent in (0, 20, 50)]

    shares = [(slide.cells["type"] == "lymph").mean() for slide in fields]
    assert shares == pytest.approx([0, 0.2, 0.5], abs=0.06)
    assert all(a.pixels.mean() != b.pixels.mean() for a, b in pairwise(fields))


def test_a_percent_that_no_tissue_has_is_refused() -> None:
    with pytest.raises(ValueError, match="positive_percent is 80, expected 0 to 60"):
        render_cd8(np.random.default_rng(1), SMALL, 80)


def test_the_truth_has_its_columns() -> None:
    slide = render_cd8(np.random.default_rng(9), SMALL, 5)

    assert slide.cells.columns == ["x_um", "y_um", "type", "marker", "strength"]
    assert set(slide.cells["type"]) == {"tumor", "spindle", "lymph"}
    assert slide.cells.filter(pl.col("marker").is_null())["strength"].max() == 0
