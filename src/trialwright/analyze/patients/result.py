"""What each patient's page shows: a time line, tumor assessments, adverse events."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import col

from trialwright.core.ledger import slug
from trialwright.core.result import Result
from trialwright.core.table import Table, cell, make_table, round_half_up, row


@dataclass(frozen=True, kw_only=True)
class PatientsResult(Result):
    """What each patient's page shows; days are study days, treatment start is day 1."""

    lanes: pl.DataFrame
    points: pl.DataFrame
    subjects: pl.DataFrame
    assessments: pl.DataFrame
    events: pl.DataFrame

    def patients(self) -> list[str]:
        """Return the patients in order of inclusion."""
        return self.subjects["USUBJID"].to_list()

    def plot_patient(self, subject: str, ax: Any = None) -> Any:
        """Draw one patient's time line."""
        from trialwright.figures.patient import draw_patient_timeline

        return draw_patient_timeline(*self._drawn(subject), ax)

    def describe_patient(self, subject: str) -> str:
        """Say in words what one patient's time line shows."""
        from trialwright.figures.patient import describe_patient_timeline

        return describe_patient_timeline(*self._drawn(subject))

    def _drawn(self, subject: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        mine = (frame.filter(col("USUBJID") == subject) for frame in (self.lanes, self.points))
        lanes, points = (frame.drop("USUBJID") for frame in mine)
        return lanes, points

    def assessment_table(self, subject: str) -> Table:
        """Return one row per tumor assessment."""
        rows = [
            row(
                item["VISIT"] or "",
                str(item["ADT"] or ""),
                cell(round_half_up(item["AVAL"], 1), self.ref(item["stat_id"])),
                cell(round_half_up(item["PCHG"], 1), self.ref(f"{item['stat_id']}.change")),
                item["AVALC"] or "",
                item["AREASON"] or "",
            )
            for item in self.assessments.filter(col("USUBJID") == subject).iter_rows(named=True)
        ]
        heads = ("Visit", "Date", "Target sum, mm", "Change, %", "Response", "Rule that decided")
        return make_table(f"assessments_{slug(subject)}", "Tumor assessments", heads, rows)

    def event_table(self, subject: str) -> Table:
        """Return one row per adverse event."""
        rows = [
            row(
                item["AEDECOD"],
                cell(
                    "" if item["ATOXGR"] is None else str(item["ATOXGR"]), self.ref(item["stat_id"])
                ),
                str(item["ASTDT"] or "not stated"),
                str(item["AENDT"] or "not stated"),
                (item["AREL"] or "not stated").lower(),
            )
            for item in self.events.filter(col("USUBJID") == subject).iter_rows(named=True)
        ]
        heads = ("Adverse event", "Grade", "Start", "End", "Relation")
        return make_table(f"events_{slug(subject)}", "Adverse events", heads, rows)
