"""Structures among the synthetic cells of the R package tlsR, by two rules of the literature.

Source: counts reported for the table of 322,951 cells for B cells whose 30 nearest are on
average within 10, 15 and 20 um (50 B cells a cluster, 10 T cells within 50 um: 2, 4 and 6
structures), and for DBSCAN of B cells at 20, 25 and 30 um (50 a cluster: 11, 10 and 11).
"""

import polars as pl
import pytest
from oracle_data import find_oracle

from trialwright.imaging.tls import find_tls
from trialwright.protocol.tls import TlsMethod, TlsRule

N_CELLS = 322_951
KINDS = {"B cells": "B", "T cells": "T"}
DENSE = {10.0: 2, 15.0: 4, 20.0: 6}
CLUSTERED = {20.0: 11, 25.0: 10, 30.0: 11}


@pytest.fixture(scope="module")
def cells() -> pl.DataFrame:
    table = pl.read_csv(find_oracle("tissue/tls_cells/tlsR_toy_cells.csv.gz"))
    if table.height != N_CELLS:
        pytest.skip(f"{table.height} cells: the reported counts are of another table")
    return table.select(
        x_um=pl.col("x").cast(pl.Float64),
        y_um=pl.col("y").cast(pl.Float64),
        kind=pl.col("phenotype").replace(KINDS),
    )


@pytest.mark.parametrize(("mean_distance_um", "expected"), DENSE.items())
def test_dense_b_cells_with_t_cells_about_them(cells, mean_distance_um, expected) -> None:
    rule = TlsRule(
        method=TlsMethod.DENSE_B_CELLS, mean_distance_um=mean_distance_um, least_b=50, least_t=10
    )
    assert len(find_tls(cells, None, 36.0, rule).structures) == expected


@pytest.mark.parametrize(("link_um", "expected"), CLUSTERED.items())
def test_clusters_of_b_cells(cells, link_um, expected) -> None:
    rule = TlsRule(
        method=TlsMethod.B_CELL_CLUSTERS, link_um=link_um, least_neighbors=5, least_b=50, least_t=0
    )
    assert len(find_tls(cells, None, 36.0, rule).structures) == expected
