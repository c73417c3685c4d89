"""Flow of specimens: from the patients to the pairs, every loss with its reason."""

from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Table, cell, make_table, row
from trialwright.derive.tissue_parameters import name_parameter
from trialwright.protocol.biomarkers import TissueMarker

METHOD_NAME = "Flow of specimens"
REFERENCE = "McShane LM, et al. REMARK. J Natl Cancer Inst 2005;97:1180-1184, item 12."
BOX = {
    "id": pl.String(),
    "text": pl.String(),
    "n": pl.Int64(),
    "after": pl.String(),
    "side": pl.Boolean(),
}


@dataclass(frozen=True, kw_only=True)
class SpecimenFlow(Result):
    """Counts of patients from the population to complete pairs; `boxes` is what is drawn."""

    has_figure: ClassVar[bool] = True
    boxes: pl.DataFrame

    def table(self) -> Table:
        """Return one row per count, reasons under what was lost."""
        rows = [
            row(label, cell(f"{value:.0f}", self.ref(stat_id)), indent=int(level is not None))
            for stat_id, label, value, level in self.data.select(
                "stat_id", "stat_label", "stat", "variable_level"
            ).iter_rows()
        ]
        return make_table(self.id, self.title, ("", "Patients"), rows)

    def plot(self, ax: Any = None) -> Any:
        """Draw the flow as boxes and arrows."""
        from trialwright.figures.flow import draw_flow

        return draw_flow(self.boxes, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.flow import describe_flow

        return describe_flow(self.boxes)


def analyze_specimen_flow(
    adbm: pl.DataFrame,
    adsl: pl.DataFrame,
    marker: TissueMarker,
    population: tuple[str, str],
    be: pl.DataFrame | None = None,
) -> SpecimenFlow:
    """Count patients with a specimen and with a value at each visit of a marker.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets.
    marker : TissueMarker
        The protocol's stain, with its measure and visits.
    population : (str, str)
        ADSL flag of the patients, and its label.
    be : DataFrame, optional
        Recorded specimens: who had tissue taken at which visit (BECAT "TISSUE").

    Returns
    -------
    SpecimenFlow
        Population, per visit those with tissue taken and, after the last, those with values at
        all visits; every loss with its reasons, so that each level adds up to the one above.
    """
    assert marker.measure is not None
    flag, label = population
    left = adsl.filter(col(flag) == "Y")
    rows = adbm.filter(col("PARAMCD") == name_parameter(marker, marker.measure))
    ledger, boxes = Ledger(), [_box("all", label, left.height, None, is_side=False)]
    ledger.add(Stat("members", left.height, "n", label), "ADSL", left, flag)
    above = "all"
    taken = {} if be is None else {visit: _taken(be, visit) for visit in marker.visits}
    for visit, subjects in taken.items():
        stayed = left.join(subjects, on="USUBJID", how="semi")
        above = _add_level(
            ledger, boxes, (above, f"Biopsy at {visit}", f"No biopsy at {visit}"),
            (left, stayed), _reasons(rows, visit),
        )  # fmt: skip
        left = stayed
    counted = rows.filter((col("ANL01FL") == "Y") & col("AVISIT").is_in(list(marker.visits)))
    complete = counted.group_by("USUBJID").agg(col("AVISIT").n_unique().alias("n_visits"))
    complete = complete.filter(col("n_visits") == len(set(marker.visits)))
    stayed = left.join(complete, on="USUBJID", how="semi")
    words = f"{marker.stain} measured at {' and '.join(marker.visits)}"
    _add_level(
        ledger, boxes, (above, words, "Not measured"), (left, stayed),
        _reasons(rows, *reversed(marker.visits)),
    )  # fmt: skip
    settings = {"stain": marker.stain, "visits": ", ".join(marker.visits), "population": label}
    return SpecimenFlow(
        id=f"{marker.id}_flow",
        title=f"Flow of specimens: {marker.stain}",
        method=Method(METHOD_NAME, settings, REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        boxes=pl.DataFrame(boxes, schema=BOX),
    )


def _taken(be: pl.DataFrame, visit: str) -> pl.DataFrame:
    """Return who had tissue taken at a visit."""
    is_tissue = (col("BECAT") == "TISSUE") if "BECAT" in be.columns else pl.lit(value=True)
    return be.filter(is_tissue & (col("VISIT") == visit)).select("USUBJID").unique()


def _reasons(rows: pl.DataFrame, *visits: str) -> pl.DataFrame:
    """Return each patient's reason for no value: that of the first visit named that has one."""
    parts = [
        rows.filter((col("AVISIT") == visit) & col("AREASON").is_not_null())
        .select("USUBJID", "ASEQ", "AREASON")
        .unique("USUBJID", keep="first", maintain_order=True)
        for visit in visits
    ]
    return pl.concat(parts).unique("USUBJID", keep="first", maintain_order=True)


def _add_level(
    ledger: Ledger,
    boxes: list[dict[str, Any]],
    words: tuple[str, str, str],
    members: tuple[pl.DataFrame, pl.DataFrame],
    reasons: pl.DataFrame,
) -> str:
    """Enter who stayed and who was lost, why; return the id of the box."""
    above, label, lost_label = words
    before, stayed = members
    lost = before.join(stayed, on="USUBJID", how="anti").select("USUBJID")
    known = lost.join(reasons, on="USUBJID", how="left").with_columns(
        col("AREASON").fill_null("Reason not recorded")
    )
    lines = [lost_label]
    if lost.height:
        key = slug(lost_label)
        ledger.add(Stat(f"{key}.n", lost.height, "n", lost_label), "ADSL", lost)
        for reason, of_reason in known.sort("AREASON").group_by("AREASON", maintain_order=True):
            text = str(reason[0])
            stat = Stat(f"{key}.{slug(text)}", of_reason.height, "n", text, "AREASON", text)
            ledger.add_members(stat, "ADBM", of_reason, None)
            lines.append(f"{text} (n = {of_reason.height})")
        boxes.append(_box(key, "\n".join(lines), lost.height, above, is_side=True))
    ledger.add(Stat(f"{slug(label)}.n", stayed.height, "n", label), "ADSL", stayed)
    boxes.append(_box(slug(label), label, stayed.height, above, is_side=False))
    return slug(label)


def _box(box_id: str, text: str, n: int, after: str | None, *, is_side: bool) -> dict[str, Any]:
    return {"id": box_id, "text": text, "n": n, "after": after, "side": is_side}
