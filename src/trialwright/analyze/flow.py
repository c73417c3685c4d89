"""Participant flow: who was screened, enrolled, treated and evaluable, and why others were not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Table, cell, make_table, row

METHOD = Method(
    name="Participant flow",
    reference="Hopewell S, et al. CONSORT 2025 statement. BMJ 2025;389:e081123.",
)


@dataclass(frozen=True, kw_only=True)
class FlowResult(Result):
    """Counts of the participant flow; `boxes` is what `figures.flow.draw_flow` draws."""

    has_figure: ClassVar[bool] = True
    drawn_frames: ClassVar[tuple[str, ...]] = ("boxes",)
    boxes: pl.DataFrame

    def table(self) -> Table:
        """Return one row per count, in the order of the flow."""
        rows = [
            row(label, cell(f"{value:.0f}", self.ref(stat_id)), indent=int(is_reason))
            for stat_id, label, value, is_reason in zip(
                self.data["stat_id"],
                self.data["stat_label"],
                self.data["stat"],
                self.data["variable_level"].is_not_null(),
                strict=True,
            )
        ]
        return make_table(self.id, "Participant flow", ("", "n"), rows)

    def plot(self, ax: Any = None) -> Any:
        """Draw the flow as boxes and arrows."""
        from trialwright.figures.flow import draw_flow

        return draw_flow(self.boxes, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.flow import describe_flow

        return describe_flow(self.boxes)


def analyze_flow(adsl: pl.DataFrame, populations: Mapping[str, str]) -> FlowResult:
    """Count subjects from screening to each population.

    Parameters
    ----------
    adsl : DataFrame
        One row a subject with ENRLFL, SCRFFL, SCRFREAS, and per population its flag (Y or N) and
        the reason for exclusion (flag's stem + REAS).
    populations : mapping
        Flag of each population, in the order of the flow, to its label; the first is enrolled.

    Returns
    -------
    FlowResult
        Counts and reasons; every level's inclusions and exclusions add up to the level above.
    """
    ledger = Ledger()
    boxes: list[dict[str, Any]] = []
    above: str | None = None
    remaining = adsl
    _add_count(ledger, "screened", "Assessed for eligibility", remaining, "USUBJID")
    boxes.append(_box("screened", "Assessed for eligibility", adsl.height, None, is_side=False))
    above = "screened"
    known = {
        flag: label
        for flag, label in populations.items()
        if adsl.is_empty() or adsl[flag].is_not_null().any()
    }
    for flag, label in known.items():
        excluded = remaining.filter(col(flag).ne_missing("Y"))
        reason = "SCRFREAS" if flag == "ENRLFL" else f"{flag[:-2]}REAS"
        lines = _add_reasons(ledger, flag, label, excluded, reason)
        if excluded.height or flag == "ENRLFL":
            text = "\n".join([f"Not {label.lower()}", *lines])
            boxes.append(_box(f"not_{slug(flag)}", text, excluded.height, above, is_side=True))
        remaining = remaining.filter(col(flag) == "Y")
        _add_count(ledger, slug(flag[:-2]), label, remaining, flag)
        boxes.append(_box(slug(flag[:-2]), label, remaining.height, above, is_side=False))
        above = slug(flag[:-2])
    return FlowResult(
        id="flow",
        title="Participant flow",
        method=METHOD,
        data=ledger.data,
        basis=ledger.basis,
        boxes=pl.DataFrame(boxes, schema=_BOX_SCHEMA),
    )


_BOX_SCHEMA = {
    "id": pl.String(),
    "text": pl.String(),
    "n": pl.Int64(),
    "after": pl.String(),
    "side": pl.Boolean(),
}


def _box(box_id: str, text: str, n: int, after: str | None, *, is_side: bool) -> dict[str, Any]:
    return {"id": box_id, "text": text, "n": n, "after": after, "side": is_side}


def _add_count(ledger: Ledger, stat_id: str, label: str, rows: pl.DataFrame, variable: str) -> None:
    stat = Stat(f"{stat_id}.n", rows.height, "n", label)
    ledger.add(stat, "ADSL", rows, None if variable == "USUBJID" else variable)


def _add_reasons(
    ledger: Ledger, flag: str, label: str, excluded: pl.DataFrame, reason: str
) -> list[str]:
    """Add the count of the excluded and of each reason; return the reasons as lines."""
    stem = f"not_{slug(flag[:-2])}"
    _add_count(ledger, stem, f"Not {label.lower()}", excluded, reason)
    if reason not in excluded.columns:
        return []
    counts = (
        excluded.group_by(col(reason).fill_null("Not stated"))
        .len()
        .sort(["len", reason], descending=[True, False])
    )
    lines = []
    for text, n in counts.iter_rows():
        rows = excluded.filter(col(reason).fill_null("Not stated") == text)
        stat = Stat(f"{stem}.{slug(text)}", n, "n", text, variable=reason, level=text)
        ledger.add(stat, "ADSL", rows, reason)
        lines.append(f"{text} (n = {n})")
    return lines
