"""How often readers agree, as tables and as a figure, with what others published beside it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from trialwright.analyze.agreement.benchmarks import BENCHMARKS, SOURCES
from trialwright.core.ledger import ALL_ARMS, Group, head_groups, make_groups
from trialwright.core.result import Result
from trialwright.core.table import (
    Cell,
    Row,
    Table,
    as_percent,
    cell,
    heading,
    make_table,
    print_interval,
    print_percent,
    round_half_up,
    row,
)

MEASURES = {
    "bor": "Best response differs",
    "pd": "Progression or none differs",
    "pd_date": "Date of progression differs",
    "response_date": "Date of first response differs",
    "adjudicated": "Adjudication needed",
}
"""What two readers may differ in; adjudication is for best response or date of progression."""

COUNTS = {
    "both_same": "Progression in both on one day",
    "both_local_later": "Progression in both, investigator later",
    "both_local_earlier": "Progression in both, investigator earlier",
    "local_only": "Investigator only",
    "central_only": "Central read only",
    "neither": "In neither",
}
RATES = {"edr": "Early discrepancy rate (EDR)", "ldr": "Late discrepancy rate (LDR)"}
KAPPAS = {
    "kappa_bor": "Best response, the two readers",
    "kappa_pd": "Progression or none, the two readers",
    "kappa_local": "Best response, investigator and central read",
}
NONE_READ = "none found"


@dataclass(frozen=True, kw_only=True)
class AgreementResult(Result):
    """Discordance of two central readers, kappa, adjudication, and the investigator's part.

    `cases` has one row per patient whose readers differ: USUBJID, bor_first, bor_second,
    pd_date_first, pd_date_second, chosen (the accepted read), reason. `unconfirmed` has one row per
    patient whose treatment stopped on a local progression that the central read does not confirm.
    `has_choice` says whether an adjudicator chose, `has_local` whether the investigator read too.
    """

    has_figure: ClassVar[bool] = True
    arms: list[list[str]]
    readers: list[str]
    population: str
    level: float
    has_choice: bool
    has_local: bool
    cases: pl.DataFrame
    unconfirmed: pl.DataFrame

    def table(self) -> Table:
        """Return one row per measure, with its limits and what others published."""
        percent = f"{100 * self.level:g}%"
        rows = [heading(f"{self.readers[0]} against {self.readers[1]}")]
        rows += [self._rate_row(key, label) for key, label in MEASURES.items()]
        if self.has_choice:
            rows.append(heading("Reader disagreement index: the other reader was chosen"))
            rows += [
                self._rate_row(f"rdi_{number}", reader)
                for number, reader in enumerate(self.readers, 1)
            ]
        if self.has_local:
            rows.append(heading("Progression, investigator against the central read"))
            rows += [
                self._rate_row(key, self._name(label, group), group)
                for key, label in RATES.items()
                for group in self._groups()
            ]
        rows.append(heading("Cohen's kappa"))
        kappas = [item for item in KAPPAS.items() if self.has_local or item[0] != "kappa_local"]
        rows += [self._kappa_row(key, label) for key, label in kappas]
        heads = ("", "n / N", "Estimate", f"{percent} CI", "Published (source)")
        return make_table(self.id, self.title, heads, rows, self._notes())

    def _groups(self) -> tuple[Group, ...]:
        return make_groups(self.arms)

    def _name(self, label: str, group: Group) -> str:
        return label if len(self.arms) == 1 else f"{label}, {group.label}"

    def _rate_row(self, key: str, label: str, group: Group | None = None) -> Row:
        n, of, low, high = (
            (group or Group(ALL_ARMS)).key(f"{key}_{part}") for part in ("n", "of", "low", "high")
        )
        counted = cell(f"{self.count(n)} / {self.count(of)}", self.ref(n), self.ref(of))
        text = print_interval(as_percent(self.value(low)), as_percent(self.value(high)))
        interval = cell(text, self.ref(low), self.ref(high))
        published = _published(key, 100, 1, "%")
        return row(label, counted, self.print_rate(key, group), interval, published)

    def print_rate(self, key: str, group: Group | None = None) -> Cell:
        """Print one rate in percent."""
        n, of, rate = (
            (group or Group(ALL_ARMS)).key(f"{key}_{part}") for part in ("n", "of", "rate")
        )
        sign = "%" if self.count(of) else ""
        return cell(f"{print_percent(self.count(n), self.count(of))}{sign}", self.ref(rate))

    def print_kappa(self, key: str) -> Cell:
        """Print one kappa with two decimals; NE where chance alone gives full agreement."""
        return self.number_cell(key, 2)

    def print_kappa_limits(self, key: str) -> Cell:
        """Print the limits of one kappa."""
        keys = [f"{key}_low", f"{key}_high"]
        return cell(print_limits(*(self.value(k) for k in keys)), *(self.ref(k) for k in keys))

    def _kappa_row(self, key: str, label: str) -> Row:
        n = self.count_cell("n")
        shown = (self.print_kappa(key), self.print_kappa_limits(key))
        return row(label, n, *shown, _published(key, 1, 2, ""))

    def _notes(self) -> list[str]:
        notes = [
            f"N: {self.population.lower()} with an assessment after the start of treatment by "
            "either reader. A response that one reader does not have differs from any.",
            "Rates with exact limits (Clopper-Pearson), kappa with large-sample limits; they close "
            "at full agreement however few the patients. NE, not estimable.",
        ]
        if self.has_local:
            notes.append(
                "EDR: of progressions by the investigator, those that the central read has later "
                "or not at all. LDR: of the patients in whom the two differ, those in whom the "
                "investigator's progression comes later or not at all; formulas as commonly cited "
                "from the PhRMA working group, whose paper we have not read."
                + (" With one arm both only describe." if len(self.arms) == 1 else "")
            )
        return [*notes, f"Published values describe other trials. {' '.join(SOURCES)}"]

    def cases_table(self) -> Table:
        """Return one row per patient whose readers differ."""
        rows = [
            row(
                item["USUBJID"],
                *(_print_read(item, side) for side in ("first", "second")),
                *([_small(item["chosen"])] if self.has_choice else []),
                item["reason"] or "",
            )
            for item in self.cases.iter_rows(named=True)
        ]
        accepted = ["Accepted"] if self.has_choice else []
        heads = ("Patient", *self.readers, *accepted, "They first differ by")
        return make_table(f"{self.id}_cases", "Patients whose readers differ", heads, rows)

    def progression_table(self) -> Table:
        """Return who has a progression by the investigator and by the central read."""
        groups = self._groups()
        rows = [
            row(label, *(self.count_cell(group.key(key)) for group in groups))
            for key, label in COUNTS.items()
        ]
        title = "Progression by the investigator and by the central read"
        heads = ["", *head_groups(self, groups, ("compared",))]
        return make_table(f"{self.id}_progression", title, heads, rows)

    def unconfirmed_table(self) -> Table:
        """Return one row per patient who stopped on a progression not confirmed centrally."""
        rows = [
            row(
                item["USUBJID"],
                str(item["DCTDT"] or "not stated"),
                str(item["local_pd_date"]),
                str(item["central_pd_date"] or "none"),
                f"{item['central_last'] or 'none'} {item['central_last_date'] or ''}".strip(),
            )
            for item in self.unconfirmed.iter_rows(named=True)
        ]
        title = "Treatment stopped on a progression that the central read does not confirm"
        heads = ("Patient", "Stopped", "Investigator's progression", "Central progression")
        return make_table(f"{self.id}_unconfirmed", title, (*heads, "Last central response"), rows)

    def plot(self, ax: Any = None) -> Any:
        """Draw the rates at which the readers differ, with the published ones."""
        from trialwright.figures.proportion import draw_proportion

        return draw_proportion(self._drawn(), ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.proportion import describe_proportion

        return describe_proportion(self._drawn())

    def _drawn(self) -> pl.DataFrame:
        rows = [
            {
                "label": label,
                "estimate": self.value(f"{key}_rate"),
                "lower": self.value(f"{key}_low"),
                "upper": self.value(f"{key}_high"),
                "level": self.level,
                "published": [item.value for item in BENCHMARKS.get(key, ())],
            }
            for key, label in MEASURES.items()
        ]
        limits = dict.fromkeys(("estimate", "lower", "upper"), pl.Float64)
        return pl.DataFrame(rows, schema_overrides=limits)


def print_limits(low: float | None, high: float | None) -> str:
    """Print the limits of a kappa, which may be negative, with "to" between them."""
    return f"{round_half_up(low, 2)} to {round_half_up(high, 2)}"


def _published(key: str, times: int, digits: int, sign: str) -> str:
    """Print what others published for one measure, each value with its source."""
    found = [
        f"{round_half_up(times * item.value, digits)}{sign} ({item.source})"
        for item in BENCHMARKS.get(key, ())
    ]
    return "; ".join(found) or NONE_READ


def _print_read(item: dict[str, Any], side: str) -> str:
    """Print one reader's best response and date of progression."""
    progression = item[f"pd_date_{side}"]
    if item[f"bor_{side}"] == "MISSING" and progression is None:
        return "Not read"
    when = f"progression {progression}" if progression else "no progression"
    return f"{item[f'bor_{side}']}, {when}"


def _small(reader: str | None) -> str:
    """Print a reader's name; words where none was accepted."""
    return (reader or "not recorded").capitalize()
