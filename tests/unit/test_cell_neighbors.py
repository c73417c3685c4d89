"""Neighbors between phenotypes stay within an image and a category."""

import polars as pl

from trialwright.imaging.cell_neighbors import add_nearest, count_phenotypes_within

CELLS = pl.DataFrame(
    {
        "image": ["f1", "f1", "f1", "f2"],
        "phenotype": ["B", "T", None, "T"],
        "category": ["Tumor", "Stroma", "Tumor", "Tumor"],
        "x": [0.0, 3.0, 1.0, 0.0],
        "y": [0.0, 4.0, 0.0, 0.0],
    }
)


def test_a_neighbor_in_another_image_or_category_is_none() -> None:
    found = count_phenotypes_within(CELLS, ["B", "T"], [5])
    pairs = found.filter(pl.col("from") == "B", pl.col("to") == "T")
    assert pairs.select("image", "category", "from_count", "from_with", "within_mean").rows() == [
        ("f1", "__all__", 1, 1, 1.0),
        ("f1", "Stroma", 0, 0, None),
        ("f1", "Tumor", 1, 0, 0.0),
        ("f2", "__all__", 0, 0, None),
        ("f2", "Tumor", 0, 0, None),
    ]


def test_the_nearest_of_a_phenotype_is_never_the_cell_itself() -> None:
    found = add_nearest(CELLS, ["B", "T"])
    assert found["distance to B"].to_list() == [None, 5.0, 1.0, None]
    assert found["distance to T"].round(6).to_list() == [5.0, None, 4.472136, None]
    assert found.drop("distance to B", "distance to T").equals(CELLS)
