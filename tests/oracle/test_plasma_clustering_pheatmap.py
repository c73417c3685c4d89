"""Trees, cuts, scaled matrices and breaks of pheatmap 1.0.12 under R 4.2.

Every tree has the same merges and the same leaves in the same order; heights and scaled values
agree to 1e-9 (the files print 12 to 13 digits).
"""

import gzip
import json

import numpy as np
import polars as pl
import pytest
from plasma_cases import assert_near, find_files, load_panel, read_numbers

from trialwright.stats.clustering import (
    Linkage,
    Scaling,
    build_breaks,
    cluster_rows,
    cut_tree,
    scale_matrix,
)
from trialwright.stats.distances import Distance


def by_name(cut, names):
    """A cut is written as a list or as a mapping from names."""
    return [cut[name] for name in names] if isinstance(cut, dict) else list(cut)


def assert_tree_agrees(tree, expected, side, names):
    assert [names[leaf] for leaf in tree.order] == expected[f"{side}_order"]
    assert_near(tree.heights, expected[f"{side}_height"], 1e-9, 1e-10)
    assert tree.merges.tolist() == expected[f"{side}_merge"]
    for key, cut in expected.items():
        if key.startswith(f"cut_{side}"):
            n_clusters = int(key.removeprefix(f"cut_{side}"))
            assert cut_tree(tree, n_clusters).tolist() == by_name(cut, names)


@pytest.mark.parametrize(("prefix", "path"), find_files("pheatmap_trees.json.gz"))
def test_every_tree_is_the_same(prefix, path):
    panel = load_panel(prefix)
    trees = json.loads(gzip.decompress(path.read_bytes()))
    assert trees
    for name, expected in trees.items():
        scaling, distance, linkage = name.split("|")
        scaled = scale_matrix(panel.values, Scaling(scaling))
        rules = Distance(distance), Linkage(linkage)
        assert_tree_agrees(cluster_rows(scaled, *rules), expected, "row", panel.assays)
        assert_tree_agrees(cluster_rows(scaled.T, *rules), expected, "col", panel.samples)


@pytest.mark.parametrize(("prefix", "path"), find_files("pheatmap_scaled_*.csv"))
def test_scaled_matrices_are_the_same(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    found = scale_matrix(panel.values, Scaling(path.stem.rsplit("_", 1)[1]))
    columns = [panel.samples.index(name) for name in expected.columns[1:]]
    values = expected.drop("Assay").cast(pl.Float64).to_numpy()
    assert_near(found[np.ix_(panel.rows_of(expected), columns)], values, 1e-9, 1e-10)


@pytest.mark.parametrize(("prefix", "path"), find_files("pheatmap_breaks.json"))
def test_breaks_are_the_same(prefix, path):
    scaled = scale_matrix(load_panel(prefix).values, Scaling.ROW)
    limits = {k: v for k, v in json.loads(path.read_text()).items() if k.startswith("breaks_row_")}
    assert limits
    for name, expected in limits.items():
        assert_near(build_breaks(scaled, int(name.rsplit("_", 1)[1])), expected, 1e-9, 1e-10)
