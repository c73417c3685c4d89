import numpy as np
import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.heatmap import HeatmapTree, describe_heatmap, draw_heatmap
from trialwright.figures.layout import make_panel
from trialwright.figures.protein_samples import describe_protein_quality, draw_protein_quality
from trialwright.figures.protein_values import (
    Shown,
    describe_proteins,
    draw_below_lod,
    draw_protein_boxes,
    draw_proteins,
)
from trialwright.figures.volcano import describe_volcano, draw_volcano
from trialwright.stats.clustering import cluster_rows

VISITS = ("D-7", "C1D1", "C1D15", "C2D1")


def name_protein(place, is_long):
    return f"Interleukin-{place} receptor subunit gamma chain" if is_long else f"TNFRSF{place}"


def make_points(n, n_found=0, is_long=False):
    rng = np.random.default_rng(n)
    estimate, p_value = rng.normal(0, 0.15, n), rng.uniform(0.02, 1, n)
    estimate[:n_found] = np.linspace(-0.6, 1.4, n_found)
    p_value[:n_found] = 10.0 ** -rng.uniform(4, 7, n_found)
    adjusted = np.where(np.arange(n) < n_found, p_value * n / max(n_found, 1), 0.9)
    labels = [name_protein(place, is_long) for place in range(n)]
    columns = {"label": labels, "estimate": estimate, "p_value": p_value, "p_adjusted": adjusted}
    return pl.DataFrame(columns)


def make_tree(values, names):
    tree = cluster_rows(values)
    steps = zip(tree.merges.tolist(), tree.heights.tolist(), strict=True)
    merges = tuple((left, right, height) for (left, right), height in steps)
    return HeatmapTree(tuple(names[i] for i in tree.order), merges, tuple(names))


