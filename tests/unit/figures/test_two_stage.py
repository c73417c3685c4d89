from types import SimpleNamespace

import polars as pl
import pytest
from matplotlib.patches import Polygon
from matplotlib.path import Path

from trialwright.core.errors import TrialwrightError
from trialwright.figures.two_stage import describe_stage_path, draw_stage_path

DESIGN = SimpleNamespace(r1=1, n1=4, r=3, n=8)
PATH = pl.DataFrame(
    {
        "ENRLNUM": [4, 1, 3, 2, 9],
        "AVALC": ["UNKNOWN", "FAILURE", "SUCCESS", "FAILURE", None],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def steps_of(ax):
    return [list(line.get_ydata()) for line in ax.lines if line.get_drawstyle() == "steps-post"]


def test_successes_are_counted_in_order_of_inclusion_and_unknown_ones_open_a_band():
    with_unknown, without = steps_of(draw_stage_path(PATH, DESIGN))
    assert without == [0, 0, 0, 1, 1, 1]
    assert with_unknown == [0, 0, 0, 1, 2, 3]


def test_without_unknown_outcomes_there_is_one_line():
    known = PATH.filter(pl.col("ENRLNUM") < 4)
    assert steps_of(draw_stage_path(known, DESIGN)) == [[0, 0, 0, 1]]


@pytest.mark.parametrize(
    "design",
    [DESIGN, SimpleNamespace(r1=3, n1=13, r=12, n=43), SimpleNamespace(r1=0, n1=9, r=2, n=17)],
)
def test_a_shaded_region_is_where_its_stage_is_decided(design):
    ax = draw_stage_path(PATH.clear(), design)
    regions = [Path(p.get_xy()) for p in ax.patches if isinstance(p, Polygon)]
    stop, go, inactive, active = regions
    top = ax.get_ylim()[1]
    # Between the grid points, so that no point lies on an edge; -0.25 keeps the sides apart.
    for patients in range(design.n):
        for successes in range(min(patients, int(top) - 1) + 1):
            point = (patients + 0.5, successes + 0.25)
            if point[1] > patients:
                continue
            first = patients < design.n1
            missed = point[1] + (design.n1 - point[0]) <= design.r1
            assert stop.contains_point(point) == (first and missed)
            assert go.contains_point(point) == (first and point[1] >= design.r1 + 1)
            missed = point[1] + (design.n - point[0]) <= design.r
            assert inactive.contains_point(point) == (not first and missed)
            assert active.contains_point(point) == (not first and point[1] >= design.r + 1)


def test_bounds_and_the_count_so_far_are_written():
    words = set(words_of(draw_stage_path(PATH.head(4), DESIGN)))
    assert {"1 to 2 of 4", "1 or fewer: stop", "2 or more: continue", "Stage 1, n = 4"} <= words
    assert {"3 or fewer: not active", "4 or more: active", "Stage 2, n = 8"} <= words


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match="expected also ENRLNUM"):
        draw_stage_path(PATH.drop("ENRLNUM"), DESIGN)


def test_nobody_yet_leaves_the_plan():
    assert "1 or fewer: stop" in words_of(draw_stage_path(PATH.clear(), DESIGN))


def test_the_text_alternative_carries_the_numbers():
    assert describe_stage_path(PATH, DESIGN) == (
        "The first stage stops with 1 or fewer successes of 4 patients; after both, 3 or fewer "
        "of 8 are not active. 5 patients: 1 success, 2 failure, 2 unknown. "
        "Successes at the end of stage 1: 1 to 2 of 4."
    )
