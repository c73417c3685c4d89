"""Proteins by samples: the rows of ADBM as the matrix that models take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from polars import col

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import NotRecordedError
from trialwright.core.ledger import slug
from trialwright.datasets.analysis_biomarkers import NPX_CATEGORY
from trialwright.datasets.olink_frame import split_panel
from trialwright.protocol.biomarkers import PlasmaPanel

FAILED = "N"


@dataclass(frozen=True, slots=True)
class ProteinSamples:
    """Values (n_assays, n_samples) of a panel, nan missing, with the rows of ADBM behind them.

    `assays` has PARAMCD, PARAM, UNIPROT and key (for ids), `samples` USUBJID, AVISIT and is_warned;
    both in the order of the matrix: assays by name, samples by subject and visit. `rows` is ADBM.
    """

    values: FloatArray
    assays: pl.DataFrame
    samples: pl.DataFrame
    rows: pl.DataFrame

    @property
    def subjects(self) -> list[str]:
        """Subject of each sample."""
        return self.samples["USUBJID"].to_list()

    @property
    def visits(self) -> list[str]:
        """Visit of each sample."""
        return self.samples["AVISIT"].to_list()

    def keep(self, is_kept: Sequence[bool]) -> "ProteinSamples":
        """Keep some samples."""
        kept = pl.Series(list(is_kept), dtype=pl.Boolean)
        values = self.values[:, kept.to_numpy()]
        return ProteinSamples(values, self.assays, self.samples.filter(kept), self.rows)

    def at_visit(self, visit: str, subjects: Sequence[str]) -> FloatArray:
        """Return the values of one visit, a column per subject; nan without a sample."""
        places = {
            subject: place
            for place, (subject, at) in enumerate(zip(self.subjects, self.visits, strict=True))
            if at == visit
        }
        columns = np.full((len(self.assays), len(subjects)), np.nan)
        for number, subject in enumerate(subjects):
            if subject in places:
                columns[:, number] = self.values[:, places[subject]]
        return columns


def pick_proteins(adbm: pl.DataFrame, adsl: pl.DataFrame, panel: PlasmaPanel) -> ProteinSamples:
    """Lay out a panel's proteins of the treated patients.

    Parameters
    ----------
    adbm : DataFrame
        Analysis dataset ADBM.
    adsl : DataFrame
        Analysis dataset ADSL; SAFFL = "Y" are the treated.
    panel : PlasmaPanel
        The protocol's panel: its name and visits.

    Returns
    -------
    ProteinSamples
        Samples of the panel's visits.

    Raises
    ------
    NotRecordedError
        If there is no protein of a treated patient.
    """
    treated = adsl.filter(col("SAFFL") == "Y")["USUBJID"]
    proteins = adbm.filter(
        col("PARCAT1") == NPX_CATEGORY,
        col("USUBJID").is_in(treated.implode()),
        col("AVISIT").is_in(list(panel.visits)),
    )
    rows = _of_panel(proteins, panel)
    if rows.is_empty():
        raise NotRecordedError("plasma proteins of treated patients at the panel's visits")
    assays = rows.select("PARAMCD", "PARAM", "UNIPROT").unique("PARAMCD").sort("PARAM", "PARAMCD")
    samples = (
        rows.group_by("USUBJID", "AVISIT")
        .agg(is_warned=(col("QCFL") == FAILED).any(), place=col("AVISITN").first())
        .sort("USUBJID", "place", "AVISIT")
        .drop("place")
    )
    return ProteinSamples(_lay_out(rows, assays, samples), _add_keys(assays), samples, rows)


def _of_panel(rows: pl.DataFrame, panel: PlasmaPanel) -> pl.DataFrame:
    """Keep the rows of a panel, where several panels were measured."""
    names = rows["PARCAT2"].drop_nulls().unique().to_list()
    wanted = [name for name in names if _bare(name) == _bare(panel.panel)]
    is_one_of_many = len(names) > 1 and wanted
    return rows.filter(col("PARCAT2").is_in(wanted)) if is_one_of_many else rows


def _bare(panel: str) -> str:
    """Return a panel's name without maker, version and case."""
    return split_panel(panel)[0].lower().removeprefix("olink ").strip()


def _add_keys(assays: pl.DataFrame) -> pl.DataFrame:
    """Add what ids call each assay: its name, with its code where two would be called the same."""
    names = [slug(name) for name in assays["PARAM"]]
    keys = [
        name if names.count(name) == 1 else f"{name}_{code.lower()}"
        for name, code in zip(names, assays["PARAMCD"], strict=True)
    ]
    return assays.with_columns(key=pl.Series(keys, dtype=pl.String))


def _lay_out(rows: pl.DataFrame, assays: pl.DataFrame, samples: pl.DataFrame) -> FloatArray:
    """Return the values as a matrix."""
    row_of = {code: place for place, code in enumerate(assays["PARAMCD"])}
    column_of = {key: place for place, key in enumerate(samples.select("USUBJID", "AVISIT").rows())}
    values = np.full((len(row_of), len(column_of)), np.nan)
    for code, subject, visit, value in rows.select(
        "PARAMCD", "USUBJID", "AVISIT", "AVAL"
    ).iter_rows():
        if value is not None:
            values[row_of[code], column_of[subject, visit]] = value
    return values
