"""Plasma data sets with oracles: every prefix P for which a file P_long.csv is there."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from oracle_data import ORACLES

PLASMA = ORACLES / "plasma"
LONG = "_long.csv"


@dataclass(frozen=True)
class Panel:
    """One data set: proteins by samples, in the order of the long file."""

    prefix: str
    assays: list[str]
    samples: list[str]
    subjects: NDArray[np.str_]
    visits: NDArray[np.str_]
    values: NDArray[np.float64]

    def wide(self, visit: str) -> NDArray[np.float64]:
        """Values of one visit, one column per subject in sort order; nan without a sample."""
        people = sorted(set(self.subjects))
        columns = np.full((len(self.assays), len(people)), np.nan)
        for place, person in enumerate(people):
            here = np.flatnonzero((self.subjects == person) & (self.visits == visit))
            if len(here):
                columns[:, place] = self.values[:, here[0]]
        return columns

    def visit_called(self, short: str) -> str:
        """The visit whose name a file name spells without its punctuation."""
        return next(v for v in sorted(set(self.visits)) if bare(v) == bare(short))

    def rows_of(self, frame: pl.DataFrame) -> list[int]:
        return [self.assays.index(assay) for assay in frame["Assay"]]


def bare(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", name)


def find_prefixes() -> list[str]:
    return sorted(path.name.removesuffix(LONG) for path in PLASMA.glob(f"*{LONG}"))


PREFIXES = find_prefixes() or [pytest.param("", marks=pytest.mark.skip("no plasma/*_long.csv"))]


@lru_cache
def load_panel(prefix: str) -> Panel:
    long = pl.read_csv(PLASMA / f"{prefix}{LONG}", infer_schema_length=None)
    assays = long["Assay"].unique(maintain_order=True).to_list()
    samples = long.unique("SampleID", keep="first", maintain_order=True)
    values = np.full((len(assays), samples.height), np.nan)
    row = {name: i for i, name in enumerate(assays)}
    column = {name: i for i, name in enumerate(samples["SampleID"])}
    for assay, sample, npx in long.select("Assay", "SampleID", "NPX").iter_rows():
        if npx is not None:
            values[row[assay], column[sample]] = npx
    return Panel(
        prefix,
        assays,
        samples["SampleID"].to_list(),
        samples["Subject"].cast(pl.String).to_numpy().astype(str),
        samples["Timepoint"].cast(pl.String).to_numpy().astype(str),
        values,
    )


def find_files(pattern: str) -> list[object]:
    """Files P_<pattern> of every data set, as (prefix, path) parameters."""
    found = [
        pytest.param(prefix, path, id=path.name)
        for prefix in find_prefixes()
        for path in sorted(PLASMA.glob(f"{prefix}_{pattern}"))
        if prefix == owner(path.name)
    ]
    skip = pytest.mark.skip(reason=f"oracle file plasma/*_{pattern} is absent")
    return found or [pytest.param("", Path(), marks=skip, id=pattern)]


def owner(file_name: str) -> str:
    """The longest prefix of a file's name that is a data set."""
    return max((p for p in find_prefixes() if file_name.startswith(f"{p}_")), key=len, default="")


def read_numbers(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema_length=None, null_values=["NA", "NaN"])


def split_contrast(path: Path) -> tuple[str, str]:
    """A and B of a file P_test_AvsB.csv."""
    first, second = path.stem.rsplit("_", 1)[1].split("vs")
    return first, second


def assert_near(found, expected, relative: float = 1e-6, absolute: float = 1e-9) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=float),
        np.asarray(expected, dtype=float),
        rtol=relative,
        atol=absolute,
    )
