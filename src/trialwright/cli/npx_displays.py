"""Answer of `trialwright npx heatmap`, and the figure of `npx test`: samples to pictures."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from trialwright.analyze.proteins.quality import (
    describe_rates,
    describe_samples,
    explain_components,
)
from trialwright.cli.npx_input import Npx, read_exports
from trialwright.cli.npx_tables import label_rows
from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.datasets.olink_panel import ProteinMatrix, label_assays
from trialwright.datasets.olink_samples import read_responses
from trialwright.figures.heatmap import HeatmapTree, describe_heatmap, draw_heatmap
from trialwright.figures.protein_samples import describe_protein_quality, draw_protein_quality
from trialwright.figures.style import save_figure
from trialwright.figures.volcano import describe_volcano
from trialwright.figures.volcanoes import draw_volcanoes
from trialwright.stats.clustering import (
    Linkage,
    Scaling,
    Tree,
    cluster_rows,
    cut_tree,
    scale_matrix,
)
from trialwright.stats.distances import Distance

VALUES, CHANGES = "values", "changes"
SUFFIXES = (".svg", ".png")


def answer_heatmap(arguments: Namespace) -> int:
    """Cluster an export and draw it; say where the picture is."""
    npx = read_exports(arguments)
    shown = arguments.of or (CHANGES if arguments.samples else VALUES)
    matrix, label = _choose_values(npx.matrix, shown, arguments.reference)
    if len(matrix.values) < 2 or matrix.values.shape[1] < 2:
        raise EstimateError(
            f"{len(matrix.values)} proteins in {matrix.values.shape[1]} samples have values, "
            "expected two or more of each. Draw the values (--of values), or add samples."
        )
    scaling = Scaling(arguments.scale or ("row" if shown == VALUES else "none"))
    scaled = scale_matrix(matrix.values, scaling)
    label = label if scaling is Scaling.NONE else f"{label}, scaled by {scaling.value}"
    names = matrix.assays.select(label_assays()).to_series().to_list()
    columns = matrix.samples["SAMPLEID"].to_list()
    trees = [_grow(part, arguments) for part in (scaled, scaled.T)]
    rows, samples = _name_tree(trees[0], names), _name_tree(trees[1], columns)
    cells = pl.DataFrame(
        {"row": [name for name in names for _ in columns], "column": columns * len(names),
         "value": scaled.ravel()}
    ).with_columns(pl.col("value").fill_nan(None))  # fmt: skip
    annotations = annotate(matrix.samples, arguments.samples)
    ax = draw_heatmap(cells, rows, samples, annotations, label)
    alt = describe_heatmap(cells, rows, samples, label)
    files = save(ax.figure, arguments.out, alt)
    npx.warn()
    if arguments.json:
        value = {
            "files": files,
            "shown": label,
            "proteins": list(rows.order),
            "samples": list(samples.order),
            "protein_tree": _print_tree(trees[0], arguments.clusters, names),
            "sample_tree": _print_tree(trees[1], arguments.clusters, columns),
            "findings": [finding.as_dict() for finding in npx.findings],
        }
        print(json.dumps(value, indent=2, allow_nan=False))
    else:
        print(alt)
        print(f"The heatmap is in {' and '.join(files)}")
    return 0


def _choose_values(matrix: ProteinMatrix, shown: str, visit: str) -> tuple[ProteinMatrix, str]:
    """Return the values, or the changes from the reference visit, and what they are called."""
    if shown == VALUES:
        return _drop_blank(matrix), "NPX (log2)"
    visits, people = matrix.samples["VISIT"].to_list(), matrix.samples["USUBJID"].to_list()
    if visit not in visits:
        known = ", ".join(dict.fromkeys(visits))
        raise EstimateError(
            f"no sample is of {visit}, expected the visit that changes are from. Write "
            f"--reference with one of {known}, or --of values."
        )
    base_of = {
        person: place
        for place, (person, at) in enumerate(zip(people, visits, strict=True))
        if at == visit
    }
    base = np.full_like(matrix.values, np.nan)
    for place, person in enumerate(people):
        if person in base_of:
            base[:, place] = matrix.values[:, base_of[person]]
    keep = np.array([at != visit for at in visits])
    samples = matrix.samples.filter(pl.Series(keep))
    changed = ProteinMatrix((matrix.values - base)[:, keep], matrix.assays, samples)
    return _drop_blank(changed), f"Change of NPX (log2) from {visit}"


def _drop_blank(matrix: ProteinMatrix) -> ProteinMatrix:
    """Leave out proteins and samples without any value."""
    known = ~np.isnan(matrix.values)
    rows, columns = known.any(axis=1), known.any(axis=0)
    return ProteinMatrix(
        matrix.values[np.ix_(rows, columns)],
        matrix.assays.filter(pl.Series(rows)),
        matrix.samples.filter(pl.Series(columns)),
    )


def _grow(values: FloatArray, arguments: Namespace) -> Tree | None:
    """Cluster the rows as the command says; None, and a word on it, where they cannot be."""
    try:
        return cluster_rows(values, Distance(arguments.distance), Linkage(arguments.linkage))
    except EstimateError as error:
        print(f"Left in the order of the file: {error}", file=sys.stderr)
        return None


def _name_tree(tree: Tree | None, names: Sequence[str]) -> HeatmapTree:
    """Return a tree as figures take it; the order of the file without one."""
    if tree is None:
        return HeatmapTree(tuple(names))
    steps = zip(tree.merges.tolist(), tree.heights.tolist(), strict=True)
    merges = tuple((int(left), int(right), float(height)) for (left, right), height in steps)
    return HeatmapTree(tuple(names[place] for place in tree.order), merges, tuple(names))


def _print_tree(
    tree: Tree | None, n_clusters: int | None, names: Sequence[str]
) -> dict[str, Any] | None:
    """Return a tree as R writes it, with the clusters it was cut into."""
    if tree is None:
        return None
    value: dict[str, Any] = {"merge": tree.merges.tolist(), "height": tree.heights.tolist()}
    if n_clusters:
        cut = cut_tree(tree, n_clusters).tolist()
        value["clusters"] = dict(zip(names, cut, strict=True))
    return value


def annotate(samples: pl.DataFrame, listed: str | None) -> pl.DataFrame:
    """Return patient, visit and, where the list of samples has it, response of each sample."""
    if not listed:
        return samples.select(column="SAMPLEID", label="SAMPLEID")
    annotations = samples.select(
        pl.col("SAMPLEID").alias("column"),
        pl.format("{} {}", "USUBJID", "VISIT").alias("label"),
        pl.col("USUBJID").alias("patient"),
        pl.col("VISIT").alias("visit"),
    )
    responses = read_responses(listed)
    if not responses:
        return annotations
    known = [responses.get(name) for name in annotations["column"]]
    return annotations.with_columns(pl.Series("response", known, dtype=pl.String))


def draw_quality(npx: Npx, out: str) -> list[str]:
    """Draw components, spread, plates and limits of an export; return the files."""
    samples = describe_samples(npx.data, npx.quality)
    rates = describe_rates(npx.quality)
    visits = list(dict.fromkeys(samples["visit"].to_list()))
    ax = draw_protein_quality(samples, rates, visits, explain_components(npx.matrix))
    return save(ax.figure, out, describe_protein_quality(samples, rates))


def draw_contrasts(rows: Sequence[dict[str, Any]], out: str) -> list[str]:
    """Draw a volcano per contrast of `npx test`; return the files."""
    names = list(dict.fromkeys(row["contrast"] for row in rows))
    drawn = [
        (_points([row for row in rows if row["contrast"] == name]), name.replace(":", " minus "))
        for name in names
    ]
    alt = " ".join(describe_volcano(points, words) for points, words in drawn)
    return save(draw_volcanoes(drawn).figure, out, alt)


def _points(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return rows of `npx test` as the volcano takes them."""
    schema = {
        "label": pl.String, "estimate": pl.Float64, "p_value": pl.Float64, "p_adjusted": pl.Float64
    }  # fmt: skip
    return pl.DataFrame(
        [
            (label, row["estimate"], row["p_value"], row["p_adjusted"])
            for label, row in zip(label_rows(rows), rows, strict=True)
        ],
        schema=schema,
        orient="row",
    )


def save(figure: Any, out: str, alt: str) -> list[str]:
    """Write a figure as SVG and PNG beside one another, whichever of the two was named."""
    path = Path(out)
    stem = path.with_suffix("") if path.suffix.lower() in SUFFIXES else path
    return [str(file) for file in save_figure(figure, stem, "", alt)]
