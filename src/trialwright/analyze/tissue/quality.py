"""Every slide that was to be measured: how much tissue, how many cells, how far to be trusted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Row, Table, heading, make_table, row
from trialwright.derive.tissue_parameters import FAIR, GOOD, QUALITY, SLIDE_FACTS
from trialwright.protocol.biomarkers import TissueMarker

SHOWN = {"N": 0, "AREA": 2, "MISF": 1}
"""Suffix of each parameter in the table, and its decimals."""


@dataclass(frozen=True, kw_only=True)
class SlideQuality(Result):
    """Facts of each slide; `slides` has a row per slide: stain, file, quality, failed, stem.

    `stem` is what the ids of its statistics begin with.
    """

    slides: pl.DataFrame

    def table(self) -> Table:
        """Return a row per slide, stain by stain."""
        rows: list[Row] = []
        for (stain,), slides in self.slides.group_by("stain", maintain_order=True):
            rows.append(heading(str(stain)))
            shown = slides.select("file", "quality", "stem")
            rows += [self._row(*item) for item in shown.iter_rows()]
        heads = ("Slide", "Nucleated cells", "Tissue, mm²", "Misfit, degrees", "Quality")
        notes = [
            "Misfit: the largest angle between a stain vector of the slide and its reference. Over "
            "5 degrees it is named; over 16 it is another stain.",
            "Every cell of a slide stands in results/slides, in a Parquet file of its name.",
        ]
        return make_table(self.id, self.title, heads, rows, notes)

    def _row(self, file: str, quality: str, stem: str) -> Row:
        known = set(self.data["stat_id"])
        cells: list[Cell | str] = []
        for suffix, digits in SHOWN.items():
            key = f"{stem}.{slug(suffix)}"
            cells.append(self.number_cell(key, digits) if key in known else "none")
        return row(file, *cells, quality)


def analyze_slides(adbm: pl.DataFrame, markers: Sequence[TissueMarker]) -> SlideQuality:
    """List the facts of every slide, failed ones with their reason.

    Parameters
    ----------
    adbm : DataFrame
        Analysis dataset.
    markers : sequence of TissueMarker
        The protocol's stains, in its order.

    Returns
    -------
    SlideQuality
        Numbers of slides, of those measured and of those to be wary of; then each slide's facts.
    """
    ledger = Ledger()
    listed: list[tuple[str, str, str, bool, str]] = []
    names = _name_files(adbm["BMXFN"].drop_nulls())
    for marker in markers:
        stem = marker.id.upper()
        rows = adbm.filter(col("PARAMCD") == f"{stem}{QUALITY}").sort("USUBJID", "BMXFN")
        listed += [
            (marker.stain, file, quality, reason is not None, names[file])
            for file, quality, reason in rows.select("BMXFN", "AVALC", "AREASON").iter_rows()
        ]
        for name, chosen, words in _sort_by_quality(rows):
            label = f"{marker.stain}: {words}"
            stat = Stat(f"{slug(marker.id)}.{name}", chosen.height, "n", label)
            ledger.add(stat, "ADBM", chosen)
        for suffix, _, words, unit in SLIDE_FACTS:
            rows = adbm.filter(col("PARAMCD") == f"{stem}{suffix}")
            _add_facts(ledger, rows, names, suffix, (words, unit))
    schema = {
        "stain": pl.String(),
        "file": pl.String(),
        "quality": pl.String(),
        "failed": pl.Boolean(),
        "stem": pl.String(),
    }
    return SlideQuality(
        id="slides_quality",
        title="Slides and their quality",
        method=Method("Measurement of each slide", {"stains": ", ".join(m.stain for m in markers)}),
        data=ledger.data,
        basis=ledger.basis,
        slides=pl.DataFrame(listed, schema=schema, orient="row"),
    )


def _sort_by_quality(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame, str]]:
    """Yield the name of each kind of slide, its rows and what it is called."""
    measured = rows.filter(col("AREASON").is_null())
    is_fair = col("AVALC").str.starts_with(FAIR)
    yield "n", rows, "slides"
    yield "failed", rows.filter(col("AREASON").is_not_null()), "slides that could not be measured"
    yield "fair", measured.filter(is_fair), "slides of fair quality"
    yield "wary", measured.filter(~is_fair, col("AVALC") != GOOD), "slides to be wary of"


def _name_files(files: Iterable[str]) -> dict[str, str]:
    """Return what the statistics of each slide are called: another word for every file.

    Of names that differ in punctuation only, all but the first in order end in a number.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for file in sorted({*files}):
        stem = name = slug(file)
        n = 1
        while name in taken:
            n += 1
            name = f"{stem}_{n}"
        names[file] = name
        taken.add(name)
    return names


def _add_facts(
    ledger: Ledger,
    rows: pl.DataFrame,
    names: Mapping[str, str],
    suffix: str,
    about: tuple[str, str],
) -> None:
    """Enter one fact of every slide."""
    words, unit = about
    for file, of_file in rows.group_by("BMXFN", maintain_order=True):
        name = str(file[0])
        stat = Stat(
            f"{names[name]}.{slug(suffix)}", of_file["AVAL"][0], slug(suffix), f"{name}: {words}",
            "AVAL", unit=unit,
        )  # fmt: skip
        ledger.add(stat, "ADBM", of_file, "AVAL")
