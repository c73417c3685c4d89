"""Schedule compliance: what was expected, done on time, early, late, missed or overdue."""

from dataclasses import dataclass
from datetime import date

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Row, Table, cell, heading, make_table, print_percent, row

KINDS = {
    "VISIT": "Visits",
    "BASELINE": "Baseline tumor assessment",
    "SCAN": "Tumor assessments",
    "PLASMA": "Plasma samples",
    "TISSUE": "Tissue samples",
}
CLASSES = {
    "ON TIME": "On time",
    "EARLY": "Early",
    "LATE": "Late",
    "MISSED": "Missed",
    "OVERDUE": "Overdue",
}
DEVIATIONS = ("EARLY", "LATE", "MISSED", "OVERDUE")
NOT_DUE = ("DUE", "PLANNED")
TOTAL = "total"
UNIT = "occasions"  # a patient has several


@dataclass(frozen=True, kw_only=True)
class ScheduleResult(Result):
    """Counts by what was due, and every deviation.

    `lines` are (kind, name) in printed order; `deviations` one row each.
    """

    lines: list[list[str]]
    deviations: pl.DataFrame

    def table(self) -> Table:
        """Return one block per kind with a row per visit or week."""
        rows: list[Row] = []
        for kind, label in KINDS.items():
            names = [name for of_kind, name in self.lines if of_kind == kind]
            if not names:
                continue
            if kind != "BASELINE":
                rows.append(heading(label))
                rows += [self._row(kind, name, name, indent=1) for name in names]
            text = label if kind == "BASELINE" else f"All {label.lower()}"
            rows.append(self._row(kind, TOTAL, text, indent=0 if kind == "BASELINE" else 1))
        columns = ("", "Expected", *CLASSES.values(), "Out of order", "On time, %")
        notes = [
            "Expected up to the data cut: until treatment ended (visits), until progression, "
            "death, a new therapy or withdrawal (assessments). Samples are due with "
            "their visits and have no window of their own. Missed: something later was done, or "
            "the patient has left; overdue: nothing later was done yet."
        ]
        return make_table(self.id, self.title, columns, rows, notes)

    def _row(self, kind: str, name: str, label: str, indent: int) -> Row:
        stem = f"{slug(kind)}.{slug(name)}"
        keys = [f"{stem}.{key}" for key in ("n", *(slug(c) for c in CLASSES), "order")]
        n, on_time = self.count(keys[0]), self.count(keys[1])
        percent = cell(print_percent(on_time, n), self.ref(keys[1]), self.ref(keys[0]))
        return row(label, *(self.count_cell(key) for key in keys), percent, indent=indent)

    def deviations_table(self) -> Table:
        """Return one row per deviation."""
        rows = [
            row(
                item["USUBJID"],
                f"{KINDS[item['PARAMCD']].removesuffix('s')}, {item['VISIT']}"
                if item["PARAMCD"] != "BASELINE"
                else KINDS["BASELINE"],
                _window(item["WINSDT"], item["WINEDT"]),
                str(item["ADT"] or "not done"),
                item["told"],
            )
            for item in self.deviations.iter_rows(named=True)
        ]
        heads = ("Patient", "What", "Due", "Done", "Deviation")
        return make_table(f"{self.id}_deviations", "Deviations from the schedule", heads, rows)


def _window(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def analyze_schedule(adsched: pl.DataFrame) -> ScheduleResult:
    """Count what was expected up to the data cut by how it was done.

    Parameters
    ----------
    adsched : DataFrame
        Schedule compliance, one row per subject and thing that is due.

    Returns
    -------
    ScheduleResult
        Kinds in fixed order; within a kind by the first planned day.
    """
    expected = adsched.filter(~col("AVALC").is_in(NOT_DUE))
    names = expected.group_by("PARAMCD", "VISIT", maintain_order=True).agg(col("ASEQ").min())
    lines = [
        [kind, name]
        for kind in KINDS
        for name in names.filter(col("PARAMCD") == kind).sort("ASEQ")["VISIT"]
    ]
    ledger = Ledger()
    for kind, name in lines:
        of_name = (col("PARAMCD") == kind) & (col("VISIT") == name)
        _add_line(ledger, (kind, name), expected.filter(of_name))
    for kind in dict.fromkeys(kind for kind, _ in lines):
        _add_line(ledger, (kind, TOTAL), expected.filter(col("PARAMCD") == kind))
    is_deviation = col("AVALC").is_in(DEVIATIONS) | (col("ORDFL") == "Y")
    return ScheduleResult(
        id="schedule",
        title="Schedule compliance",
        method=Method("Records held against the protocol's visits, assessments and samples"),
        data=ledger.data,
        basis=ledger.basis,
        lines=lines,
        deviations=expected.filter(is_deviation).with_columns(_tell().alias("told")),
    )


def _tell() -> pl.Expr:
    """Return a deviation in words."""
    days = col("ADIFF").abs().cast(pl.String)
    word = pl.when(col("ADIFF").abs() == 1).then(pl.lit(" day ")).otherwise(pl.lit(" days "))
    side = pl.when(col("ADIFF") < 0).then(pl.lit("before")).otherwise(pl.lit("after"))
    is_off = col("AVALC").is_in(["EARLY", "LATE"])
    apart = days + word + side + pl.lit(" the window")
    told = pl.when(is_off).then(apart).otherwise(col("AVALC").str.to_lowercase())
    order = pl.when(col("ORDFL") == "Y").then(pl.lit("out of order"))
    kept = pl.when(col("AVALC") != "ON TIME").then(told)
    return pl.concat_str([kept, order], separator=", ", ignore_nulls=True)


def _add_line(ledger: Ledger, names: tuple[str, str], rows: pl.DataFrame) -> None:
    """Add what was expected of one visit, by how it was done."""
    kind, name = names
    stem = f"{slug(kind)}.{slug(name)}"
    label = KINDS[kind] if name == TOTAL else f"{KINDS[kind]}, {name}"
    stat = Stat(f"{stem}.n", rows.height, "n", f"{label}: expected", unit=UNIT)
    ledger.add(stat, "ADSCHED", rows, "AVALC")
    for code, words in CLASSES.items():
        chosen = rows.filter(col("AVALC") == code)
        told = f"{label}: {words.lower()}"
        stat = Stat(f"{stem}.{slug(code)}", chosen.height, "n", told, unit=UNIT)
        ledger.add(stat, "ADSCHED", chosen, "AVALC")
    chosen = rows.filter(col("ORDFL") == "Y")
    stat = Stat(f"{stem}.order", chosen.height, "n", f"{label}: out of order", unit=UNIT)
    ledger.add(stat, "ADSCHED", chosen, "ORDFL")
