"""Neighbors between phenotypes: counts within radii, per image and per tissue category."""

from collections.abc import Sequence

import polars as pl
from polars import col

from trialwright.core.arrays import FloatArray
from trialwright.datasets.cell_exports import select_phenotype
from trialwright.stats.spatial import count_within, measure_nearest

ALL_CATEGORIES = "__all__"
COUNTS = {
    "image": pl.String(),
    "category": pl.String(),
    "from": pl.String(),
    "to": pl.String(),
    "radius": pl.Float64(),
    "from_count": pl.Int64(),
    "to_count": pl.Int64(),
    "from_with": pl.Int64(),
    "within_mean": pl.Float64(),
}


def count_phenotypes_within(
    cells: pl.DataFrame, phenotypes: Sequence[str], radii: Sequence[float]
) -> pl.DataFrame:
    """Count cells of one phenotype that have cells of another within a radius.

    Distances run from center to center, in the unit of the table, among cells of one image. Within
    a tissue category both kinds of cell are those of the category.

    Parameters
    ----------
    cells : DataFrame
        Of a `CellTable`: image, phenotype, category, x, y.
    phenotypes : sequence of str
        Every ordered pair of them is counted, a phenotype with itself too (a cell is not its own
        neighbor).
    radii : sequence of float
        In the unit of x and y.

    Returns
    -------
    DataFrame
        One row per image, category ("__all__" first), pair and radius: from_count and to_count
        (cells of either kind), from_with (cells with a neighbor), within_mean (neighbors per
        cell, null when there is no cell to count from).
    """
    rows = []
    for (image,), of_image in cells.partition_by(
        "image", as_dict=True, maintain_order=True
    ).items():
        names = of_image["category"].drop_nulls().unique().sort().to_list()
        for category in (ALL_CATEGORIES, *names):
            is_all = category == ALL_CATEGORIES
            chosen = of_image if is_all else of_image.filter(col("category") == category)
            rows += [
                {"image": image, "category": category, **row}
                for row in _count_pairs(chosen, phenotypes, radii)
            ]
    return pl.DataFrame(rows, schema=COUNTS)


def _count_pairs(
    cells: pl.DataFrame, phenotypes: Sequence[str], radii: Sequence[float]
) -> list[dict[str, object]]:
    """Count every ordered pair of phenotypes among some cells."""
    places = {name: _places(select_phenotype(cells, name)) for name in phenotypes}
    rows: list[dict[str, object]] = []
    for start, from_xy in places.items():
        for end, to_xy in places.items():
            for found in count_within(from_xy, None if start == end else to_xy, radii):
                rows.append(
                    {
                        "from": start,
                        "to": end,
                        "radius": float(found.radius),
                        "from_count": found.n_from,
                        "to_count": found.n_to,
                        "from_with": found.n_from_with,
                        "within_mean": found.mean_within if found.n_from else None,
                    }
                )
    return rows


def add_nearest(cells: pl.DataFrame, phenotypes: Sequence[str]) -> pl.DataFrame:
    """Add each cell's distance to the nearest cell of each phenotype in its image.

    Parameters
    ----------
    cells : DataFrame
        Of a `CellTable`: image, phenotype, x, y.
    phenotypes : sequence of str
        Phenotypes to look for; a cell is not its own neighbor.

    Returns
    -------
    DataFrame
        The rows in their order, with a column `distance to PHENOTYPE` for each, in the unit of x
        and y; null where the image has no such cell.
    """
    parts = [
        of_image.with_columns(_nearest_of(of_image, name) for name in phenotypes)
        for of_image in cells.with_row_index("place").partition_by("image", maintain_order=True)
    ]
    return pl.concat(parts).sort("place").drop("place") if parts else cells


def _nearest_of(cells: pl.DataFrame, phenotype: str) -> pl.Series:
    """Measure the distances to one phenotype within one image."""
    chosen = select_phenotype(cells, phenotype)
    others = cells.join(chosen.select("place"), on="place", how="anti")
    nearest = pl.concat(
        [
            chosen.select("place", distance=pl.Series(measure_nearest(_places(chosen)))),
            others.select(
                "place", distance=pl.Series(measure_nearest(_places(others), _places(chosen)))
            ),
        ]
    ).sort("place")
    finite = pl.when(col("distance").is_finite()).then(col("distance"))
    return nearest.select(finite.alias(f"distance to {phenotype}")).to_series()


def _places(cells: pl.DataFrame) -> FloatArray:
    """Return the places of cells, shape (n, 2)."""
    places: FloatArray = cells.select("x", "y").to_numpy().astype(float).reshape(-1, 2)
    return places