def make_heatmap(n_rows, n_columns, is_long=False, missing=0.04):
    rng = np.random.default_rng(n_rows)
    values = rng.normal(0, 0.3, (n_rows, n_columns))
    values[: n_rows // 8, n_columns // 2 :] += 1
    values[rng.random(values.shape) < missing] = np.nan
    rows = [name_protein(place, is_long) for place in range(n_rows)]
    columns = [f"S{place}" for place in range(n_columns)]
    cells = pl.DataFrame(
        [
            (row, column, None if np.isnan(values[i, j]) else values[i, j])
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        ],
        schema=["row", "column", "value"],
        orient="row",
    )
    patients = [f"MJX-{place % 15 + 1:02d}" for place in range(n_columns)]
    visits = [VISITS[place // 15 % 4] for place in range(n_columns)]
    labels = [f"{patient} {visit}" for patient, visit in zip(patients, visits, strict=True)]
    responses = [("PD", "SD", "PR", None)[place % 15 % 4] for place in range(n_columns)]
    annotations = pl.DataFrame(
        {"column": columns, "label": labels, "patient": patients, "visit": visits,
         "response": responses}
    )  # fmt: skip
    return cells, make_tree(values, rows), make_tree(values.T, columns), annotations


def make_samples(n, is_long=False):
    rng = np.random.default_rng(n)
    tail = "_of_the_second_run" if is_long else ""
    return pl.DataFrame(
        {
            "label": [f"MJX-{i // 4:02d}_{VISITS[i % 4]}{tail}" for i in range(n)],
            "visit": [VISITS[i % 4] for i in range(n)],
            "plate": [f"IO_plate{i // 4 % 3 + 1}{tail}" for i in range(n)],
            "median": rng.normal(5, 0.2, n),
            "iqr": rng.normal(2, 0.2, n),
            "component_1": rng.normal(0, 5, n),
            "component_2": rng.normal(0, 3, n),
            "is_outlier": [i % 17 == 0 for i in range(n)],
        }
    )


def make_rates(n):
    rows = [
        (name_protein(i, False), visit, max(0.0, 0.9 - 0.05 * i - 0.1 * j))
        for i in range(n)
        for j, visit in enumerate(VISITS)
    ]
    return pl.DataFrame(rows, schema=["label", "visit", "rate_below"], orient="row")


def make_values(n_proteins, n_patients=14):
    rng = np.random.default_rng(n_proteins)
    rows = [
        (f"Protein {i}", f"P{j}", visit, None if (i + j + k) % 11 == 0 else 5 + k * 0.3 + noise)
        for i in range(n_proteins)
        for j in range(n_patients)
        for k, (visit, noise) in enumerate(zip(VISITS, rng.normal(0, 0.4, 4), strict=True))
    ]
    return pl.DataFrame(rows, schema=["label", "USUBJID", "visit", "value"], orient="row")


@pytest.mark.parametrize(("n", "n_found"), [(5, 1), (92, 0), (92, 14)])
def test_a_volcano_looks_as_committed(n, n_found):
    ax = draw_volcano(make_points(n, n_found), contrast="C2D1 minus C1D1")
    assert_same_picture(ax.figure, f"volcano_{n}_{n_found}")


@pytest.mark.parametrize("n_found", [0, 14, 40])
@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize("width_mm", [85, 180])
def test_names_of_a_volcano_never_overlap(n_found, is_long, width_mm):
    points = make_points(92, n_found, is_long)
    ax = draw_volcano(points, make_panel(width_mm, 90), "C2D1 minus C1D1")
    assert find_text_faults(ax.figure) == []


def test_a_volcano_says_how_many_are_up_and_how_many_have_no_estimate():
    points = make_points(20, 4).with_columns(
        p_value=pl.when(pl.col("label") == "TNFRSF19").then(None).otherwise("p_value")
    )
    told = describe_volcano(points, "C2D1 minus C1D1")
    assert told.startswith(
        "Differences of C2D1 minus C1D1 of 19 measurements: 3 up and 1 down with an adjusted P "
        "below 0.05."
    )
    assert told.endswith("1 without an estimate.")
    assert describe_volcano(points.clear()) == "No difference could be estimated."


@pytest.mark.parametrize(("n_rows", "n_columns"), [(5, 4), (92, 60)])
def test_a_heatmap_looks_as_committed(n_rows, n_columns):
    ax = draw_heatmap(*make_heatmap(n_rows, n_columns))
    assert_same_picture(ax.figure, f"heatmap_{n_rows}")


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize(("n_rows", "n_columns"), [(2, 2), (92, 60), (130, 90)])
def test_words_of_a_heatmap_never_overlap_nor_leave_the_canvas(n_rows, n_columns, is_long):
    fig = draw_heatmap(*make_heatmap(n_rows, n_columns, is_long)).figure
    assert find_text_faults(fig) == []
    assert fig.get_size_inches()[1] * 25.4 <= 231


def test_a_heatmap_names_all_92_proteins_and_60_samples_in_the_order_of_the_trees():
    cells, rows, columns, annotations = make_heatmap(92, 60)
    ax = draw_heatmap(cells, rows, columns, annotations)
    words = [text for text in ax.texts if text.get_text() in set(rows.order)]
    heights = {text.get_text(): text.get_position()[1] for text in words}
    assert sorted(rows.order, key=heights.__getitem__, reverse=True) == list(rows.order)
    upright = [text for text in ax.texts if text.get_rotation() == 90]
    assert len(upright) == 60


def test_what_is_missing_is_grey_and_counted():
    cells, rows, columns, annotations = make_heatmap(5, 4, missing=0.0)
    blank = cells.with_columns(
        value=pl.when(pl.col("row") == "TNFRSF1").then(None).otherwise("value")
    )
    ax = draw_heatmap(blank, rows, columns, annotations)
    assert "Grey: 4 missing values." in [text.get_text() for text in ax.texts]
    assert "4 values missing" in describe_heatmap(blank, rows, columns, "Change")
    nothing = draw_heatmap(blank.with_columns(value=pl.lit(None, pl.Float64)), rows, columns)
    assert [text.get_text() for text in nothing.texts] == ["No value to draw."]


@pytest.mark.parametrize("n", [4, 60])
def test_the_quality_of_samples_looks_as_committed(n):
    ax = draw_protein_quality(make_samples(n), make_rates(n // 3), VISITS, (0.31, 0.2))
    assert_same_picture(ax.figure, f"protein_quality_{n}")


def test_words_of_the_quality_never_overlap():
    ax = draw_protein_quality(make_samples(60, True), make_rates(30), VISITS, (0.31, 0.2))
    assert find_text_faults(ax.figure) == []
    told = describe_protein_quality(make_samples(60), make_rates(30))
    assert told.startswith("60 samples on 3 plates; 4 samples unlike the others: MJX-00_D-7")


@pytest.mark.parametrize("shown", list(Shown))
def test_proteins_by_visit_look_as_committed(shown):
    ax = draw_proteins(make_values(12), VISITS, shown)
    assert_same_picture(ax.figure, f"proteins_{shown.value}")


def test_a_protein_alone_has_a_figure_and_one_without_values_a_sentence():
    values = make_values(1)
    assert find_text_faults(draw_protein_boxes(values, VISITS, "CXCL10").figure) == []
    nothing = values.with_columns(value=pl.lit(None, pl.Float64))
    ax = draw_protein_boxes(nothing, VISITS, "CXCL10")
    assert [text.get_text() for text in ax.texts] == ["CXCL10 has no value."]
    assert "D-7 5." in describe_proteins(values, VISITS)
    assert draw_below_lod(make_rates(0), VISITS).texts[0].get_text() == (
        "No value is below its limit of detection."
    )
